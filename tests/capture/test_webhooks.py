"""The door: who is let in, what is answered, what is written down."""

import asyncio
import codecs
import gzip
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass

import orjson
import pytest
from structlog.testing import capture_logs

from capture.appender import GATHER_S, MANY, Appender
from capture.channels.channel import Signature
from capture.channels.shopify.webhook import verify
from capture.inbox import safe, trace
from capture.refusals import MOST, WITHIN
from chassis.kafka import Broken
from chassis.patience import Unavailable
from contracts.topics import INBOX
from tests.support.builders import STORE
from tests.support.capture import Capture, a_shop
from tests.support.shopify import a_payload, signed

BODY = json.dumps(a_payload(), ensure_ascii=False, indent=1).encode()


async def post(capture: Capture, body: bytes = BODY, store: str = STORE, **headers: str):
    sent = signed(body, "orders/paid") | {k.replace("_", "-"): v for k, v in headers.items()}
    async with capture.http() as http:
        return await http.post(f"/webhooks/shopify/{store}", content=body, headers=sent)


def test_the_signature_of_shopify_s_own_test_vector_is_good():
    # Shopify/shopify-app-js, lib/webhooks/__tests__/validate.test.ts
    headers = {b"x-shopify-hmac-sha256": b"B23tXN681gZ0qIWNRrgtzBE9XSDo5yaUu6wfmhu3a7g="}

    assert verify(headers, b'{"foo": "bar"}', [b"test_secret_key"]) is Signature.GOOD
    assert verify(headers, b'{"foo":"bar"}', [b"test_secret_key"]) is Signature.WRONG
    assert verify(headers, b'{"foo": "bar"}', [b"another"]) is Signature.WRONG
    assert verify(headers, b'{"foo": "bar"}', []) is Signature.WRONG
    assert verify({}, b'{"foo": "bar"}', [b"test_secret_key"]) is Signature.MISSING


async def test_an_accepted_webhook_is_in_the_inbox_byte_for_byte():
    capture = Capture()

    answer = await post(capture)

    assert answer.status_code == 200
    [record] = capture.log.topics[INBOX]
    assert record.value == BODY
    assert record.key == STORE.encode()
    assert record.headers == {
        "channel": b"shopify",
        "store_id": STORE.encode(),
        "received_at": b"2026-11-20T15:00:00+00:00",
        "traceparent": b"00-000102030405060708090a0b0c0d0e0f-1011121314151617-01",
        "http_x-shopify-topic": b"orders/paid",
        "http_x-shopify-shop-domain": b"demo-shopify.myshopify.com",
        "http_x-shopify-webhook-id": b"b54557e4-bdd9-4b37-8a5f-bf7d70bcd043",
        "http_x-shopify-triggered-at": b"2026-11-20T14:00:01.123456Z",
    }


async def test_the_caller_s_trace_goes_on():
    capture = Capture()
    given = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"

    await post(capture, traceparent=given)

    assert capture.log.topics[INBOX][0].headers["traceparent"] == given.encode()


@pytest.mark.parametrize("given", [None, b"", b"01-xyz", b"00-" + b"G" * 32 + b"-" + b"0" * 16])
def test_a_trace_that_is_none_is_replaced(given: bytes | None):
    made = trace(given, lambda n: b"\xab" * n)

    assert made == b"00-" + b"ab" * 16 + b"-" + b"ab" * 8 + b"-01"


def test_a_header_is_cut_and_printable_on_the_topic():
    assert safe(b"orders/paid") == b"orders/paid"
    assert safe(b"a\r\nb\x00\xff") == b"a??b??"
    assert len(safe(b"x" * 100_000)) == 256


async def test_a_wrong_signature_is_refused():
    capture = Capture()

    answer = await post(
        capture, X_Shopify_Hmac_Sha256="B23tXN681gZ0qIWNRrgtzBE9XSDo5yaUu6wfmhu3a7g="
    )

    assert answer.status_code == 401
    assert "webhook secret" in answer.json()["do"]
    assert not capture.log.topics


async def test_a_body_changed_on_its_way_is_refused():
    capture = Capture()
    headers = signed(BODY, "orders/paid")
    async with capture.http() as http:
        answer = await http.post(
            f"/webhooks/shopify/{STORE}",
            content=BODY.replace(b"138.50", b"938.50"),
            headers=headers,
        )

    assert answer.status_code == 401


async def test_a_missing_signature_is_a_bad_request():
    capture = Capture()
    headers = signed(BODY, "orders/paid")
    del headers["X-Shopify-Hmac-Sha256"]
    async with capture.http() as http:
        answer = await http.post(f"/webhooks/shopify/{STORE}", content=BODY, headers=headers)

    assert answer.status_code == 400


