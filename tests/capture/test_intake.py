"""From the inbox to the events: what is fetched, what waits, what is never lost."""

import asyncio
import json
from dataclasses import replace
from itertools import permutations

import httpx
import pytest

from capture.deferrals import FIRST_WAIT_S, keep_releasing, wait_s
from contracts.events import OrderErased
from contracts.order import Canceller, Gap, OrderStatus, PaymentMethod
from contracts.topics import INBOX
from tests.support.builders import STORE
from tests.support.capture import Capture, a_shop
from tests.support.shopify import (
    DOMAIN,
    TOKEN,
    a_payload,
    a_transaction,
    cancelled,
    details,
    throttled,
)
from tests.support.waiting import eventually

LATER = "2026-11-20T11:30:00-03:00"


def refused() -> httpx.Response:
    return httpx.Response(401, json={"errors": "[API] Invalid API key or access token"})


def down() -> httpx.Response:
    return httpx.Response(503)


async def test_a_paid_order_is_completed_by_what_only_graphql_knows():
    capture = Capture()
    capture.shopify.graphql(details())

    [event] = await capture.tell("orders/paid", a_payload())

    order = event.order
    assert (order.buyer.document, order.buyer.document_kind) == ("52998224725", "cpf")
    [payment] = order.payments
    assert (payment.method, str(payment.amount)) == (PaymentMethod.PIX, "138.50")
    assert order.paid_at.isoformat() == "2026-11-20T13:59:30+00:00"
    address = order.shipping_address
    assert (address.street, address.number, address.complement, address.bairro) == (
        "Rua dos Ipês", "418", "ap 32", "Petrópolis",
    )  # fmt: skip
    assert (address.uf, address.cep, order.gaps) == ("RS", "90460130", ())


async def test_the_question_goes_to_the_shop_with_its_token():
    capture = Capture()
    capture.shopify.graphql(details())

    await capture.tell("orders/paid", a_payload())

    [asked] = capture.shopify.asked
    assert str(asked.url) == f"https://{DOMAIN}/admin/api/2026-10/graphql.json"
    assert asked.headers["X-Shopify-Access-Token"] == TOKEN
    said = json.loads(asked.content)
    assert said["operationName"] == "OrderDetails"
    assert said["variables"] == {"id": "gid://shopify/Order/1001"}


async def test_what_the_channel_sent_travels_to_the_letter():
    capture = Capture()
    capture.shopify.graphql(details())
    body = json.dumps(a_payload(), indent=3, ensure_ascii=False).encode()

    [event] = await capture.tell("orders/paid", body)

    webhook, graphql = event.raw
    assert (webhook.source, webhook.body.encode()) == ("webhook orders/paid", body)
    assert graphql.source == "graphql OrderDetails"
    assert json.loads(graphql.body) == details()


async def test_a_document_too_large_for_the_event_is_only_named():
    capture = Capture()
    capture.shopify.graphql(details())

    [event] = await capture.tell("orders/paid", a_payload(note="x" * 1_600_000))

    assert [bool(raw.body) for raw in event.raw] == [False, True]


async def test_an_unpaid_or_test_order_costs_no_question():
    capture = Capture()

    await capture.tell("orders/create", a_payload(financial_status="pending"))
    await capture.tell("orders/paid", a_payload(1002, test=True))

    assert capture.shopify.asked == []


async def test_an_order_shopify_has_changed_meanwhile_is_read_again():
    capture = Capture()
    capture.shopify.graphql(details(updatedAt="2026-11-20T14:30:00Z"))
    capture.shopify.rest(1001, {"order": a_payload(updated_at=LATER, name="#1001-b")})

    [event] = await capture.tell("orders/paid", a_payload())

    assert event.order.number == "#1001-b"
    assert [raw.source for raw in event.raw] == [
        "webhook orders/paid", "graphql OrderDetails", "rest/orders/1001.json",
    ]  # fmt: skip


async def test_an_order_cancelled_meanwhile_is_captured_as_cancelled():
    capture = Capture()
    capture.shopify.graphql(details(cancelledAt="2026-11-20T15:00:00Z"))
    capture.shopify.rest(1001, {"order": cancelled(a_payload())})

    [event] = await capture.tell("orders/paid", a_payload())

    assert event.order.status is OrderStatus.CANCELLED


