"""Webhooks as a hub gets them: signed, timed, retried, never lost before their time."""

import asyncio
import json
import os
import signal
import sys
from datetime import UTC, datetime
from pathlib import Path

from sandbox.channels.channel import Store
from sandbox.channels.shopify.webhooks import RULES, signature
from tests.support.shop import Hub, deliveries, opened, placed, settled, until

FOUR_HOURS = 4 * 3600


def test_the_signature_is_the_platforms_test_vector():
    body = b'{"foo": "bar"}'

    assert signature("test_secret_key", body) == "B23tXN681gZ0qIWNRrgtzBE9XSDo5yaUu6wfmhu3a7g="


def test_retries_are_eight_within_four_hours_with_growing_pauses():
    assert len(RULES.pauses) == 8
    assert sum(RULES.pauses) == FOUR_HOURS
    assert sorted(RULES.pauses) == list(RULES.pauses)


async def test_a_purchase_is_told_with_everything_a_hub_checks(channels, hub: Hub):
    order = await placed(channels)
    await hub.got(3)

    assert sorted(hub.topics) == ["orders/create", "orders/paid", "orders/updated"]
    assert {body["id"] for body in hub.bodies("orders/paid")} == {order["id"]}
    for headers, body in hub.deliveries:
        assert headers["x-shopify-hmac-sha256"] == signature("test_secret_key", body)
        assert headers["x-shopify-shop-domain"] == "loja.myshopify.com"
        assert headers["x-shopify-api-version"] == "2026-10"
        assert headers["content-type"] == "application/json"
        assert datetime.fromisoformat(headers["x-shopify-triggered-at"]).tzinfo is not None
    ids = [headers["x-shopify-webhook-id"] for headers, _ in hub.deliveries]
    assert len(set(ids)) == 3


async def test_a_retry_carries_the_original_body_though_the_order_has_changed(channels, hub: Hub):
    hub.status = 503
    order = await placed(channels)
    await hub.got(3)
    originals = {h["x-shopify-webhook-id"]: (h, body) for h, body in hub.deliveries}
    hub.status = 200
    await channels.post(f"/_control/stores/loja/orders/{order['id']}/cancel", json={})
    await settled(channels, pending=3, delivered=3)

    hub.deliveries.clear()
    await channels.post("/_control/retry", json={"now": True})
    await settled(channels, pending=0, delivered=6)

    retried = {h["x-shopify-webhook-id"]: (h, body) for h, body in hub.deliveries}
    assert retried == originals
    assert all(json.loads(body)["cancelled_at"] is None for _, body in hub.deliveries)


async def test_a_failed_delivery_waits_for_its_pause_and_no_longer(channels, hub: Hub):
    hub.status = 500
    await channels.post("/_control/stores/loja/notify?wait=1", json={"topic": "x", "payload": {}})
    assert len(hub.deliveries) == 1
    [before] = await deliveries(channels)

    await channels.post("/_control/clock", json={"advance_s": RULES.pauses[0] + 1})
    await hub.got(2)
    await settled(channels, pending=1)

    [after] = await deliveries(channels)
    assert (before["failures"], after["failures"]) == (1, 2)
    waited = after["due_at"] - after["attempts"][1]["at"]
    assert abs(waited - RULES.pauses[1]) < 1
    assert [attempt["status"] for attempt in after["attempts"]] == [500, 500]


async def test_only_2xx_counts_a_redirection_fails(channels, hub: Hub):
    for status, counted in ((204, True), (302, False), (404, False), (500, False)):
        hub.status = status
        answer = await channels.post(
            "/_control/stores/loja/notify?wait=1", json={"topic": "orders/paid", "payload": {}}
        )
        assert answer.json()["status"] == status
        delivered = (await deliveries(channels))[-1]["state"] == "delivered"
        assert delivered is counted


async def test_a_hub_that_is_not_there_fails_the_attempt(tmp_path: Path, store: Store):
    nowhere = store.model_copy(update={"webhook_url": "http://127.0.0.1:9/webhooks"})
    async with opened(tmp_path, nowhere) as channels:
        answer = await channels.post(
            "/_control/stores/loja/notify?wait=1", json={"topic": "orders/paid", "payload": {}}
        )

    assert answer.json()["status"] is None
    assert answer.json()["error"] == "ClientConnectorError"


async def test_after_nine_failed_attempts_the_delivery_is_lost_and_so_is_its_subscription(
    channels, hub: Hub
):
    hub.status = 500
    await placed(channels, pay=False)
    for attempt in range(1, 10):
        await until(lambda attempt=attempt: len(hub.deliveries) == attempt)
        await settled(channels, **({"pending": 1} if attempt < 9 else {"lost": 1}))
        await channels.post("/_control/retry", json={"now": True})

    [store] = (await channels.get("/_control/stores")).json()["stores"]
    assert "orders/create" not in store["subscriptions"]
    assert "orders/paid" in store["subscriptions"]
    hub.status = 200
    await placed(channels, pay=False)
    assert len(await deliveries(channels)) == 1

    await channels.post("/_control/stores/loja/subscriptions", json={"topics": ["orders/create"]})
    await placed(channels, pay=False)
    await settled(channels, delivered=1)


async def test_a_subscription_survives_a_lost_delivery_when_others_got_through(channels, hub: Hub):
    hub.status = 500
    await placed(channels, pay=False)
    await hub.got(1)
    await settled(channels, pending=1)
    hub.status = 200
    await placed(channels, pay=False)
    await settled(channels, pending=1, delivered=1)
    hub.status = 500
    for attempt in range(2, 10):
        await channels.post("/_control/retry", json={"now": True})
        await until(lambda attempt=attempt: len(hub.deliveries) == attempt + 1)
        await settled(channels, **({"pending": 1} if attempt < 9 else {"lost": 1}))

    [store] = (await channels.get("/_control/stores")).json()["stores"]
    assert "orders/create" in store["subscriptions"]


