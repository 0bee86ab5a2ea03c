"""Nuvemshop's webhooks as a hub gets them: three ids, signed in hex, retried for two days."""

import json
from pathlib import Path

from sandbox.channels.channel import Store
from sandbox.channels.nuvemshop.events import RULES, signature
from tests.support.shop import Hub, deliveries, opened, placed, settled

RECORDINGS = Path(__file__).parent / "recordings"
NOTIFY = "/_control/stores/loja/notify?wait=1"


def events(hub: Hub) -> list[str]:
    return [body["event"] for body in hub.told]


def test_the_signature_is_lower_case_hex():
    body = b"The quick brown fox jumps over the lazy dog"

    assert signature("key", body) == (
        "f7bc83f430538424b13298e6aa6fb143ef4d59a14946175997479dbc2d1a3cd8"
    )


def test_a_hub_has_three_seconds_and_eighteen_attempts_within_two_days():
    assert RULES.total_timeout == 3
    assert len(RULES.pauses) == 17
    assert RULES.pauses[0] == 0
    assert sum(RULES.pauses[:4]) == 15 * 60
    assert sum(RULES.pauses) <= 48 * 3600
    assert all(b / a <= 1.4000001 for a, b in zip(RULES.pauses[3:], RULES.pauses[4:], strict=False))


async def test_a_purchase_is_told_with_ids_alone(channels, hub: Hub):
    order = await placed(channels)
    await hub.got(3)

    assert sorted(events(hub)) == ["order/created", "order/paid", "order/updated"]
    recorded = json.loads((RECORDINGS / "webhook_order_created.json").read_bytes())
    for headers, raw in hub.deliveries:
        body = json.loads(raw)
        assert body.keys() == recorded.keys()
        assert (body["store_id"], body["id"]) == (4512887, order["id"])
        assert headers["x-linkedstore-hmac-sha256"] == signature("app_client_secret", raw)
        assert headers["content-type"] == "application/json"


async def test_the_first_retry_comes_at_once_and_the_second_after_five_minutes(channels, hub: Hub):
    hub.status = 500
    await placed(channels, pay=False)
    await hub.got(2)
    await settled(channels, pending=1)

    [delivery] = await deliveries(channels)
    assert delivery["failures"] == 2
    assert 299 < delivery["due_at"] - delivery["attempts"][1]["at"] < 301
    assert hub.deliveries[0] == hub.deliveries[1]


async def test_losing_deliveries_never_ends_a_registration(channels, hub: Hub):
    hub.status = 503
    await channels.post("/_control/clock", json={"rate": 1_000_000})
    await placed(channels, pay=False)
    await settled(channels, lost=1)

    assert len(hub.deliveries) == 18
    hub.status = 200
    await placed(channels, pay=False)
    await settled(channels, delivered=1, lost=1)


async def test_any_2xx_will_do(channels, hub: Hub):
    for status, counted in ((202, True), (204, True), (302, False), (404, False)):
        hub.status = status
        await channels.post(NOTIFY, json={"topic": "order/paid", "about": 1})
        assert ((await deliveries(channels))[-1]["state"] == "delivered") is counted


async def test_a_notification_about_an_id_is_written_by_the_channel(channels, hub: Hub):
    for wanted in (
        {"topic": "order/updated", "about": 871254203},
        {"topic": "app/uninstalled"},
        {"topic": "store/redact"},
    ):
        await channels.post(NOTIFY, json=wanted)

    assert hub.told == [
        {"store_id": 4512887, "event": "order/updated", "id": 871254203},
        {"store_id": 4512887, "event": "app/uninstalled", "id": 2181},
        {"store_id": 4512887},
    ]
    recorded = json.loads((RECORDINGS / "webhook_store_redact.json").read_bytes())
    assert hub.told[2].keys() == recorded.keys()


async def test_an_event_about_customers_needs_its_payload(channels, hub: Hub):
    refused = await channels.post(NOTIFY, json={"topic": "customers/redact"})
    redaction = {"store_id": 4512887, "customer": {"id": 1}, "orders_to_redact": [213]}
    await channels.post(NOTIFY, json={"topic": "customers/redact", "payload": redaction})

    assert refused.status_code == 409
    assert hub.told == [redaction]


async def test_a_notification_can_be_forged(channels, hub: Hub):
    await channels.post(
        NOTIFY, json={"topic": "order/paid", "payload": {"id": 1}, "bad_signature": True}
    )
    unsigned = {"X-Linkedstore-HMAC-SHA256": None}
    await channels.post(NOTIFY, json={"topic": "order/paid", "payload": {}, "headers": unsigned})

    (forged, raw), (bare, _) = hub.deliveries
    assert forged["x-linkedstore-hmac-sha256"] != signature("app_client_secret", raw)
    assert "x-linkedstore-hmac-sha256" not in bare


async def test_a_suspended_store_is_silent(channels, hub: Hub):
    await channels.post("/_control/stores", json={"id": "loja", "plan": "suspended"})
    await placed(channels)
    await channels.post("/_control/stores", json={"id": "loja", "plan": "standard"})
    order = await placed(channels, pay=False)
    await hub.got(1)

    assert [body["id"] for body in hub.told] == [order["id"]]


async def test_the_hub_that_registers_is_told_at_the_address_it_gave(
    tmp_path: Path, store: Store, hub: Hub
):
    elsewhere = hub.url.replace("/webhooks/nuvemshop/loja", "/elsewhere")
    silent = store.model_copy(update={"webhook_url": ""})
    async with opened(tmp_path, silent) as channels:
        channels.headers.update(
            {"Authentication": "bearer token-of-loja", "User-Agent": "Hub (hub@example.com)"}
        )
        nowhere = await channels.post(NOTIFY, json={"topic": "order/paid", "about": 1})
        registered = await channels.post(
            "/nuvemshop/v1/4512887/webhooks", json={"event": "order/paid", "url": elsewhere}
        )
        await placed(channels)
        await settled(channels, delivered=1, pending=0)
        [delivery] = await deliveries(channels)
        told = await channels.post(NOTIFY, json={"topic": "order/paid", "about": 1})

    assert nowhere.status_code == 409
    assert registered.status_code == 201
    assert (delivery["url"], delivery["topic"]) == (elsewhere, "order/paid")
    assert told.json()["status"] == 200
