"""Shopify's Admin API as a hub reads it."""

import json
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from sandbox.channels.shopify.api import served_version
from tests.support.shop import SHOP, placed

ORDER_DETAILS = """
query OrderDetails($id: ID!) {
  order(id: $id) {
    id legacyResourceId updatedAt cancelledAt displayFinancialStatus
    localizedFields(first: 10) { nodes { countryCode key purpose title value } }
    transactions(first: 50) {
      kind status gateway formattedGateway processedAt test
      amountSet { shopMoney { amount currencyCode } }
      paymentDetails { ... on CardPaymentDetails { company } }
      receiptJson
    }
  }
}
"""
OLDER_DETAILS = """
query OrderDetails($id: ID!) {
  order(id: $id) { localizationExtensions(first: 5) { edges { node { value } } } }
}
"""
EVERYTHING = """
query Everything($id: ID!) {
  order(id: $id) {
    name number confirmationNumber confirmed test edited createdAt processedAt closedAt
    cancelReason displayFulfillmentStatus email phone note poNumber sourceName tags
    customAttributes { key value } customer { id displayName email }
    billingAddress { ...Parts } shippingAddress { ...Parts }
    currencyCode presentmentCurrencyCode taxesIncluded discountCode discountCodes
    paymentGatewayNames totalPriceSet { ...Amounts } totalOutstandingSet { ...Amounts }
    lineItems(first: 5) {
      nodes {
        id sku quantity currentQuantity product { id } variant { id sku }
        originalTotalSet { ...Amounts } discountAllocations { allocatedAmountSet { ...Amounts } }
      }
    }
    shippingLines(first: 5, includeRemovals: true) {
      edges { cursor node { title code isRemoved discountedPriceSet { ...Amounts } } }
    }
    refunds { id note totalRefundedSet { ...Amounts } }
    transactions { id parentTransaction { id } }
  }
}
fragment Parts on MailingAddress {
  name address1 address2 city provinceCode countryCodeV2 zip company
}
fragment Amounts on MoneyBag { shopMoney { amount currencyCode } presentmentMoney { amount } }
"""
LISTED = """
query Changed($query: String, $after: String, $first: Int = 2) {
  orders(first: $first, after: $after, query: $query, sortKey: UPDATED_AT) {
    nodes { name } pageInfo { hasNextPage endCursor }
  }
}
"""


async def asked(channels: httpx.AsyncClient, text: str, /, **variables: Any) -> dict[str, Any]:
    answer = await channels.post(
        f"{SHOP}/graphql.json", json={"query": text, "variables": variables}
    )
    assert answer.status_code == 200
    return dict(answer.json())


def gid(order: dict[str, Any]) -> str:
    return f"gid://shopify/Order/{order['id']}"


async def test_a_wrong_token_is_refused(channels):
    bad = {"X-Shopify-Access-Token": "shpat_wrong"}

    rest = await channels.get(f"{SHOP}/orders.json", headers=bad)
    graphql = await channels.post(
        f"{SHOP}/graphql.json", json={"query": "{shop{name}}"}, headers=bad
    )

    assert (rest.status_code, graphql.status_code) == (401, 401)


async def test_a_shop_nobody_has_is_not_found(channels):
    answer = await channels.get("/shopify/other.myshopify.com/admin/api/2026-10/orders.json")

    assert answer.status_code == 404


async def test_order_details_tell_what_the_webhook_lacks(channels):
    order = await placed(
        channels, method="card", instalments=6, third_party=False, tax_id="39053344705"
    )

    details = (await asked(channels, ORDER_DETAILS, id=gid(order)))["data"]["order"]

    assert details["id"] == gid(order)
    assert details["legacyResourceId"] == str(order["id"])
    assert details["displayFinancialStatus"] == "PAID"
    assert details["updatedAt"].endswith("Z")
    assert details["localizedFields"]["nodes"][0] == {
        "countryCode": "BR",
        "key": "TAX_CREDENTIAL_BR",
        "purpose": "TAX",
        "title": "CPF/CNPJ",
        "value": "39053344705",
    }
    [payment] = details["transactions"]
    assert (payment["kind"], payment["status"]) == ("SALE", "SUCCESS")
    assert json.loads(payment["receiptJson"])["installments"] == 6
    assert payment["paymentDetails"]["company"]
    assert float(payment["amountSet"]["shopMoney"]["amount"]) == float(order["total"])