async def test_a_stale_answer_does_not_replace_the_webhook():
    capture = Capture()
    capture.shopify.graphql(details(updatedAt="2026-11-20T14:30:00Z"))
    capture.shopify.rest(1001, {"order": a_payload(updated_at="2026-11-20T10:59:00-03:00")})

    [event] = await capture.tell("orders/paid", a_payload(name="#1001-b"))

    assert event.order.number == "#1001-b"


async def test_a_cancelled_order_is_about_what_was_sold():
    capture = Capture()
    capture.shopify.graphql(details())
    await capture.tell("orders/paid", a_payload())

    [event] = await capture.tell("orders/cancelled", cancelled(a_payload()))

    order = event.order
    assert (event.revision, order.status, order.cancel_reason) == (
        2, OrderStatus.CANCELLED, "customer",
    )  # fmt: skip
    assert order.cancelled_by is Canceller.BUYER
    assert [item.quantity for item in order.items] == [2]
    assert str(order.totals.total) == "138.50"
    assert order.cancelled_at.isoformat() == "2026-11-20T15:00:00+00:00"


async def test_an_order_refunded_whole_counts_as_cancelled():
    capture = Capture()
    refunds = [
        {
            "id": 9,
            "created_at": LATER,
            "processed_at": "2026-11-20T11:29:00-03:00",
            "refund_line_items": [
                {"line_item_id": 11, "quantity": 2, "subtotal": 120.0, "total_tax": 0}
            ],
            "transactions": [{"kind": "refund", "status": "success", "amount": "138.50"}],
        }
    ]
    payload = a_payload(financial_status="refunded", refunds=refunds, updated_at=LATER)

    [event] = await capture.tell("orders/updated", payload)

    order = event.order
    assert (order.status, order.cancel_reason) == (OrderStatus.CANCELLED, "refunded")
    assert order.cancelled_at.isoformat() == "2026-11-20T14:29:00+00:00"
    [refund] = order.refunds
    assert (str(refund.amount), str(refund.lines[0].amount)) == ("138.50", "120.00")


async def test_a_refund_whose_money_has_not_moved_is_of_nothing_yet():
    capture = Capture()
    removed = [{"id": 9, "created_at": LATER, "transactions": [], "refund_line_items": []}]

    [event] = await capture.tell("orders/updated", a_payload(refunds=removed))

    assert str(event.order.refunds[0].amount) == "0.00"
    assert event.order.status is OrderStatus.PAID


async def test_paid_twice_is_told_once():
    capture = Capture()

    assert len(await capture.tell("orders/paid", a_payload())) == 1
    assert await capture.tell("orders/paid", a_payload()) == []
    assert await capture.tell("orders/updated", a_payload(updated_at=LATER)) == []
    assert capture.tally.counts == {"same_content": 2}


async def test_the_webhooks_of_one_order_in_one_batch_make_one_question():
    capture = Capture()
    capture.shopify.graphql(details())
    for topic, payload in (
        ("orders/create", a_payload(financial_status="pending", updated_at="2026-11-20T10:58:00Z")),
        ("orders/paid", a_payload()),
        ("orders/updated", a_payload()),
    ):
        await capture.notify(topic, payload)

    await capture.drain()

    assert capture.shopify.paths() == ["graphql.json"]
    assert [event.revision for event in capture.captured] == [1]


@pytest.mark.parametrize("arrival", [("paid", "pending"), ("pending", "paid")])
async def test_the_copy_from_before_the_payment_hides_nothing_whenever_it_comes(arrival):
    capture = Capture()
    capture.shopify.graphql(details())

    for status in arrival:
        await capture.notify("orders/updated", a_payload(financial_status=status))
    await capture.drain()

    [event] = capture.captured
    assert event.order.buyer.document == "52998224725"
    assert [p.method for p in event.order.payments] == [PaymentMethod.PIX]


async def test_webhooks_of_one_second_in_the_wrong_order_are_told_apart():
    capture = Capture()
    capture.shopify.graphql(details())
    await capture.notify("orders/paid", a_payload())
    await capture.notify("orders/create", a_payload(financial_status="pending"))

    await capture.drain()

    [event] = capture.captured
    assert event.order.buyer.document == "52998224725"
    assert capture.tally.counts == {"not_paid": 1}


async def test_in_one_batch_a_cancellation_overtakes_nothing():
    capture = Capture()
    capture.shopify.graphql(details())
    await capture.notify("orders/paid", a_payload())
    await capture.notify("orders/cancelled", cancelled(a_payload()))
    await capture.notify("orders/paid", a_payload())

    await capture.drain()

    assert [(e.revision, e.order.status) for e in capture.captured] == [
        (1, OrderStatus.PAID), (2, OrderStatus.CANCELLED),
    ]  # fmt: skip


