"""Purchases at Mercado Livre: what stands of them, however and whenever their news arrive."""

import itertools
import json
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import httpx
import pytest
import structlog

from chassis.logs import _error_type, redact
from contracts.order import Canceller, Gap, Order, OrderStatus, PaymentMethod
from tests.support.builders import STORE
from tests.support.capture import Capture, a_seller
from tests.support.mercadolivre import (
    ACCESS,
    APP_SECRET,
    BILLING,
    ORDER,
    OTHER,
    PACK,
    PERSONAL,
    REFRESH,
    SHIPMENT,
    a_line,
    a_payment,
    a_shipment,
    an_order,
    another,
    billing,
    notification,
)

LATER = "2026-11-20T13:00:00.000-04:00"
CANCEL = {
    "group": "buyer",
    "code": "cancel_purchase_by_buyer",
    "requested_by": "buyer",
    "date": "2026-11-20T12:59:00.000-04:00",
}
SPLIT = CANCEL | {"group": "shipment", "code": "pack_splitted"}
NEWS = notification(f"/orders/{ORDER}")


def returned(**changes: Any) -> dict[str, Any]:
    return a_payment(status="refunded", transaction_amount_refunded=120.0, **changes)


def gone(order: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """The order once its buyer has cancelled it and has the money back."""
    back = [
        paid | {"status": "refunded", "transaction_amount_refunded": paid["transaction_amount"]}
        for paid in order["payments"]
    ]
    ended = {"status": "cancelled", "cancel_detail": CANCEL, "last_updated": LATER}
    return order | ended | {"payments": back} | changes


def a_capture(*orders: dict[str, Any], **documents: Any) -> Capture:
    capture = Capture(a_seller())
    capture.mercadolivre.sells(*orders or (an_order(),), **documents)
    return capture


async def sold(*orders: dict[str, Any], **documents: Any) -> Order:
    """What becomes of a purchase of these orders."""
    [event] = await a_capture(*orders, **documents).notified(NEWS)
    return event.order


def closes(order: Order) -> bool:
    t = order.totals
    return t.items - t.discount + t.shipping + t.other == t.total


def paid_in_full(order: Order) -> bool:
    return sum(p.amount for p in order.payments) == order.totals.total


async def test_a_pack_of_two_is_one_order_that_adds_up():
    order = await sold(an_order(), another())

    assert order.order_id == f"{STORE}:{PACK}"
    assert [(i.sku, i.quantity, str(i.discount)) for i in order.items] == [
        ("CAN-350-AZ", 2, "9.80"),
        ("PRA-01", 1, "0.00"),
    ]
    assert (str(order.totals.shipping), str(order.totals.total)) == ("18.50", "178.50")
    assert closes(order)
    assert paid_in_full(order), "freight paid apart is counted to a payment"


async def test_an_order_without_a_pack_is_itself():
    capture = a_capture(an_order(pack_id=None))

    [event] = await capture.notified(NEWS)

    assert event.order_id == f"{STORE}:{ORDER}"
    assert f"/packs/{ORDER}" not in capture.mercadolivre.asked


async def test_all_that_is_told_of_one_purchase_at_once_makes_one_version():
    capture = a_capture(an_order(), another())
    news = [
        NEWS,
        notification(f"/orders/{OTHER}"),
        notification(f"/shipments/{SHIPMENT}", "shipments"),
        NEWS,
    ]
    capture.mercadolivre.documents["/collections/1"] = {"id": 1, "order_id": str(ORDER)}

    told = await capture.notified(*news, notification("/collections/1", "payments"))

    assert [event.revision for event in told] == [1]
    asked = capture.mercadolivre.asked
    assert asked.count(f"/packs/{PACK}") == asked.count(f"/orders/billing-info/MLB/{BILLING}") == 1


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
async def test_news_of_a_pack_in_any_order_end_in_the_same_state(order: Sequence[int]):
    """Whatever order the notifications come in, the platform is asked how things are."""
    capture = a_capture(an_order(), another())
    news = [NEWS, notification(f"/orders/{OTHER}"), NEWS]
    await capture.notified(news[order[0]])
    capture.mercadolivre.sells(an_order(), gone(another()))
    await capture.notified(news[order[1]], news[order[2]])

    versions = [(e.revision, [i.sku for i in e.order.items]) for e in capture.captured]

    assert versions == [(1, ["CAN-350-AZ", "PRA-01"]), (2, ["CAN-350-AZ"])]


async def test_an_old_copy_after_a_new_one_changes_nothing():
    """A reader that lags: the platform's copy is of before the cancellation."""
    capture = a_capture()
    await capture.notified(NEWS)
    capture.mercadolivre.sells(gone(an_order()))
    [cancelled] = await capture.notified(NEWS)
    capture.mercadolivre.sells(an_order())

    assert await capture.notified(NEWS) == []
    assert cancelled.order.status is OrderStatus.CANCELLED
    assert capture.tally.counts["already_cancelled"] == 1


async def test_an_older_copy_of_a_changed_order_is_ignored():
    capture = a_capture(an_order(last_updated=LATER, payments=[a_payment(installments=2)]))
    await capture.notified(NEWS)
    capture.mercadolivre.sells(an_order())

    assert await capture.notified(NEWS) == []
    assert capture.tally.counts == {"older_copy": 1}


async def test_the_inbox_read_again_tells_the_same():
    capture = a_capture(an_order(), another())
    [first] = await capture.notified(NEWS)

    capture.replay()
    await capture.drain()

    assert [e.event_id for e in capture.captured] == [first.event_id] * 2


async def test_a_pack_waits_for_all_its_orders_to_be_paid():
    waiting = another(status="payment_in_process", payments=[a_payment(9, status="in_process")])
    capture = a_capture(an_order(), waiting)

    assert await capture.notified(NEWS) == []
    assert capture.tally.counts == {"not_paid": 1}
    assert f"/shipments/{SHIPMENT}" not in capture.mercadolivre.asked, "not worth the question"

    capture.mercadolivre.sells(an_order(), another(last_updated=LATER))
    [event] = await capture.notified(notification(f"/orders/{OTHER}"))
    assert len(event.order.items) == 2


async def test_an_item_of_a_pack_cancelled_alone_leaves_the_rest():
    capture = a_capture(an_order(), another())
    await capture.notified(NEWS)
    capture.mercadolivre.sells(an_order(), gone(another()))

    [event] = await capture.notified(notification(f"/orders/{OTHER}"))

    order = event.order
    assert (event.revision, order.status) == (2, OrderStatus.PAID)
    assert [item.sku for item in order.items] == ["CAN-350-AZ"]
    assert (str(order.totals.total), closes(order), paid_in_full(order)) == ("138.50", True, True)


async def test_a_pack_of_which_all_is_cancelled_tells_what_was_sold():
    order = await sold(gone(an_order()), gone(another()))

    assert (order.status, order.cancel_reason) == (
        OrderStatus.CANCELLED, "cancel_purchase_by_buyer",
    )  # fmt: skip
    assert order.cancelled_at is not None
    assert order.cancelled_at.isoformat() == "2026-11-20T16:59:00+00:00"
    assert len(order.items) == 2
    assert sorted(str(r.amount) for r in order.refunds) == ["120.00", "40.00"]


@pytest.mark.parametrize(
    ("told", "by"),
    [
        ("buyer", Canceller.BUYER),
        ("seller", Canceller.MERCHANT),
        ("Mercado Livre", Canceller.CHANNEL),
        ("meli", Canceller.CHANNEL),
        ("respondent", None),
        (None, None),
    ],
)
async def test_who_asked_for_the_end_is_told_as_the_platform_says_it(
    told: str | None, by: Canceller | None
):
    order = await sold(gone(an_order(), cancel_detail=CANCEL | {"requested_by": told}))

    assert order.cancelled_by is by


async def test_a_sale_that_was_paid_and_is_confirmed_again_is_cancelled():
    """The seller reported it as not concluded; the payment may or may not be back by then."""
    for payments in ([returned()], [a_payment(status="cancelled", date_approved=None)], []):
        capture = a_capture()
        await capture.notified(NEWS)
        capture.mercadolivre.sells(
            an_order(status="confirmed", last_updated=LATER, payments=payments)
        )

        [event] = await capture.notified(NEWS)

        assert event.order.status is OrderStatus.CANCELLED
        assert event.order.cancel_reason == "sale_not_concluded"


async def test_a_confirmed_order_that_was_never_paid_is_not_captured():
    capture = a_capture(an_order(status="confirmed", payments=[]))

    assert await capture.notified(NEWS) == []
    assert capture.tally.counts == {"not_paid": 1}


async def test_a_cancelled_order_that_was_never_paid_is_not_captured():
    unpaid = an_order(status="cancelled", cancel_detail=CANCEL, payments=[])
    capture = a_capture(unpaid)

    assert await capture.notified(NEWS) == []
    assert capture.tally.counts == {"not_paid": 1}


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"payments": [returned()]}, "refunded"),
        ({"payments": [a_payment(status="charged_back")]}, "charged_back"),
        ({"status": "pending_cancel"}, "pending_cancel"),
        ({"tags": ["paid", "fraud_risk_detected"]}, "fraud_risk_detected"),
        (
            {
                "tags": ["paid", "unfulfilled"],
                "payments": [a_payment(tags=["refund_account_money"])],
            },
            "refunded",
        ),
    ],
)
async def test_a_sale_still_called_paid_may_be_off(changes: dict[str, Any], reason: str):
    capture = a_capture()
    await capture.notified(NEWS)
    capture.mercadolivre.sells(an_order(last_updated=LATER, **changes))

    [event] = await capture.notified(NEWS)

    assert (event.order.status, event.order.cancel_reason) == (OrderStatus.CANCELLED, reason)


