"""The first page of a store counts what happened, and the Kanban stands as the ERP's does."""

import re
from datetime import date, datetime, timedelta
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.accounts import AccountCondition, Condition
from contracts.cancellations import Undoing
from contracts.events import ErpStanding
from contracts.reasons import ReasonCode
from panel import charts, kanban
from panel.conditions import TEXTS
from panel.erp.lists import Lists
from panel.erp.stages import Place, Stages
from panel.pages import formats
from panel.tab import Tab
from tests.support.builders import (
    ACCOUNT,
    PAID_AT,
    STORE,
    a_store,
    an_order,
    cancellation_of,
    captured,
    pending,
    posted,
    validated,
)
from tests.support.panel import Office
from tests.support.panel_erp import KEYS_REFUSED, stage

HOME = f"/lojas/{STORE}"
ERP = f"{HOME}/erp"
TODAY = date(2026, 11, 20)


@pytest.fixture(autouse=True)
def store(office: Office) -> None:
    """A store with keys that can be opened."""
    secret = office.vault.seal("erp-secret", f"{STORE}:erp_app_secret")
    office.topics.table.put(a_store(erp_app_secret=secret))


def sold(number: int, at: datetime = PAID_AT) -> Any:
    return an_order(number, placed_at=at, paid_at=at, updated_at=at)


async def test_orders_are_counted_by_day_and_tab_as_people_in_sao_paulo_count_days(
    office: Office, browser: httpx.AsyncClient
) -> None:
    night = datetime.fromisoformat("2026-11-19T23:30:00-03:00")
    today, yesterday, old = sold(1), sold(2, night), sold(3, PAID_AT - timedelta(days=30))
    office.board.tell(captured(today), pending(today))
    office.board.tell(captured(yesterday), validated(yesterday), posted(yesterday))
    office.board.tell(captured(old), pending(old))

    page = (await browser.get(HOME)).text

    rows = dict(
        re.findall(r'<th scope="row">(\d\d/\d\d)</th>((?:<td class="right">\d+</td>)+)', page)
    )
    numbers = {day: re.findall(r">(\d+)<", cells) for day, cells in rows.items()}
    assert numbers["20/11"] == ["0", "1", "0"]
    assert numbers["19/11"] == ["1", "0", "0"]
    assert sum(int(n) for cells in numbers.values() for n in cells) == 2
    assert "2 pedidos nos últimos 14 dias" in page


async def test_pending_orders_are_counted_by_reason_the_most_frequent_first(
    office: Office, browser: httpx.AsyncClient
) -> None:
    one, two = sold(1), sold(2)
    both = (ReasonCode.CUSTOMER_DOC_MISSING, ReasonCode.PRODUCT_SKU_NOT_FOUND)
    office.board.tell(captured(one), pending(one, *both))
    office.board.tell(captured(two), pending(two, both[1]))

    page = (await browser.get(HOME)).text

    counted = re.findall(
        r'<th scope="row"><a[^>]*>([^<]+)</a><svg.*?<td class="right">(\d+)', page, re.DOTALL
    )
    assert counted == [("SKU não existe no ERP", "2"), ("CPF/CNPJ ausente", "1")]


async def test_a_reason_leads_to_the_orders_that_wait_for_it(
    office: Office, browser: httpx.AsyncClient
) -> None:
    for order, why in (
        (sold(1001), ReasonCode.CUSTOMER_DOC_MISSING),
        (sold(1002), ReasonCode.PRODUCT_SKU_NOT_FOUND),
    ):
        office.board.tell(captured(order), pending(order, why))
    done = [sold(number) for number in (3, 4)]
    for order in done:
        office.board.tell(captured(order), validated(order), posted(order))

    page = (await browser.get(HOME)).text
    [address] = re.findall(r'<a href="([^"]+)">SKU não existe no ERP</a>', page)
    found = (await browser.get(address)).text

    assert "50% estão pendentes" in page
    assert ("#1002" in found, "#1001" in found) == (True, False)


