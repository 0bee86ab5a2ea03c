"""The control routes, as tests and people use them."""

import json
from decimal import Decimal
from pathlib import Path

import httpx
import pytest

from sandbox.channels.channel import Store
from sandbox.channels.planted import key_in
from tests.support.shop import SHOP, TOKEN, Hub, opened, placed, settled

GRAPHQL = "/admin/api/2026-10/graphql.json"
DETAILS = "query OrderDetails($id: ID!) { order(id: $id) { id } }"


async def plant(channels: httpx.AsyncClient, path: str, document: object) -> None:
    answer = await channels.put(
        "/_control/stores/loja/documents", params={"path": path}, json=document
    )
    assert answer.status_code == 200, answer.text


async def test_a_planted_document_is_answered_exactly(channels):
    document = {"order": {"id": 820982911946154508, "note": "olá", "total": 1.10}}

    await plant(channels, "/admin/api/2026-10/orders/123.json", document)

    answer = await channels.get(f"{SHOP}/orders/123.json")
    assert answer.json() == document
    assert (await channels.get(f"{SHOP}/orders/124.json")).status_code == 404
    unauthorised = await channels.get(
        f"{SHOP}/orders/123.json", headers={"X-Shopify-Access-Token": "no"}
    )
    assert unauthorised.status_code == 401


async def test_planted_graphql_answers_are_found_by_order_then_operation_then_any(channels):
    async def asked(number: int) -> object:
        body = {"query": DETAILS, "variables": {"id": f"gid://shopify/Order/{number}"}}
        return (await channels.post(f"{SHOP}/graphql.json", json=body)).json()

    await plant(channels, GRAPHQL, "any")
    assert await asked(1) == "any"
    await plant(channels, f"{GRAPHQL}?operation=OrderDetails", "operation")
    await plant(channels, f"{GRAPHQL}?id=2", "two")
    await plant(channels, f"{GRAPHQL}?order_id=3", "three")

    assert [await asked(number) for number in (1, 2, 3)] == ["operation", "two", "three"]


async def test_a_planted_document_can_be_taken_away(channels, tmp_path: Path):
    await plant(channels, "/admin/api/2026-10/orders/123.json", {})

    gone = await channels.delete(
        "/_control/stores/loja/documents", params={"path": "/admin/api/2026-10/orders/123.json"}
    )

    assert gone.status_code == 200
    assert (await channels.get(f"{SHOP}/orders/123.json")).status_code == 404


@pytest.mark.parametrize(
    "query",
    [
        "path=/orders/search?offset=0&seller=1",
        "path=%2Forders%2Fsearch%3Fseller%3D1%26offset%3D0",
        "path=orders/search?seller=1&offset=0",
    ],
)
def test_a_path_with_a_query_may_come_encoded_or_not(query):
    assert key_in(query) == "/orders/search?offset=0&seller=1"


async def test_planting_without_a_path_or_without_json_is_refused(channels):
    missing = await channels.put("/_control/stores/loja/documents", json={})
    broken = await channels.put("/_control/stores/loja/documents?path=/x", content=b"{")
    unknown = await channels.put("/_control/stores/nobody/documents?path=/x", json={})

    assert (missing.status_code, broken.status_code, unknown.status_code) == (422, 400, 404)


async def test_documents_and_orders_survive_a_restart(tmp_path: Path, store: Store):
    async with opened(tmp_path, store) as channels:
        await plant(channels, "/admin/api/2026-10/orders/1.json", {"order": 1})
        order = await placed(channels)
    async with opened(tmp_path) as channels:
        planted = await channels.get(f"{SHOP}/orders/1.json")
        sold = await channels.get(f"{SHOP}/orders/{order['id']}.json")

    assert planted.json() == {"order": 1}
    assert sold.json()["order"]["name"] == order["name"]


async def test_a_partial_order_is_filled_in_and_its_totals_follow(channels):
    order = await placed(
        channels,
        order={
            "email": "maria@example.com",
            "line_items": [
                {"sku": "MINE-1", "quantity": 2, "price": "10.00", "properties": [{"name": "cor"}]},
                {"sku": "MINE-2", "quantity": 1, "price": "5.50", "title": "Outra"},
            ],
        },
        shipping_address={"address1": "Rua A, \u206010"},
    )

    told = (await channels.get(f"{SHOP}/orders/{order['id']}.json")).json()["order"]

    assert [line["sku"] for line in told["line_items"]] == ["MINE-1", "MINE-2"]
    assert told["line_items"][0]["properties"] == [{"name": "cor"}]
    freight = Decimal(told["shipping_lines"][0]["discounted_price"])
    assert Decimal(told["total_price"]) == Decimal("25.50") + freight
    assert told["email"] == "maria@example.com"
    assert told["shipping_address"]["address1"] == "Rua A, \u206010"
    assert told["shipping_address"]["zip"]


async def test_options_may_stand_beside_a_bare_partial_order(channels):
    order = await placed(channels, note="presente", options={"fault": "test_order", "pay": False})

    told = (await channels.get(f"{SHOP}/orders/{order['id']}.json")).json()["order"]

    assert (told["note"], told["test"], told["financial_status"]) == ("presente", True, "pending")
    assert order["fault"] == "test_order"


async def test_wrong_options_are_refused_by_name_only(channels):
    answer = await channels.post(
        "/_control/stores/loja/orders", json={"fault": "nonsense", "tax_id": ["39053344705"]}
    )

    assert answer.status_code == 422
    assert {error["loc"][0] for error in answer.json()["error"]} == {"fault", "tax_id"}
    assert "39053344705" not in answer.text


