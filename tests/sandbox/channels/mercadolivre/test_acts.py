"""What becomes of a purchase at Mercado Livre, as its documents tell it afterwards."""

from collections import Counter
from datetime import UTC, datetime
from decimal import Decimal
from itertools import count
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from validate_docbr import CNPJ, CPF

from sandbox.channels import generator
from sandbox.channels.channel import ActRefusedError, Document, Store, Webhook
from sandbox.channels.faults import spoiled
from sandbox.channels.generator import Fault, Line, Wish
from sandbox.channels.mercadolivre import MERCADO_LIVRE
from tests.support.shop import CATALOGUE

NOON = datetime(2026, 10, 5, 12, tzinfo=UTC)
LATER = datetime(2026, 10, 5, 15, tzinfo=UTC)
STORE = Store(
    id="loja",
    channel="mercadolivre",
    shop_domain="779432305",
    access_token="t",
    webhook_secret="s",
)
seeds = st.integers(0, 10**9).map(str)
patient = settings(max_examples=50, deadline=None)


def sale(seed: str, wish: Wish | None = None) -> generator.Sale:
    return generator.sale(generator.dice(seed), CATALOGUE, wish)


def rendered(sold: generator.Sale) -> Document:
    return MERCADO_LIVRE.render(sold, STORE, count(6_201_000_000_064), 1, NOON)


def cart(units: tuple[int, ...] = (1, 2)) -> Document:
    """An unpaid cart of so many units of different things, 10.00 each."""
    lines = tuple(
        Line(f"S-{place}", f"Coisa {place}", n, Decimal("10.00")) for place, n in enumerate(units)
    )
    sold = sale("1")
    return rendered(
        generator.Sale(
            buyer=sold.buyer,
            lines=lines,
            coupon=None,
            freight=generator.Freight("SEDEX", "04014", Decimal("20.00")),
            payment=sold.payment,
            third_party=False,
        )
    )


def act(record: Document, name: str, **options: Any) -> tuple[Document, list[Webhook]]:
    return MERCADO_LIVRE.acts[name](record, options, count(6_300_000_000_000), LATER)


def paid(units: tuple[int, ...] = (1, 2)) -> Document:
    return act(cart(units), "pay")[0]


def topics(webhooks: list[Webhook]) -> Counter[str]:
    return Counter(webhook.topic for webhook in webhooks)


def exact(number: float) -> Decimal:
    return Decimal(str(number))


def statuses(record: Document) -> list[str]:
    return [order["status"] for order in record["orders"]]


@patient
@given(seeds)
def test_every_orders_total_is_the_sum_of_its_items_to_the_cent(seed):
    record = rendered(sale(seed))

    for order in record["orders"]:
        [item] = order["order_items"]
        full = sum((exact(one["amounts"]["full"]) for one in item["discounts"]), Decimal(0))
        borne = sum((exact(one["amounts"]["seller"]) for one in item["discounts"]), Decimal(0))
        assert exact(order["total_amount"]) == exact(item["unit_price"]) * item["quantity"]
        assert exact(item["full_unit_price"]) == exact(item["unit_price"]) + full
        assert exact(item["gross_price"]) == exact(item["full_unit_price"]) * item["quantity"]
        assert 0 <= borne <= full < exact(item["full_unit_price"])
        [payment] = order["payments"]
        coupon = exact(order["coupon"]["amount"])
        assert exact(payment["total_paid_amount"]) == exact(order["total_amount"]) - coupon
    assert record["orders"][0]["shipping_cost"] == 0


@patient
@given(seeds, st.booleans())
def test_the_buyer_is_brazilian_in_mercado_livres_words(seed, company):
    record = rendered(sale(seed, Wish(company=company)))

    told = record["billing_info"]["document"]["buyer"]["billing_info"]
    number = told["identification"]["number"]
    assert (CNPJ() if company else CPF()).validate(number)
    assert told["attributes"]["cust_type"] == ("BU" if company else "CO")
    address = record["shipments"][0]["document"]["destination"]["shipping_address"]
    assert told["address"]["state"]["name"] == address["state"]["name"]
    assert address["state"]["id"].removeprefix("BR-").isupper()
    assert all(number not in str(order) for order in record["orders"])