async def test_a_batch_read_again_after_a_crash_tells_the_same_again():
    capture = Capture()
    capture.shopify.graphql(details())
    for order_id in (1, 2, 3):
        await capture.notify("orders/paid", a_payload(order_id))
    await capture.drain()
    first = list(capture.captured)

    capture.replay()
    await capture.drain()

    assert capture.captured[3:] == first


@pytest.mark.parametrize("order", [*permutations(range(4))], ids=str)
async def test_whatever_the_order_of_arrival_the_order_ends_cancelled(order: tuple[int, ...]):
    capture = Capture()
    life = [
        ("orders/create", a_payload(financial_status="pending", updated_at="2026-11-20T10:58:00Z")),
        ("orders/paid", a_payload()),
        ("orders/updated", a_payload(updated_at=LATER, name="#new")),
        ("orders/cancelled", cancelled(a_payload(name="#new"))),
    ]

    for i in (*order, *order):
        await capture.tell(*life[i])

    assert capture.captured[-1].order.status is OrderStatus.CANCELLED
    assert capture.captured[-1].order.number == "#new"


async def test_a_refused_token_leaves_a_gap_and_not_a_hole():
    capture = Capture()
    capture.shopify.graphql(refused())

    [event] = await capture.tell("orders/paid", a_payload())

    assert event.order.gaps == (Gap.CHANNEL_TOKEN_REFUSED,)
    assert event.order.buyer.document is None
    assert event.order.buyer.name == "Irene Baptista Leal"


async def test_once_the_token_is_good_again_the_order_is_completed_by_itself():
    capture = Capture()
    capture.shopify.graphql(httpx.Response(403), details())
    capture.shopify.rest(1001, {"order": a_payload()})
    await capture.tell("orders/paid", a_payload())
    releasing = asyncio.create_task(
        keep_releasing(capture.deferrals, capture.stores, capture.clock)
    )
    await asyncio.sleep(0)

    capture.stores.put(a_shop(token="shpat_new", version=2))
    await asyncio.sleep(0)
    await capture.bring_back()

    [poor, whole] = capture.captured
    assert (poor.revision, whole.revision) == (1, 2)
    assert whole.order.gaps == ()
    assert whole.order.buyer.document == "52998224725"
    assert capture.shopify.asked[-1].headers["X-Shopify-Access-Token"] == "shpat_new"
    assert capture.deferrals.kept == {}
    releasing.cancel()


async def test_what_an_old_token_was_refused_after_the_store_changed_is_asked_again_too():
    """The question was under way when the store was connected again."""
    capture = Capture()
    capture.shopify.graphql(httpx.Response(403), details())
    capture.shopify.rest(1001, {"order": a_payload()})
    releasing = asyncio.create_task(
        keep_releasing(capture.deferrals, capture.stores, capture.clock, in_flight_s=0.05)
    )
    await asyncio.sleep(0)
    capture.stores.put(a_shop(version=2))
    await asyncio.sleep(0)
    await capture.tell("orders/paid", a_payload())

    [waiting] = capture.deferrals.kept
    await eventually(lambda: capture.deferrals.kept[waiting].due_at <= capture.clock.now)
    await capture.bring_back()

    assert capture.captured[-1].order.gaps == ()
    assert capture.deferrals.kept == {}
    releasing.cancel()


async def test_what_waits_for_a_token_holds_nothing_of_the_buyer():
    capture = Capture()
    capture.shopify.graphql(refused())

    await capture.tell("orders/paid", a_payload())

    [waiting] = capture.deferrals.kept.values()
    assert waiting.for_token
    assert waiting.record.value == b"{}"
    assert dict(waiting.record.headers).keys() == {
        "channel", "store_id", "received_at", "traceparent", "refresh",
    }  # fmt: skip


async def test_an_edit_seen_with_a_refused_token_is_asked_about_later():
    capture = Capture()
    capture.shopify.rest(1001, refused())

    assert await capture.tell("orders/edited", {"order_edit": {"order_id": 1001}}) == []

    assert capture.tally.counts == {"channel_token_refused": 1}
    assert [d.for_token for d in capture.deferrals.kept.values()] == [True]