async def test_many_orders_are_placed_with_one_call_and_listed_quickly(channels, hub: Hub):
    answer = await channels.post("/_control/stores/loja/orders", json={"count": 300})

    orders = answer.json()["orders"]
    sold = (await channels.get("/_control/stores/loja/orders")).json()["orders"]
    assert [one["id"] for one in sold] == [one["id"] for one in orders]
    assert len({one["id"] for one in sold}) == 300
    assert {"name", "total", "financial_status", "cancelled_at"} <= sold[0].keys()
    await settled(channels, pending=0, delivered=900)


async def test_acts_are_told_by_the_right_webhooks(channels, hub: Hub):
    order = await placed(channels, pay=False)
    await settled(channels, delivered=1)

    async def topics(act: str, **options: object) -> list[str]:
        hub.deliveries.clear()
        answer = await channels.post(
            f"/_control/stores/loja/orders/{order['id']}/{act}", json=options
        )
        assert answer.status_code == 200, answer.text
        await settled(channels, pending=0)
        return sorted(hub.topics)

    assert await topics("pay") == ["orders/paid", "orders/updated"]
    assert await topics("edit", set={"note": "x"}) == ["orders/updated"]
    assert await topics("refund", amount="1.00") == ["orders/updated", "refunds/create"]
    assert await topics("cancel") == ["orders/cancelled", "orders/updated", "refunds/create"]


async def test_acts_that_cannot_be_are_refused(channels):
    order = await placed(channels)
    at = "/_control/stores/loja/orders"

    again = await channels.post(f"{at}/{order['id']}/pay", json={})
    unknown = await channels.post(f"{at}/1/pay", json={})
    nonsense = await channels.post(f"{at}/{order['id']}/steal", json={})

    assert (again.status_code, unknown.status_code, nonsense.status_code) == (409, 404, 404)


async def test_a_bad_day_of_the_api_comes_when_ordered_and_ends(channels):
    await channels.post(
        "/_control/faults",
        json={"path": "orders", "status": 503, "times": 2, "headers": {"Retry-After": "1"}},
    )

    statuses = [(await channels.get(f"{SHOP}/orders/count.json")).status_code for _ in range(3)]
    other = await channels.get(f"{SHOP}/shop.json")

    assert statuses == [503, 503, 200]
    assert other.status_code == 200
    await channels.post("/_control/faults", json={"delay": 0.01, "times": 5})
    assert len((await channels.delete("/_control/faults")).json()["faults"]) == 0
    assert (await channels.post("/_control/faults", json={"stat": 1})).status_code == 422


async def test_a_store_is_added_and_changed_while_everything_runs(channels, hub: Hub, store: Store):
    second = store.model_copy(update={"id": "segunda", "shop_domain": "segunda.myshopify.com"})

    added = await channels.post("/_control/stores", json=second.model_dump())
    changed = await channels.post("/_control/stores", json={"id": "segunda", "plan": "plus"})

    assert (added.status_code, changed.status_code) == (201, 200)
    assert changed.json()["plan"] == "plus"
    shown = (await channels.get("/_control/stores")).text
    assert TOKEN not in shown
    assert store.webhook_secret not in shown
    answer = await channels.post("/_control/stores/segunda/orders", json={})
    await hub.got(3)
    assert hub.deliveries[0][0]["x-shopify-shop-domain"] == "segunda.myshopify.com"
    ids = {
        one["id"] for one in (await channels.get("/_control/stores/loja/orders")).json()["orders"]
    }
    assert answer.json()["id"] not in ids


async def test_a_plan_set_by_hand_outlives_the_seed(tmp_path: Path, store: Store):
    async with opened(tmp_path, store) as channels:
        await channels.post("/_control/stores", json={"id": "loja", "plan": "unlimited"})
    async with opened(tmp_path, store) as channels:
        [shown] = (await channels.get("/_control/stores")).json()["stores"]

    assert shown["plan"] == "unlimited"


async def test_the_first_dozen_shows_every_fate_and_comes_once(
    tmp_path: Path, store: Store, hub: Hub
):
    async with opened(tmp_path, store) as channels:
        answer = await channels.post("/_control/demo", json={"orders": 12, "cancel_after": 0})
        await settled(channels, pending=0, delivered=39)
        again = await channels.post("/_control/demo", json={"orders": 12})
    async with opened(tmp_path, store) as channels:
        restarted = await channels.post("/_control/demo", json={"orders": 12})
        sold = (await channels.get("/_control/stores/loja/orders")).json()["orders"]

    faults = [one["fault"] for one in answer.json()["orders"]]
    assert len(faults) == 12
    assert len({fault for fault in faults if fault}) == faults.count(None) - 6 == 3
    assert (again.json()["orders"], restarted.json()["orders"]) == ([], [])
    assert len(sold) == 12
    assert sum(one["cancelled_at"] is not None for one in sold) == 1
    assert hub.topics.count("orders/paid") == 12
    assert hub.topics.count("orders/cancelled") == 1


async def test_a_cancellation_of_the_first_dozen_is_made_after_a_restart(
    tmp_path: Path, store: Store, hub: Hub
):
    async with opened(tmp_path, store) as channels:
        await channels.post("/_control/demo", json={"orders": 12, "cancel_after": 3600})
        await settled(channels, pending=0, delivered=36)

    async with opened(tmp_path, store) as channels:
        await settled(channels, delivered=39)

    assert json.loads(json.dumps(hub.topics)).count("orders/cancelled") == 1


async def test_health_is_told(channels):
    for probe in ("live", "ready"):
        assert (await channels.get(f"/healthz/{probe}")).status_code == 200
