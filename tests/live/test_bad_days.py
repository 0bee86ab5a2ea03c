"""Bad input and bad days on the real stack: clear answers, nothing lost, nothing stopped."""

import asyncio

import httpx
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from contracts.events import OrderCaptured
from contracts.topics import dead
from embedded.belt import Belt
from tests.support.merchant import Merchant, eventually

ORDER_WEBHOOK = {"X-Shopify-Topic": "orders/paid", "X-Shopify-Webhook-Id": "w-1"}


def hub_id(sold: dict) -> str:
    return f"demo-shopify:{sold['id']}"


def test_a_wrong_signature_is_refused(merchant: Merchant):
    assert merchant.notify("orders/paid", {"id": 1}, bad_signature=True) == 401


def test_an_unknown_store_is_not_found(merchant: Merchant):
    url = f"{merchant.card['capture_url']}/webhooks/shopify/nobody"
    assert merchant.http.post(url, content=b"{}", headers=ORDER_WEBHOOK).status_code == 404


def test_a_body_too_large_is_refused(merchant: Merchant):
    answer = merchant.http.post(
        merchant.store["webhook_url"], content=b"x" * (3 * 1024 * 1024), headers=ORDER_WEBHOOK
    )
    assert answer.status_code == 413


@pytest.mark.parametrize(
    "body", ["", "not json", "[1, 2", '{"id": ', "[" * 5000, "\ud7ff", "{" + '"a":{' * 900]
)
def test_malformed_json_is_a_fault_of_the_caller(merchant: Merchant, body: str):
    status = merchant.notify("orders/paid", None, body=body)
    assert 400 <= status < 500


def test_a_record_nobody_can_decode_is_set_aside_and_the_partition_goes_on(
    belt: Belt, merchant: Merchant
):
    key = f"omie-{merchant.app_key}".encode()
    poison = b'{"not": "an order", "cpf": "52998224725"}'

    place = asyncio.run(published(belt, key, poison))
    sold = merchant.sells()

    merchant.order_in("processed", hub_id(sold), "integrado")
    for service in ("validation", "cancellation", "panel"):
        letter = asyncio.run(dead_letter(belt, service, place))
        assert letter.value == poison
        assert letter.key == key
        assert dict(letter.headers)["dead_error"]
        assert b"52998224725" not in dict(letter.headers)["dead_error"]


async def published(belt: Belt, key: bytes, value: bytes) -> dict[str, bytes]:
    async with AIOKafkaProducer(bootstrap_servers=belt.site.kafka) as producer:
        at = await producer.send_and_wait(OrderCaptured.topic, value, key=key)
    return {
        "dead_topic": at.topic.encode(),
        "dead_partition": str(at.partition).encode(),
        "dead_offset": str(at.offset).encode(),
    }


async def dead_letter(belt: Belt, service: str, origin: dict[str, bytes]):
    """The dead letter of this origin, once it is there."""
    consumer = AIOKafkaConsumer(bootstrap_servers=belt.site.kafka, auto_offset_reset="earliest")
    async with consumer, asyncio.timeout(20):
        place = TopicPartition(dead(service), 0)
        consumer.assign([place])
        await consumer.seek_to_beginning(place)
        while True:
            record = await consumer.getone()
            if origin.items() <= dict(record.headers).items():
                return record


def test_with_kafka_down_nothing_is_acknowledged_and_nothing_is_lost(own_belt: Belt):
    with Merchant(own_belt.site.card()) as merchant:
        own_belt.kill("kafka")
        sold = merchant.sells()
        record = merchant.channel_order(sold["id"])
        assert merchant.notify("orders/paid", record) == 503

        own_belt.restart("kafka")

        eventually(
            lambda: merchant.hurry_webhooks() and in_tab(merchant, sold, "processed"),
            what="the order to come with the channel's next try",
        )


def test_with_mongodb_down_services_wait_and_resume_by_themselves(own_belt: Belt):
    with Merchant(own_belt.site.card()) as merchant:
        own_belt.kill("mongodb")
        sold = merchant.sells()
        record = merchant.channel_order(sold["id"])
        assert merchant.notify("orders/paid", record) == 200

        own_belt.restart("mongodb")

        eventually(lambda: in_tab(merchant, sold, "processed"), what="the order to arrive")
        for service in ("capture", "validation", "erp-writer", "cancellation", "panel"):
            assert own_belt.members[service].child.running


def in_tab(merchant: Merchant, sold: dict, tab: str) -> bool:
    answer = merchant.panel.get(f"/orders/{hub_id(sold)}")
    return answer.status_code == httpx.codes.OK and answer.json()["tab"] == tab


def test_no_log_line_holds_a_buyer_or_a_secret(own_belt: Belt):
    with Merchant(own_belt.site.card()) as merchant:
        orders = [merchant.sells() for _ in range(5)]
        orders += [
            merchant.sells(fault=fault)
            for fault in ("generic_name", "invalid_tax_id", "unknown_sku", "no_street_number")
        ]
        for sold in orders:
            eventually(lambda sold=sold: merchant.order(hub_id(sold)), what="the order's row")
        merchant.cancels(str(orders[0]["id"]))
        merchant.order_in("cancelled", hub_id(orders[0]))
        merchant.notify("orders/paid", None, body='{"email": "quebrado@exemplo.test"')
        private = {"quebrado@exemplo.test"}
        for sold in orders:
            private |= personal(merchant.channel_order(sold["id"]), merchant.order(hub_id(sold)))

    card = own_belt.site.card()
    secrets = {
        card["erp"]["app_secret"], card["panel"]["token"], card["panel"]["password"],
        card["stores"][0]["webhook_secret"], card["stores"][0]["access_token"],
    }  # fmt: skip
    for service in ("capture", "validation", "erp-writer", "cancellation", "panel"):
        log = own_belt.log(service).casefold()
        assert log
        assert [text for text in private | secrets if text.casefold() in log] == []


def personal(payload: dict, row: dict) -> set[str]:
    """What of an order says who bought it."""
    address, buyer = payload["shipping_address"], row["order"]["buyer"]
    found = {
        payload["email"], address["name"], address["first_name"] + " " + address["last_name"],
        address["address1"], address["zip"], address["phone"], buyer["document"], buyer["name"],
        row["order"]["shipping_address"]["street"],
    }  # fmt: skip
    return {text for text in found if text and len(text) > 4}