async def test_pending_deliveries_survive_a_restart(tmp_path: Path, store: Store, hub: Hub):
    hub.status = 503
    async with opened(tmp_path, store) as channels:
        order = await placed(channels)
        await hub.got(3)
        await settled(channels, pending=3)
    before = sorted(body for _, body in hub.deliveries)
    hub.deliveries.clear()
    hub.status = 200

    async with opened(tmp_path, store) as channels:
        await channels.post("/_control/retry", json={"now": True})
        await settled(channels, pending=0, delivered=3)
        sold = (await channels.get("/_control/stores/loja/orders")).json()["orders"]

    assert sorted(body for _, body in hub.deliveries) == before
    assert [one["id"] for one in sold] == [order["id"]]


async def test_a_killed_process_has_lost_no_order_and_no_webhook(
    tmp_path: Path, store: Store, hub: Hub
):
    hub.hold = asyncio.Event()
    program = (
        "import asyncio, json, sys\n"
        "from pathlib import Path\n"
        "from sandbox.channels.channel import Store\n"
        "from tests.support.shop import opened, placed\n"
        "async def main():\n"
        "    async with opened(Path(sys.argv[1]), Store.model_validate_json(sys.argv[2])) as c:\n"
        "        await placed(c, count=20)\n"
        "        print('sold', flush=True)\n"
        "        await asyncio.Event().wait()\n"
        "asyncio.run(main())\n"
    )
    root = Path(__file__).parents[3]
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", program, str(tmp_path), store.model_dump_json()),
        stdout=asyncio.subprocess.PIPE,
        cwd=root,
    )
    assert process.stdout
    assert await process.stdout.readline() == b"sold\n"
    os.kill(process.pid, signal.SIGKILL)
    await process.wait()
    hub.hold.set()
    hub.deliveries.clear()

    async with opened(tmp_path, store) as channels:
        await settled(channels, pending=0, delivered=60)
        sold = (await channels.get("/_control/stores/loja/orders")).json()["orders"]

    assert {body["id"] for body in hub.bodies("orders/paid")} == {one["id"] for one in sold}
    assert len(sold) == 20


async def test_hundreds_of_webhooks_are_under_way_at_once_but_not_more_than_allowed(
    channels, hub: Hub
):
    hub.hold = asyncio.Event()
    await channels.post(
        "/_control/stores/loja/notify", json={"topic": "x", "payload": {}, "copies": 200}
    )
    await hub.got(64)
    assert len(hub.deliveries) == 64

    hub.hold.set()
    await settled(channels, delivered=200)

    assert len({headers["x-shopify-webhook-id"] for headers, _ in hub.deliveries}) == 1


async def test_a_notification_can_be_anything_a_test_needs(channels, hub: Hub):
    async def notified(**how: object) -> tuple[dict[str, str], bytes]:
        hub.deliveries.clear()
        answer = await channels.post("/_control/stores/loja/notify?wait=1", json=how)
        assert answer.json()["status"] == 200
        return hub.deliveries[0]

    _, raw = await notified(topic="orders/paid", body='{"foo": "bar"}')
    assert raw == b'{"foo": "bar"}'
    headers, raw = await notified(topic="orders/paid", body="not json")
    assert headers["x-shopify-hmac-sha256"] == signature("test_secret_key", b"not json")
    headers, raw = await notified(topic="orders/paid", payload={"id": 1}, bad_signature=True)
    assert headers["x-shopify-hmac-sha256"] != signature("test_secret_key", raw)
    headers, _ = await notified(
        topic="orders/paid",
        payload={},
        api_version="2025-10",
        headers={"x-shopify-webhook-id": "w-1", "X-Shopify-Hmac-Sha256": None},
    )
    assert headers["x-shopify-api-version"] == "2025-10"
    assert headers["x-shopify-webhook-id"] == "w-1"
    assert "x-shopify-hmac-sha256" not in headers


async def test_a_notification_without_waiting_is_accepted_at_once(channels, hub: Hub):
    hub.hold = asyncio.Event()

    answer = await channels.post("/_control/stores/loja/notify", json={"topic": "x", "payload": 1})

    assert answer.status_code == 202
    await hub.got(1)
    hub.hold.set()
    await settled(channels, delivered=1)
    [delivery] = await deliveries(channels)
    assert delivery["id"] == answer.json()["delivery_id"]


async def test_several_different_notifications_go_out_together(channels, hub: Hub):
    wanted = [{"topic": "orders/paid", "payload": {"id": number}} for number in range(50)]

    answer = await channels.post("/_control/stores/loja/notify?wait=1", json=wanted)

    assert answer.json()["statuses"] == [200] * 50
    assert sorted(body["id"] for body in hub.bodies("orders/paid")) == list(range(50))


async def test_a_clock_that_runs_fast_makes_retries_come_soon(channels, hub: Hub):
    hub.status = 500
    await channels.post("/_control/clock", json={"rate": 100_000})
    await channels.post("/_control/stores/loja/notify", json={"topic": "x", "payload": {}})

    await settled(channels, lost=1)

    assert len(hub.deliveries) == 9
    [delivery] = await deliveries(channels)
    first, last = delivery["attempts"][0]["at"], delivery["attempts"][-1]["at"]
    assert last - first >= FOUR_HOURS
    clock = (await channels.get("/_control/clock")).json()
    assert datetime.fromisoformat(clock["now"]) > datetime.now(UTC)