async def test_an_app_without_access_to_the_tax_id_says_so():
    capture = Capture()
    denied = {"message": "Access denied", "extensions": {"code": "ACCESS_DENIED"}}
    capture.shopify.graphql({"data": {"order": None}, "errors": [denied]})

    [event] = await capture.tell("orders/paid", a_payload())

    assert event.order.gaps == (Gap.BUYER_DATA_WITHHELD,)


@pytest.mark.parametrize(
    "answer",
    [
        throttled(missing=100, rate=50.0),
        httpx.Response(429, json=throttled(missing=100, rate=50.0)),
        httpx.Response(429, headers={"Retry-After": "2.0"}),
    ],
    ids=["200", "429", "Retry-After"],
)
async def test_a_throttled_question_is_asked_again_when_the_points_are_back(answer):
    capture = Capture()
    capture.shopify.graphql(answer, details())
    began = capture.seconds.now

    [event] = await capture.tell("orders/paid", a_payload())

    assert event.order.buyer.document == "52998224725"
    assert capture.seconds.now - began == pytest.approx(2.0)


@pytest.mark.parametrize(
    "answer",
    [
        down(),
        httpx.Response(302, headers={"Location": "https://elsewhere.test/"}),
        httpx.ConnectError("no route"),
        httpx.ReadTimeout("silence"),
    ],
    ids=lambda a: type(a).__name__ if isinstance(a, Exception) else str(a.status_code),
)
async def test_a_channel_in_trouble_for_a_moment_is_waited_for(answer):
    capture = Capture()
    capture.shopify.graphql(answer, details())

    [event] = await capture.tell("orders/paid", a_payload())

    assert event.order.buyer.document == "52998224725"
    assert all(request.url.host == DOMAIN for request in capture.shopify.asked)


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(200, text="<html>maintenance</html>"),
        httpx.Response(200, json={"errors": [{"message": "Internal error"}]}),
        httpx.Response(200, json={"data": {"order": {"updatedAt": "yesterday"}}}),
        httpx.Response(200, json={"data": {"order": {"localizedFields": {"nodes": 1}}}}),
        httpx.Response(200, json={"data": {"order": {"localizedFields": {"edges": [None, 7]}}}}),
    ],
)
class TestAnAnswerThatNobodyCanRead:
    """Shopify answers, and not what we asked for: for a moment, or since its API has changed."""

    async def test_is_asked_for_again_and_the_order_comes_whole(self, answer: httpx.Response):
        capture = Capture()
        capture.shopify.graphql(answer, details())
        assert await capture.tell("orders/paid", a_payload()) == []

        [event] = await capture.later(FIRST_WAIT_S)

        assert event.order.buyer.document == "52998224725"
        assert event.order.gaps == ()
        assert capture.deferrals.kept == {}

    async def test_is_shown_to_people_within_minutes_and_asked_for_more_and_more_seldom(
        self, answer: httpx.Response
    ):
        capture = Capture()
        capture.shopify.graphql(answer)
        capture.shopify.rest(1001, {"order": a_payload()})
        assert await capture.tell("orders/paid", a_payload()) == []

        told = [event for _ in range(4) for event in await capture.later(120)]
        assert [event.order.gaps for event in told] == [(Gap.DETAILS_UNREADABLE,)]
        waits = []
        while capture.deferrals.kept:
            [waiting] = capture.deferrals.kept.values()
            waits.append((waiting.due_at - capture.clock()).total_seconds() / 3600)
            assert await capture.later(waits[-1] * 3600) == []

        assert waits == [1, 2, 4, 8, 16, 32]
        assert capture.dead == []

    async def test_is_read_by_itself_once_it_can_be(self, answer: httpx.Response):
        capture = Capture()
        capture.shopify.graphql(*[answer] * 5, details())
        capture.shopify.rest(1001, {"order": a_payload()})
        await capture.tell("orders/paid", a_payload())
        for _ in range(4):
            await capture.later(120)

        [event] = await capture.later(3600)

        assert (event.revision, event.order.gaps) == (2, ())
        assert event.order.buyer.document == "52998224725"

    async def test_keeps_no_cancellation_and_no_other_order_waiting(self, answer: httpx.Response):
        capture = Capture()
        capture.shopify.graphql(details(), answer, details())
        [paid] = await capture.tell("orders/paid", a_payload())

        [gone] = await capture.tell("orders/cancelled", cancelled(a_payload(updated_at=LATER)))
        [other] = await capture.tell("orders/paid", a_payload(id=1002, name="#1002"))

        assert (paid.order.status, gone.order.status) == (OrderStatus.PAID, OrderStatus.CANCELLED)
        assert other.order.gaps == ()


