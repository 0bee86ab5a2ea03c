"""Corrections: laid over the captured order, merged with later ones, kept over revisions."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.commands import (
    AddressCorrection,
    BuyerCorrection,
    Corrections,
    ItemCorrection,
    PaymentCorrection,
    PaymentOfSeveral,
    ShippingCorrection,
)
from contracts.order import Gap, Payment, PaymentMethod
from tests.support.builders import a_buyer, an_address, an_item, an_order
from validation.corrections import apply, merge

NOTHING = Corrections()
TEXT = st.none() | st.sampled_from(["", "Ana", " Bia ", "529.982.247-25", "rs", "90460-130"])


def some(kind: Any, **fields: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | st.builds(kind, **fields)


def texts(kind: Any) -> st.SearchStrategy[Any]:
    return some(kind, **dict.fromkeys(kind.model_fields, TEXT))


ITEMS = st.lists(
    st.builds(
        ItemCorrection,
        item_id=st.sampled_from(["1", "2", "gone"]),
        sku=st.none() | st.sampled_from(["A", "B"]),
        erp_product_id=st.none() | st.integers(1, 3),
    ),
    max_size=4,
).map(tuple)

CORRECTIONS = st.builds(
    Corrections,
    buyer=texts(BuyerCorrection),
    shipping_address=texts(AddressCorrection),
    billing_address=texts(AddressCorrection),
    items=ITEMS,
    payment=some(
        PaymentCorrection,
        method=st.none() | st.sampled_from(PaymentMethod),
        installments=st.none() | st.integers(1, 12),
    ),
    payments=st.lists(
        st.builds(
            PaymentOfSeveral,
            number=st.integers(1, 3),
            method=st.none() | st.sampled_from(PaymentMethod),
            installments=st.none() | st.integers(1, 12),
        ),
        max_size=3,
        unique_by=lambda payment: payment.number,
    ).map(tuple),
    shipping=some(ShippingCorrection, carrier=TEXT),
    note=TEXT,
)

ORDERS = st.builds(
    lambda items, shipping, billing, payments: an_order(
        1001,
        *items,
        shipping_address=shipping,
        billing_address=billing,
        payments=payments,
    ),
    st.sampled_from([(an_item(), an_item("B", "2")), (an_item(),), (an_item(None, "3"),)]),
    st.none() | st.just(an_address()),
    st.none() | st.just(an_address(number="")),
    st.sampled_from([(), an_order().payments]),
)


@given(CORRECTIONS)
def test_nothing_is_neutral(corrections: Corrections):
    assert merge(NOTHING, corrections) == merge(corrections, NOTHING)


@given(CORRECTIONS, CORRECTIONS, CORRECTIONS)
def test_merging_may_be_grouped_in_any_way(a: Corrections, b: Corrections, c: Corrections):
    assert merge(merge(a, b), c) == merge(a, merge(b, c))


@given(ORDERS, CORRECTIONS, CORRECTIONS)
def test_merged_corrections_are_the_same_as_one_after_the_other(
    order: Any, earlier: Corrections, later: Corrections
):
    assert apply(order, merge(earlier, later)) == apply(apply(order, earlier), later)


@given(ORDERS, CORRECTIONS)
def test_correcting_twice_is_correcting_once(order: Any, corrections: Corrections):
    once = apply(order, corrections)

    assert apply(once, corrections) == once


@given(ORDERS, CORRECTIONS)
def test_what_nobody_corrects_stays_as_captured(order: Any, corrections: Corrections):
    corrected = apply(order, corrections)

    assert corrected.totals == order.totals
    assert [(i.item_id, i.quantity, i.unit_price) for i in corrected.items] == [
        (i.item_id, i.quantity, i.unit_price) for i in order.items
    ]
    assert sum(p.amount for p in corrected.payments) in {
        sum(p.amount for p in order.payments),
        order.totals.total,
    }


def test_an_order_without_corrections_is_the_very_same_object():
    order = an_order()

    assert apply(order, NOTHING) is order


@pytest.mark.parametrize(
    ("typed", "document", "kind"),
    [
        (" 529.982.247-25 ", "52998224725", "cpf"),
        ("11.222.333/0001-81", "11222333000181", "cnpj"),
        ("12.abc.345/01de-35", "12ABC34501DE35", "cnpj"),
        ("AB 123456", "AB123456", "other"),
        (" ", None, None),
    ],
)
def test_a_typed_document_is_kept_bare_with_its_kind(typed: str, document: str, kind: str):
    order = apply(
        an_order(buyer=a_buyer(document=None, document_kind=None)),
        Corrections(buyer=BuyerCorrection(document=typed)),
    )

    assert (order.buyer.document, order.buyer.document_kind) == (document, kind)


def test_a_captured_document_is_bared_too():
    order = apply(an_order(buyer=a_buyer(document="529.982.247-25")), NOTHING)

    assert order.buyer == a_buyer()


def test_address_fields_are_put_into_their_form():
    typed = AddressCorrection(cep="90460-130", uf=" rs ", number=" 12 ")

    order = apply(an_order(shipping_address=None), Corrections(shipping_address=typed))

    assert order.shipping_address is not None
    assert (order.shipping_address.cep, order.shipping_address.uf) == ("90460130", "RS")
    assert order.shipping_address.number == "12"


def test_a_field_can_be_emptied():
    order = apply(an_order(), Corrections(shipping_address=AddressCorrection(complement="")))

    assert order.shipping_address == an_address(complement="")


def test_a_correction_of_an_item_that_is_gone_is_passed_over():
    order = an_order()

    assert apply(order, Corrections(items=(ItemCorrection(item_id="gone", sku="X"),))) is order


def test_a_sku_typed_after_a_product_was_chosen_takes_the_choice_back():
    chosen = Corrections(items=(ItemCorrection(item_id="1", erp_product_id=7),))
    typed = Corrections(items=(ItemCorrection(item_id="1", sku="X"),))

    [item] = apply(an_order(), merge(chosen, typed)).items

    assert (item.sku, item.erp_product_id) == ("X", None)


def test_a_typed_sku_takes_back_a_product_that_the_line_came_with():
    order = an_order(1001, an_item(erp_product_id=7))
    typed = Corrections(items=(ItemCorrection(item_id="1", sku="X"),))

    [item] = apply(order, typed).items

    assert (item.sku, item.erp_product_id) == ("X", None)


def test_a_corrected_method_silences_the_gateway():
    typed = Corrections(payment=PaymentCorrection(method=PaymentMethod.BOLETO))

    [payment] = apply(an_order(), typed).payments

    assert (payment.method, payment.gateway) == (PaymentMethod.BOLETO, None)


def test_the_largest_payment_is_the_one_corrected():
    voucher = Payment(method=PaymentMethod.GIFT_CARD, amount=Decimal("38.50"))
    card = Payment(method=PaymentMethod.OTHER, amount=Decimal("100.00"))
    typed = Corrections(payment=PaymentCorrection(method=PaymentMethod.CREDIT_CARD, installments=3))

    order = apply(an_order(payments=(voucher, card)), typed)

    assert [(p.method, p.installments) for p in order.payments] == [
        (PaymentMethod.GIFT_CARD, None),
        (PaymentMethod.CREDIT_CARD, 3),
    ]


def test_each_of_several_payments_is_corrected_by_its_number():
    voucher = Payment(method=PaymentMethod.OTHER, gateway="vale", amount=Decimal("38.50"))
    card = Payment(method=PaymentMethod.OTHER, gateway="loja", amount=Decimal("100.00"))
    said = (
        PaymentOfSeveral(number=1, method=PaymentMethod.GIFT_CARD),
        PaymentOfSeveral(number=2, method=PaymentMethod.CREDIT_CARD, installments=3),
        PaymentOfSeveral(number=3, method=PaymentMethod.PIX),
    )

    order = apply(an_order(payments=(voucher, card)), Corrections(payments=said))

    assert [(p.method, p.gateway, p.installments, str(p.amount)) for p in order.payments] == [
        (PaymentMethod.GIFT_CARD, None, None, "38.50"),
        (PaymentMethod.CREDIT_CARD, None, 3, "100.00"),
    ]


def test_a_payment_that_the_channel_did_not_tell_is_one_over_the_total():
    typed = Corrections(payment=PaymentCorrection(method=PaymentMethod.PIX))

    [payment] = apply(an_order(payments=()), typed).payments

    assert payment.amount == an_order().totals.total


def test_a_typed_document_closes_the_gap_that_a_refused_token_left():
    gaps = (Gap.CHANNEL_TOKEN_REFUSED, Gap.BUYER_DATA_WITHHELD)
    order = an_order(buyer=a_buyer(document=None), gaps=gaps)

    corrected = apply(order, Corrections(buyer=BuyerCorrection(document="52998224725")))

    assert corrected.gaps == (Gap.BUYER_DATA_WITHHELD,)


def test_another_correction_leaves_that_gap_open():
    order = an_order(gaps=(Gap.CHANNEL_TOKEN_REFUSED,))

    assert apply(order, Corrections(buyer=BuyerCorrection(name="Ana"))).gaps == order.gaps


def test_a_carrier_can_be_typed():
    order = apply(an_order(), Corrections(shipping=ShippingCorrection(carrier="Jadlog")))

    assert (order.shipping.carrier, order.shipping.method) == ("Jadlog", "PAC")
