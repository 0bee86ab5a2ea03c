"""Fields that our readers never ask for and other people's clients do."""

from decimal import Decimal

from tests.support.shop import SHOP, placed

PARCELS = """
{ orders(first: 1) { nodes {
  subtotalLineItemsQuantity
  taxLines { title rate priceSet { shopMoney { amount } } }
  totalRefundedSet { shopMoney { amount currencyCode } }
  shippingLine { title originalPriceSet { shopMoney { amount } } }
  fulfillments(first: 5) {
    id name status createdAt trackingInfo(first: 5) { company number url }
  }
  lineItems(first: 10) { nodes {
    quantity taxLines { title }
    originalTotalSet { shopMoney { amount } } discountedTotalSet { shopMoney { amount } }
    totalDiscountSet { shopMoney { amount } }
  } }
} } }
"""


async def orders_newest(channels):
    answer = await channels.post(f"{SHOP}/graphql.json", json={"query": PARCELS})
    told = answer.json()
    assert "errors" not in told, told
    [order] = told["data"]["orders"]["nodes"]
    return order


def amount(money):
    return Decimal(money["shopMoney"]["amount"])


async def test_a_parcel_is_told_with_how_it_can_be_followed(channels):
    order = await placed(channels)
    assert (await orders_newest(channels))["fulfillments"] == []
    sent = {"tracking_company": "Correios", "tracking_number": "AA123456785BR"}
    await channels.post(f"/_control/stores/loja/orders/{order['id']}/fulfil", json=sent)

    [parcel] = (await orders_newest(channels))["fulfillments"]
    assert (parcel["status"], parcel["name"].rpartition(".")[2]) == ("SUCCESS", "1")
    assert parcel["createdAt"].endswith("Z")
    assert parcel["trackingInfo"] == [
        {"company": "Correios", "number": "AA123456785BR", "url": None}
    ]


async def test_what_a_line_costs_and_what_was_given_back_add_up(channels):
    order = await placed(channels)
    before = await orders_newest(channels)
    assert amount(before["totalRefundedSet"]) == 0
    await channels.post(
        f"/_control/stores/loja/orders/{order['id']}/refund", json={"amount": "3.50"}
    )

    told = await orders_newest(channels)
    assert amount(told["totalRefundedSet"]) == Decimal("3.5")
    lines = told["lineItems"]["nodes"]
    assert told["subtotalLineItemsQuantity"] == sum(line["quantity"] for line in lines)
    assert amount(told["shippingLine"]["originalPriceSet"]) >= 0
    for line in lines:
        off = amount(line["totalDiscountSet"])
        assert amount(line["discountedTotalSet"]) == amount(line["originalTotalSet"]) - off


async def test_a_discount_of_a_line_is_off_its_discounted_total(channels):
    five = {"amount": "5.00", "currency_code": "BRL"}
    off = {"shop_money": five, "presentment_money": five}
    line = {"sku": "CAN-AZ", "quantity": 2, "price": "64.90", "total_discount_set": off}
    await placed(channels, order={"line_items": [line]})

    [told] = (await orders_newest(channels))["lineItems"]["nodes"]
    assert amount(told["originalTotalSet"]) == Decimal("129.8")
    assert amount(told["discountedTotalSet"]) == Decimal("124.8")