async def test_a_quarrel_about_the_money_does_not_cancel():
    order = await sold(
        an_order(mediations=[{"id": 5}], payments=[a_payment(status="in_mediation")])
    )

    assert order.status is OrderStatus.PAID


async def test_a_partial_refund_stands_with_what_went_back():
    part = a_payment(transaction_amount_refunded=20.0, status_detail="partially_refunded")
    order = await sold(an_order(status="partially_refunded", payments=[part]))

    assert order.status is OrderStatus.PAID
    assert [(r.refund_id, str(r.amount)) for r in order.refunds] == [("91776699099", "20.00")]
    assert str(order.totals.total) == "138.50"


async def test_a_split_pack_is_cancelled_as_split_and_lives_on_under_new_ids():
    capture = a_capture(an_order(), another())
    await capture.notified(NEWS)
    ended = {"status": "cancelled", "cancel_detail": SPLIT, "last_updated": LATER}
    halves = [
        an_order(2000009100000001, 2000006100000001, tags=["paid", "source_pack_split"]),
        another(id=2000009100000002, pack_id=2000006100000002, shipping={"id": 43000000002}),
    ]
    capture.mercadolivre.sells(an_order(**ended), another(**ended))
    for half in halves:
        capture.mercadolivre.sells(half)

    told = await capture.notified(NEWS, *(notification(f"/orders/{h['id']}") for h in halves))

    assert [(e.order_id, e.order.status) for e in told] == [
        (f"{STORE}:{PACK}", OrderStatus.CANCELLED),
        (f"{STORE}:2000006100000001", OrderStatus.PAID),
        (f"{STORE}:2000006100000002", OrderStatus.PAID),
    ]
    assert told[0].order.cancel_reason == "pack_splitted"