async def test_the_time_from_payment_to_the_erp_is_told_as_people_tell_time(
    office: Office, browser: httpx.AsyncClient
) -> None:
    for number, seconds in enumerate((4, 8, 300, 7_500)):
        order = sold(number)
        office.board.tell(
            captured(order), posted(order, posted_at=PAID_AT + timedelta(seconds=seconds))
        )

    page = (await browser.get(HOME)).text

    assert "Metade em até</dt><dd><b>5 min" in page
    assert "9 de 10 em até</dt><dd><b>2 h 5 min" in page


async def test_a_new_store_says_that_nothing_happened_yet_and_where_to_begin(
    browser: httpx.AsyncClient,
) -> None:
    page = (await browser.get(HOME)).text

    for step in ("configurar", "anuncios", "pedidos/buscar"):
        assert f'<li><a href="{HOME}/{step}">' in page

    assert "Nenhum pedido nos últimos 14 dias" in page
    assert "Nada pendente" in page


async def test_what_needs_a_decision_is_counted_and_leads_to_its_tab(
    office: Office, browser: httpx.AsyncClient
) -> None:
    order = sold(1)
    office.board.tell(captured(order), cancellation_of(order, Undoing.NEEDS_ACTION))

    page = (await browser.get(HOME)).text

    assert re.search(rf'{HOME}/pedidos/cancelados"><b>1</b> cancelamento a decidir', page)


# The ERP's Kanban.


def cards(page: str) -> dict[str, list[str]]:
    """The numbers of the sales orders under each stage."""
    stages = re.findall(r'<section class="stage".*?</section>', page, re.DOTALL)
    return {
        re.search(r"<h2[^>]*>([^<]*?) <", one)[1]: re.findall(r"<b>(\d+)</b>", one)  # type: ignore[index]
        for one in stages
    }


async def test_orders_stand_where_the_erp_says_they_stand_now(
    office: Office, browser: httpx.AsyncClient
) -> None:
    for number in (1, 2, 3):
        order = sold(number)
        office.board.tell(
            captured(order),
            posted(order, erp_order_id=number, erp_order_number=str(100 + number)),
        )
    office.erp.answers["ListarEtapasPedido"] = {
        "nTotPaginas": 1,
        "etapasPedido": [
            stage(1, "60", faturamento={"cFaturado": "S", "cNumNFE": "000123"}),
            stage(1, "10"),
            stage(3, "10", cancelamento={"cCancelado": "S"}),
        ],
    }

    page = (await browser.get(ERP)).text

    assert cards(page) == {"Pedido de Venda": [], "Separar Estoque": ["102"], "Faturado": ["101"]}
    assert f'href="/lojas/{STORE}/pedidos/1"' in page
    assert "NF-e 123" in page
    assert "Origem: Shopify (API)" in page


@pytest.mark.parametrize("trouble", ["away", "refused"])
async def test_without_the_erp_orders_stand_where_they_were_sent_and_the_page_says_so(
    office: Office, browser: httpx.AsyncClient, trouble: str
) -> None:
    order = sold(1)
    office.board.tell(captured(order), posted(order))
    office.erp.away = trouble == "away"
    office.erp.answers["ListarEtapasPedido"] = KEYS_REFUSED

    page = (await browser.get(ERP)).text

    assert "não informou as etapas" in page
    assert [numbers for numbers in cards(page).values() if numbers] == [["1534"]]


async def test_the_page_says_that_the_erp_refuses_the_keys_and_leads_to_where_they_are_mended(
    office: Office, browser: httpx.AsyncClient
) -> None:
    office.erp.answers["ListarEtapasPedido"] = KEYS_REFUSED

    refused = (await browser.get(ERP)).text
    office.erp.answers["ListarEtapasPedido"] = {}
    office.clock.advance(seconds=62)
    accepted = (await browser.get(ERP)).text

    assert "O ERP recusou a App Key" in refused
    assert f'<a href="{HOME}/configurar">Configurar' in refused
    assert "O ERP recusou a App Key" not in accepted


