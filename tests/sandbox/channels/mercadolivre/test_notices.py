"""Mercado Livre's notifications as a hub gets them: unsigned, impatient, several for one sale."""

import asyncio
import json
from collections import Counter
from pathlib import Path

from sandbox.channels.mercadolivre.notices import RULES, TOPICS
from tests.support.shop import Hub, deliveries, placed, settled, until

RECORDINGS = Path(__file__).parent / "recordings"
NOTIFY = "/_control/stores/loja/notify?wait=1"
LINES = {"order_items": [{"quantity": 1}, {"item": {"title": "Outro"}, "quantity": 2}]}


def recorded(name: str) -> dict[str, object]:
    document: dict[str, object] = json.loads((RECORDINGS / name).read_bytes())
    return document


def test_a_hub_has_half_a_second_and_eight_attempts_in_an_hour():
    assert RULES.total_timeout == 0.5
    assert len(RULES.pauses) == 7
    assert sum(RULES.pauses) == 3600


async def test_one_sale_of_one_item_is_told_five_times(channels, hub: Hub):
    sold = await placed(channels, order_items=[{"quantity": 1}])
    await hub.got(5)
    await settled(channels, delivered=5, pending=0)

    record = (await channels.get(f"/_control/stores/loja/orders/{sold['id']}")).json()
    [order] = record["orders"]
    assert Counter((told["topic"], told["resource"]) for told in hub.told) == {
        ("orders_v2", f"/orders/{order['id']}"): 3,
        ("payments", f"/collections/{order['payments'][0]['id']}"): 1,
        ("shipments", f"/shipments/{order['shipping']['id']}"): 1,
    }


async def test_a_notification_points_to_a_resource_and_nothing_in_it_is_signed(channels, hub: Hub):
    await placed(channels, pay=False, order_items=[{}])
    await hub.got(1)

    [(headers, raw)] = hub.deliveries
    told = json.loads(raw)
    assert told.keys() - {"_id"} == recorded("notification_orders_v2.json").keys()
    assert (told["user_id"], told["application_id"]) == (779432305, 5503910054141466)
    assert told["attempts"] == 1
    assert told["sent"].endswith("Z")
    assert not [name for name in headers if "sign" in name or "hmac" in name]


async def test_a_pack_is_told_order_by_order_with_one_shipment(channels, hub: Hub):
    await placed(channels, **LINES)
    await settled(channels, delivered=9)

    assert Counter(told["topic"] for told in hub.told) == {
        "orders_v2": 6,
        "payments": 2,
        "shipments": 1,
    }


async def test_only_200_counts(channels, hub: Hub):
    for status, counted in ((200, True), (201, False), (204, False), (302, False), (500, False)):
        hub.status = status
        await channels.post(NOTIFY, json={"topic": "orders_v2", "about": "/orders/1"})
        assert ((await deliveries(channels))[-1]["state"] == "delivered") is counted


async def test_an_answer_after_half_a_second_is_a_failure(channels, hub: Hub):
    hub.hold = asyncio.Event()

    answer = await channels.post(NOTIFY, json={"topic": "orders_v2", "about": "/orders/1"})

    hub.hold.set()
    assert answer.json()["status"] is None
    assert "Timeout" in answer.json()["error"]
    [delivery] = await deliveries(channels)
    assert 450 < delivery["attempts"][0]["ms"] < 900


async def test_a_retry_counts_its_attempts_in_the_body(channels, hub: Hub):
    hub.status = 500
    await channels.post(NOTIFY, json={"topic": "orders_v2", "about": "/orders/1"})
    await channels.post("/_control/retry")
    await hub.got(2)

    first, second = hub.told
    assert (first["attempts"], second["attempts"]) == (1, 2)
    assert second["sent"] > first["sent"]
    assert {**second, "attempts": 1, "sent": first["sent"]} == first


