"""Properties of every sale the generator makes."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from validate_docbr import CNPJ, CPF

from sandbox.channels import buyers, generator
from sandbox.channels.channel import Document, Store
from sandbox.channels.faults import NoSuchProductError, spoiled
from sandbox.channels.generator import Fault, Method, Sale, Wish
from sandbox.channels.money import shares
from sandbox.channels.shopify import SHOPIFY
from tests.support.shop import CATALOGUE

NOON = datetime(2026, 10, 5, 12, 0, 30, 250_000, UTC)
STORE = Store(
    id="loja",
    channel="shopify",
    shop_domain="loja.myshopify.com",
    access_token="t",
    webhook_secret="s",
)
SAMPLE = Path(__file__).parent / "recordings" / "webhook_orders_paid_sample_2026-04.json"

seeds = st.integers(0, 10**9).map(str)
wishes = st.builds(
    Wish,
    method=st.none() | st.sampled_from(Method),
    company=st.none() | st.booleans(),
    third_party=st.none() | st.booleans(),
)


def sale(seed: str, wish: Wish | None = None) -> Sale:
    return generator.sale(generator.dice(seed), CATALOGUE, wish)


def faulty(seed: str, fault: Fault, wish: Wish | None = None) -> Sale:
    return spoiled(sale(seed, wish), fault, generator.dice(seed), CATALOGUE)


def rendered(sold: Sale) -> Document:
    ids: Iterator[int] = count(6_000_000_000_000)
    return SHOPIFY.render(sold, STORE, ids, 7, NOON)


def money(text: str) -> Decimal:
    return Decimal(text)


@given(seeds, wishes)
def test_what_the_buyer_pays_is_the_sum_of_the_parts_to_the_cent(seed, wish):
    order = rendered(sale(seed, wish))["order"]

    lines = sum(money(line["price"]) * line["quantity"] for line in order["line_items"])
    off = sum(
        money(given["amount"])
        for line in order["line_items"]
        for given in line["discount_allocations"]
    )
    freight = sum(money(line["discounted_price"]) for line in order["shipping_lines"])
    assert money(order["total_price"]) == lines - off + freight
    assert money(order["subtotal_price"]) == lines - off
    assert money(order["total_line_items_price"]) == lines
    full_freight = money(order["total_shipping_price_set"]["shop_money"]["amount"])
    assert money(order["total_price"]) == lines - money(order["total_discounts"]) + full_freight
    assert money(order["total_price"]) > 0


@given(seeds)
def test_a_coupon_never_takes_more_off_a_line_than_it_costs(seed):
    for line in sale(seed).lines:
        assert 0 <= line.discount < line.gross


@given(
    st.decimals("0.00", "9999.99", places=2),
    st.lists(st.decimals("0.01", "5000", places=2), min_size=1, max_size=8),
)
def test_shares_add_up_to_the_amount_and_follow_the_weights(amount, weights):
    parts = shares(amount, weights)

    assert sum(parts) == amount
    total = sum(weights)
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part - amount * weight / total) <= Decimal("0.01")


@given(seeds, wishes)
def test_the_tax_id_is_valid_and_only_where_shopify_tells_it(seed, wish):
    sold = sale(seed, wish)
    record = rendered(sold)

    document = sold.buyer.document
    assert document is not None
    assert (CNPJ() if sold.buyer.company else CPF()).validate(document)
    told = [field["value"] for field in record["localized_fields"] if field["purpose"] == "TAX"]
    noted = json.dumps(record["order"]["note_attributes"])
    assert told == ([] if sold.third_party else [document])
    assert (document in noted) is sold.third_party
    del record["order"]["note_attributes"]
    assert document not in json.dumps(record["order"])


@given(seeds)
def test_a_cnpj_with_letters_is_valid_too(seed):
    dice = generator.dice(seed)

    document = buyers.cnpj(dice, letters=True)

    assert CNPJ().validate(document)
    assert document[-2:].isdecimal()


def test_companies_with_letters_in_their_cnpj_turn_up():
    documents = [sale(str(seed), Wish(company=True)).buyer.document for seed in range(60)]

    assert any(document and not document.isdecimal() for document in documents)
    assert any(document and document.isdecimal() for document in documents)


@given(seeds)
def test_native_address_lines_split_back_into_their_parts(seed):
    sold = sale(seed, Wish(third_party=False))
    shipping = rendered(sold)["order"]["shipping_address"]

    street, number = split(shipping["address1"])
    complement, bairro = split(shipping["address2"])
    address = sold.buyer.address
    assert (street, number) == (address.street, address.number)
    assert (complement, bairro) == (address.complement, address.bairro)
    assert shipping["zip"] == address.cep
    assert shipping["province_code"] == address.uf


def split(line: str) -> tuple[str, str]:
    """The platform's own rule: at the first U+2060, without the comma before it."""
    first, _, second = line.partition("\u2060")
    return first.rstrip(", "), second


