"""Shopify's tokens and its catalogue: what connecting a store and making listings need."""

import hashlib
import hmac
from urllib.parse import parse_qsl, urlsplit

import pytest

from sandbox.channels.shopify.oauth import EXPIRES_IN
from tests.support.shop import CATALOGUE, SHOP, TOKEN, placed

OAUTH = "/shopify/loja.myshopify.com/admin/oauth"
APP = {"client_id": "7312904455018236", "client_secret": "test_secret_key"}


async def code(channels):
    return (await channels.post("/_control/stores/loja/grants")).json()["code"]


async def exchanged(channels, **given):
    answer = await channels.post(f"{OAUTH}/access_token", json=APP | given)
    return answer.json() | {"status": answer.status_code}


async def status_with(channels, token):
    headers = {"X-Shopify-Access-Token": token}
    return (await channels.get(f"{SHOP}/shop.json", headers=headers)).status_code


async def graphql(channels, query):
    answer = await channels.post(f"{SHOP}/graphql.json", json={"query": query})
    assert "errors" not in answer.json(), answer.text
    return answer.json()["data"]


async def test_a_code_gives_a_token_that_lives_for_ever_and_works_once(channels):
    spent = await code(channels)
    given = await exchanged(channels, code=spent)
    assert given["status"] == 200
    assert set(given) == {"access_token", "scope", "status"}
    assert await status_with(channels, given["access_token"]) == 200
    assert await status_with(channels, TOKEN) == 401
    await channels.post("/_control/clock", json={"advance_s": 400 * 86_400})
    assert await status_with(channels, given["access_token"]) == 200

    assert (await exchanged(channels, code=spent))["error"] == "invalid_request"


async def test_an_expiring_token_lives_an_hour_and_is_refreshed(channels):
    given = await exchanged(channels, code=await code(channels), expiring="1")
    assert (given["expires_in"], given["refresh_token_expires_in"] > EXPIRES_IN) == (3600, True)
    await channels.post("/_control/clock", json={"advance_s": EXPIRES_IN})
    assert await status_with(channels, given["access_token"]) == 401

    refresh = {"grant_type": "refresh_token", "refresh_token": given["refresh_token"]}
    again = await exchanged(channels, **refresh)
    assert await status_with(channels, again["access_token"]) == 200
    assert again["refresh_token"] != given["refresh_token"]


async def test_a_refresh_token_whose_answer_was_lost_works_until_its_successor_is_used(channels):
    first = await exchanged(channels, code=await code(channels), expiring="1")
    refresh = {"grant_type": "refresh_token", "refresh_token": first["refresh_token"]}
    await exchanged(channels, **refresh)
    second = await exchanged(channels, **refresh)
    assert second["status"] == 200

    await exchanged(channels, **refresh | {"refresh_token": second["refresh_token"]})
    assert (await exchanged(channels, **refresh))["status"] == 400


@pytest.mark.parametrize("wrong", [{"client_secret": "x"}, {"client_id": "1"}, {"code": "x"}])
async def test_another_app_and_another_code_get_nothing(channels, wrong):
    given = await exchanged(channels, **{"code": await code(channels)} | wrong)

    assert given["status"] == 400
    assert "access_token" not in given


async def test_the_merchant_is_sent_back_with_a_code_signed_in_hex(channels):
    asked = {"client_id": APP["client_id"], "redirect_uri": "http://hub/cb", "state": "n0nce"}
    question = await channels.get(f"{OAUTH}/authorize", params=asked)
    assert "loja.myshopify.com" in question.text
    asked["resposta"] = "loja"
    sent = await channels.get(f"{OAUTH}/authorize", params=asked)
    told = dict(parse_qsl(urlsplit(sent.headers["location"]).query))

    signature = told.pop("hmac")
    line = "&".join(f"{name}={told[name]}" for name in sorted(told))
    digest = hmac.new(b"test_secret_key", line.encode(), hashlib.sha256).hexdigest()
    assert signature == digest
    assert (told["state"], told["shop"]) == ("n0nce", "loja.myshopify.com")
    assert (await exchanged(channels, code=told["code"]))["status"] == 200
    asked["redirect_uri"] = "javascript:alert(1)"
    assert (await channels.get(f"{OAUTH}/authorize", params=asked)).status_code == 404


async def test_removing_the_app_ends_its_token_and_says_so(channels, hub):
    await channels.delete("/_control/stores/loja/grants")

    assert await status_with(channels, TOKEN) == 401
    await hub.got(1)
    assert hub.topics == ["app/uninstalled"]
    assert hub.bodies("app/uninstalled")[0]["myshopify_domain"] == "loja.myshopify.com"


async def test_an_app_that_is_let_in_again_hears_of_orders_again(channels, hub):
    await channels.delete("/_control/stores/loja/grants")
    await hub.got(1)
    await placed(channels)
    await exchanged(channels, code=await code(channels))
    await placed(channels)

    await hub.got(3)
    told = [
        body["name"] for topic in ("orders/create", "orders/paid") for body in hub.bodies(topic)
    ]
    assert told == ["#1002", "#1002"]


async def test_the_products_are_those_that_orders_refer_to(channels):
    order = await placed(channels, line_items=[{"sku": "CAN-AZ", "title": "Caneca azul"}])
    [line] = (await channels.get(f"{SHOP}/orders/{order['id']}.json")).json()["order"]["line_items"]

    found = (await channels.get(f"{SHOP}/products/{line['product_id']}.json")).json()["product"]
    [variant] = found["variants"]
    assert (variant["id"], variant["sku"]) == (line["variant_id"], "CAN-AZ")
    assert found["published_at"]
    assert (await channels.get(f"{SHOP}/products/5.json")).status_code == 404


async def test_products_are_paged_by_link_and_counted(channels):
    count = (await channels.get(f"{SHOP}/products/count.json")).json()["count"]
    assert count == len({sold.title for sold in CATALOGUE})
    page = await channels.get(f"{SHOP}/products.json", params={"limit": 4})
    rest = await channels.get(page.links["next"]["url"])

    ids = [one["id"] for one in [*page.json()["products"], *rest.json()["products"]]]
    assert (len(page.json()["products"]), ids) == (4, sorted(set(ids)))
    assert len(ids) == count
    assert "next" not in rest.links
    bad = await channels.get(f"{SHOP}/products.json", params={"limit": "many"})
    assert bad.status_code == 400


async def test_graphql_lists_products_and_finds_variants_by_sku(channels):
    query = (
        "{ products(first: 2) { nodes { id title status } pageInfo { hasNextPage endCursor } } }"
    )
    first = (await graphql(channels, query))["products"]
    assert first["pageInfo"]["hasNextPage"]
    after = first["pageInfo"]["endCursor"]
    query = f'{{ products(first: 250, after: "{after}") {{ nodes {{ id publishedAt }} }} }}'
    rest = (await graphql(channels, query))["products"]["nodes"]
    assert len(first["nodes"]) + len(rest) == len({sold.title for sold in CATALOGUE})

    query = """{ productVariants(first: 5, query: "sku:PAN-24") {
        nodes { sku price product { title variants(first: 1) { nodes { sku } } } } } }"""
    [variant] = (await graphql(channels, query))["productVariants"]["nodes"]
    assert (variant["sku"], variant["price"]) == ("PAN-24", "289.00")
    assert variant["product"]["variants"]["nodes"] == [{"sku": "PAN-24"}]
    product = first["nodes"][0]["id"]
    found = await graphql(channels, f'{{ product(id: "{product}") {{ title }} }}')
    assert found["product"]["title"] == first["nodes"][0]["title"]
