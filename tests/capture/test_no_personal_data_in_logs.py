"""No line that capture logs says anything of a buyer, whatever goes wrong."""

import json

import httpx
import structlog

from chassis.logs import _error_type, redact
from contracts.topics import INBOX
from tests.support.capture import Capture
from tests.support.shopify import (
    PERSONAL,
    SECRET,
    TOKEN,
    a_payload,
    an_address,
    cancelled,
    details,
    personal_in,
)


async def a_day_at_the_door() -> Capture:
    """Good, bad and broken webhooks; a channel that answers, refuses and fails."""
    capture = Capture()
    shopify = capture.shopify
    shopify.graphql(details())
    await capture.tell("orders/paid", a_payload())
    await capture.tell("orders/paid", a_payload())
    await capture.tell("orders/cancelled", cancelled(a_payload()))
    shopify.graphql(httpx.Response(401, text=json.dumps(a_payload())))
    await capture.tell("orders/paid", a_payload(1002))
    shopify.graphql(httpx.ConnectError(f"failed for {PERSONAL[0]}"))
    await capture.tell("orders/paid", a_payload(1003))
    shopify.graphql({"data": {"order": {"updatedAt": PERSONAL[0]}}})
    await capture.tell("orders/paid", a_payload(1004))
    shopify.graphql({"errors": [{"message": PERSONAL[0], "extensions": {"code": "BAD"}}]})
    await capture.tell("orders/paid", a_payload(1005))
    shopify.graphql(details())
    await capture.tell("orders/paid", a_payload(1006, total_price=PERSONAL[0]))
    await capture.tell("orders/paid", a_payload(1007, line_items=[an_address()]))
    await capture.tell("orders/paid", a_payload(1008, email={"of": PERSONAL[3]}))
    await capture.tell("orders/paid", {"shipping_address": an_address()})
    await capture.tell("customers/redact", {"customer": an_address(), "orders_to_redact": [1001]})
    await capture.tell("customers/data_request", {"customer": {"email": PERSONAL[3]}})
    await capture.notify("orders/paid", json.dumps(a_payload()).encode()[:-1])
    await capture.notify("orders/paid", a_payload(), store=PERSONAL[0])
    return capture


async def test_no_line_holds_a_buyer_or_a_secret():
    with structlog.testing.capture_logs(processors=[_error_type, redact]) as lines:
        await a_day_at_the_door()

    text = json.dumps(lines, ensure_ascii=False, default=str)
    assert len(lines) > 20
    assert {"ignored", "record_dead", "records_deferred", "orders_moved", "webhook_refused"} <= {
        line["event"] for line in lines
    }
    assert personal_in(text, (*PERSONAL, SECRET, TOKEN)) == []


async def test_no_key_or_header_on_kafka_holds_a_buyer():
    capture = await a_day_at_the_door()

    records = [record for topic in capture.log.topics.values() for record in topic]
    text = repr([(record.key, dict(record.headers)) for record in records])
    assert len(capture.log.topics[INBOX]) > 10
    assert personal_in(text, (*PERSONAL, SECRET, TOKEN)) == []
