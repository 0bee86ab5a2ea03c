"""What people type is understood, and finds what they mean."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.events import OrderErased
from panel.search import MARK, exact, folded, starts, understood
from tests.panel.test_row import shown
from tests.support.builders import ACCOUNT, PAID_AT, a_buyer, an_item, an_order, captured


def finds(typed: str, terms: list[str]) -> bool:
    """Whether a row with these terms is found, as the board compares them."""
    search = understood(typed)
    assert search is not None
    if search.whole:
        return any(term in search.whole for term in terms)
    return any(term.startswith(search.start) for term in terms)


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("#1001", True),
        ("100", True),
        (" can-350 ", True),
        ("irêne", True),
        ("BAPTISTA  leal", True),
        ("leal", True),
        ("eal", False),
        ("529.982.247-25", True),
        ("52998224725", True),
        ("529982247", False),
        ("Irene.Leal@exemplo.test", True),
        ("irene@exemplo.test", False),
        ("999, 1001", True),
        ("999, 100", False),
    ],
)
def test_an_order_is_found_by_what_people_know_of_it(typed: str, found: bool) -> None:
    order = an_order(1001, an_item("CAN-350-AZ"), buyer=a_buyer())
    terms: list[str] = shown(captured(order))["search"]

    assert finds(typed, terms) is found


def test_a_cnpj_with_letters_is_found_with_and_without_its_mask() -> None:
    terms = [exact("12ABC34501DE35")]

    assert finds("12.abc.345/01de-35", terms)
    assert finds("12ABC34501DE35", terms)


def test_what_was_understood_shows_no_document() -> None:
    told = [understood(typed) for typed in ("529.982.247-25", "a@b.com", "1, 2", "maria", "  ")]

    assert [search and search.told for search in told] == [
        "CPF ou número terminado em 25",
        "e-mail",
        "2 números",
        "“maria”",
        None,
    ]


@given(text=st.text())
def test_anything_typed_is_understood_somehow_and_never_names_a_hidden_term(text: str) -> None:
    search = understood(text)

    assert search is None or search.whole or not search.start.startswith(MARK)


@given(name=st.text(max_size=60))
def test_every_beginning_of_a_name_ends_as_the_name_does(name: str) -> None:
    assert all(folded(name).endswith(start) for start in starts(name))


def test_an_erased_buyer_is_found_no_more_but_the_order_is() -> None:
    order = an_order(1001, an_item("CAN-350-AZ"), buyer=a_buyer())
    erased = OrderErased(
        order_id=order.order_id,
        store_id=order.store_id,
        account_id=ACCOUNT,
        revision=1,
        attempt=0,
        occurred_at=PAID_AT,
    )

    for told in ((captured(order), erased), (erased, captured(order))):
        assert shown(*told)["search"] == ["1001", "can-350-az"]
