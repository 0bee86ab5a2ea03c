"""What narrows a list down survives its way through an address, and means the days of Brasília."""

from datetime import UTC, date, datetime
from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.reasons import ReasonCode
from panel.pages import formats, words
from panel.pages.filters import NAMES, SITUATIONS, Filters, read
from panel.tab import Tab

LATE = datetime(2026, 11, 21, 2, 30, tzinfo=UTC)
"""Still the 20th in São Paulo."""

days = st.none() | st.dates(date(2000, 1, 1), date(2100, 1, 1)).map(date.isoformat)
typed = st.fixed_dictionaries(
    {},
    optional={
        "busca": st.text(max_size=8),
        "periodo": st.sampled_from([*words.PERIODS, "", "nunca"]),
        "de": days.map(lambda day: day or "31/12/2026"),
        "ate": days.map(lambda day: day or ""),
        "motivo": st.sampled_from([*ReasonCode, "NONSENSE"]),
        "situacao": st.sampled_from([*sum(SITUATIONS.values(), ()), "nonsense"]),
        "tentativas": st.sampled_from(["", "2", "5", "4", "muitas"]),
        "valor_de": st.sampled_from(["", "0", "10", "R$ 1.234,5", "1,234.50", "muito"]),
        "valor_ate": st.sampled_from(["", "0,00", "90,9", "12.000", "-1", "1e9"]),
        "depois": st.text(max_size=3),
    },
)


def as_it_is(sealed: str) -> str:
    return sealed


@given(params=typed, tab=st.sampled_from(Tab))
def test_filters_are_the_same_after_an_address(params: dict[str, str], tab: Tab) -> None:
    filters = read(params, tab, as_it_is)
    address = filters.address()

    again = read(dict(parse_qsl(address.removeprefix("?"))), tab, as_it_is)

    assert again == filters
    assert set(filters.parameters()) <= set(NAMES)
    assert filters.on is bool(address)


@given(params=typed, tab=st.sampled_from(Tab))
def test_every_filter_that_is_on_can_be_taken_off_by_itself(
    params: dict[str, str], tab: Tab
) -> None:
    filters = read(params, tab, as_it_is)
    chips = list(filters.chips())

    assert bool(chips) is filters.on
    for _, without in chips:
        less = read(dict(parse_qsl(without.removeprefix("?"))), tab, as_it_is)
        assert len(list(less.chips())) == len(chips) - 1


@pytest.mark.parametrize(
    ("period", "since", "until"),
    [
        ("hoje", "2026-11-20T03:00:00+00:00", None),
        ("ontem", "2026-11-19T03:00:00+00:00", "2026-11-20T03:00:00+00:00"),
        ("7", "2026-11-14T03:00:00+00:00", None),
        ("30", "2026-10-22T03:00:00+00:00", None),
    ],
)
def test_days_are_those_of_sao_paulo(period: str, since: str, until: str | None) -> None:
    query = Filters(Tab.PENDING, period).query("s", LATE, None, 50)

    assert query.since == datetime.fromisoformat(since)
    assert query.until == (datetime.fromisoformat(until) if until else None)
    assert query.by == "placed_at"


@pytest.mark.parametrize(
    ("typed", "understood"),
    [
        ("1234,5", 123450),
        ("1.234,50", 123450),
        ("R$\N{NO-BREAK SPACE}1.234,50", 123450),
        (" 90 ", 9000),
        ("1.234", 123400),
        ("0,07", 7),
        ("1,234.50", None),
        ("1234.50", None),
        ("12.34,50", None),
        ("-5", None),
        ("1" * 13, None),
        ("", None),
        ("٣", None),
    ],
)
def test_amounts_are_understood_as_brazilians_write_them(
    typed: str, understood: int | None
) -> None:
    assert formats.cents(typed) == understood


@given(st.integers(0, 10**13))
def test_an_amount_is_the_same_after_its_field(cents: int) -> None:
    assert formats.cents(formats.reais(cents)) == cents


def test_what_is_no_amount_is_said_back_and_narrows_nothing_down() -> None:
    filters = read({"valor_de": "1,234.50", "valor_ate": "50"}, Tab.PENDING, as_it_is)

    assert filters.misread == ("1,234.50",)
    assert (filters.least, filters.most) == (None, 5000)


def test_the_ends_of_a_value_may_be_typed_either_way_round() -> None:
    filters = read({"valor_de": "200", "valor_ate": "100"}, Tab.PENDING, as_it_is)

    [(said, _)] = filters.chips()
    assert said.replace("\N{NO-BREAK SPACE}", " ") == "Valor: de R$ 100,00 até R$ 200,00"
