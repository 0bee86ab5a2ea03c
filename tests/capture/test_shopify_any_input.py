"""Shopify's orders bent in every way: refused in words, or exact to the cent."""

import copy
import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from capture.channels.channel import Shop, Unreadable
from capture.channels.shopify.details import Details
from capture.channels.shopify.normalise import normalise
from capture.channels.shopify.payload import order_in
from contracts.order import Order
from contracts.stores import StoreSettings
from tests.support.builders import STORE
from tests.support.shopify import DOMAIN, TOKEN, a_line, a_payload, an_address

DEEPEST = 3
"""A field of the order, of an address or of a line."""
SHOP = Shop(STORE, "omie-1", DOMAIN, TOKEN, StoreSettings())
RECORDINGS = sorted((Path(__file__).parent / "recordings" / "shopify").glob("order_*.payload.json"))

ODD = st.sampled_from(
    [
        None, "", "x", 0, -1, 7, "7", "7.5", 7.5, 1e30, 10**25, "NaN", "Infinity", True, [], {},
        [{}], [None], {"amount": None}, "123456789012345", "0.1234567", "2026-11-20",
        "9999-12-31T23:59:59-12:00", "0001-01-01T00:00:00+14:00", "2026-11-20T10:00:00.123456789Z",
        9_007_199_254_740_993, "1" * 400, "\u202eanac\u200b", "🎁" * 30, "Irene\u0000",
    ]
)  # fmt: skip
"""What clients, other versions and other people's code leave where something else should be."""


@cache
def recorded(path: Path) -> Any:
    document = json.loads(path.read_bytes())
    return document.get("order", document)


def made(document: Any) -> Order:
    """The order that a document becomes."""
    return normalise(SHOP, order_in(json.dumps(document).encode()), Details(), ()).order


def places(document: Any, way: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The way to every value in a document."""
    keys = list(document) if isinstance(document, dict) else (
        range(len(document)) if isinstance(document, list) else ()
    )  # fmt: skip
    return [found for key in keys for found in ((*way, key), *places(document[key], (*way, key)))]


def without(document: Any, way: tuple[Any, ...]) -> Any:
    return _bent(document, way, lambda inner, key: inner.pop(key))


def holding(document: Any, way: tuple[Any, ...], value: Any) -> Any:
    return _bent(document, way, lambda inner, key: inner.__setitem__(key, copy.deepcopy(value)))


def _bent(document: Any, way: tuple[Any, ...], change: Any) -> Any:
    bent = copy.deepcopy(document)
    inner = bent
    for key in way[:-1]:
        inner = inner[key]
    change(inner, way[-1])
    return bent


def read_or_refused(document: Any) -> bool:
    """Whether it becomes an order that adds up, or is refused in words of ours."""
    try:
        return adds_up(made(document))
    except Unreadable as refusal:
        return str(refusal).startswith(("not an order: ", "impossible order: "))


def adds_up(order: Order) -> bool:
    """Whether the totals are those of the lines and the freight."""
    t = order.totals
    lines = (
        sum(i.unit_price * i.quantity for i in order.items),
        sum(i.discount for i in order.items),
    )
    return lines == (t.items, t.discount) and t.shipping == order.shipping.amount


@pytest.mark.parametrize("path", RECORDINGS, ids=lambda path: path.name.split(".")[0])
def test_each_field_may_be_missing_or_null(path: Path):
    """Refused for a reason in words, or an order whose parts are those of its totals."""
    document = recorded(path)
    for way in [way for way in places(document) if len(way) <= DEEPEST]:
        for bent in (without(document, way), holding(document, way, None)):
            assert read_or_refused(bent), way


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(RECORDINGS), st.data())
def test_anything_anywhere_is_read_or_refused_in_words(path: Path, data: st.DataObject):
    document = recorded(path)
    for _ in range(data.draw(st.integers(1, 3))):
        way = data.draw(st.sampled_from(places(document)))
        document = holding(document, way, data.draw(ODD))

    assert read_or_refused(document)


def test_a_moment_that_utc_cannot_hold_is_refused_in_words():
    with pytest.raises(Unreadable, match="impossible order: OverflowError"):
        made(a_payload(updated_at="9999-12-31T23:59:59-12:00"))


def test_no_address_no_customer_and_no_lists_are_fine():
    """A sale at a till, or a file to download."""
    order = made(
        a_payload(
            customer=None, billing_address=None, shipping_address=None, shipping_lines=None,
            note_attributes=None, refunds=None, payment_gateway_names=[], email=None,
            total_price="120.00", total_price_set=None,
            current_total_price="120.00", current_total_price_set=None,
        )
    )  # fmt: skip

    assert (order.shipping_address, order.billing_address, order.buyer.name) == (None, None, "")
    assert str(order.totals.total) == "120.00"
    assert adds_up(order)


def test_amounts_may_be_numbers_and_ids_as_large_as_they_come():
    line = a_line(9_223_372_036_854_775_807, price=64.9, price_set=None, discount_allocations=[])
    order = made(
        a_payload(
            18_446_744_073_709_551_615, line_items=[line], shipping_lines=[],
            total_price=129.8, total_price_set=None,
            current_total_price=129.8, current_total_price_set=None,
        )
    )  # fmt: skip

    assert order.channel_order_id == "18446744073709551615"
    assert order.items[0].item_id == "9223372036854775807"
    assert str(order.totals.total) == str(order.totals.items) == "129.80"


def test_what_nobody_sees_is_taken_out_of_names_and_addresses():
    """Marks of direction, zero-width blanks, control characters; emoji are text."""
    written = an_address(name="\u200fIrene \u202eLeal\u0007 🎁", city="Porto\u200b Alegre")
    line = a_line(sku="\u200bCAN-350-AZ\ufeff ", name="\u202eCaneca\u0000 \u2615")

    order = made(a_payload(billing_address=written, shipping_address=written, line_items=[line]))

    assert (order.items[0].sku, order.items[0].title) == ("CAN-350-AZ", "Caneca \u2615")
    assert order.buyer.name == "Irene Leal 🎁"
    assert order.billing_address is not None
    assert order.billing_address.city == "Porto Alegre"


def test_the_shop_s_books_are_in_its_own_currency_whatever_the_buyer_saw():
    sets = {"shop_money": {"amount": "138.50"}, "presentment_money": {"amount": "25.18"}}

    order = made(
        a_payload(
            presentment_currency="USD", total_price="25.18", current_total_price="25.18",
            total_price_set=sets, current_total_price_set=sets,
        )
    )  # fmt: skip

    assert (order.currency, str(order.totals.total)) == ("BRL", "138.50")