@given(seeds, wishes)
def test_the_same_seed_makes_the_same_order(seed, wish):
    assert rendered(sale(seed, wish)) == rendered(sale(seed, wish))


@given(seeds, wishes)
def test_an_order_has_the_fields_of_the_platforms_own_sample(seed, wish):
    sample = json.loads(SAMPLE.read_bytes())
    order = rendered(sale(seed, wish))["order"]

    assert order.keys() == sample.keys()
    for part in ("customer", "billing_address", "shipping_address"):
        assert order[part].keys() == sample[part].keys()
    for part in ("line_items", "shipping_lines"):
        assert order[part][0].keys() == sample[part][0].keys()
    assert kinds(order["line_items"][0]["price_set"]) == kinds(sample["line_items"][0]["price_set"])


def kinds(value: Any) -> Any:
    """The shape of a document: keys and types."""
    if isinstance(value, dict):
        return {key: kinds(inner) for key, inner in value.items()}
    return type(value).__name__


def test_orders_are_varied():
    sold = [sale(str(seed)) for seed in range(200)]

    assert {one.payment.method for one in sold} == set(Method)
    assert {one.coupon.kind for one in sold if one.coupon} == {
        "percentage",
        "fixed_amount",
        "shipping",
    }
    assert {len(one.lines) for one in sold} >= {1, 2, 3}
    assert any(one.freight.price == 0 for one in sold)
    assert any(one.payment.instalments > 1 for one in sold)
    assert any(one.third_party for one in sold)
    assert not any(line.sku == "LUM-RT" for one in sold for line in one.lines)


@given(seeds, wishes, st.sampled_from(Fault))
def test_a_fault_spoils_one_thing_and_says_which(seed, wish, fault):
    good, bad = sale(seed, wish), faulty(seed, fault, wish)

    assert bad.fault is fault
    assert bad != good
    assert rendered(bad) != rendered(good)


@given(seeds)
def test_each_fault_shows_where_a_hub_looks(seed):
    native = Wish(third_party=False)
    known = {product.sku for product in CATALOGUE}

    def order(fault: Fault) -> Any:
        return rendered(faulty(seed, fault, native))["order"]

    def tax_ids(fault: Fault) -> list[str]:
        return [f["value"] for f in rendered(faulty(seed, fault, native))["localized_fields"]]

    assert order(Fault.UNKNOWN_SKU)["line_items"][0]["sku"] not in known
    assert order(Fault.NO_SKU)["line_items"][0]["sku"] is None
    assert order(Fault.INACTIVE_PRODUCT)["line_items"][0]["sku"] == "LUM-RT"
    assert tax_ids(Fault.MISSING_TAX_ID) == []
    assert not any(CPF().validate(d) or CNPJ().validate(d) for d in tax_ids(Fault.INVALID_TAX_ID))
    assert split(order(Fault.NO_STREET_NUMBER)["shipping_address"]["address1"])[1] == ""
    assert "Cliente" in order(Fault.GENERIC_NAME)["shipping_address"]["name"]
    assert order(Fault.FOREIGN_CURRENCY)["currency"] == "USD"
    assert order(Fault.TEST_ORDER)["test"] is True


@given(seeds)
def test_totals_that_do_not_close_are_off_by_at_least_one_unit(seed):
    good = money(rendered(sale(seed))["order"]["total_price"])
    bad = money(rendered(faulty(seed, Fault.TOTALS_MISMATCH))["order"]["total_price"])

    assert bad - good >= 1


@given(seeds)
def test_withheld_buyer_data_is_absent_not_null(seed):
    order = rendered(faulty(seed, Fault.WITHHELD_BUYER))["order"]

    assert order.keys().isdisjoint({"email", "contact_email", "phone", "order_status_url"})
    for address in (order["shipping_address"], order["billing_address"]):
        assert set(address) == {"country", "country_code", "province", "province_code"}
    assert order["customer"].keys().isdisjoint({"email", "first_name", "last_name", "phone"})


def test_a_catalogue_without_inactive_products_cannot_have_that_fault():
    active = [product for product in CATALOGUE if product.active]

    with pytest.raises(NoSuchProductError):
        spoiled(sale("1"), Fault.INACTIVE_PRODUCT, generator.dice("1"), active)