@patient
@given(seeds)
def test_each_fault_shows_where_a_hub_looks(seed):
    def spoilt(fault: Fault) -> Document:
        return rendered(spoiled(sale(seed), fault, generator.dice(seed), CATALOGUE))

    def sku(fault: Fault) -> str | None:
        found: str | None = spoilt(fault)["orders"][0]["order_items"][0]["item"]["seller_sku"]
        return found

    def identification(fault: Fault) -> Any:
        info = spoilt(fault)["billing_info"]["document"]["buyer"]["billing_info"]
        return info["identification"]

    assert sku(Fault.UNKNOWN_SKU) not in {product.sku for product in CATALOGUE}
    assert sku(Fault.NO_SKU) is None
    assert sku(Fault.INACTIVE_PRODUCT) == "LUM-RT"
    assert identification(Fault.MISSING_TAX_ID) == {"type": None, "number": None}
    wrong = identification(Fault.INVALID_TAX_ID)["number"]
    assert not CPF().validate(wrong)
    assert not CNPJ().validate(wrong)
    shipment = spoilt(Fault.NO_STREET_NUMBER)["shipments"][0]["document"]
    assert shipment["destination"]["shipping_address"]["street_number"] == "SN"
    shipment = spoilt(Fault.GENERIC_NAME)["shipments"][0]["document"]
    assert shipment["destination"]["receiver_name"] == "Cliente Teste"
    assert spoilt(Fault.FOREIGN_CURRENCY)["orders"][0]["currency_id"] == "USD"
    order = spoilt(Fault.TOTALS_MISMATCH)["orders"][0]
    [item] = order["order_items"]
    assert exact(order["total_amount"]) > exact(item["unit_price"]) * item["quantity"]
    assert "test_order" in spoilt(Fault.TEST_ORDER)["orders"][0]["tags"]
    assert spoilt(Fault.WITHHELD_BUYER)["withheld"]


def test_paying_a_pack_releases_it_and_tells_fees():
    record, webhooks = act(cart(), "pay")

    assert statuses(record) == ["paid", "paid"]
    assert record["packs"][0]["status"] == "released"
    for order in record["orders"]:
        [payment] = order["payments"]
        [item] = order["order_items"]
        assert (payment["status"], payment["status_detail"]) == ("approved", "accredited")
        assert payment["marketplace_fee"] == item["sale_fee"] * item["quantity"]
        assert order["date_closed"] == "2026-10-05T11:00:00.000-04:00"
        assert order["paid_amount"] == order["total_amount"]
    assert topics(webhooks) == {"payments": 2, "orders_v2": 4, "shipments": 1}
    with pytest.raises(ActRefusedError):
        act(record, "pay")


def test_a_pack_paid_in_part_waits():
    record = cart()
    first, second = (order["id"] for order in record["orders"])

    half, webhooks = act(record, "pay", target=first)
    all_of_it, _ = act(half, "pay", target=second)

    assert statuses(half) == ["paid", "payment_in_process"]
    assert half["packs"][0]["status"] == "pending"
    assert not half["shipments"][0]["revealed"]
    assert "shipments" not in topics(webhooks)
    assert all_of_it["packs"][0]["status"] == "released"
    assert all_of_it["shipments"][0]["revealed"]


def test_the_buyers_cancellation_refunds_and_takes_pack_and_box_with_it():
    record, webhooks = act(paid(), "cancel", reason="customer")

    assert statuses(record) == ["cancelled", "cancelled"]
    for order in record["orders"]:
        assert order["cancel_detail"]["group"] == "buyer"
        assert order["payments"][0]["status"] == "refunded"
        assert order["payments"][0]["transaction_amount_refunded"] == order["total_amount"]
    assert record["packs"][0]["status"] == "cancelled"
    assert record["shipments"][0]["document"]["status"] == "cancelled"
    assert topics(webhooks) == {"orders_v2": 2, "payments": 2, "shipments": 1}
    assert MERCADO_LIVRE.summary(record).state == "cancelled"
    with pytest.raises(ActRefusedError):
        act(record, "cancel")


def test_one_item_of_a_pack_can_be_cancelled_alone():
    record = paid()
    second = record["orders"][1]["id"]

    after, webhooks = act(record, "cancel", target=second)

    assert statuses(after) == ["paid", "cancelled"]
    assert after["packs"][0]["status"] == "released"
    assert after["shipments"][0]["document"]["status"] == "ready_to_ship"
    assert {webhook.payload for webhook in webhooks} >= {f"/orders/{second}"}
    assert "shipments" not in topics(webhooks)
    summary = MERCADO_LIVRE.summary(after)
    assert (summary.state, summary.financial_status) == ("open", "paid,cancelled")


def test_a_sale_the_seller_did_not_conclude_is_confirmed_again_with_its_money_returned():
    record, _ = act(paid((1,)), "cancel", reason="seller")

    [order] = record["orders"]
    assert order["status"] == "confirmed"
    assert order["cancel_detail"] is None
    assert order["payments"][0]["status"] == "refunded"
    assert MERCADO_LIVRE.summary(record).cancelled_at == order["last_updated"]


def test_money_that_is_not_back_yet_and_money_given_back_elsewhere_look_different():
    held, _ = act(paid((1,)), "cancel", refund=False)
    elsewhere, _ = act(paid((1,)), "cancel", refund="account_money")

    assert held["orders"][0]["status"] == "pending_cancel"
    assert held["orders"][0]["payments"][0]["status"] == "approved"
    assert elsewhere["orders"][0]["status"] == "paid"
    assert "unfulfilled" in elsewhere["orders"][0]["tags"]
    assert elsewhere["orders"][0]["payments"][0]["tags"] == ["refund_account_money"]


