"""Every recording of Shopify: the order it becomes, or why it becomes none.

The expected orders (`*.order.json`) were worked out by hand from the payloads; see the notes in
the table below for what is worth a thought in each.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from contracts.events import OrderErased, StoreDisconnected
from contracts.order import Gap, Order, PaymentMethod
from tests.support.builders import STORE
from tests.support.capture import Capture
from tests.support.shopify import a_payload, details

FOLDER = Path(__file__).parent / "recordings" / "shopify"


@dataclass(frozen=True)
class Becomes:
    """Sent under this topic, the recording becomes the order in `*.order.json`."""

    topic: str = "orders/paid"


@dataclass(frozen=True)
class Ignored:
    """Understood, and passed over for this reason."""

    reason: str
    topic: str = "orders/paid"


@dataclass(frozen=True)
class Unreadable:
    """Refused: it goes to the dead letters, whose word on it holds this."""

    why: str
    topic: str = "orders/paid"


@dataclass(frozen=True)
class Asks:
    """No order itself: it makes capture ask Shopify for this one."""

    order_id: str
    topic: str


@dataclass(frozen=True)
class SeeBelow:
    """A document of another kind, used by the test of this name."""

    test: str


EXPECTED: dict[str, Becomes | Ignored | Unreadable | Asks | SeeBelow] = {
    # One of three lines stands (the others were refunded): its own discount and tax, no more.
    "order_get_partially_refunded": Becomes("orders/updated"),
    # Cancelled: what was sold, though no quantity stands; money moved, so it is captured.
    "order_cancelled_refunded": Becomes("orders/cancelled"),
    # An order-level discount, told by the line's allocation alone.
    "order_paid_discounted_with_addresses": Becomes(),
    # Euros; tax outside the prices; no buyer; a product that no longer exists.
    "order_paid_multicurrency": Becomes(),
    "order_pending_payment": Ignored("not_paid", "orders/create"),
    "order_partially_paid_with_addresses": Ignored("not_paid", "orders/updated"),
    "order_authorized_legacy": Ignored("not_paid", "orders/create"),
    # Both are test orders first of all; the samples are cancelled and voided besides.
    "order_paid_partially_fulfilled_eur": Ignored("test_order"),
    "order_cancelled_voided_with_transaction": Ignored("test_order", "orders/cancelled"),
    "webhook_orders_paid_sample_2026-04": Ignored("test_order"),
    # Anonymised at its source: a currency and amounts that are "example string".
    "webhook_order_shape_buyer_data_withheld": Unreadable("currency: string_pattern_mismatch"),
    "webhook_orders_edited": Asks("820982911946154500", "orders/edited"),
    "refund_partial_restock": Asks("450789469", "refunds/create"),
    "webhook_refunds_create_sample": Asks("820982911946154500", "refunds/create"),
    # Its amounts are no amounts, but only the order's id is read of a refund.
    "webhook_refund_shape_adjustment_only": Asks("123", "refunds/create"),
    "webhook_orders_delete": SeeBelow("test_a_deleted_order_is_marked_and_kept"),
    "webhook_app_uninstalled": SeeBelow("test_an_uninstalled_app_disconnects_the_store"),
    "webhook_customers_data_request": SeeBelow("test_a_data_request_is_written_down"),
    "webhook_customers_redact": SeeBelow("test_a_buyer_to_forget_is_forgotten"),
    "webhook_shop_redact": SeeBelow("test_a_shop_to_forget_is_forgotten"),
    "graphql_order_localization_extensions_br": SeeBelow("test_the_older_graphql_answer"),
    "line_item_complete": SeeBelow("test_a_complete_line_becomes_an_item"),
    "line_item_properties_as_object": SeeBelow("test_properties_may_be_an_object"),
    # Not about orders: their topics are not used.
    "product_published": Ignored("topic_not_used", "products/publish"),
    "transactions_list": Ignored("topic_not_used", "order_transactions/create"),
}


def payload(name: str) -> Any:
    return json.loads((FOLDER / f"{name}.payload.json").read_text(encoding="utf-8"))


def expected_order(name: str) -> Order:
    return Order.model_validate_json((FOLDER / f"{name}.order.json").read_bytes())


def of_kind(kind: type[Any]) -> list[Any]:
    return [pytest.param(name, e, id=name) for name, e in EXPECTED.items() if isinstance(e, kind)]


def closes(order: Order) -> bool:
    t = order.totals
    lines = (
        sum(i.unit_price * i.quantity for i in order.items),
        sum(i.discount for i in order.items),
    )
    return t.items - t.discount + t.shipping + t.other == t.total and lines == (t.items, t.discount)


def test_no_recording_is_forgotten():
    here = {path.name.removesuffix(".payload.json") for path in FOLDER.glob("*.payload.json")}
    orders = {path.name.removesuffix(".order.json") for path in FOLDER.glob("*.order.json")}

    assert here == set(EXPECTED)
    assert orders == {name for name, e in EXPECTED.items() if isinstance(e, Becomes)}
    assert len(list(FOLDER.iterdir())) == len(here) + len(orders) + 1, "SOURCES.md and no more"


def test_every_recording_has_its_source():
    sources = (FOLDER / "SOURCES.md").read_text(encoding="utf-8")

    assert [name for name in EXPECTED if f"## {name}.json\n" not in sources] == []


def test_what_is_tested_below_is_tested_below():
    tests = [e.test for e in EXPECTED.values() if isinstance(e, SeeBelow)]

    assert [test for test in tests if test not in globals()] == []


@pytest.mark.parametrize(("name", "how"), of_kind(Becomes))
@pytest.mark.parametrize("bare", [True, False], ids=["as a webhook", "as REST answers"])
async def test_a_paid_or_cancelled_order_becomes_the_right_one(name: str, how: Becomes, bare: bool):
    capture, sent = Capture(), payload(name)

    [event] = await capture.tell(how.topic, sent["order"] if bare else sent)

    assert event.order == expected_order(name)
    assert closes(event.order)
    assert event.revision == 1


@pytest.mark.parametrize(("name", "how"), of_kind(Ignored))
async def test_what_must_not_be_captured_is_ignored_for_its_reason(name: str, how: Ignored):
    capture = Capture()

    assert await capture.tell(how.topic, payload(name)) == []
    assert capture.tally.counts == {how.reason: 1}
    assert capture.dead == []


@pytest.mark.parametrize(("name", "how"), of_kind(Unreadable))
async def test_what_makes_no_sense_goes_to_the_dead_letters(name: str, how: Unreadable):
    capture = Capture()

    assert await capture.tell(how.topic, payload(name)) == []
    [letter] = capture.dead
    assert how.why in letter.headers["dead_error"].decode()


@pytest.mark.parametrize(("name", "how"), of_kind(Asks))
async def test_what_is_no_order_makes_us_ask_for_it(name: str, how: Asks):
    capture = Capture()
    capture.shopify.rest(int(how.order_id), {"order": a_payload(int(how.order_id))})
    capture.shopify.graphql(details())

    [event] = await capture.tell(how.topic, payload(name))

    assert capture.shopify.paths() == [f"orders/{how.order_id}.json", "graphql.json"]
    assert event.order_id == f"{STORE}:{how.order_id}"


@pytest.mark.parametrize(
    "name", [n for n, e in EXPECTED.items() if not isinstance(e, Becomes | Ignored | Unreadable)]
)
async def test_a_document_that_is_no_order_is_refused_as_one(name: str):
    capture = Capture()

    assert await capture.tell("orders/paid", payload(name)) == []
    [letter] = capture.dead
    assert letter.headers["dead_error"].startswith(b"not an order")


async def test_a_test_store_s_order_would_be_right_if_it_were_real():
    capture = Capture()

    [event] = await capture.tell(
        "orders/paid", payload("order_paid_partially_fulfilled_eur")["order"] | {"test": False}
    )

    order = event.order
    assert closes(order)
    assert [(i.variation_id, i.quantity, str(i.unit_price)) for i in order.items] == [
        ("41733347588", 3, "150.00"),
        ("42077492100", 5, "0.00"),
    ]
    assert (order.currency, str(order.totals.shipping), str(order.totals.total)) == (
        "EUR", "20.00", "470.00",
    )  # fmt: skip
    assert order.shipping_address.complement == "5"
    assert order.items[0].sku is None


async def test_an_order_whose_buyer_is_withheld_says_so():
    """The recorded shape, with sense put into its values."""
    shape = payload("webhook_order_shape_buyer_data_withheld")
    real = a_payload()
    sensible = {key: real[key] for key in shape.keys() & real.keys()}
    hidden = {"country": "Brazil", "country_code": "BR", "province": "Bahia", "province_code": "BA"}
    sensible |= {
        "shipping_address": hidden,
        "billing_address": hidden,
        "customer": {"id": 77, "default_address": hidden},
    }
    assert sensible.keys() == real.keys() - {"email", "contact_email", "phone"}
    capture = Capture()
    capture.shopify.graphql(details())

    [event] = await capture.tell("orders/paid", sensible)

    assert event.order.gaps == (Gap.BUYER_DATA_WITHHELD,)
    assert event.order.buyer.name == ""
    assert event.order.buyer.email is None
    assert event.order.shipping_address.uf == "BA"
    assert event.order.buyer.document == "52998224725", "the tax id is told apart from the rest"


async def test_the_older_graphql_answer():
    capture = Capture()
    capture.shopify.graphql(payload("graphql_order_localization_extensions_br"))

    [event] = await capture.tell("orders/paid", a_payload())

    assert event.order.buyer.document == "39053344705"
    assert event.order.buyer.document_kind == "cpf"


async def test_a_complete_line_becomes_an_item():
    capture = Capture()
    line = payload("line_item_complete")

    [event] = await capture.tell("orders/paid", a_payload(line_items=[line]))

    [item] = event.order.items
    assert item.model_dump(mode="json", exclude_defaults=True) == {
        "item_id": "254721536",
        "listing_id": "111475476",
        "variation_id": "1234",
        "sku": "sku-123",
        "title": "Soda",
        "quantity": 1,
        "unit_price": "12.34",
        "discount": "5.50",
    }


async def test_properties_may_be_an_object():
    capture = Capture()
    line = a_payload()["line_items"][0] | payload("line_item_properties_as_object")

    [event] = await capture.tell("orders/paid", a_payload(line_items=[line]))

    assert event.order.items[0].sku == "CAN-350-AZ"


async def test_a_deleted_order_is_marked_and_kept():
    capture, deleted = Capture(), payload("webhook_orders_delete")
    await capture.tell("orders/paid", a_payload(deleted["id"]))

    assert await capture.tell("orders/delete", deleted) == []

    sighting = capture.sighting(deleted["id"])
    assert (sighting.deleted, sighting.revision) == (True, 1)


async def test_an_uninstalled_app_disconnects_the_store():
    capture = Capture()

    await capture.tell("app/uninstalled", payload("webhook_app_uninstalled"))
    await capture.tell("app/uninstalled", payload("webhook_app_uninstalled"))

    first, again = capture.log.messages(StoreDisconnected)
    assert (first.store_id, first.cause) == (STORE, "app/uninstalled")
    assert first.event_id == again.event_id, "a retry is no second disconnection"


async def test_a_data_request_is_written_down():
    capture = Capture()

    await capture.tell("customers/data_request", payload("webhook_customers_data_request"))
    await capture.tell("customers/data_request", payload("webhook_customers_data_request"))

    [(_, asked)] = capture.privacy.kept.items()
    assert (asked.kind, asked.request_id, asked.customer_id) == ("show", "9999", "191167")
    assert asked.order_ids == ("299938", "280263", "220458")


async def test_a_buyer_to_forget_is_forgotten():
    capture = Capture()
    await capture.tell("orders/paid", a_payload(299938))

    await capture.tell("customers/redact", payload("webhook_customers_redact"))

    [forgotten] = capture.log.messages(OrderErased)
    assert (forgotten.order_id, forgotten.revision) == (f"{STORE}:299938", 1)
    assert await capture.tell("orders/updated", a_payload(299938, name="#new")) == []
    assert await capture.tell("orders/paid", a_payload(280263)) == [], "never seen, yet forgotten"
    assert len(capture.privacy.kept) == 1


async def test_a_shop_to_forget_is_forgotten():
    capture = Capture()
    for order_id in (1, 2, 3):
        await capture.tell("orders/paid", a_payload(order_id))

    await capture.tell("shop/redact", payload("webhook_shop_redact"))

    erased = {event.order_id for event in capture.log.messages(OrderErased)}
    assert erased == {f"{STORE}:{order_id}" for order_id in (1, 2, 3)}


async def test_without_transactions_the_gateway_named_by_the_order_paid():
    capture = Capture()

    [event] = await capture.tell("orders/paid", a_payload())

    [payment] = event.order.payments
    assert (payment.method, str(payment.amount)) == (PaymentMethod.PIX, "138.50")


@pytest.mark.parametrize(
    ("status", "shipped"),
    [(None, False), ("partial", True), ("fulfilled", True), ("restocked", False)],
)
async def test_an_order_of_which_something_left_says_so(status: str | None, *, shipped: bool):
    capture = Capture()

    [told] = await capture.tell("orders/paid", a_payload(fulfillment_status=status))

    assert told.order.shipped is shipped