async def test_the_older_name_of_the_localized_fields_still_answers(channels):
    order = await placed(channels, third_party=False, tax_id="39053344705")

    told = await asked(channels, OLDER_DETAILS, id=gid(order))

    edges = told["data"]["order"]["localizationExtensions"]["edges"]
    assert edges[0]["node"]["value"] == "39053344705"


async def test_cancelling_shows_at_once(channels):
    order = await placed(channels)
    await channels.post(f"/_control/stores/loja/orders/{order['id']}/cancel", json={})

    details = (await asked(channels, ORDER_DETAILS, id=gid(order)))["data"]["order"]

    assert details["cancelledAt"]
    assert details["displayFinancialStatus"] == "REFUNDED"
    assert [t["kind"] for t in details["transactions"]] == ["SALE", "REFUND"]


async def test_an_unknown_order_is_null_and_an_unknown_field_is_refused(channels):
    missing = await asked(channels, ORDER_DETAILS, id="gid://shopify/Order/1")
    wrong = await asked(channels, "{ order(id: 1) { taxId } }")

    assert missing["data"] == {"order": None}
    assert "data" not in wrong
    assert "taxId" in wrong["errors"][0]["message"]


async def test_a_body_that_is_no_query_is_a_bad_request(channels):
    for body in (b"{", b"[]", b'{"query": 7}', b'{"query": "{shop{name}}", "variables": [1]}'):
        answer = await channels.post(f"{SHOP}/graphql.json", content=body)
        assert answer.status_code == 400, body


async def test_every_field_of_an_order_can_be_asked_for(channels):
    order = await placed(channels, third_party=False)
    await channels.post(
        f"/_control/stores/loja/orders/{order['id']}/refund", json={"amount": "1.00"}
    )
    told = await asked(channels, EVERYTHING, id=gid(order))

    assert "errors" not in told
    details = told["data"]["order"]
    assert "\u2060" in details["shippingAddress"]["address1"]
    assert details["refunds"][0]["totalRefundedSet"]["shopMoney"]["amount"] == "1.0"
    sale, refund = details["transactions"]
    assert refund["parentTransaction"]["id"] == sale["id"]


async def test_orders_are_paged_in_the_order_of_their_last_change(channels):
    names = [(await placed(channels))["name"] for _ in range(5)]
    await channels.post("/_control/clock", json={"advance_s": 60})
    [first, *_] = (await channels.get("/_control/stores/loja/orders")).json()["orders"]
    await channels.post(f"/_control/stores/loja/orders/{first['id']}/cancel", json={})

    seen, after = [], None
    while True:
        page = (await asked(channels, LISTED, after=after))["data"]["orders"]
        seen += [node["name"] for node in page["nodes"]]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break

    assert seen == [*names[1:], names[0]]


async def test_orders_are_found_by_moment_and_state(channels):
    await placed(channels, pay=False)
    await channels.post("/_control/clock", json={"advance_s": 3600})
    moment = datetime.fromisoformat((await channels.get("/_control/clock")).json()["now"])
    paid = await placed(channels)

    async def found(query: str) -> list[str]:
        answer = await asked(channels, LISTED, query=query)
        return [node["name"] for node in answer["data"]["orders"]["nodes"]]

    since = moment.strftime("%Y-%m-%dT%H:%M:%SZ")
    assert await found(f"updated_at:>='{since}'") == [paid["name"]]
    assert await found(f"updated_at:<{since}") == ["#1001"]
    assert await found("financial_status:paid AND status:any") == [paid["name"]]
    assert await found("status:cancelled") == []
    assert await found(f"name:{paid['name']}") == [paid["name"]]
    wrong = await asked(channels, LISTED, query="updated_at:>yesterday")
    assert "errors" in wrong


