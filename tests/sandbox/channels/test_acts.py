"""What buyers and merchants do to an order, as the documents tell it afterwards."""

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from itertools import count
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.channels import generator
from sandbox.channels.channel import ActRefusedError, Document, Store, Webhook
from sandbox.channels.shopify import SHOPIFY
from tests.support.shop import CATALOGUE

NOON = datetime(2026, 10, 5, 12, tzinfo=UTC)
LATER = datetime(2026, 10, 5, 15, tzinfo=UTC)
STORE = Store(
    id="loja",
    channel="shopify",
    shop_domain="loja.myshopify.com",
    access_token="t",
    webhook_secret="s",
)
IDS = count(9_000)

seeds = st.integers(0, 10**9).map(str)


def unpaid(seed: str = "1") -> Document:
    sold = generator.sale(generator.dice(seed), CATALOGUE)
    return SHOPIFY.render(sold, STORE, count(1), 1, NOON)


def act(record: Document, name: str, **options: Any) -> tuple[Document, list[Webhook]]:
    return SHOPIFY.acts[name](record, options, IDS, LATER)


def paid(seed: str = "1") -> Document:
    return act(unpaid(seed), "pay")[0]


def topics(webhooks: list[Webhook]) -> set[str]:
    return {webhook.topic for webhook in webhooks}


def amount(order: Mapping[str, Any], name: str) -> Decimal:
    return Decimal(order[name])


def test_paying_settles_the_transaction_and_tells_of_it():
    record, webhooks = act(unpaid(), "pay")

    order = record["order"]
    assert order["financial_status"] == "paid"
    assert order["total_outstanding"] == "0.00"
    assert order["updated_at"] == "2026-10-05T12:00:00-03:00"
    assert [t["status"] for t in record["transactions"]] == ["success"]
    assert topics(webhooks) == {"orders/paid", "orders/updated"}
    assert all(webhook.payload == order for webhook in webhooks)


def test_an_act_leaves_the_record_it_was_given_alone():
    before = unpaid()

    act(before, "pay")

    assert before == unpaid()


def test_an_order_is_not_paid_twice():
    with pytest.raises(ActRefusedError):
        act(paid(), "pay")


def test_cancelling_a_paid_order_gives_the_money_back_unless_told_not_to():
    refunded, told = act(paid(), "cancel", reason="inventory")
    kept, told_of_kept = act(paid(), "cancel", refund=False)

    assert refunded["order"]["cancelled_at"] == "2026-10-05T12:00:00-03:00"
    assert refunded["order"]["cancel_reason"] == "inventory"
    assert refunded["order"]["financial_status"] == "refunded"
    assert refunded["order"]["current_total_price"] == "0.00"
    assert {line["current_quantity"] for line in refunded["order"]["line_items"]} == {0}
    assert topics(told) == {"orders/cancelled", "orders/updated", "refunds/create"}
    assert kept["order"]["financial_status"] == "paid"
    assert kept["order"]["cancelled_at"]
    assert topics(told_of_kept) == {"orders/cancelled", "orders/updated"}


def test_cancelling_an_unpaid_order_voids_it():
    record, webhooks = act(unpaid(), "cancel")

    assert record["order"]["financial_status"] == "voided"
    assert "refunds/create" not in topics(webhooks)
    with pytest.raises(ActRefusedError):
        act(record, "pay")
    with pytest.raises(ActRefusedError):
        act(record, "cancel")


def test_a_refunded_order_can_still_be_cancelled():
    record, _ = act(paid(), "refund")

    cancelled, webhooks = act(record, "cancel")

    assert cancelled["order"]["cancelled_at"]
    assert "refunds/create" not in topics(webhooks)