async def test_a_split_pack_that_was_never_captured_is_no_sale_lost():
    ended = {"status": "cancelled", "cancel_detail": SPLIT}
    capture = a_capture(an_order(**ended), another(**ended))

    assert await capture.notified(NEWS) == []
    assert capture.tally.counts == {"not_paid": 1}


async def test_components_of_a_kit_are_one_order_with_the_kit_s_name_on_each_line():
    line = a_line(bundle={"parent_item": {"id": "MLB5000"}})
    order = await sold(an_order(order_items=[line]), another())

    assert [item.bundle_id for item in order.items] == ["MLB5000", None]


async def test_binary_dust_is_rounded_to_the_cent():
    line = a_line(quantity=1, unit_price=14.290000000000001, full_unit_price=None)
    order = await sold(
        an_order(
            order_items=[line | {"discounts": [{"amounts": {"full": 1.7100000000000002}}]}],
            total_amount=14.290000000000001,
            payments=[a_payment(transaction_amount=14.290000000000001)],
        )
    )

    [item] = order.items
    assert (str(item.unit_price), str(item.discount)) == ("16.00", "1.71")
    assert (order.totals.total, closes(order)) == (Decimal("32.79"), True)


@pytest.mark.parametrize(
    ("kind", "method", "expected", "brand"),
    [
        ("credit_card", "master", PaymentMethod.CREDIT_CARD, "master"),
        ("debit_card", "debelo", PaymentMethod.DEBIT_CARD, "debelo"),
        ("ticket", "bolbradesco", PaymentMethod.BOLETO, None),
        ("bank_transfer", "pix", PaymentMethod.PIX, None),
        ("account_money", "account_money", PaymentMethod.WALLET, None),
        ("digital_currency", "consumer_credits", PaymentMethod.OTHER, None),
    ],
)
async def test_how_it_was_paid(kind: str, method: str, expected: PaymentMethod, brand: str | None):
    paid = a_payment(payment_type=kind, payment_method_id=method, installments=3)
    [payment] = (await sold(an_order(payments=[paid]))).payments

    assert (payment.method, payment.brand, payment.installments) == (expected, brand, 3)


