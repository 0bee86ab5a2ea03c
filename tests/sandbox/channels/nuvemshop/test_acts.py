"""What buyers and merchants do to a Nuvemshop order, as its documents tell it afterwards."""

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
from sandbox.channels.generator import Fault, Wish
from sandbox.channels.nuvemshop import NUVEMSHOP
from tests.support.shop import CATALOGUE

NOON = datetime(2026, 10, 5, 12, tzinfo=UTC)
LATER = datetime(2026, 10, 5, 15, tzinfo=UTC)
STORE = Store(
    id="loja",
    channel="nuvemshop",
    shop_domain="4512887",
    access_token="t",
    webhook_secret="s",
)
seeds = st.integers(0, 10**9).map(str)
patient = settings(max_examples=50, deadline=None)


def unpaid(seed: str = "1", fault: Fault | None = None, wish: Wish | None = None) -> Document:
    sold = generator.sale(generator.dice(seed), CATALOGUE, wish)
    if fault:
        sold = spoiled(sold, fault, generator.dice(seed), CATALOGUE)
    return NUVEMSHOP.render(sold, STORE, count(6_201_000_000_064), 1, NOON)


def act(record: Document, name: str, **options: Any) -> tuple[Document, list[Webhook]]:
    return NUVEMSHOP.acts[name](record, options, count(9_000), LATER)


def paid(seed: str = "1") -> Document:
    return act(unpaid(seed), "pay")[0]


def topics(webhooks: list[Webhook]) -> list[str]:
    return [webhook.topic for webhook in webhooks]


def amount(order: Document, name: str) -> Decimal:
    return Decimal(order[name])


def closes(order: Document) -> bool:
    lines = sum(Decimal(line["price"]) * line["quantity"] for line in order["products"])
    freight = amount(order, "shipping_cost_customer")
    return lines == amount(order, "subtotal") and (
        amount(order, "total") == lines - amount(order, "discount") + freight
    )


@patient
@given(seeds)
def test_what_the_buyer_pays_is_the_sum_of_the_parts_to_the_cent(seed):
    assert closes(unpaid(seed)["order"])


@patient
@given(seeds, st.booleans())
def test_the_buyer_is_brazilian_in_nuvemshops_words(seed, company):
    record = unpaid(seed, wish=Wish(company=company))
    order = record["order"]

    document = order["contact_identification"]
    assert (CNPJ() if company else CPF()).validate(document)
    assert order["customer"]["identification"] == document
    assert order["billing_document_type"] == ("cnpj" if company else "cpf")
    assert bool(order["billing_business_name"]) is company
    parcel = record["fulfillment_orders"][0]["destination"]
    assert order["shipping_address"]["province"] == parcel["province"]["name"]
    assert len(order["shipping_address"]["province"]) > 2
    assert order["shipping_address"]["locality"]
    assert order["shipping_address"]["zipcode"].isdecimal()


@patient
@given(seeds)
def test_each_fault_shows_where_a_hub_looks(seed):
    def order(fault: Fault) -> Document:
        shown: Document = unpaid(seed, fault)["order"]
        return shown

    known = {product.sku for product in CATALOGUE}
    assert order(Fault.UNKNOWN_SKU)["products"][0]["sku"] not in known
    assert order(Fault.NO_SKU)["products"][0]["sku"] is None
    assert order(Fault.INACTIVE_PRODUCT)["products"][0]["sku"] == "LUM-RT"
    assert order(Fault.MISSING_TAX_ID)["contact_identification"] is None
    wrong = order(Fault.INVALID_TAX_ID)["contact_identification"]
    assert not CPF().validate(wrong)
    assert not CNPJ().validate(wrong)
    assert order(Fault.NO_STREET_NUMBER)["shipping_address"]["number"] == ""
    assert order(Fault.GENERIC_NAME)["contact_name"] == "Cliente Teste"
    assert order(Fault.FOREIGN_CURRENCY)["currency"] == "USD"
    assert not closes(order(Fault.TOTALS_MISMATCH))
    assert "customer" not in order(Fault.WITHHELD_BUYER)