async def test_a_long_outage_puts_the_webhook_aside_and_loses_nothing():
    capture = Capture()
    capture.shopify.graphql(down())
    body = json.dumps(a_payload(), indent=1).encode()

    assert await capture.tell("orders/paid", body) == []
    for attempt in (1, 2, 3):
        capture.clock.advance(seconds=wait_s(attempt - 1))
        capture.seconds.now += 60
        await capture.bring_back()
        assert capture.captured == []
        assert capture.log.topics[INBOX][-1].headers["attempt"] == str(attempt).encode()

    capture.shopify.graphql(details())
    capture.clock.advance(hours=1)
    capture.seconds.now += 60
    await capture.bring_back()

    [event] = capture.captured
    assert event.raw[0].body.encode() == body
    assert capture.deferrals.kept == {}


async def test_a_deferred_webhook_does_not_come_back_before_it_is_due():
    capture = Capture()
    capture.shopify.graphql(down())
    await capture.tell("orders/paid", a_payload())

    capture.clock.advance(seconds=wait_s(0) - 1)
    await capture.bring_back()

    assert len(capture.log.topics[INBOX]) == 1
    assert len(capture.deferrals.kept) == 1


def test_the_pauses_grow_to_a_quarter_of_an_hour():
    assert [wait_s(n) for n in (0, 1, 2, 6, 1000)] == [15, 30, 60, 900, 900]


async def test_an_outage_of_one_store_holds_up_no_other():
    other = a_shop(store_id="other", domain="other.myshopify.com", account_id="omie-2")
    capture = Capture(a_shop(), other)
    capture.shopify.graphql(down())
    for order_id in range(1, 60):
        await capture.notify("orders/paid", a_payload(order_id))
    await capture.notify(
        "orders/create",
        a_payload(7, financial_status="paid", test=True),
        store="other",
        **{"X-Shopify-Shop-Domain": "other.myshopify.com"},
    )
    began = capture.seconds.now

    await capture.drain()

    assert capture.seconds.now - began < 10, "the whole batch shares one patience"
    assert len(capture.deferrals.kept) == 59
    assert len(capture.shopify.asked) < 59, "a store out of reach is left alone for a while"
    assert capture.tally.counts == {"test_order": 1}


async def test_a_cancellation_does_not_wait_for_a_channel_that_is_down():
    capture = Capture()
    capture.shopify.graphql(down())

    [event] = await capture.tell("orders/cancelled", cancelled(a_payload()))

    assert event.order.status is OrderStatus.CANCELLED
    assert capture.deferrals.kept == {}


async def test_an_order_the_channel_no_longer_has_is_passed_over():
    capture = Capture()

    assert await capture.tell("refunds/create", {"id": 5, "order_id": 1001}) == []

    assert capture.tally.counts == {"order_not_found": 1}


@pytest.mark.parametrize(
    ("topic", "payload", "why"),
    [
        ("orders/paid", {"id": 1}, "not an order"),
        ("orders/paid", [1, 2], "not an order"),
        ("orders/paid", "text", "not an order"),
        ("orders/paid", a_payload(id="1/../2"), "not an order: id"),
        ("orders/paid", a_payload(id=10**30), "not an order: id"),
        ("orders/paid", a_payload(updated_at="soon"), "not an order: updated_at"),
        ("orders/paid", a_payload(currency="reais"), "not an order: currency"),
        ("refunds/create", {"id": 5}, "names no order"),
        ("orders/edited", {"order_edit": {}}, "not what its topic says"),
        ("orders/delete", {}, "not what its topic says"),
        ("customers/redact", {"orders_to_redact": ["x"]}, "not what its topic says"),
        ("", a_payload(), "names no topic"),
    ],
)
async def test_what_cannot_be_read_goes_to_the_dead_letters_with_a_reason(topic, payload, why):
    capture = Capture()

    assert await capture.tell(topic, payload) == []

    [letter] = capture.dead
    assert why in letter.headers["dead_error"].decode()
    assert letter.value == json.dumps(payload).encode()


async def test_one_unreadable_webhook_stops_none_of_its_batch():
    capture = Capture()
    for payload in (a_payload(1), {"id": 2}, a_payload(3)):
        await capture.notify("orders/paid", payload)

    await capture.drain()

    assert [e.order.channel_order_id for e in capture.captured] == ["1", "3"]
    assert len(capture.dead) == 1


