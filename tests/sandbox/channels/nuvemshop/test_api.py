"""Nuvemshop's API as a hub calls it."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.shop import placed

RECORDINGS = Path(__file__).parent / "recordings"
V1, LATER = "/nuvemshop/v1/4512887", "/nuvemshop/2025-03/4512887"
SECRET_OF_APP = {"client_id": "2181", "client_secret": "app_client_secret"}


def recorded(name: str) -> Any:
    return json.loads((RECORDINGS / name).read_bytes())


async def act(channels: httpx.AsyncClient, order_id: int, name: str, **options: Any) -> None:
    url = f"/_control/stores/loja/orders/{order_id}/{name}"
    assert (await channels.post(url, json=options)).status_code == 200


async def ids(client: httpx.AsyncClient, **given: Any) -> list[int]:
    answer = await client.get(f"{LATER}/orders", params=given)
    return [order["id"] for order in answer.json()] if answer.status_code == 200 else []


@pytest.mark.parametrize("base", [V1, LATER])
@pytest.mark.parametrize(
    "header",
    [{"Authentication": "bearer token-of-loja"}, {"Authorization": "Bearer token-of-loja"}],
)
async def test_both_versions_take_the_token_in_either_header(channels, base, header):
    order = await placed(channels)
    del channels.headers["Authorization"]

    answer = await channels.get(f"{base}/orders/{order['id']}", headers=header)

    assert answer.status_code == 200
    assert answer.json()["id"] == order["id"]


async def test_callers_are_refused_for_what_is_wrong_with_them(channels):
    async def status(path: str = f"{V1}/orders", **headers: str) -> int:
        return (await channels.get(path, headers=headers)).status_code

    assert await status(**{"User-Agent": ""}) == 400
    assert await status(Authorization="Bearer another") == 401
    assert await status("/nuvemshop/v1/999/orders") == 401
    assert await status("/nuvemshop/v7/4512887/orders") == 404
    assert await status(f"{V1}/orders/1") == 404
    form = await channels.post(f"{V1}/webhooks", content=b"event=order/paid")
    assert form.status_code == 415
    broken = await channels.post(
        f"{V1}/webhooks", content=b"{", headers={"Content-Type": "application/json"}
    )
    assert broken.status_code == 400


async def test_a_suspended_store_answers_402_until_it_pays(channels):
    await channels.post("/_control/stores", json={"id": "loja", "plan": "suspended"})
    suspended = await channels.get(f"{LATER}/store")
    await channels.post("/_control/stores", json={"id": "loja", "plan": "standard"})
    resumed = await channels.get(f"{LATER}/store")

    assert (suspended.status_code, resumed.status_code) == (402, 200)
    assert resumed.json()["id"] == 4512887


async def test_forty_calls_then_429_and_two_more_each_second(channels):
    answers = [await channels.get(f"{LATER}/store") for _ in range(45)]

    first, last = answers[0], answers[-1]
    assert first.headers["x-rate-limit-limit"] == "40"
    assert first.headers["x-rate-limit-remaining"] == "39"
    assert first.headers["x-rate-limit-reset"] == "500"
    assert last.status_code == 429
    assert 40 <= [answer.status_code for answer in answers].count(200) < 45
    assert int(last.headers["x-rate-limit-reset"]) > 19_000

    await channels.post("/_control/clock", json={"advance_s": 5})
    after = [(await channels.get(f"{LATER}/store")).status_code for _ in range(10)]
    assert after == [200] * 10


@pytest.mark.parametrize(("plan", "capacity"), [("evolution", "400"), ("unlimited", None)])
async def test_higher_plans_allow_ten_times_as_much(channels, plan, capacity):
    await channels.post("/_control/stores", json={"id": "loja", "plan": plan})

    answers = [await channels.get(f"{LATER}/store") for _ in range(60)]

    assert {answer.status_code for answer in answers} == {200}
    assert capacity in {None, answers[0].headers["x-rate-limit-limit"]}


async def test_orders_have_the_fields_of_the_platforms_own_samples(channels):
    order = await placed(channels, company=True)

    later = (await channels.get(f"{LATER}/orders/{order['id']}")).json()
    legacy = (await channels.get(f"{V1}/orders/{order['id']}")).json()

    assert later.keys() - {"total_paid_by_customer"} == (
        recorded("order_get_br_company_pending.json").keys()
    )
    [sample] = recorded("order_list_paid_card_6x.json")
    assert legacy.keys() >= sample.keys()
    for part in ("payment_details", "completed_at", "promotional_discount"):
        assert later[part].keys() == sample[part].keys()
    assert later["products"][0].keys() >= sample["products"][0].keys()
    assert later["shipping_address"].keys() == sample["shipping_address"].keys()
    address = later["customer"]["default_address"]
    assert address.keys() == sample["customer"]["default_address"].keys()


async def test_freight_is_in_orders_of_v1_and_in_fulfilment_orders_later(channels):
    order = await placed(channels)
    legacy = (await channels.get(f"{V1}/orders/{order['id']}")).json()
    later = (
        await channels.get(
            f"{LATER}/orders/{order['id']}", params={"aggregates": "fulfillment_orders"}
        )
    ).json()
    [parcel] = (await channels.get(f"{LATER}/orders/{order['id']}/fulfillment-orders")).json()

    assert later["fulfillment_orders"] == [parcel]
    assert "shipping_cost_customer" not in later
    assert parcel["shipping"]["consumer_cost"]["value"] == legacy["shipping_cost_customer"]
    assert parcel["destination"]["province"]["name"] == legacy["billing_province"]
    assert len(parcel["destination"]["province"]["code"]) == 2
    assert parcel["recipient"]["identifier"] == legacy["contact_identification"]
    alone = await channels.get(f"{LATER}/orders/{order['id']}/fulfillment-orders/{parcel['id']}")
    assert alone.json() == parcel


async def test_transactions_tell_what_the_order_does_not(channels):
    order = await placed(channels, method="card", instalments=6)
    await act(channels, order["id"], "refund", amount="1.00")

    [transaction] = (await channels.get(f"{LATER}/orders/{order['id']}/transactions")).json()

    assert transaction.keys() == recorded("transaction_refunded_3x.json").keys()
    assert transaction["refunded_amount"] == {"value": "1.00", "currency": "BRL"}
    assert transaction["info"]["installments"]["quantity"] == 6
    kinds = [event["type"] for event in transaction["events"]]
    assert kinds == ["authorization", "capture", "refund"]


async def test_numbers_come_as_texts_in_every_second_order(channels):
    kinds = set()
    for _ in range(2):
        order = await placed(channels)
        shown = (await channels.get(f"{LATER}/orders/{order['id']}")).json()
        kinds.add((type(shown["store_id"]), type(shown["products"][0]["quantity"])))

    assert kinds == {(int, int), (str, str)}


async def test_pages_are_numbered_and_say_how_many_there_are(channels):
    await placed(channels, count=5)

    second = await channels.get(f"{LATER}/orders", params={"page": 2, "per_page": 2})
    third = await channels.get(f"{LATER}/orders", params={"page": 3, "per_page": 2})
    beyond = await channels.get(f"{LATER}/orders", params={"page": 4, "per_page": 2})

    assert second.headers["x-total-count"] == "5"
    assert len(second.json()) == 2
    assert len(third.json()) == 1
    links = {
        part.split("; ")[1]: part.split("; ")[0].strip(" <>")
        for part in second.headers["link"].split(",")
    }
    assert set(links) == {'rel="next"', 'rel="last"', 'rel="first"', 'rel="prev"'}
    assert (await channels.get(links['rel="next"'])).json() == third.json()
    assert 'rel="next"' not in third.headers["link"]
    assert beyond.status_code == 404
    assert beyond.json()["description"] == "Last page is 3"


async def test_a_query_without_results_has_no_first_page(channels):
    answer = await channels.get(f"{LATER}/orders", params={"status": "cancelled"})

    assert answer.status_code == 404
    assert answer.json()["description"] == "Last page is 0"


async def test_only_ten_thousand_results_of_a_query_can_be_reached(channels):
    await placed(channels)

    refused = await channels.get(f"{LATER}/orders", params={"page": 51, "per_page": 200})
    last = await channels.get(f"{LATER}/orders", params={"page": 50, "per_page": 200})

    assert refused.status_code == 422
    assert last.status_code == 404


async def test_orders_are_found_by_what_a_hub_asks_for(channels):
    await channels.post("/_control/stores", json={"id": "loja", "plan": "unlimited"})
    card = await placed(channels, method="card")
    pix = await placed(channels, method="pix", pay=False)
    imported = await placed(channels, method="pix", storefront="meli")
    await act(channels, card["id"], "pack")

    assert await ids(channels, payment_status="pending") == [pix["id"]]
    assert await ids(channels, channels="meli") == [imported["id"]]
    assert await ids(channels, channels="store,meli", payment_methods="pix") == [
        imported["id"],
        pix["id"],
    ]
    assert await ids(channels, shipping_status="unfulfilled") == [card["id"]]
    assert await ids(channels, since_id=card["id"]) == [pix["id"], imported["id"]]
    name = (await channels.get(f"{LATER}/orders/{pix['id']}")).json()["contact_email"]
    assert pix["id"] in await ids(channels, q=name)
    assert await ids(channels, total_min=float(card["total"]), total_max=float(card["total"]))
    assert await ids(channels, total_min=10_000_000) == []
    listed = await channels.get(f"{LATER}/orders", params={"fields": "id,number"})
    assert all(order.keys() == {"id", "number"} for order in listed.json())


async def test_dates_filter_with_their_offset(channels):
    order = await placed(channels)
    hour = timedelta(hours=1)
    now = datetime.now(UTC)

    around = {
        "created_at_min": (now - hour).isoformat(),
        "created_at_max": (now + hour).isoformat(),
    }
    assert await ids(channels, **around) == [order["id"]]
    assert await ids(channels, updated_at_min=(now + hour).isoformat()) == []
    unencoded = await channels.get(f"{LATER}/orders?created_at_min=2026-10-05T12:00:00+00:00")
    assert unencoded.status_code == 422
    assert "created_at_min" in unencoded.json()


async def test_a_cancelled_order_still_says_paid_and_slips_through_a_list_of_the_updated(channels):
    order = await placed(channels)
    await channels.post("/_control/clock", json={"advance_s": 3600})
    since = datetime.now(UTC) + timedelta(minutes=30)

    await act(channels, order["id"], "cancel", reason="other")

    shown = (await channels.get(f"{LATER}/orders/{order['id']}")).json()
    sample = recorded("order_cancelled_but_paid.json")
    for field in ("status", "payment_status", "cancel_reason"):
        assert shown[field] == sample[field]
    assert shown["cancelled_at"] > shown["updated_at"]
    assert await ids(channels, updated_at_min=since.isoformat()) == []
    assert await ids(channels, status="cancelled") == [order["id"]]


async def test_a_planted_document_is_answered_under_its_whole_path_or_any_version(channels):
    document = recorded("order_get_br_company_pending.json")
    for path in ("/2025-03/4512887/orders/871254203", "/orders/871254204"):
        await channels.put("/_control/stores/loja/documents", params={"path": path}, json=document)

    async def get(path: str) -> httpx.Response:
        return await channels.get(f"/nuvemshop{path}")

    exact = await get("/2025-03/4512887/orders/871254203?aggregates=fulfillment_orders")
    assert exact.json() == document
    assert (await get("/v1/4512887/orders/871254203")).status_code == 404
    for version in ("v1", "2025-03"):
        assert (await get(f"/{version}/4512887/orders/871254204")).json() == document


async def test_bad_days_of_the_api_are_ordered_by_path(channels):
    await channels.post(
        "/_control/faults",
        json={"status": 503, "path": "/4512887/orders", "store_id": "loja", "body": {"code": 503}},
    )

    assert (await channels.get(f"{LATER}/store")).status_code == 200
    assert (await channels.get(f"{LATER}/orders")).json() == {"code": 503}
    assert (await channels.get(f"{LATER}/orders")).status_code == 404


async def test_products_are_what_the_orders_lines_refer_to(channels):
    await placed(channels, count=3)
    listed = await channels.get(f"{LATER}/products", params={"per_page": 200})
    products = {product["id"]: product for product in listed.json()}

    for order in (await channels.get(f"{LATER}/orders")).json():
        for line in order["products"]:
            variants = products[line["product_id"]]["variants"]
            [variant] = [one for one in variants if str(one["id"]) == str(line["variant_id"])]
            assert line["variant_values"] == [value["pt"] for value in variant["values"]]
            assert (variant["sku"], variant["price"]) == (line["sku"], line["price"])
    product = listed.json()[0]
    assert product.keys() == recorded("product_published.json").keys()
    sku = product["variants"][0]["sku"]
    assert (await channels.get(f"{LATER}/products/sku/{sku}")).json() == product
    assert (await channels.get(f"{LATER}/products/{product['id']}")).json() == product
    assert (await channels.get(f"{LATER}/products", params={"q": sku})).json() == [product]
    assert (await channels.get(f"{LATER}/products/1")).status_code == 404


async def test_webhooks_are_registered_changed_and_removed(channels, hub):
    listed = await channels.get(f"{V1}/webhooks", params={"event": "order/paid"})
    [seeded] = listed.json()
    assert seeded.keys() == recorded("webhook_subscriptions_list.json")[0].keys()
    assert seeded["url"] == hub.url

    same = await channels.post(f"{V1}/webhooks", json={"event": "order/paid", "url": hub.url})
    assert same.json()["id"] == seeded["id"]
    other = {"event": "product/updated", "url": "https://hub.example.com/hook"}
    made = (await channels.post(f"{V1}/webhooks", json=other)).json()
    changed = await channels.put(f"{V1}/webhooks/{made['id']}", json={"event": "product/created"})
    assert changed.json() | {"updated_at": ""} == {
        **made,
        "event": "product/created",
        "updated_at": "",
    }
    assert (await channels.delete(f"{V1}/webhooks/{made['id']}")).json() == {}
    assert (await channels.get(f"{V1}/webhooks/{made['id']}")).status_code == 404


async def test_a_registration_that_is_wrong_names_each_field(channels):
    answer = await channels.post(f"{V1}/webhooks", json={"url": "foobar", "event": "store/redact"})

    assert answer.status_code == 422
    assert answer.json().keys() == {"event", "url"}


async def test_a_code_gives_a_token_and_ends_the_one_before(channels):
    code = (await channels.post("/_control/stores/loja/grants")).json()["code"]
    wanted = {**SECRET_OF_APP, "grant_type": "authorization_code", "code": code}
    token = "/nuvemshop/apps/authorize/token"

    wrong_app = await channels.post(token, json={**wanted, "client_secret": "no"})
    granted = await channels.post(token, json=wanted)
    again = await channels.post(token, json=wanted)

    assert wrong_app.json()["error"] == "invalid_client"
    assert granted.json() | {"access_token": "", "scope": ""} == {
        "access_token": "",
        "token_type": "bearer",
        "scope": "",
        "user_id": "4512887",
    }
    assert again.json()["error"] == "invalid_grant"
    old = await channels.get(f"{LATER}/store")
    bearer = {"Authorization": f"Bearer {granted.json()['access_token']}"}
    new = await channels.get(f"{LATER}/store", headers=bearer)
    assert (old.status_code, new.status_code) == (401, 200)


async def test_a_code_dies_after_five_minutes(channels):
    code = (await channels.post("/_control/stores/loja/grants")).json()["code"]
    await channels.post("/_control/clock", json={"advance_s": 301})

    answer = await channels.post(
        "/nuvemshop/apps/authorize/token",
        json={**SECRET_OF_APP, "grant_type": "authorization_code", "code": code},
    )

    assert answer.json()["error"] == "invalid_grant"


async def test_removing_the_app_is_told_and_kills_its_token(channels, hub):
    await channels.delete("/_control/stores/loja/grants")
    await hub.got(1)
    await placed(channels)

    assert hub.told == [{"store_id": 4512887, "event": "app/uninstalled", "id": 2181}]
    assert (await channels.get(f"{LATER}/store")).status_code == 401
    [shown] = (await channels.get("/_control/stores")).json()["stores"]
    assert shown["subscriptions"] == []
