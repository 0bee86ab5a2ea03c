"""Mercado Livre's API as a hub calls it."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest

from sandbox.channels.channel import Store
from tests.support.shop import opened, placed

RECORDINGS = Path(__file__).parent / "recordings"
ML = "/mercadolivre"
TWO_ITEMS = [{"item": {"title": "Caneca azul"}}, {"item": {"title": "Filtro"}, "quantity": 2}]


def recorded(name: str) -> Any:
    return json.loads((RECORDINGS / name).read_bytes())


async def get(channels: httpx.AsyncClient, path: str, **given: Any) -> Any:
    answer = await channels.get(f"{ML}{path}", params=given)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def whole(channels: httpx.AsyncClient, sold: dict[str, Any]) -> Any:
    return (await channels.get(f"/_control/stores/loja/orders/{sold['id']}")).json()


async def bought(channels: httpx.AsyncClient, **purchase: Any) -> Any:
    """The first order of a new sale, as the API shows it."""
    record = await whole(channels, await placed(channels, **purchase))
    return await get(channels, f"/orders/{record['orders'][0]['id']}")


async def test_an_order_has_the_fields_of_the_platforms_own_sample(channels):
    order = await bought(channels, order_items=TWO_ITEMS)

    sample = recorded("order_paid_in_pack.json")
    assert order.keys() - {"coupon", "expiration_date"} == sample.keys()
    assert order["order_items"][0].keys() >= sample["order_items"][0].keys()
    assert order["order_items"][0]["item"].keys() == sample["order_items"][0]["item"].keys()
    assert order["payments"][0].keys() - {"coupon_id", "coupon_amount"} == (
        sample["payments"][0].keys()
    )
    assert order["buyer"].keys() >= sample["buyer"].keys()
    assert order["date_created"].endswith("-04:00")
    assert {"paid", "pack_order", "not_delivered"} <= set(order["tags"])


async def test_a_cart_is_one_order_for_each_item_in_one_pack_and_one_box(channels):
    order = await bought(channels, order_items=TWO_ITEMS)

    pack = await get(channels, f"/packs/{order['pack_id']}")
    others = [await get(channels, f"/orders/{one['id']}") for one in pack["orders"]]

    sample = recorded("pack_two_orders.json")
    assert pack.keys() == sample.keys()
    assert pack["status"] == "released"
    assert pack["date_created"].endswith("-0400")
    assert len(others) == 2
    assert {one["shipping"]["id"] for one in others} == {pack["shipment"]["id"]}
    titles = [one["order_items"][0]["item"]["title"] for one in others]
    assert titles == ["Caneca azul", "Filtro"]


async def test_older_sales_of_one_item_have_no_pack(channels):
    packs = [(await bought(channels, order_items=[{}]))["pack_id"] for _ in range(4)]

    assert packs.count(None) == 1


async def test_the_document_is_in_the_billing_info_alone(channels):
    for company, sample in ((False, "billing_info_mlb_cpf"), (True, "billing_info_mlb_cnpj")):
        order = await bought(channels, company=company)
        number = order["buyer"]["billing_info"]["id"]

        info = await get(channels, f"/orders/billing-info/MLB/{number}")

        told, expected = info["buyer"]["billing_info"], recorded(f"{sample}.json")
        assert told.keys() == expected["buyer"]["billing_info"].keys()
        assert told["address"].keys() == expected["buyer"]["billing_info"]["address"].keys()
        assert told["identification"]["type"] == ("CNPJ" if company else "CPF")
        assert told["identification"]["number"] not in json.dumps(order)
        legacy = await channels.get(f"{ML}/orders/{order['id']}/billing_info")
        assert legacy.status_code == 404


async def test_a_shipment_comes_in_two_formats_and_hides_its_address_until_paid(channels):
    sold = await placed(channels, pay=False, order_items=TWO_ITEMS)
    record = await whole(channels, sold)
    path = f"{ML}/shipments/{record['shipments'][0]['document']['id']}"
    new = {"x-format-new": "true"}

    hidden = (await channels.get(path, headers=new)).json()
    await channels.post(f"/_control/stores/loja/orders/{sold['id']}/pay", json={})
    shown = (await channels.get(path, headers=new)).json()
    old = (await channels.get(path)).json()

    skeleton = recorded("shipment_new_format_skeleton.json")
    assert shown.keys() == skeleton.keys()
    assert shown["destination"].keys() == skeleton["destination"].keys()
    address, tree = (one["destination"]["shipping_address"] for one in (shown, skeleton))
    assert address.keys() == tree.keys()
    assert shown["lead_time"].keys() == skeleton["lead_time"].keys()
    assert hidden["destination"]["receiver_name"] is None
    assert hidden["destination"]["shipping_address"]["zip_code"] == "XXXXXXX"
    assert address["state"]["id"].startswith("BR-")
    assert address["zip_code"].isdecimal()
    assert (shown["status"], shown["substatus"]) == ("ready_to_ship", "invoice_pending")
    assert old.keys() == recorded("shipment_br_ready_to_ship.json").keys()
    assert old["receiver_address"]["street_name"] == address["street_name"]
    assert old["shipping_option"]["cost"] == shown["lead_time"]["cost"]


async def test_freight_is_told_by_the_shipment_and_its_costs(channels):
    order = await bought(channels, order_items=TWO_ITEMS)
    shipment = f"/shipments/{order['shipping']['id']}"

    costs = await get(channels, f"{shipment}/costs")
    items = await get(channels, f"{shipment}/items")
    listed = await get(channels, f"/orders/{order['id']}/shipments")

    sample = recorded("shipment_costs.json")
    assert costs.keys() == sample.keys()
    assert costs["receiver"].keys() == sample["receiver"].keys()
    assert costs["senders"][0].keys() == sample["senders"][0].keys()
    assert costs["receiver"]["user_id"] == order["buyer"]["id"]
    assert [item["quantity"] for item in items] == [1, 2]
    assert listed == [{"id": order["shipping"]["id"], "type": "forward"}]


async def test_an_order_whose_shipment_is_not_there_yet_answers_without_content(channels):
    order = await bought(channels, shipping={"id": None})

    answer = await channels.get(f"{ML}/orders/{order['id']}/shipments")

    assert (answer.status_code, answer.content) == (204, b"")


async def test_a_payment_has_its_own_address_under_two_names(channels):
    order = await bought(channels, method="card", instalments=9)
    number = order["payments"][0]["id"]

    seen = await get(channels, f"/collections/{number}")

    assert seen == await get(channels, f"/payments/{number}")
    assert recorded("payment_seller_view.json").keys() >= seen.keys()
    assert (seen["installments"], seen["payment_type"]) == (9, "credit_card")
    assert seen["order_id"] == str(order["id"])


async def test_discounts_say_which_part_the_seller_bears(channels):
    kinds = set()
    for seed in range(40):
        order = await bought(channels, seed=seed)
        [item] = order["order_items"]
        details = (await get(channels, f"/orders/{order['id']}/discounts"))["details"]
        for detail in details:
            [part] = detail["items"]
            kinds.add((detail["type"], part["amounts"]["seller"] == part["amounts"]["total"]))
            assert part["id"] == item["item"]["id"]
        taken = sum(d["items"][0]["amounts"]["total"] for d in details if d["type"] == "discount")
        full = sum(Decimal(str(one["amounts"]["full"])) for one in item["discounts"])
        assert Decimal(str(taken)) == full * item["quantity"]

    assert kinds >= {("discount", True), ("coupon", False)}


async def test_a_listing_tells_the_sku_as_an_attribute(channels):
    unknown = {"seller_sku": "SKU-000001", "title": "Coisa avulsa"}
    order = await bought(channels, order_items=[{"item": unknown}])
    [item] = order["order_items"]

    listing = await get(channels, f"/items/{item['item']['id']}")
    [told] = [one for one in listing["attributes"] if one["id"] == "SELLER_SKU"]

    assert told["value_name"] == item["item"]["seller_sku"]
    assert listing["price"] == item["full_unit_price"]
    sample = recorded("item_listing_br.json")
    extra = {"family_name", "historical_start_time"}
    assert listing.keys() - extra <= sample.keys()
    offered = await get(channels, "/users/779432305/items/search", limit=2)
    several = await get(channels, "/items", ids=",".join([*offered["results"], "MLB1"]))
    assert [one["code"] for one in several] == [200, 200, 404]


async def test_without_its_sku_in_the_order_an_item_may_still_have_one(channels):
    order = await bought(
        channels,
        order_items=[{"item": {"seller_sku": None, "seller_custom_field": "CAN-AZ"}}],
    )
    [item] = order["order_items"]

    listing = await get(channels, f"/items/{item['item']['id']}")

    assert item["item"]["seller_sku"] is None
    assert {"id": "SELLER_SKU", "name": "SKU", "value_name": "CAN-AZ"} in listing["attributes"]


async def test_search_pages_through_whole_orders_oldest_first(channels):
    for _ in range(3):
        await placed(channels, order_items=TWO_ITEMS)

    page = await get(channels, "/orders/search", seller=779432305, limit=4)
    rest = await get(channels, "/orders/search", seller=779432305, limit=4, offset=4)
    down = await get(channels, "/orders/search", seller=779432305, sort="date_desc")

    assert page["paging"] == {"total": 6, "offset": 0, "limit": 4}
    found = [order["id"] for order in [*page["results"], *rest["results"]]]
    assert len(set(found)) == 6
    assert [order["id"] for order in down["results"]] == found[::-1]
    for result in page["results"]:
        order = await get(channels, f"/orders/{result['id']}")
        assert {**result, "date_last_updated": None} == {**order, "date_last_updated": None}
        assert result["date_last_updated"].endswith("Z")
    many = await get(channels, "/orders/search", seller=779432305, limit=200)
    assert many["paging"]["limit"] == 50


async def test_search_filters_by_status_tags_text_and_hides_the_cancelled(channels):
    waiting = await bought(channels, pay=False)
    paid = await bought(channels, order_items=[{"item": {"title": "Vaso de barro"}}])
    tried = await bought(channels, fault="test_order", order_items=[{}])
    off = await placed(channels, order_items=[{}])
    await channels.post(f"/_control/stores/loja/orders/{off['id']}/cancel", json={})

    async def ids(**given: Any) -> set[int]:
        terms = {name.replace("__", "."): value for name, value in given.items()}
        page = await get(channels, "/orders/search", seller=779432305, **terms)
        return {order["id"] for order in page["results"]}

    assert waiting["id"] in await ids(order__status="payment_in_process,confirmed")
    assert await ids(order__status="paid") == {paid["id"], tried["id"]}
    assert await ids(order__status="cancelled") == set()
    assert await ids(tags="test_order") == {tried["id"]}
    assert tried["id"] not in await ids(**{"tags.not": "test_order"})
    assert await ids(q="vaso DE") == {paid["id"]}
    assert await ids(q=paid["id"]) == {paid["id"]}
    assert await ids(item=paid["order_items"][0]["item"]["id"]) == {paid["id"]}


async def test_search_drops_minutes_and_keeps_twelve_months(channels):
    order = await bought(channels)
    created = datetime.fromisoformat(order["date_created"])
    hour = created.replace(minute=0, second=0, microsecond=0)

    async def found(since: datetime, until: datetime) -> bool:
        page = await get(
            channels,
            "/orders/search",
            seller=779432305,
            **{
                "order.date_last_updated.from": since.isoformat(),
                "order.date_last_updated.to": until.isoformat(),
            },
        )
        return bool(page["results"])

    assert await found(hour + timedelta(minutes=59), hour + timedelta(hours=1))
    assert not await found(hour - timedelta(hours=1), hour + timedelta(minutes=59))
    token = "TG-seeded"
    for _ in range(3):  # a refresh token lives half a year
        await channels.post("/_control/clock", json={"advance_s": 125 * 86_400})
        fresh = (await refresh(channels, token)).json()
        token = fresh["refresh_token"]
    channels.headers["Authorization"] = f"Bearer {fresh['access_token']}"
    assert (await get(channels, "/orders/search", seller=779432305))["paging"]["total"] == 0
    assert await get(channels, f"/orders/{order['id']}")


async def test_search_refuses_what_is_not_the_callers(channels):
    async def refused(**given: Any) -> tuple[int, str]:
        answer = await channels.get(f"{ML}/orders/search", params=given)
        return answer.status_code, answer.json()["error"]

    assert await refused() == (400, "bad_request")
    assert await refused(seller=1) == (403, "caller.id.invalid")
    assert (await refused(seller=779432305, offset=10_001))[0] == 400
    assert (await refused(seller=779432305, **{"order.date_created.from": "soon"}))[0] == 400


async def test_errors_are_the_platforms(channels):
    async def refused(path: str, **headers: str) -> tuple[int, Any]:
        answer = await channels.get(f"{ML}{path}", headers=headers)
        return answer.status_code, answer.json()

    assert await refused("/orders/1") == (404, recorded("order_not_found_error.json"))
    assert (await refused("/orders/abc"))[1]["error"] == "invalid_order_id"
    assert (await refused("/packs/1"))[0] == 404
    assert (await refused("/shipments/1"))[0] == 404
    assert (await refused("/anything"))[0] == 404
    assert (await refused("/users/me", Authorization=""))[1]["error"] == "not_identified_user"
    assert (await refused("/users/me", Authorization="Bearer no"))[0] == 401


async def test_a_seller_sees_neither_orders_nor_packs_of_another(channels, store: Store):
    order = await bought(channels, order_items=TWO_ITEMS)
    other = store.model_copy(
        update={"id": "outra", "shop_domain": "1", "access_token": "APP_USR-o", "refresh_token": ""}
    )
    await channels.post("/_control/stores", json=other.model_dump())
    channels.headers["Authorization"] = "Bearer APP_USR-o"

    owned = await channels.get(f"{ML}/orders/{order['id']}")
    pack = await channels.get(f"{ML}/packs/{order['pack_id']}")
    shipment = await channels.get(f"{ML}/shipments/{order['shipping']['id']}")

    assert owned.json()["error"] == "not_owned_order"
    assert (pack.status_code, shipment.status_code) == (403, 404)


async def test_an_order_without_its_buyer_is_partial(channels):
    record = await whole(channels, await placed(channels, fault="withheld_buyer"))

    answer = await channels.get(f"{ML}/orders/{record['orders'][0]['id']}")

    assert answer.status_code == 206
    assert answer.headers["x-content-missing"] == "buyer"
    assert answer.json()["buyer"] == {}


async def test_too_many_calls_of_one_endpoint_are_refused_for_a_while(channels):
    await channels.post("/_control/clock", json={"rate": 0.001})
    for _ in range(1500):
        await channels.get(f"{ML}/users/me")
    statuses = {(await channels.get(f"{ML}/users/me")).status_code for _ in range(60)}
    others = await channels.get(f"{ML}/items/MLB1")

    assert 429 in statuses
    assert others.status_code == 404
    await channels.post("/_control/clock", json={"advance_s": 10})
    assert (await channels.get(f"{ML}/users/me")).status_code == 200


async def test_planted_documents_and_bad_days_hold_for_any_path(channels):
    document = recorded("order_paid_in_pack.json")
    for path in ("/orders/2000009713473608", "/orders/search?seller=1&offset=0"):
        await channels.put("/_control/stores/loja/documents", params={"path": path}, json=document)
    await channels.post(
        "/_control/faults", json={"status": 429, "path": "/orders/2000009713473608"}
    )

    assert (await channels.get(f"{ML}/orders/2000009713473608")).status_code == 429
    assert await get(channels, "/orders/2000009713473608") == document
    assert await get(channels, "/orders/search", offset=0, seller=1) == document


async def refresh(
    channels: httpx.AsyncClient, token: str | None = None, **changes: str
) -> httpx.Response:
    form = {
        "grant_type": "refresh_token",
        "client_id": "5503910054141466",
        "client_secret": "app_client_secret",
        "refresh_token": token or "TG-seeded",
    }
    return await channels.post(f"{ML}/oauth/token", data=form | changes)


async def test_a_refresh_token_works_once_and_gives_the_next(channels):
    first = (await refresh(channels)).json()
    reused = await refresh(channels)
    second = await refresh(channels, first["refresh_token"])
    older = await refresh(channels, first["refresh_token"])

    assert first.keys() == {
        *("access_token", "token_type", "expires_in", "scope", "user_id", "refresh_token")
    }
    assert (first["expires_in"], first["user_id"]) == (21_600, 779432305)
    assert first["refresh_token"].startswith("TG-")
    assert (reused.status_code, reused.json()["error"]) == (400, "invalid_grant")
    assert second.status_code == 200
    assert older.json()["error"] == "invalid_grant"


async def test_of_two_that_refresh_at_once_one_loses(channels, store: Store):
    answers = await asyncio.gather(*(refresh(channels) for _ in range(5)))

    assert sorted(answer.status_code for answer in answers) == [200, 400, 400, 400, 400]


async def test_an_access_token_lives_six_hours_and_a_restart_brings_no_old_one_back(
    tmp_path: Path, store: Store
):
    async with opened(tmp_path, store) as channels:
        channels.headers["Authorization"] = "Bearer APP_USR-seeded"
        await get(channels, "/users/me")
        await channels.post("/_control/clock", json={"advance_s": 21_601})
        expired = await channels.get(f"{ML}/users/me")
        tokens = (await refresh(channels)).json()
    async with opened(tmp_path, store) as channels:
        reused = await refresh(channels)
        channels.headers["Authorization"] = f"Bearer {tokens['access_token']}"
        await get(channels, "/users/me")
        again = await refresh(channels, tokens["refresh_token"])

    assert expired.status_code == 401
    assert reused.json()["error"] == "invalid_grant"
    assert again.status_code == 200


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({"client_secret": ""}, "invalid_request"),
        ({"client_secret": "wrong"}, "invalid_client"),
        ({"client_id": "1"}, "invalid_client"),
        ({"refresh_token": "TG-unknown"}, "invalid_grant"),
    ],
)
async def test_a_bad_request_for_tokens_is_named(channels, changes, told):
    answer = await refresh(channels, **changes)

    assert (answer.status_code, answer.json()["error"]) == (400, told)
    assert (await refresh(channels)).status_code == 200


async def test_a_seller_who_removes_the_app_tells_nobody_and_may_let_it_in_again(channels, hub):
    granted = f"{ML}/users/779432305/applications/5503910054141466"
    assert (await channels.get(granted)).status_code == 200
    await channels.delete("/_control/stores/loja/grants")
    await placed(channels)
    gone = await channels.get(granted)
    refused = await refresh(channels)
    code = (await channels.post("/_control/stores/loja/grants")).json()["code"]
    tokens = await refresh(channels, grant_type="authorization_code", code=code)
    await placed(channels, pay=False, order_items=[{}])
    await hub.got(1)

    assert gone.status_code == 401
    assert refused.json()["error"] == "invalid_grant"
    assert tokens.status_code == 200
    assert [told["topic"] for told in hub.told] == ["orders_v2"]
    assert datetime.fromisoformat(hub.told[0]["sent"]) <= datetime.now(UTC)