def test_an_unpaid_order_is_cancelled_without_a_refund():
    record, _ = act(cart((1,)), "cancel")

    [order] = record["orders"]
    assert (order["status"], order["payments"][0]["status"]) == ("cancelled", "cancelled")
    assert order["payments"][0]["transaction_amount_refunded"] == 0


def test_a_fraud_warning_comes_upon_a_paid_order():
    record, webhooks = act(paid((1,)), "fraud")

    assert record["orders"][0]["status"] == "paid"
    assert "fraud_risk_detected" in record["orders"][0]["tags"]
    assert topics(webhooks) == {"orders_v2": 1}
    off, _ = act(record, "cancel", reason="fraud")
    assert off["orders"][0]["cancel_detail"]["group"] == "fraud"


@patient
@given(st.lists(st.integers(1, 3), min_size=1, max_size=4), st.data())
def test_refunds_never_give_back_more_than_was_paid_and_all_of_it_cancels(units, data):
    record = paid(tuple(units))
    total = 10 * sum(units)

    while True:
        options = data.draw(st.sampled_from([{}, {"amount": "7.00"}]))
        try:
            record, webhooks = act(record, "refund", **options)
        except ActRefusedError:
            break
        assert topics(webhooks)["payments"] >= 1
        given_back = sum(
            exact(paid_["transaction_amount_refunded"])
            for order in record["orders"]
            for paid_ in order["payments"]
        )
        assert 0 < given_back <= total
        for order in record["orders"]:
            [payment] = order["payments"]
            if payment["status"] == "refunded":
                assert order["status"] == "cancelled"
                assert order["cancel_detail"]["group"] == "mediations"
            elif payment["transaction_amount_refunded"]:
                assert order["status"] == "partially_refunded"


def test_a_split_looks_like_a_cancellation_but_everything_is_born_again():
    record = paid((1, 2, 1))
    old_orders = [order["id"] for order in record["orders"]]
    old_box = record["shipments"][0]["document"]["id"]

    after, webhooks = act(record, "split", orders=old_orders[2:], reason="DIMENSIONS_EXCEEDED")

    gone = [order for order in after["orders"] if order["id"] in old_orders]
    born = [order for order in after["orders"] if order["id"] not in old_orders]
    assert {order["cancel_detail"]["code"] for order in gone} == {"pack_splitted"}
    assert {order["payments"][0]["status"] for order in after["orders"]} == {"approved"}
    assert [order["status"] for order in born] == ["paid"] * 3
    first, *new_packs = after["packs"]
    assert (first["status"], first["status_detail"]) == ("cancelled", "splitted")
    assert [len(pack["orders"]) for pack in new_packs] == [2, 1]
    box, *new_boxes = (kept["document"] for kept in after["shipments"])
    assert (box["status"], box["substatus"]) == ("cancelled", "pack_splitted")
    assert {one["sibling"]["sibling_id"] for one in new_boxes} == {old_box}
    assert sum(one["lead_time"]["cost"] for one in new_boxes) == box["lead_time"]["cost"]
    assert all("source_pack_split" in one["tags"] for one in new_boxes)
    assert topics(webhooks) == {"orders_v2": 6, "shipments": 3}
    summary = MERCADO_LIVRE.summary(after)
    assert (summary.state, summary.total) == ("open", "60.00")
    indexed = {part.id for part in summary.parts if part.kind == "orders"}
    assert indexed == {str(order["id"]) for order in after["orders"]}


def test_after_a_split_acts_on_the_purchase_mean_what_was_born():
    record, _ = act(paid(), "split")
    new_pack = record["packs"][-1]["id"]

    one, _ = act(record, "cancel", target=new_pack)
    everything, _ = act(record, "cancel", target=record["id"])

    assert [order["status"] for order in one["orders"]].count("paid") == 1
    assert set(statuses(everything)) == {"cancelled"}
    assert MERCADO_LIVRE.summary(everything).state == "cancelled"


@pytest.mark.parametrize("units", [(1,), (2,)])
def test_a_box_with_one_order_cannot_be_split(units):
    with pytest.raises(ActRefusedError):
        act(paid(units), "split")


def test_editing_and_shipping_change_what_was_asked_for():
    record = paid()
    second = record["orders"][1]["id"]

    edited, told = act(record, "edit", target=second, set={"tags": ["paid", "delivered"]})
    sent, told_of_sent = act(edited, "ship", substatus="out_for_delivery")

    assert edited["orders"][0]["tags"] == record["orders"][0]["tags"]
    assert edited["orders"][1]["tags"] == ["paid", "delivered"]
    assert [webhook.payload for webhook in told] == [f"/orders/{second}"]
    assert sent["shipments"][0]["document"]["status"] == "shipped"
    assert topics(told_of_sent) == {"shipments": 1}


def test_an_act_leaves_the_record_it_was_given_alone():
    before = paid()

    for name in ("cancel", "refund", "split", "fraud", "ship"):
        act(before, name)

    assert before == paid()