async def lose(channels, hub: Hub, count: int, topic: str = "orders_v2") -> None:
    """Let so many notifications fail for an hour."""
    hub.status = 500
    lost = (await channels.get("/_control/deliveries")).json()["counts"]["lost"]
    wanted = [{"topic": topic, "about": f"/orders/{number}"} for number in range(count)]
    await channels.post("/_control/stores/loja/notify?wait=1", json=wanted)
    await channels.post("/_control/clock", json={"rate": 20_000})
    await settled(channels, lost=lost + count)
    await channels.post("/_control/clock", json={"rate": 1})


async def test_what_eight_attempts_did_not_deliver_is_among_the_missed_for_two_days(
    channels, hub: Hub
):
    await lose(channels, hub, 1)
    await lose(channels, hub, 1, topic="payments")
    missed = "/mercadolivre/missed_feeds"
    app = {"app_id": "5503910054141466"}

    everything = (await channels.get(missed, params=app)).json()["messages"]
    payments = await channels.get(missed, params={**app, "topic": "payments"})
    one = await channels.get(missed, params={**app, "limit": 1, "offset": 1})
    nobody = await channels.get(missed, params={"app_id": "1"})
    items = await channels.get(missed, params={**app, "topic": "items"})

    assert len(hub.deliveries) == 16
    assert [told["topic"] for told in everything] == ["payments", "orders_v2"]
    sample = recorded("missed_feeds_page.json")["messages"][0]
    for told in everything:
        assert told.keys() == sample.keys()
        assert told["request"].keys() == sample["request"].keys()
        assert told["response"].keys() == sample["response"].keys()
        assert (told["attempts"], told["response"]["http_code"]) == (8, 500)
        assert json.loads(told["request"]["data"])["resource"] == told["resource"]
    assert payments.json()["messages"] == everything[:1]
    assert one.json()["messages"] == everything[1:]
    assert (nobody.status_code, items.status_code) == (403, 400)

    await channels.post("/_control/clock", json={"advance_s": 2 * 86_400 + 1})
    fresh = await refreshed(channels)
    gone = await channels.get(missed, params=app, headers={"Authorization": f"Bearer {fresh}"})
    assert gone.json() == {"messages": []}


async def refreshed(channels) -> str:
    answer = await channels.post(
        "/mercadolivre/oauth/token",
        data={
            "grant_type": "refresh_token",
            "client_id": "5503910054141466",
            "client_secret": "app_client_secret",
            "refresh_token": "TG-seeded",
        },
    )
    return str(answer.json()["access_token"])


async def test_a_topic_that_keeps_failing_is_switched_off_and_its_messages_are_not_kept(
    channels, hub: Hub
):
    await lose(channels, hub, RULES.tolerated_losses or 0)
    [still_on] = (await channels.get("/_control/stores")).json()["stores"]
    await lose(channels, hub, 1)
    [off] = (await channels.get("/_control/stores")).json()["stores"]
    before = len(await deliveries(channels))
    hub.status = 200
    await placed(channels, pay=False)

    assert "orders_v2" in still_on["subscriptions"]
    assert sorted(off["subscriptions"]) == sorted(set(TOPICS) - {"orders_v2"})
    assert len(await deliveries(channels)) == before

    await channels.post("/_control/stores/loja/subscriptions", json={"topics": ["orders_v2"]})
    hub.deliveries.clear()
    await placed(channels, pay=False, order_items=[{}])
    await until(lambda: hub.deliveries)


async def test_a_notification_can_be_anything_a_test_needs(channels, hub: Hub):
    forged = recorded("notification_orders_v2.json")
    await channels.post(NOTIFY, json={"topic": "orders_v2", "payload": forged})
    await channels.post(NOTIFY, json={"topic": "orders_v2", "body": "not json"})
    await channels.post(
        NOTIFY, json={"topic": "post_purchase", "about": "post-purchase/v1/claims/5108684499"}
    )

    assert json.loads(hub.deliveries[0][1]) == forged
    assert hub.deliveries[1][1] == b"not json"
    claim = json.loads(hub.deliveries[2][1])
    assert claim.keys() == recorded("notification_post_purchase_claim.json").keys()