async def test_a_payment_that_failed_before_another_does_not_count():
    failed = a_payment(8, status="rejected", date_approved=None)
    order = await sold(an_order(payments=[failed, a_payment()]))

    assert [p.reference for p in order.payments] == ["91776699099"]
    assert paid_in_full(order)


async def test_freight_that_a_payment_includes_is_not_counted_twice():
    order = await sold(an_order(payments=[a_payment(shipping_cost=18.5)]))

    assert paid_in_full(order)


async def test_stock_of_the_platform_is_told_by_the_way_the_goods_travel():
    full = a_shipment(logistic={"type": "fulfillment"})
    order = await sold(an_order(), shipment=full)

    assert order.shipping.carrier == "fulfillment"


@pytest.mark.parametrize("lead_time", [None, {"cost": 18.5}])
async def test_a_way_that_the_shipment_does_not_name_is_the_one_that_was_chosen(lead_time: Any):
    chosen = a_shipment(lead_time=lead_time, shipping_option={"name": "Normal", "cost": 18.5})
    order = await sold(an_order(), shipment=chosen)

    assert order.shipping.method == "Normal"


@pytest.mark.parametrize(
    ("variation", "sku"), [("11", "VAR-A"), ("12", "VAR-B"), ("13", "ITEM"), (None, "ITEM")]
)
async def test_a_line_that_does_not_say_its_sku_has_its_listing_s(variation: Any, sku: str):
    line = a_line()
    line["item"] |= {"seller_sku": None, "variation_id": variation}
    named = [{"id": "COLOR", "value_name": "Azul"}, {"id": "SELLER_SKU", "value_name": "VAR-A"}]
    capture = a_capture(an_order(order_items=[line]))
    capture.mercadolivre.documents["/items/MLB3737188005"] = {
        "id": "MLB3737188005",
        "seller_custom_field": "OLD",
        "attributes": [{"id": "SELLER_SKU", "value_name": "ITEM"}],
        "variations": [
            {"id": 11, "seller_custom_field": "OLD-A", "attributes": named},
            {"id": 12, "seller_custom_field": "VAR-B", "attributes": None},
            {"id": 13, "seller_custom_field": None},
        ],
    }

    [event] = await capture.notified(NEWS)

    assert event.order.items[0].sku == sku


async def test_a_line_without_any_sku_is_left_to_a_person():
    line = a_line()
    line["item"] |= {"seller_sku": None}

    assert (await sold(an_order(order_items=[line]))).items[0].sku is None