@pytest.mark.parametrize("signature", ["ÿþ", "=", "x" * 5000, " "])
async def test_a_strange_signature_is_refused_and_breaks_nothing(signature: str):
    body_headers = [(b"x-shopify-hmac-sha256", signature.encode("latin-1"))]
    capture = Capture()
    async with capture.http() as http:
        answer = await http.post(f"/webhooks/shopify/{STORE}", content=BODY, headers=body_headers)

    assert answer.status_code in {400, 401}


async def test_headers_without_their_x_are_as_good():
    capture = Capture()
    headers = {
        name.removeprefix("X-"): value for name, value in signed(BODY, "orders/paid").items()
    }
    async with capture.http() as http:
        answer = await http.post(f"/webhooks/shopify/{STORE}", content=BODY, headers=headers)

    assert answer.status_code == 200
    assert capture.log.topics[INBOX][0].headers["http_shopify-topic"] == b"orders/paid"
    await capture.drain()
    assert len(capture.captured) == 1


async def test_while_a_secret_is_rotated_old_and_new_are_accepted():
    capture = Capture(a_shop("new", "old"))

    for secret, status in (("new", 200), ("old", 200), ("older", 401)):
        headers = signed(BODY, "orders/paid", secret)
        async with capture.http() as http:
            answer = await http.post(f"/webhooks/shopify/{STORE}", content=BODY, headers=headers)
        assert answer.status_code == status, secret


async def test_a_store_s_new_secret_counts_from_the_next_webhook_on():
    capture = Capture(a_shop("old"))
    await post(capture)
    capture.stores.put(a_shop("hush-hush", version=2))

    assert (await post(capture)).status_code == 200


async def test_a_secret_sealed_with_another_key_opens_nothing():
    capture = Capture(a_shop(webhook_secrets=("v1.AAAA",)))

    assert (await post(capture)).status_code == 401


@pytest.mark.parametrize(
    "path",
    ["/webhooks/shopify/nobody", f"/webhooks/amazon/{STORE}", "/webhooks/shopify/", "/webhooks",
     "/", f"/webhooks/shopify/{STORE}/more"],
)  # fmt: skip
async def test_an_unknown_store_channel_or_page_is_not_found(path: str):
    capture = Capture()
    async with capture.http() as http:
        answer = await http.post(path, content=BODY, headers=signed(BODY, "orders/paid"))

    assert answer.status_code == 404
    assert set(answer.json()) == {"error", "do"}


@pytest.mark.parametrize("method", ["GET", "PUT", "HEAD", "DELETE", "OPTIONS"])
async def test_anything_but_post_is_not_allowed(method: str):
    capture = Capture()
    async with capture.http() as http:
        answer = await http.request(method, f"/webhooks/shopify/{STORE}")

    assert answer.status_code == 405
    assert answer.headers["allow"] == "POST"


@pytest.mark.parametrize(
    "body",
    [
        b"", b"{", b'{"id": 1', b"\xff\xfe", b"{'id': 1}", b"[" * 100_000, b'{"a":NaN}',
        codecs.BOM_UTF8 + BODY, gzip.compress(BODY), BODY.decode().encode("utf-16"),
        b'{"city": "\\ud83d"}', b"id=1&topic=orders",
    ],
)  # fmt: skip
async def test_a_body_that_is_no_json_is_a_bad_request(body: bytes):
    """Whatever its headers say of it; the log says which store's it was, and what was wrong."""
    capture = Capture()

    with capture_logs() as logs:
        answer = await post(capture, body, content_encoding="gzip")

    assert answer.status_code == 400
    assert answer.json()["error"] == "malformed_json"
    assert not capture.log.topics
    assert logs == [
        {
            "event": "webhook_refused", "log_level": "warning", "store_id": STORE,
            "status": 400, "why": "malformed_json",
        }
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("method", "path", "size", "told"),
    [
        ("POST", "/irene.leal@exemplo.test", 2, {"status": 404, "why": "no_such_page"}),
        ("POST", "/webhooks/Irene/x", 2, {"status": 404, "why": "no_such_page"}),
        ("POST", "/webhooks/shopify/Irene", 2, {"status": 404, "why": "unknown_store"}),
        ("POST", "/webhooks/shopify", 2, {"status": 400, "why": "no_shop_named"}),
        ("GET", f"/webhooks/shopify/{STORE}", 0, {"status": 405, "why": "not_post"}),
        ("POST", f"/webhooks/shopify/{STORE}", 2**21 + 1, {"status": 413, "why": "too_large"}),
    ],
)
async def test_who_is_turned_away_is_counted_and_logged_without_what_they_sent(
    method: str, path: str, size: int, told: dict
):
    capture = Capture()

    with capture_logs() as logs:
        async with capture.http() as http:
            answer = await http.request(method, path, content=b"1" * size)

    assert answer.status_code == told["status"]
    known = {"channel": "shopify"} if path.startswith("/webhooks/shopify") else {}
    assert logs == [{"event": "webhook_refused", "log_level": "warning"} | told | known]
    assert capture.door.answers == {(told["why"],): 1}