@given(seeds, st.data())
def test_refunds_never_give_back_more_than_was_paid(seed, data):
    record = paid(seed)
    total = amount(record["order"], "total_price")

    while True:
        lines = {str(line["id"]): 1 for line in record["order"]["line_items"]}
        options = data.draw(
            st.sampled_from([{}, {"amount": "1.00"}, {"lines": lines}]), label="refund"
        )
        try:
            record, _ = act(record, "refund", **options)
        except ActRefusedError:
            break
        order = record["order"]
        given_back = sum(Decimal(r["transactions"][0]["amount"]) for r in order["refunds"])
        assert 0 < given_back <= total
        whole = given_back == total
        assert order["financial_status"] == ("refunded" if whole else "partially_refunded")
        assert amount(order, "current_total_price") == total - given_back
        assert amount(order, "total_price") == total
        assert all(line["current_quantity"] >= 0 for line in order["line_items"])


def test_a_refund_of_an_amount_has_no_lines_only_an_adjustment():
    record, webhooks = act(paid(), "refund", amount="5.50")

    [refund] = record["order"]["refunds"]
    assert refund["refund_line_items"] == []
    assert refund["order_adjustments"][0]["amount"] == "-5.50"
    assert refund["transactions"][0]["kind"] == "refund"
    assert [w.payload for w in webhooks if w.topic == "refunds/create"] == [refund]


def test_a_refund_of_a_line_names_it_with_numbers_as_the_platform_does():
    record = paid()
    line = record["order"]["line_items"][0]

    record, _ = act(record, "refund", lines={str(line["id"]): 1}, restock_type="return")

    [refunded] = record["order"]["refunds"][0]["refund_line_items"]
    assert (refunded["line_item_id"], refunded["quantity"]) == (line["id"], 1)
    assert isinstance(refunded["subtotal"], float)
    assert refunded["restock_type"] == "return"


def test_editing_quantities_tells_a_delta_and_leaves_what_was_ordered():
    record = paid("3")
    line = record["order"]["line_items"][0]
    ordered = line["quantity"]

    edited, webhooks = act(record, "edit", quantities={str(line["id"]): ordered + 1})

    after = edited["order"]["line_items"][0]
    assert (after["quantity"], after["current_quantity"]) == (ordered, ordered + 1)
    assert edited["order"]["financial_status"] == "partially_paid"
    assert amount(edited["order"], "total_outstanding") > 0
    [delta] = [w.payload for w in webhooks if w.topic == "orders/edited"]
    assert delta["order_edit"]["line_items"]["additions"] == [{"id": line["id"], "delta": 1}]
    assert "total_price" not in delta["order_edit"]


def test_editing_fields_merges_them_and_sends_an_update_only():
    record, webhooks = act(paid(), "edit", set={"shipping_address": {"city": "Santos"}})

    assert record["order"]["shipping_address"]["city"] == "Santos"
    assert record["order"]["shipping_address"]["zip"]
    assert topics(webhooks) == {"orders/updated"}


def test_an_order_is_sent_once_with_all_that_is_left_of_it():
    record, webhooks = act(paid(), "fulfil", tracking_company="Correios", tracking_number="BR1")

    order = record["order"]
    assert topics(webhooks) == {"orders/fulfilled", "orders/updated"}
    assert order["fulfillment_status"] == "fulfilled"
    assert {line["fulfillment_status"] for line in order["line_items"]} == {"fulfilled"}
    [parcel] = order["fulfillments"]
    assert (parcel["tracking_company"], parcel["tracking_numbers"]) == ("Correios", ["BR1"])
    assert len(parcel["line_items"]) == len(order["line_items"])
    with pytest.raises(ActRefusedError):
        act(record, "fulfil")
    with pytest.raises(ActRefusedError):
        act(act(paid(), "cancel")[0], "fulfil")


def test_what_was_sent_and_is_given_back_is_not_waiting_to_be_sent_again():
    record, _ = act(act(paid(), "fulfil")[0], "refund", restock_type="return")

    order = record["order"]
    assert order["fulfillment_status"] == "fulfilled"
    assert {line["fulfillable_quantity"] for line in order["line_items"]} == {0}