async def test_an_address_that_is_hidden_is_none_and_sn_is_no_number():
    shipment = a_shipment()
    shipment["destination"]["shipping_address"] |= {"street_number": "SN", "comment": "XXXXXXX"}
    address = (await sold(an_order(), shipment=shipment)).shipping_address

    assert address is not None
    assert (address.number, address.complement, address.phone) == ("S/N", "", None)


@pytest.mark.parametrize(
    "topic",
    ["orders", "orders_feedback", "fbm_stock_operations", "flex-handshakes", "claims", "questions"],
)
async def test_news_of_anything_but_sales_are_taken_and_said_to_be_ignored(topic: str):
    """However often and however long ago they were tried."""
    capture = a_capture(an_order())
    old = {"attempts": 9, "sent": "2026-01-02T03:04:05.678Z", "received": None, "actions": []}

    assert await capture.notified(notification("/anything/1/else", topic, **old)) == []

    assert capture.tally.counts == {"topic_not_used": 1}
    assert capture.dead == []


async def test_news_tried_for_days_still_tell_of_their_order():
    capture = a_capture(an_order())
    old = {"attempts": 9, "sent": "2026-11-15T03:04:05.678Z"}

    [event] = await capture.notified(notification(f"/orders/{ORDER}", **old))

    assert event.order.status is OrderStatus.PAID


@pytest.mark.parametrize(
    ("kind", "number", "told"),
    [
        ("CPF", 1234567890, "01234567890"),
        ("CNPJ", 191, "00000000000191"),
        ("CPF", 32659430, "32659430"),
        ("DNI", 191, "191"),
    ],
)
async def test_a_document_kept_as_a_number_gets_its_zeros_back(kind: str, number: int, told: str):
    """If it is right with them; a person sees any other as it came."""
    billed = billing(identification={"type": kind, "number": number})

    [event] = await a_capture(an_order(), billed=billed).notified(NEWS)

    assert event.order.buyer.document == told


async def test_a_state_told_by_its_code_alone_is_known():
    told = billing()
    told["buyer"]["billing_info"]["address"]["state"] = {"code": "BR-RS", "name": None}

    [event] = await a_capture(an_order(), billed=told).notified(NEWS)

    assert event.order.billing_address is not None
    assert event.order.billing_address.uf == "RS"


@pytest.mark.parametrize("country", [None, "", "BR", "br"])
async def test_an_invoice_s_address_is_in_brazil_unless_it_says_another_country(country: Any):
    told = billing()
    told["buyer"]["billing_info"]["address"]["country_id"] = country

    [event] = await a_capture(an_order(), billed=told).notified(NEWS)

    assert event.order.billing_address is not None
    assert event.order.billing_address.country == "BR"


async def test_tax_data_that_comes_late_is_waited_for_a_little():
    nothing_yet = billing(identification={"type": None, "number": None})
    capture = a_capture(an_order(), billed=nothing_yet)
    assert await capture.notified(NEWS) == []

    capture.mercadolivre.sells(an_order())
    capture.clock.advance(seconds=16)
    await capture.bring_back()

    [event] = capture.captured
    assert event.order.buyer.document == "52998224725"
    assert event.revision == 1


async def test_tax_data_that_never_comes_leaves_the_order_to_a_person():
    capture = a_capture(an_order(), billed=billing(identification=None))
    await capture.notified(NEWS)
    for _ in range(3):
        capture.clock.advance(seconds=31)
        await capture.bring_back()

    [event] = capture.captured
    assert event.order.buyer.document is None
    assert capture.deferrals.kept == {}


async def test_a_cancelled_sale_waits_for_no_tax_data():
    capture = a_capture(gone(an_order()), billed=billing(identification=None))

    assert len(await capture.notified(NEWS)) == 1


async def test_a_buyer_left_out_of_the_answer_is_told_as_withheld():
    capture = a_capture()
    partial = httpx.Response(
        206, json=an_order(buyer={}), headers={"X-Content-Missing": "buyer, feedback"}
    )
    capture.mercadolivre.documents[f"/orders/{ORDER}"] = partial
    await capture.notified(NEWS)
    for _ in range(3):
        capture.clock.advance(seconds=31)
        await capture.bring_back()

    [event] = capture.captured
    assert event.order.gaps == (Gap.BUYER_DATA_WITHHELD,)