async def test_a_scanner_fills_no_disk_and_hides_no_store():
    capture = Capture()
    async with capture.http() as http:
        with capture_logs() as logs:
            for n in range(1000):
                await http.get(f"/wp-admin/{n}")
            await post(capture, b"{")
            capture.clock.now += WITHIN
            await http.get("/.env")

    scanned = [line for line in logs if line["why"] == "no_such_page"]
    assert len(scanned) == MOST + 1
    assert [line.get("left_out") for line in scanned] == [None] * MOST + [1000 - MOST]
    assert [line["why"] for line in logs if line not in scanned] == ["malformed_json"]
    assert capture.door.answers["no_such_page",] == 1001


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", ""])
async def test_what_a_body_is_called_does_not_matter(kind: str):
    capture = Capture()

    assert (await post(capture, content_type=kind)).status_code == 200
    assert capture.log.topics[INBOX][0].value == BODY


@pytest.mark.parametrize("body", [b"42", b"null", b"[]", b'""', b"{}"])
async def test_json_that_is_no_order_is_taken_and_kept_among_the_dead_letters(body: bytes):
    capture = Capture()

    assert await capture.notify("orders/paid", body) == 200
    await capture.drain()

    [letter] = capture.dead
    assert letter.value == body
    assert letter.headers["dead_error"].startswith(b"not an order: ")


async def test_a_body_that_says_it_is_too_large_is_answered_before_it_is_read():
    happened = []

    async def receive():
        happened.append("read")
        return {"type": "http.request", "body": b"x" * 2**20, "more_body": len(happened) < 6}

    async def send(message):
        happened.append(message.get("status") or message["body"][:20])

    scope = {
        "type": "http",
        "method": "POST",
        "path": f"/webhooks/shopify/{STORE}",
        "headers": [(b"content-length", b"2097153")],
    }
    await Capture().door(scope, receive, send)

    assert happened == [413, b'{"error":"too_large"', "read", "read", "read", "read", b""]


async def test_a_body_that_grows_too_large_is_cut_off():
    capture = Capture(max_bytes=1000)

    async def endless() -> AsyncIterator[bytes]:
        for _ in range(1000):
            yield b"x" * 100

    async with capture.http() as http:
        answer = await http.post(f"/webhooks/shopify/{STORE}", content=endless())

    assert answer.status_code == 413
    assert not capture.log.topics


async def test_a_body_in_pieces_is_put_together():
    capture = Capture()

    async def pieces() -> AsyncIterator[bytes]:
        for start in range(0, len(BODY), 700):
            yield BODY[start : start + 700]

    async with capture.http() as http:
        answer = await http.post(
            f"/webhooks/shopify/{STORE}", content=pieces(), headers=signed(BODY, "orders/paid")
        )

    assert answer.status_code == 200
    assert capture.log.topics[INBOX][0].value == BODY


async def test_a_body_of_exactly_the_limit_is_taken():
    capture = Capture(max_bytes=len(BODY))

    assert (await post(capture)).status_code == 200
    assert (await post(Capture(max_bytes=len(BODY) - 1))).status_code == 413


async def test_a_caller_who_leaves_half_way_is_no_trouble():
    messages = iter(
        [{"type": "http.request", "body": b"{", "more_body": True}, {"type": "http.disconnect"}]
    )
    sent = []

    async def receive():
        return next(messages)

    async def send(message):
        sent.append(message)

    scope = {"type": "http", "method": "POST", "path": f"/webhooks/shopify/{STORE}", "headers": []}
    capture = Capture()
    await capture.door(scope, receive, send)

    assert sent == []
    assert not capture.log.topics


async def test_before_the_stores_are_known_every_webhook_is_asked_to_come_again():
    capture = Capture()
    capture.door.is_open = False

    answer = await post(capture)

    assert answer.status_code == 503
    assert int(answer.headers["retry-after"]) > 0


async def test_a_store_that_left_is_only_heard_on_leaving_and_on_privacy():
    capture = Capture(a_shop(active=False))

    for topic, status in {
        "app/uninstalled": 200, "customers/redact": 200, "customers/data_request": 200,
        "shop/redact": 200, "SHOP/REDACT": 200, "orders/paid": 410, "": 410,
    }.items():  # fmt: skip
        assert await capture.notify(topic, {"id": 1}) == status, topic


async def test_a_topic_nobody_uses_is_taken_and_said_to_be_ignored():
    capture = Capture()

    assert await capture.notify("carts/update", {"id": 1}) == 200
    await capture.drain()

    assert capture.tally.counts == {"topic_not_used": 1}
    assert capture.captured == []
    assert capture.dead == []