async def test_every_answer_tells_its_cost_and_a_spent_bucket_throttles(channels):
    order = await placed(channels)
    cost = (await asked(channels, ORDER_DETAILS, id=gid(order)))["extensions"]["cost"]
    assert 0 < cost["actualQueryCost"] <= cost["requestedQueryCost"]
    status = cost["throttleStatus"]
    assert (status["maximumAvailable"], status["restoreRate"]) == (2000, 100)
    assert status["currentlyAvailable"] >= 2000 - cost["actualQueryCost"]

    dear = "{ orders(first: 200) { nodes { id lineItems(first: 3) { nodes { id } } } } }"
    for _ in range(10):
        told = await asked(channels, dear.replace("200", "249"))
    assert "data" in told  # what was reserved and not used is given back

    await channels.post("/_control/stores", json={"id": "loja", "plan": "standard"})
    await placed(channels, count=249)
    answers = [await asked(channels, dear.replace("200", "249")) for _ in range(5)]
    throttled = [one for one in answers if "errors" in one]
    assert throttled
    assert throttled[0]["errors"][0]["extensions"]["code"] == "THROTTLED"
    assert throttled[0]["extensions"]["cost"]["actualQueryCost"] is None
    await channels.post("/_control/clock", json={"advance_s": 20})
    assert "data" in await asked(channels, dear)


async def test_a_query_that_could_cost_too_much_is_refused(channels):
    dear = "{ orders(first: 250) { nodes { id lineItems(first: 250) { nodes { id } } } } }"
    boundless = "{ orders { nodes { id } } }"

    refused = await asked(channels, dear)
    assert refused["errors"][0]["extensions"]["code"] == "MAX_COST_EXCEEDED"
    assert "first or last" in (await asked(channels, boundless))["errors"][0]["message"]


async def test_rest_tells_an_order_and_its_transactions(channels):
    order = await placed(channels)

    told = (await channels.get(f"{SHOP}/orders/{order['id']}.json")).json()["order"]
    few = (await channels.get(f"{SHOP}/orders/{order['id']}.json?fields=id,name")).json()["order"]
    money = (await channels.get(f"{SHOP}/orders/{order['id']}/transactions.json")).json()
    missing = await channels.get(f"{SHOP}/orders/42.json")

    assert told["name"] == order["name"]
    assert few == {"id": order["id"], "name": order["name"]}
    assert money["transactions"][0]["amount"] == order["total"]
    assert missing.status_code == 404


async def test_rest_hides_cancelled_orders_unless_asked_for_any(channels):
    cancelled, kept = await placed(channels), await placed(channels)
    await channels.post(f"/_control/stores/loja/orders/{cancelled['id']}/cancel", json={})

    async def names(parameters: str) -> list[str]:
        answer = await channels.get(f"{SHOP}/orders.json?{parameters}")
        return [one["name"] for one in answer.json()["orders"]]

    assert await names("") == [kept["name"]]
    assert await names("status=any") == [kept["name"], cancelled["name"]]
    assert await names("status=cancelled") == [cancelled["name"]]
    assert await names(f"status=any&ids={cancelled['id']}") == [cancelled["name"]]
    assert (await channels.get(f"{SHOP}/orders/count.json")).json() == {"count": 1}


async def test_rest_pages_by_the_link_header_alone(channels):
    placed_names = [(await placed(channels))["name"] for _ in range(5)]

    address, seen = f"{SHOP}/orders.json?status=any&limit=2", []
    while address:
        answer = await channels.get(address)
        seen += [one["name"] for one in answer.json()["orders"]]
        link = answer.links.get("next")
        address = link["url"] if link else ""

    assert seen == placed_names[::-1]
    first = await channels.get(f"{SHOP}/orders.json?status=any&limit=2")
    mixed = await channels.get(f"{first.links['next']['url']}&status=any")
    assert mixed.status_code == 400


async def test_rest_counts_calls_and_says_when_they_are_too_many(channels):
    for call in range(1, 41):
        answer = await channels.get(f"{SHOP}/orders/count.json")
        assert answer.status_code == 200
        used = int(answer.headers["X-Shopify-Shop-Api-Call-Limit"].split("/")[0])
        assert used <= call
    while answer.status_code == 200:
        answer = await channels.get(f"{SHOP}/orders/count.json")

    assert answer.status_code == 429
    assert float(answer.headers["Retry-After"]) == 2


@pytest.mark.parametrize(
    ("asked_for", "served"),
    [("2026-10", "2026-10"), ("2026-01", "2026-01"), ("2024-07", "2026-01"), ("unstable",) * 2],
)
def test_a_version_too_old_is_served_by_the_oldest_supported(asked_for, served):
    assert served_version(asked_for, datetime(2026, 11, 24, tzinfo=UTC)) == served


async def test_the_version_that_answered_is_told(channels):
    answer = await channels.get(f"{SHOP}/shop.json")

    assert answer.headers["X-Shopify-API-Version"] == "2026-10"