async def test_what_the_seller_bought_is_no_order_of_theirs():
    capture = a_capture(an_order(seller={"id": 5}))

    assert await capture.notified(NEWS) == []
    assert capture.tally.counts == {"order_not_found": 1}


async def test_an_order_of_somebody_else_is_not_found():
    capture = a_capture()
    refusal = httpx.Response(403, json={"error": "not_owned_order", "status": 403})
    capture.mercadolivre.documents[f"/orders/{ORDER}"] = refusal

    assert await capture.notified(NEWS) == []
    assert capture.tally.counts == {"order_not_found": 1}
    assert capture.mercadolivre.renewals == 0


@pytest.mark.parametrize("path", [f"/orders/{ORDER}", f"/packs/{PACK}", f"/shipments/{SHIPMENT}"])
@pytest.mark.parametrize(
    "trouble", [httpx.Response(429), httpx.Response(500), httpx.ConnectError("")]
)
async def test_a_platform_in_trouble_is_asked_again(path: str, trouble: Any):
    capture = a_capture()
    capture.mercadolivre.troubles[path] = [trouble]

    assert len(await capture.notified(NEWS)) == 1


async def test_a_platform_that_stays_away_puts_the_news_aside_and_loses_nothing():
    capture = a_capture()
    capture.mercadolivre.troubles[f"/orders/{ORDER}"] = [httpx.Response(503)] * 20
    assert await capture.notified(NEWS) == []

    capture.mercadolivre.troubles.clear()
    capture.clock.advance(seconds=16)
    capture.seconds.now += 30
    await capture.bring_back()

    assert len(capture.captured) == 1


async def test_a_token_that_ended_is_renewed_and_the_order_captured():
    capture = a_capture(an_order(), another())
    capture.mercadolivre.access.clear()

    told = await capture.notified(NEWS, notification(f"/orders/{OTHER}"))

    assert len(told) == 1
    assert capture.mercadolivre.renewals == 1
    assert capture.mercadolivre.alive


async def test_a_token_that_ends_in_the_middle_of_a_purchase_is_renewed_there():
    capture = a_capture()
    capture.mercadolivre.troubles[f"/shipments/{SHIPMENT}"] = [httpx.Response(401)]

    assert len(await capture.notified(NEWS)) == 1
    assert capture.mercadolivre.renewals == 1


async def test_a_lost_grant_is_cured_by_connecting_the_store_again():
    capture = a_capture()
    capture.mercadolivre.access.clear()
    capture.mercadolivre.alive = False
    assert await capture.notified(NEWS) == []
    assert capture.tally.counts == {"channel_token_refused": 1}

    capture.mercadolivre.alive, capture.mercadolivre.refresh = True, "TG-again"
    capture.mercadolivre.access.add("APP_USR-again")
    capture.stores.put(a_seller(token="APP_USR-again", refresh="TG-again", version=2))
    await capture.deferrals.release(STORE, capture.clock())
    await capture.bring_back()

    assert len(capture.captured) == 1
    assert capture.dead == []


async def test_a_grant_lost_in_the_middle_of_a_purchase_is_cured_the_same_way():
    for pack in (PACK, None):
        capture = a_capture(an_order(pack_id=pack))
        path = f"/orders/billing-info/MLB/{BILLING}"
        capture.mercadolivre.troubles[path] = [httpx.Response(401)]
        capture.mercadolivre.alive = False
        assert await capture.notified(NEWS) == []

        capture.mercadolivre.access.add(ACCESS)
        await capture.deferrals.release(STORE, capture.clock())
        await capture.bring_back()

        assert [e.order_id for e in capture.captured] == [f"{STORE}:{pack or ORDER}"]