def test_paying_tells_of_the_money_and_leaves_the_given_record_alone():
    before = unpaid()

    record, webhooks = act(before, "pay")

    order = record["order"]
    assert (order["payment_status"], order["paid_at"]) == ("paid", "2026-10-05T15:00:00+0000")
    assert order["total_paid_by_customer"] == order["total"]
    assert topics(webhooks) == ["order/paid", "order/updated"]
    assert before == unpaid()
    with pytest.raises(ActRefusedError):
        act(record, "pay")


def test_a_payment_can_be_undone_before_the_money_came():
    record, webhooks = act(unpaid(), "void")

    assert record["order"]["payment_status"] == "voided"
    assert record["transactions"][0]["status"] == "voided"
    assert "order/voided" in topics(webhooks)
    with pytest.raises(ActRefusedError):
        act(paid(), "void")


def test_cancelling_leaves_the_order_paid_and_its_update_where_it_was():
    record, webhooks = act(paid(), "cancel", reason="inventory")

    order = record["order"]
    assert (order["status"], order["cancel_reason"]) == ("cancelled", "inventory")
    assert order["payment_status"] == "paid"
    assert order["updated_at"] == paid()["order"]["updated_at"]
    assert topics(webhooks) == ["order/cancelled"]
    with pytest.raises(ActRefusedError):
        act(record, "cancel")


def test_cancelling_may_give_the_money_back_too():
    record, webhooks = act(paid(), "cancel", refund=True)

    assert record["order"]["payment_status"] == "refunded"
    assert topics(webhooks) == ["order/cancelled", "order/updated"]
    assert act(unpaid(), "cancel", refund=True)[0]["order"]["payment_status"] == "pending"


@patient
@given(seeds, st.data())
def test_refunds_never_give_back_more_than_was_paid(seed, data):
    record = paid(seed)
    total = amount(record["order"], "total")

    while True:
        lines = {str(line["id"]): 1 for line in record["order"]["products"]}
        options = data.draw(st.sampled_from([{}, {"amount": "1.00"}, {"lines": lines}]))
        try:
            record, webhooks = act(record, "refund", **options)
        except ActRefusedError:
            break
        given_back = Decimal(record["transactions"][0]["refunded_amount"]["value"])
        assert 0 < given_back <= total
        whole = given_back == total
        assert record["order"]["payment_status"] == ("refunded" if whole else "partially_refunded")
        assert topics(webhooks) == ["order/updated"]


@patient
@given(seeds)
def test_an_edit_changes_lines_and_totals_together(seed):
    record = paid(seed)
    line = record["order"]["products"][0]

    more, webhooks = act(record, "edit", quantities={str(line["id"]): line["quantity"] + 1})
    fewer, _ = act(record, "edit", quantities={str(line["id"]): 0})

    assert closes(more["order"])
    assert closes(fewer["order"])
    assert more["order"]["payment_status"] == "partially_paid"
    assert line["id"] not in [one["id"] for one in fewer["order"]["products"]]
    assert topics(webhooks) == ["order/edited", "order/updated"]


def test_only_an_unpacked_order_can_be_edited_and_a_packed_one_unpacked():
    packed, told = act(paid(), "pack")
    line = packed["order"]["products"][0]
    wanted = {"quantities": {str(line["id"]): 1}}

    with pytest.raises(ActRefusedError):
        act(packed, "edit", **wanted)
    unpacked, _ = act(packed, "unpack")
    act(unpacked, "edit", **wanted)
    sent, told_of_sent = act(packed, "fulfil")

    assert (topics(told), topics(told_of_sent)) == (["order/packed"], ["order/fulfilled"])
    assert packed["fulfillment_orders"][0]["status"] == "PACKED"
    assert sent["order"]["shipping_status"] == "shipped"
    with pytest.raises(ActRefusedError):
        act(sent, "unpack")


def test_editing_fields_merges_them():
    record, webhooks = act(paid(), "edit", set={"shipping_address": {"city": "Santos"}})

    assert record["order"]["shipping_address"]["city"] == "Santos"
    assert record["order"]["shipping_address"]["zipcode"]
    assert topics(webhooks) == ["order/updated"]


def test_there_are_no_test_orders():
    assert Fault.TEST_ORDER in NUVEMSHOP.lacking