class DeafLog:
    """A broker that never answers, until it is told to."""

    def __init__(self) -> None:
        self.heard: list[int] = []
        self.calls: asyncio.Queue[int] = asyncio.Queue()
        self.answer = asyncio.Event()

    async def publish(self, records) -> None:
        self.heard.append(len(records))
        self.calls.put_nowait(len(records))
        await self.answer.wait()


@dataclass
class LostLog:
    """A broker that is known to be away, or a producer that broke."""

    error: Exception

    async def publish(self, records) -> None:
        raise self.error


async def test_what_the_broker_does_not_confirm_in_time_is_not_acknowledged():
    capture = Capture()
    log = DeafLog()
    capture.door.append = Appender(log, capture.seconds, deadline_s=0.02).append

    answer = await post(capture)

    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "10"
    assert log.heard == [1]
    log.answer.set()


async def test_while_the_broker_is_silent_webhooks_are_turned_away_at_once():
    capture = Capture()
    log = DeafLog()
    capture.door.append = Appender(log, capture.seconds, deadline_s=0.02).append
    await post(capture)
    capture.seconds.now += 1

    refused = [await post(capture) for _ in range(3)]

    assert [r.status_code for r in refused] == [503, 503, 503]
    assert log.heard == [1], "only the first record is on its way"
    log.answer.set()
    await asyncio.wait(asyncio.all_tasks() - {asyncio.current_task()}, timeout=1)
    assert (await post(capture)).status_code == 200


async def test_a_backlog_of_unconfirmed_bytes_is_bounded():
    capture = Capture()
    log = DeafLog()
    capture.door.append = Appender(log, capture.seconds, most_bytes=len(BODY)).append

    first, second = (asyncio.create_task(post(capture)) for _ in range(2))
    arrived = await log.calls.get()
    if arrived < 2:
        await log.calls.get()
    refused = await post(capture)

    assert refused.status_code == 503
    log.answer.set()
    assert [(await task).status_code for task in (first, second)] == [200, 200]


@pytest.mark.parametrize("error", [Unavailable("kafka: gone"), Broken("fenced")], ids=repr)
async def test_what_could_not_be_written_is_answered_for_with_503(error: Exception):
    capture = Capture()
    capture.door.append = Appender(LostLog(error), capture.seconds).append

    assert (await post(capture)).status_code == 503


async def test_webhooks_of_one_moment_share_one_append():
    capture = Capture()
    log = DeafLog()
    log.answer.set()
    capture.door.append = Appender(log, capture.seconds).append

    answers = await asyncio.gather(*(post(capture) for _ in range(20)))

    assert {a.status_code for a in answers} == {200}
    assert sum(log.heard) == 20
    assert len(log.heard) < 10


async def test_where_webhooks_come_right_behind_one_another_they_share_one_append():
    capture = Capture()
    log = DeafLog()
    log.answer.set()
    capture.door.append = Appender(log, capture.seconds, gather_s=0.3).append
    await post(capture)
    await post(capture)

    third = asyncio.create_task(post(capture))
    await asyncio.sleep(0)
    await asyncio.gather(third, post(capture))

    assert log.heard == [1, 1, 2]


async def test_a_webhook_that_comes_later_waits_for_no_other():
    capture = Capture()
    log = DeafLog()
    log.answer.set()
    capture.door.append = Appender(log, capture.seconds).append
    await post(capture)
    await post(capture)
    capture.seconds.now += GATHER_S

    assert (await post(capture)).status_code == 200
    assert log.heard == [1, 1, 1]


async def test_many_webhooks_wait_for_no_more():
    capture = Capture()
    log = DeafLog()
    log.answer.set()
    capture.door.append = Appender(log, capture.seconds, gather_s=0.3).append
    await post(capture)
    await post(capture)

    await asyncio.gather(*(post(capture) for _ in range(MANY + 1)))

    assert log.heard == [1, 1, MANY, 1]


async def test_no_refusal_repeats_anything_of_the_request():
    capture = Capture()
    answers = [
        await post(capture, store="<script>"),
        await post(capture, X_Shopify_Hmac_Sha256="secret-looking"),
        await post(capture, b"{broken"),
    ]

    for answer in answers:
        assert orjson.loads(answer.content).keys() == {"error", "do"}
        assert not {"<script>", "secret-looking", "{broken"} & set(answer.text.split('"'))


async def test_a_websocket_is_closed():
    sent = []

    async def send(message):
        sent.append(message)

    async def receive():
        return {"type": "websocket.connect"}

    await Capture().door({"type": "websocket", "path": "/webhooks/shopify/x"}, receive, send)

    assert sent == [{"type": "websocket.close"}]
