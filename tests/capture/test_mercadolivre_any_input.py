"""Mercado Livre's documents bent in every way: refused in words, or exact to the cent."""

import asyncio
import copy
from decimal import Decimal
from typing import Any

import structlog
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contracts.order import OrderStatus
from tests.support.capture import Capture, a_seller
from tests.support.mercadolivre import (
    BILLING,
    ORDER,
    PACK,
    SHIPMENT,
    a_line,
    a_pack,
    a_payment,
    a_shipment,
    an_order,
    another,
    billing,
    costs,
    notification,
)

NEWS = notification(f"/orders/{ORDER}")

anything = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-(10**20), 10**20),
        st.floats(allow_nan=False, allow_infinity=False),
        st.text(max_size=12),
        st.sampled_from(
            ["XXXXXXX", "SN", "paid", "cancelled", "confirmed", "2026-11-20T10:00:00", "R$ 1,00"]
        ),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(["id", "a"]), inner)
    ),
    max_leaves=4,
)
"""Any JSON, and some that means something."""


def places(document: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The way to every value in a document."""
    pairs = document.items() if isinstance(document, dict) else enumerate(document)
    found = []
    for key, value in pairs:
        found.append((*path, key))
        if isinstance(value, dict | list):
            found += places(value, (*path, key))
    return found


def world() -> dict[str, Any]:
    return {
        f"/orders/{ORDER}": an_order(),
        f"/orders/{another()['id']}": another(),
        f"/packs/{PACK}": a_pack(ORDER, another()["id"]),
        f"/shipments/{SHIPMENT}": a_shipment(),
        f"/shipments/{SHIPMENT}/costs": costs(),
        f"/orders/billing-info/MLB/{BILLING}": billing(),
    }


PLACES = places(world())


def bend(documents: dict[str, Any], path: tuple[Any, ...], value: Any, *, drop: bool) -> None:
    """Put a value in a place, or take what is there away; a place that is gone stays gone."""
    *way, last = path
    inside: Any = documents
    for key in way:
        inside = inside[key] if _has(inside, key) else None
    if not _has(inside, last):
        return
    if drop:
        del inside[last]
    else:
        inside[last] = value


def _has(inside: Any, key: Any) -> bool:
    if isinstance(inside, dict):
        return key in inside
    return isinstance(inside, list) and isinstance(key, int) and key < len(inside)


bends = st.lists(
    st.tuples(st.sampled_from(PLACES), anything, st.booleans()), min_size=1, max_size=4
)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(bends)
def test_a_bent_document_is_read_or_refused_and_breaks_nothing(
    changes: list[tuple[tuple[Any, ...], Any, bool]],
):
    documents = copy.deepcopy(world())
    for path, value, drop in changes:
        bend(documents, path, value, drop=drop)
    capture = Capture(a_seller())
    capture.mercadolivre.documents |= documents

    with quiet():
        asyncio.run(capture.notified(NEWS))

    reasons = [letter.headers["dead_error"].decode() for letter in capture.dead]
    known = ("not a document of its kind", "impossible order", "the orders of the pack")
    assert all(reason.startswith(known) for reason in reasons), reasons
    assert (
        len(reasons)
        + len(capture.captured)
        + len(capture.tally.counts)
        + bool(capture.deferrals.kept)
    ), "nothing is lost without a word"


def quiet() -> Any:
    return structlog.testing.capture_logs()


cents = st.integers(1, 500_000).map(lambda n: Decimal(n) / 100)


@st.composite
def purchases(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Packs of up to five orders, as the platform reckons them: dusty numbers, exact in cents."""
    orders = []
    for number in range(draw(st.integers(1, 5))):
        full = draw(cents)
        unit = full - min(full, draw(st.one_of(st.just(Decimal(0)), cents)))
        quantity = draw(st.integers(1, 9))
        total = unit * quantity
        dust = draw(st.sampled_from([0.0, 1e-9, -1e-9]))
        line = a_line(
            quantity=quantity,
            unit_price=float(unit) + abs(dust),
            full_unit_price=float(full) + dust,
        )
        payment = a_payment(
            100 + number, transaction_amount=float(total) + abs(dust), total_paid_amount=0
        )
        orders.append(
            an_order(
                ORDER + number,
                order_items=[line],
                total_amount=float(total) + abs(dust),
                payments=[payment],
                status=draw(st.sampled_from(["paid", "paid", "paid", "partially_refunded"])),
            )
        )
    return orders


@settings(max_examples=100, deadline=None)
@given(purchases(), cents)
def test_every_purchase_adds_up_to_the_cent(orders: list[dict[str, Any]], freight: Decimal):
    capture = Capture(a_seller())
    lead_time = {"cost": float(freight), "shipping_method": {"name": "Expresso"}}
    capture.mercadolivre.sells(*orders, shipment=a_shipment(lead_time=lead_time))

    with quiet():
        [event] = asyncio.run(capture.notified(NEWS))

    order, totals = event.order, event.order.totals
    expected = sum(
        (Decimal(str(o["total_amount"])).quantize(Decimal("0.01")) for o in orders), freight
    )
    assert order.status is OrderStatus.PAID
    assert totals.total == expected
    assert totals.items - totals.discount + totals.shipping + totals.other == totals.total
    assert sum(i.unit_price * i.quantity - i.discount for i in order.items) == expected - freight
    assert sum(p.amount for p in order.payments) == expected
    assert all(amount.as_tuple().exponent == -2 for amount in (totals.total, totals.items))