async def test_what_holds_the_account_is_said_beside_its_orders(
    office: Office, browser: httpx.AsyncClient
) -> None:
    now = office.clock()
    office.conditions.put(
        AccountCondition(
            account_id=ACCOUNT, condition=Condition.KEYS_REFUSED, since=now, occurred_at=now
        )
    )

    assert TEXTS[Condition.KEYS_REFUSED] in (await browser.get(ERP)).text


async def test_the_stages_are_asked_once_a_minute_however_often_one_looks(
    office: Office, browser: httpx.AsyncClient
) -> None:
    for _ in range(3):
        await browser.get(ERP)
    office.clock.advance(seconds=62)
    await browser.get(ERP)

    assert office.erp.asked.count("ListarEtapasPedido") == 2


async def test_refused_keys_are_not_tried_at_every_look_but_new_ones_at_once(
    office: Office, browser: httpx.AsyncClient
) -> None:
    office.erp.answers = dict.fromkeys(office.erp.answers, KEYS_REFUSED)
    office.erp.answers["ListarEtapasPedido"] = KEYS_REFUSED
    for _ in range(3):
        await browser.get(ERP)
    in_vain = len(office.erp.asked)
    sealed = office.vault.seal("another", f"{STORE}:erp_app_secret")
    office.topics.table.put(a_store(erp_app_secret=sealed, version=2))
    await browser.get(ERP)

    assert in_vain == 3  # of the lists two, and the stages
    assert len(office.erp.asked) == 2 * in_vain


@given(
    st.dictionaries(st.integers(1, 50), st.sampled_from(["10", "20", "99"]), max_size=20),
    st.dictionaries(st.integers(1, 50), st.booleans(), max_size=20),
)
def test_every_order_that_stands_is_under_exactly_one_stage(
    places: dict[int, str], orders: dict[int, bool]
) -> None:
    rows = [
        {
            "erp": {
                "order_id": number,
                "stage": "20",
                "standing": ErpStanding.CANCELLED if gone else ErpStanding.OPEN,
            }
        }
        for number, gone in orders.items()
    ]
    stages = Stages({number: Place(code) for number, code in places.items()}, PAID_AT)

    columns = kanban.columns(rows, stages, Lists(ACCOUNT))

    shown = [
        (card.row["erp"]["order_id"], column.code) for column in columns for card in column.cards
    ]
    standing = [number for number, gone in orders.items() if not gone]
    assert sorted(shown) == sorted((n, places.get(n, "20")) for n in standing)


# Shapes and words.

counts = st.dictionaries(st.sampled_from(Tab), st.integers(0, 10_000))


@given(st.dictionaries(st.dates(TODAY - timedelta(days=20), TODAY), counts))
def test_columns_keep_their_proportions_and_stay_in_the_picture(
    figures: dict[date, dict[Tab, int]],
) -> None:
    wanted = [TODAY - timedelta(days=n) for n in range(13, -1, -1)]

    days = charts.days(figures, wanted)

    assert [day.day for day in days] == wanted
    highest = max(day.total for day in days)
    for day in days:
        drawn = sum(bar.height for bar in day.bars)
        assert drawn == pytest.approx(charts.HEIGHT * day.total / (highest or 1), abs=0.2)
        assert all(bar.y >= 0 and bar.x + bar.width <= charts.WIDTH for bar in day.bars)


@given(st.lists(st.floats(0, 10**6), min_size=1), st.floats(0, 1))
def test_the_given_portion_of_all_values_does_not_exceed_it(
    values: list[float], portion: float
) -> None:
    found = charts.at(sorted(values), portion)

    assert found is not None
    assert sum(value <= found for value in values) >= portion * len(values)


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (None, "–"),
        (0.4, "0 s"),
        (59, "59 s"),
        (61, "1 min"),
        (3_600, "1 h"),
        (12_000, "3 h 20 min"),
        (86_400, "1 dia"),
        (200_000, "2 dias"),
    ],
)
def test_a_duration_is_told_in_its_largest_units(seconds: float | None, shown: str) -> None:
    assert formats.duration(seconds) == shown
