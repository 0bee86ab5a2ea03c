"""Every recording of Nuvemshop: the order it becomes, or why it becomes none.

The expected orders (`*.order.json`) were worked out by hand from the payloads; see the notes in
the table below for what is worth a thought in each.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from contracts.events import OrderErased
from contracts.order import Order
from tests.support.builders import STORE
from tests.support.capture import Capture, a_nuvemshop
from tests.support.nuvemshop import STORE_NUMBER, a_parcel, a_transaction, a_webhook, an_order
from tests.support.nuvemshop import cancelled as cancelled_order

FOLDER = Path(__file__).parent / "recordings" / "nuvemshop"


@dataclass(frozen=True)
class Becomes:
    """Answered by the API, the recording becomes the order in `*.order.json`."""


@dataclass(frozen=True)
class Ignored:
    """Understood, and passed over for this reason."""

    reason: str


@dataclass(frozen=True)
class NoOrder:
    """Answered in an order's place it is refused; the dead letter's word on it holds this."""

    why: str
    test: str = ""
    """The test below that uses it as what it is, if it is of use."""


EXPECTED: dict[str, Becomes | Ignored | NoOrder] = {
    # Instalments and quantity are texts; freight inside the order, as before 2025-03.
    "order_list_paid_card_6x": Becomes(),
    # It still says paid, and was changed last when it was cancelled; placeholders are nothing.
    "order_cancelled_but_paid": Becomes(),
    "order_get_br_company_pending": Ignored("not_paid"),
    "order_get_pending_legacy": Ignored("not_paid"),
    "order_fulfilled_with_tracking": Ignored("not_paid"),
    # Cancelled before anybody paid.
    "order_cancelled_legacy": Ignored("not_paid"),
    # An address in flat fields, and a list at that: a checkout is no order yet.
    "checkout_abandoned_br": NoOrder("body: model_type"),
    "kit_with_components": NoOrder("products: missing"),
    "product_published": NoOrder("products: missing"),
    "transaction_refunded_3x": NoOrder(
        "products: missing", "test_what_went_back_is_told_by_the_transactions"
    ),
    "webhook_subscriptions_list": NoOrder("body: model_type"),
    "webhook_order_created": NoOrder("products: missing", "test_a_webhook_makes_us_ask"),
    "webhook_customers_data_request": NoOrder(
        "products: missing", "test_a_data_request_is_written_down"
    ),
    "webhook_customers_redact": NoOrder("products: missing", "test_a_buyer_to_forget_is_forgotten"),
    "webhook_store_redact": NoOrder("products: missing", "test_a_shop_to_forget_is_forgotten"),
}


def payload(name: str) -> Any:
    return json.loads((FOLDER / f"{name}.payload.json").read_text(encoding="utf-8"))


def order_payload(name: str) -> Any:
    """The order in a recording: lists of orders hold one."""
    document = payload(name)
    alone = isinstance(document, list) and "payment_status" in document[0]
    return document[0] if alone else document


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


async def asked_about(document: Any) -> Capture:
    """Capture once it was told of order 1001 and the API answered with this document."""
    capture = Capture(a_nuvemshop())
    capture.nuvemshop.order(1001, document)
    await capture.hear(a_webhook("order/paid"))
    return capture


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
    tests = [e.test for e in EXPECTED.values() if isinstance(e, NoOrder) and e.test]

    assert [test for test in tests if test not in globals()] == []


@pytest.mark.parametrize(("name", "how"), of_kind(Becomes))
async def test_a_paid_or_cancelled_order_becomes_the_right_one(name: str, how: Becomes):
    capture = await asked_about(order_payload(name))

    [event] = capture.captured
    assert event.order == expected_order(name)
    assert closes(event.order)
    assert event.revision == 1


@pytest.mark.parametrize(("name", "how"), of_kind(Ignored))
async def test_what_must_not_be_captured_is_ignored_for_its_reason(name: str, how: Ignored):
    capture = await asked_about(order_payload(name))

    assert capture.captured == []
    assert capture.tally.counts == {how.reason: 1}
    assert capture.dead == []


@pytest.mark.parametrize(("name", "how"), of_kind(NoOrder))
async def test_a_document_that_is_no_order_goes_to_the_dead_letters(name: str, how: NoOrder):
    capture = await asked_about(payload(name))

    assert capture.captured == []
    [letter] = capture.dead
    assert letter.headers["dead_error"].startswith(b"not an order")
    assert how.why in letter.headers["dead_error"].decode()


async def test_a_webhook_makes_us_ask():
    said = payload("webhook_order_created")
    capture = Capture(a_nuvemshop(domain=str(said["store_id"])))

    await capture.hear(json.dumps(said).encode())

    [request] = capture.nuvemshop.asked
    assert request.url.path == f"/2025-03/{said['store_id']}/orders/{said['id']}"
    assert request.url.params["aggregates"] == "fulfillment_orders"
    assert capture.tally.counts == {"order_not_found": 1}


async def test_the_pending_order_of_a_company_would_be_right_if_it_were_paid():
    capture = await asked_about(
        order_payload("order_get_br_company_pending") | {"payment_status": "paid"}
    )

    [event] = capture.captured
    order = event.order
    assert closes(order)
    assert (order.buyer.document, order.buyer.document_kind) == ("75839566500", "cpf")
    assert (order.buyer.company, order.buyer.state_registration) == (
        "Nuvem Shop LTDA", "388108598269",
    )  # fmt: skip
    assert order.billing_address.model_dump() == {
        "recipient": "Maria",
        "street": "Rua Doutor Azevedo Sampaio",
        "number": "50",
        "complement": "",
        "bairro": "Centro",
        "city": "Sorocaba",
        "uf": "SP",
        "cep": "18010220",
        "country": "BR",
        "phone": "1533276436",
    }
    assert [str(i.discount) for i in order.items] == ["600.00"]
    assert order.payments[0].method == "bank_transfer"


async def test_what_went_back_is_told_by_the_transactions():
    returned = payload("transaction_refunded_3x")
    capture = Capture(a_nuvemshop())
    capture.nuvemshop.order(1001, an_order(payment_status="partially_refunded"))
    capture.nuvemshop.transactions(1001, [a_transaction(), returned])

    await capture.hear(a_webhook("order/updated"))

    [event] = capture.captured
    [refund] = event.order.refunds
    assert (refund.refund_id, str(refund.amount)) == (returned["id"], "132.95")
    assert refund.refunded_at.isoformat() == "2020-01-27T12:30:15+00:00"
    assert [raw.source for raw in event.raw] == [
        "api orders/1001", "api orders/1001/transactions",
    ]  # fmt: skip


async def test_a_data_request_is_written_down():
    capture = Capture(a_nuvemshop(domain="123"))

    for _ in range(2):
        await capture.hear((FOLDER / "webhook_customers_data_request.payload.json").read_bytes())

    [(_, asked)] = capture.privacy.kept.items()
    assert (asked.kind, asked.request_id, asked.customer_id) == ("show", "456", "1")
    assert asked.order_ids == ("213", "3415", "21515")


async def test_a_buyer_to_forget_is_forgotten():
    capture = Capture(a_nuvemshop(domain="123"))
    capture.nuvemshop.says["/2025-03/123/orders/213"] = [an_order(213)]
    await capture.hear(a_webhook("order/paid", 213, "123"))

    await capture.hear((FOLDER / "webhook_customers_redact.payload.json").read_bytes())
    await capture.hear(a_webhook("order/updated", 213, "123"))

    [forgotten] = capture.log.messages(OrderErased)
    assert (forgotten.order_id, forgotten.revision) == (f"{STORE}:213", 1)
    assert len(capture.captured) == 1
    assert capture.tally.counts == {"erased": 1}


async def test_a_shop_to_forget_is_forgotten():
    capture = Capture(a_nuvemshop(domain="123"))
    for order_id in (1, 2, 3):
        capture.nuvemshop.says[f"/2025-03/123/orders/{order_id}"] = [an_order(order_id)]
        await capture.hear(a_webhook("order/paid", order_id, "123"))

    await capture.hear((FOLDER / "webhook_store_redact.payload.json").read_bytes())

    erased = {event.order_id for event in capture.log.messages(OrderErased)}
    assert erased == {f"{STORE}:{order_id}" for order_id in (1, 2, 3)}


async def test_the_cancelled_sample_wins_over_its_paid_copy_whichever_is_read_first():
    last = order_payload("order_cancelled_but_paid")
    before = last | {"status": "open", "cancelled_at": None, "cancel_reason": None}
    assert before["updated_at"] == last["updated_at"], "the trap of the sample"

    for copies in ([before, last], [last, before]):
        capture = Capture(a_nuvemshop())
        capture.nuvemshop.order(1001, *copies)
        for event in ("order/paid", "order/cancelled"):
            await capture.hear(a_webhook(event))
        assert capture.captured[-1].order.status == "cancelled"
        assert capture.sighting(last["id"]).status == "cancelled"


async def test_several_parcels_are_one_order():
    capture = Capture(a_nuvemshop())
    parcels = [a_parcel("10.00"), a_parcel("8.50", status="DISPATCHED")]
    capture.nuvemshop.order(1001, an_order(fulfillment_orders=parcels))

    await capture.hear(a_webhook("order/paid"))

    [event] = capture.captured
    assert closes(event.order)
    assert str(event.order.shipping.amount) == "18.50"
    assert event.order.shipping.method == "PAC"
    assert event.order.shipped, "one of the two is on its way"


async def test_a_cancelled_order_keeps_what_was_sold():
    capture = Capture(a_nuvemshop())
    capture.nuvemshop.order(1001, cancelled_order(an_order()))

    await capture.hear(a_webhook("order/cancelled", store=STORE_NUMBER))

    [event] = capture.captured
    assert (event.order.status, event.order.cancel_reason) == ("cancelled", "customer")
    assert str(event.order.totals.total) == "138.50"
