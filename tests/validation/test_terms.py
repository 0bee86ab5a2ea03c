"""The choices made for an order that may go to the ERP."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.events import ErpTerms, Intermediary, ItemTerms, PaymentTerms
from contracts.order import Payment, PaymentMethod, Shipping
from omie.registers import Option
from tests.support.builders import an_item, an_order
from tests.support.catalogues import MUG, SHIRT, a_catalogue, facts, register, settings
from validation.catalogue import knows
from validation.rules import judge
from validation.terms import NotSettled, terms_for


def paid_by(*payments: Payment, **changes: Any):
    return an_order(payments=payments, **changes)


def a_payment(method: PaymentMethod, amount: str, **changes: Any) -> Payment:
    return Payment(method=method, amount=Decimal(amount), **changes)


def test_every_choice_of_the_store_is_made():
    store = settings(
        salesperson_code=7700000903,
        tax_scenario_code=7700000500,
        erp_origin_code="SFY",
        update_erp_customer=True,
        carriers={"pac": 4400},
    )

    assert terms_for(an_order(), facts(store)) == ErpTerms(
        stage_code="20",
        category_code="1.01.03",
        bank_account_code=7700000345,
        salesperson_code=7700000903,
        salesperson_name="Bia",
        tax_scenario_code=7700000500,
        installment_code="000",
        installments=1,
        payment_method_code="17",
        carrier_code=4400,
        origin_code="SFY",
        update_customer=True,
        items=(
            ItemTerms(item_id="1", erp_product_id=MUG.product_id, stock_location_code=7700000012),
        ),
    )


def test_without_a_chosen_salesperson_it_is_the_one_named_like_the_channel():
    people = register(Option(1, "Loja Demo"), Option(2, " shopify "))

    terms = terms_for(an_order(), facts(catalogue=a_catalogue(salespeople=people)))

    assert terms.salesperson_code == 2


def test_else_the_salesperson_named_like_the_store():
    people = register(Option(1, "Loja Demo"), Option(2, "Shopify", active=False))

    terms = terms_for(an_order(), facts(catalogue=a_catalogue(salespeople=people)))

    assert (terms.salesperson_code, terms.salesperson_name) == (1, "Loja Demo")


@pytest.mark.parametrize("people", [{}, None], ids=["none of that name", "not shown"])
def test_else_nobody_but_the_channels_name(people: Any):
    terms = terms_for(an_order(), facts(catalogue=a_catalogue(salespeople=people)))

    assert (terms.salesperson_code, terms.salesperson_name) == (None, "Shopify")


def test_each_line_gets_its_product_chosen_by_hand_or_by_sku_and_the_stores_stock_location():
    order = an_order(
        1001,
        an_item("cam-m-pt", "a"),
        an_item("whatever", "b", erp_product_id=MUG.product_id),
    )

    terms = terms_for(order, facts(settings(stock_location_code=None)))

    assert terms.items == (
        ItemTerms(item_id="a", erp_product_id=SHIRT.product_id),
        ItemTerms(item_id="b", erp_product_id=MUG.product_id),
    )


def test_the_gateway_wins_over_the_method():
    store = settings(payment_methods={"Mercado Pago": "99", "pix": "17"})
    order = paid_by(a_payment(PaymentMethod.PIX, "138.50", gateway="mercado pago"))

    assert terms_for(order, facts(store)).payment_method_code == "99"


def test_several_payments_are_spelt_out_and_the_largest_speaks_for_the_order():
    order = paid_by(
        a_payment(PaymentMethod.GIFT_CARD, "38.50"),
        a_payment(PaymentMethod.CREDIT_CARD, "100.00", installments=3),
    )

    terms = terms_for(order, facts())

    assert (terms.payment_method_code, terms.installment_code, terms.installments) == (
        "03",
        "999",
        4,
    )
    assert terms.payments == (
        PaymentTerms(method_code="12", amount=Decimal("38.50"), installments=1),
        PaymentTerms(method_code="03", amount=Decimal("100.00"), installments=3),
    )


def test_payments_the_erp_would_be_told_in_the_same_words_are_one():
    order = paid_by(
        a_payment(PaymentMethod.PIX, "38.50", gateway="Pix do Banco"),
        a_payment(PaymentMethod.PIX, "100.00", gateway="pix"),
    )

    terms = terms_for(order, facts())

    assert (terms.payments, terms.installment_code, terms.payment_method_code) == ((), "000", "17")


def test_what_was_given_back_is_taken_off_all_payments_in_proportion():
    order = an_order()
    card = a_payment(PaymentMethod.CREDIT_CARD, "150.00", installments=2)
    voucher = a_payment(PaymentMethod.GIFT_CARD, "50.00")

    terms = terms_for(order.model_copy(update={"payments": (card, voucher)}), facts())

    assert [p.amount for p in terms.payments] == [Decimal("103.88"), Decimal("34.62")]
    assert sum(p.amount for p in terms.payments) == order.totals.total


def test_a_store_that_does_not_ask_the_channel_spells_no_payments_out():
    order = paid_by(
        a_payment(PaymentMethod.GIFT_CARD, "38.50"), a_payment(PaymentMethod.PIX, "100.00")
    )

    assert terms_for(order, facts(settings(payment_source="default"))).payments == ()


@pytest.mark.parametrize(("number", "code"), [(3, "003"), (9, "999"), (13, "999")])
def test_a_number_of_instalments_without_terms_of_its_own_is_spelt_out(number: int, code: str):
    order = paid_by(a_payment(PaymentMethod.CREDIT_CARD, "138.50", installments=number))

    terms = terms_for(order, facts())

    assert (terms.installment_code, terms.installments) == (code, number)


def test_a_marketplaces_sale_says_through_whom_it_came_where_the_store_does():
    told = {"intermediary_cnpj": "11222333000181", "intermediary_seller": "LOJA-DEMO"}
    own_site = settings(**told)
    market = own_site.model_copy(update={"channel": "mercadolivre"})
    silent = settings(intermediary_seller=None).model_copy(update={"channel": "mercadolivre"})

    found = [terms_for(an_order(), facts(store)) for store in (own_site, market, silent)]

    assert [terms.marketplace for terms in found] == [False, True, True]
    assert [terms.intermediary for terms in found] == [
        None,
        Intermediary(cnpj="11222333000181", seller="LOJA-DEMO"),
        None,
    ]


def test_a_channel_that_does_not_tell_the_instalments_leaves_them_to_the_store():
    order = paid_by(a_payment(PaymentMethod.CREDIT_CARD, "138.50", installments=None))

    terms = terms_for(order, facts(settings(installment_code="004")))

    assert (terms.installment_code, terms.installments) == ("004", 4)


def test_a_store_that_does_not_ask_the_channel_uses_its_own_payment():
    store = settings(
        payment_source="default", default_payment_method_code="15", installment_code="002"
    )
    order = paid_by(a_payment(PaymentMethod.CREDIT_CARD, "138.50", installments=12))

    terms = terms_for(order, facts(store))

    assert (terms.payment_method_code, terms.installment_code, terms.installments) == (
        "15",
        "002",
        2,
    )


def test_a_carrier_that_is_not_mapped_is_left_to_the_erp():
    order = an_order(shipping=Shipping(amount=Decimal("18.50"), method="Retirada"))

    assert terms_for(order, facts(settings(carriers={"pac": 1}))).carrier_code is None


@pytest.mark.parametrize(
    ("order", "known"),
    [
        (an_order(), facts(settings(erp_stage_code=None))),
        (an_order(1001, an_item("nowhere")), facts()),
        (an_order(), facts(catalogue=None, refused=True)),
    ],
    ids=["no stage", "no product", "no catalogue"],
)
def test_there_are_no_terms_for_an_order_that_has_to_wait(order: Any, known: Any):
    with pytest.raises(NotSettled):
        terms_for(order, known)


# Whatever the order and the store.

CODES = st.none() | st.sampled_from(["000", "003", "004", "Z99", "999"])
STORES = st.builds(
    settings,
    erp_stage_code=st.sampled_from([None, "20", "50", "00", "95"]),
    erp_category_code=st.sampled_from(["1.01.03", "1.01"]),
    bank_account_code=st.sampled_from([7700000345, 7700000346, None]),
    salesperson_code=st.sampled_from([None, 7700000903, 7700000902]),
    tax_scenario_code=st.sampled_from([None, 7700000500, 1]),
    stock_location_code=st.sampled_from([None, 7700000012]),
    installment_code=CODES,
    payment_source=st.sampled_from(["channel", "default"]),
    default_payment_method_code=st.sampled_from([None, "99", "77"]),
    require_carrier=st.booleans(),
    carriers=st.sampled_from([{}, {"PAC": 9}]),
)
PAYMENTS = st.builds(
    Payment,
    method=st.sampled_from(PaymentMethod),
    gateway=st.none() | st.sampled_from(["pix", "Stone"]),
    installments=st.none() | st.integers(1, 13),
    amount=st.just(Decimal("138.50")),
)
ITEMS = st.builds(
    an_item,
    st.sampled_from([None, "CAN-350-AZ", "cam-m-pt", "CAN-200-VD", "KIT-CAFE", "KIT-VAZIO", "?"]),
    erp_product_id=st.none() | st.sampled_from([MUG.product_id, 404]),
)


def _closing(payments: list[Payment]) -> list[Payment]:
    """The payments, sharing out what the order costs."""
    if not payments:
        return payments
    rest = Decimal("1.11") * (len(payments) - 1)
    amounts = [Decimal("138.50") - rest, *[Decimal("1.11")] * (len(payments) - 1)]
    return [p.model_copy(update={"amount": a}) for p, a in zip(payments, amounts, strict=True)]


ORDERS = st.builds(
    lambda item, payments: an_order(1001, item, payments=tuple(payments)),
    ITEMS,
    st.lists(PAYMENTS, max_size=3).map(_closing),
)


@given(ORDERS, STORES)
def test_an_order_with_no_reason_to_wait_always_gets_complete_terms(order: Any, store: Any):
    known = facts(store)
    if judge(order, known):
        return

    terms = terms_for(order, known)

    registers = known.registers
    assert knows(registers.stages, terms.stage_code)
    assert knows(registers.categories, terms.category_code)
    assert knows(registers.bank_accounts, terms.bank_account_code)
    assert terms.salesperson_name
    assert terms.installments >= 1
    if terms.payments:
        assert sum(p.amount for p in terms.payments) == order.totals.total
        assert sum(p.installments for p in terms.payments) == terms.installments
        assert all(p.method_code for p in terms.payments)
    assert terms.installment_code == "999" or knows(registers.installments, terms.installment_code)
    if store.settings.payment_source == "channel":
        assert terms.payment_method_code is not None
    if terms.payment_method_code is not None:
        assert knows(registers.payment_methods, terms.payment_method_code)
    if store.settings.require_carrier:
        assert terms.carrier_code is not None
    assert [item.item_id for item in terms.items] == [item.item_id for item in order.items]
    assert known.catalogue is not None
    for item in terms.items:
        product = known.catalogue.product(item.erp_product_id)
        assert product is not None
        assert product.active