async def test_a_webhook_under_another_store_s_key_is_a_dead_letter():
    capture = Capture()
    await capture.notify("orders/paid", a_payload())
    [record] = capture.log.topics[INBOX]

    await capture.flow.handle([replace(record, key=b"another-store")])

    assert capture.captured == []
    assert capture.dead[0].headers["dead_error"] == b"the record's key is another store's"


async def test_an_order_the_channel_answers_unreadably_is_a_dead_letter():
    capture = Capture()
    capture.shopify.rest(1001, {"order": {"id": 1001}})

    await capture.tell("refunds/create", {"order_id": 1001})

    assert b"not an order" in capture.dead[0].headers["dead_error"]


async def test_a_webhook_of_another_shop_of_the_same_app_is_refused():
    capture = Capture()

    await capture.tell(
        "orders/paid", a_payload(), **{"X-Shopify-Shop-Domain": "other.myshopify.com"}
    )

    assert capture.captured == []
    assert capture.dead[0].headers["dead_error"] == b"the webhook is of another shop"


async def test_topics_are_known_in_any_case():
    capture = Capture()

    assert len(await capture.tell("Orders/PAID", a_payload())) == 1


async def test_a_store_this_process_has_not_heard_of_yet_is_waited_for():
    capture = Capture()
    await capture.notify("orders/paid", a_payload())
    store = capture.stores.get(STORE)
    capture.stores._rows.clear()

    await capture.drain()
    assert len(capture.deferrals.kept) == 1
    assert capture.dead == []

    capture.stores.put(store)
    capture.clock.advance(hours=1)
    await capture.bring_back()
    assert len(capture.captured) == 1


async def test_a_store_nobody_ever_hears_of_makes_a_dead_letter_at_last():
    capture = Capture()
    await capture.notify("orders/paid", a_payload())
    capture.stores._rows.clear()
    await capture.drain()
    for _ in range(5):
        capture.clock.advance(hours=1)
        await capture.bring_back()

    assert [letter.headers["dead_error"] for letter in capture.dead] == [
        b"nobody knows the record's store"
    ]


async def test_a_foreign_record_in_the_inbox_is_a_dead_letter():
    capture = Capture()
    await capture.notify("orders/paid", a_payload())
    [record] = capture.log.topics[INBOX]
    record.headers.pop("store_id")  # type: ignore[attr-defined]

    await capture.drain()

    assert capture.dead[0].headers["dead_error"] == b"the record has no header 'store_id'"


async def test_a_large_shop_is_forgotten_slice_by_slice():
    capture = Capture(erased_at_once=2)
    for order_id in range(1, 6):
        await capture.tell("orders/paid", a_payload(order_id))

    await capture.tell("shop/redact", {"shop_id": 1})
    while capture.deferrals.kept:
        await capture.bring_back()

    erased = sorted(event.order_id for event in capture.log.messages(OrderErased))
    assert erased == [f"{STORE}:{n}" for n in range(1, 6)]


async def test_the_ids_of_a_privacy_request_may_be_text():
    capture = Capture()
    await capture.tell("orders/paid", a_payload(1001))

    await capture.tell("customers/redact", {"orders_to_redact": ["1001"], "customer": None})

    assert len(capture.log.messages(OrderErased)) == 1


async def test_every_event_of_a_webhook_carries_its_trace():
    capture = Capture()

    await capture.tell("orders/paid", a_payload())

    [record] = capture.log.topics["orders.captured.v1"]
    assert record.headers["traceparent"] == capture.log.topics[INBOX][0].headers["traceparent"]


async def test_the_shop_s_domain_cannot_lead_the_token_elsewhere():
    capture = Capture(a_shop(domain="evil.test/x?"))
    await capture.notify("orders/paid", a_payload())

    await capture.drain()

    assert capture.shopify.asked == []
    assert len(capture.deferrals.kept) == 1


async def test_instalments_come_from_the_receipt():
    capture = Capture()
    card = a_transaction(
        gateway="Pagar.me",
        formattedGateway="Pagar.me",
        paymentDetails={"company": "Mastercard"},
        receiptJson=json.dumps({"installments": 3}),
    )
    capture.shopify.graphql(details(transactions=[card]))

    [event] = await capture.tell("orders/paid", a_payload())

    [payment] = event.order.payments
    assert (payment.method, payment.brand, payment.installments) == (
        PaymentMethod.CREDIT_CARD, "Mastercard", 3,
    )  # fmt: skip