async def test_no_line_holds_a_buyer_or_a_token_whatever_goes_wrong():
    with structlog.testing.capture_logs(processors=[_error_type, redact]) as lines:
        capture = a_capture(an_order(), another())
        capture.mercadolivre.access.clear()
        await capture.notified(NEWS, notification("/users/1"))
        capture.mercadolivre.documents[f"/orders/{OTHER}"] |= {"total_amount": PERSONAL[0]}
        await capture.notified(NEWS)
        bent = billing(address={"street_name": {"of": PERSONAL[4]}})
        capture.mercadolivre.sells(an_order(), another(), billed=bent)
        await capture.notified(NEWS)
        capture.mercadolivre.alive = False
        capture.mercadolivre.access.clear()
        capture.clock.advance(minutes=10)
        await capture.notified(NEWS)

    text = json.dumps(lines, ensure_ascii=False, default=str)
    assert {"channel_token_renewed", "channel_grant_refused", "record_dead", "ignored"} <= {
        line["event"] for line in lines
    }
    secrets = (ACCESS, REFRESH, APP_SECRET, "APP_USR-", "TG-")
    assert [word for word in (*PERSONAL, *secrets) if word in text] == []


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"user_id": 1}, "of another seller"),
        ({"application_id": 1}, "for another application"),
        ({"resource": "/orders/1/../../users/me"}, "resource is none of its topic"),
        ({"resource": "https://elsewhere.test/orders/1"}, "resource is none of its topic"),
        ({"topic": "shipments"}, "resource is none of its topic"),
        ({"topic": ""}, "names no topic"),
        ({"resource": {"a": 1}}, "resource: string_type"),
    ],
)
async def test_a_notification_that_is_not_for_us_is_never_asked_about(
    changes: dict[str, Any], why: str
):
    capture = a_capture()
    body = notification(f"/orders/{ORDER}", **changes)

    assert await capture.post(f"/webhooks/mercadolivre/{STORE}", body, {}) == 200
    await capture.drain()

    [letter] = capture.dead
    assert why in letter.headers["dead_error"].decode()
    assert capture.mercadolivre.asked == []


@pytest.mark.parametrize(
    ("body", "answered"),
    [
        (notification("/orders/1"), "stored"),
        (b"{}", "not_the_channels"),
        (b"[1]", "not_the_channels"),
        (b'{"user_id": 779432305, "topic": "orders_v2"}', "not_the_channels"),
        (b"{", "malformed_json"),
        (notification("/orders/1", user_id=7), "stored"),
    ],
)
async def test_the_door_takes_in_whatever_may_be_a_notification_and_speaks_of_no_signature(
    body: bytes, answered: str
):
    capture = a_capture()

    async with capture.http() as http:
        answer = await http.post(f"/webhooks/mercadolivre/{STORE}", content=body)

    assert answered in answer.json().values()
    assert answer.status_code == (200 if answered == "stored" else 400)
    assert "signature" not in answer.text


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (notification("/orders/1"), 200),
        (notification("/orders/1", user_id="779432305"), 200),
        (notification("/orders/1", user_id=7), 404),
        (notification("/orders/1", user_id=True), 400),
        (b"{", 400),
        (b"[]", 400),
        (b'{"topic": "orders_v2", "resource": "/orders/1"}', 400),
        (b'{"topic": "orders_v2", "user_id": 779432305}', 400),
    ],
)
async def test_the_application_s_one_address_finds_the_seller(body: bytes, status: int):
    capture = a_capture()

    assert await capture.post("/webhooks/mercadolivre", body, {}) == status


async def test_a_store_that_left_is_not_told_any_more():
    capture = Capture(a_seller(active=False))

    assert await capture.post(f"/webhooks/mercadolivre/{STORE}", NEWS, {}) == 410


async def test_the_whole_purchase_travels_as_the_platform_told_it():
    [event] = await a_capture(an_order(), another()).notified(NEWS)

    assert sorted(document.source for document in event.raw) == sorted(
        f"GET {path}"
        for path in (
            f"/orders/{ORDER}",
            f"/orders/{OTHER}",
            f"/packs/{PACK}",
            f"/shipments/{SHIPMENT}",
            f"/orders/billing-info/MLB/{BILLING}",
        )
    )
