"""Every rule by examples, and no reason forgotten."""

from decimal import Decimal
from typing import Any

import pytest

from contracts.order import Gap, Order, Payment, PaymentMethod, Refund, Shipping, Totals
from contracts.reasons import TEXTS, Reason, ReasonCode
from omie.registers import Option
from tests.support.builders import a_buyer, an_address, an_item, an_order
from tests.support.catalogues import EMPTY_KIT, MUG, RETIRED, a_catalogue, facts, settings
from validation.catalogue import Product
from validation.facts import Facts
from validation.rules import DECIDED_ELSEWHERE, judge
from validation.rules.filled import with_store_rules

Code = ReasonCode


def codes(order: Order, known: Facts | None = None) -> list[ReasonCode]:
    return [reason.code for reason in judge(order, known or facts())]


def only(order: Order, known: Facts | None = None) -> Reason:
    """The one reason against this order."""
    [reason] = judge(order, known or facts())
    return reason


def bought_by(**changes: Any) -> Order:
    return an_order(buyer=a_buyer(**changes))


def living_at(**changes: Any) -> Order:
    return an_order(shipping_address=an_address(**changes), billing_address=None)


def paid_with(**changes: Any) -> Order:
    [payment] = an_order().payments
    return an_order(payments=(payment.model_copy(update=changes),))


def pix(amount: str) -> Payment:
    return Payment(method=PaymentMethod.PIX, amount=Decimal(amount))


def selling(sku: str | None, **changes: Any) -> Order:
    return an_order(1001, an_item(sku, **changes))


def totalling(**changes: Any) -> Order:
    order = an_order()
    return order.model_copy(update={"totals": order.totals.model_copy(update=changes)})


def with_gap(gap: Gap, order: Order | None = None) -> Order:
    return (order or an_order()).model_copy(update={"gaps": (gap,)})


WITHOUT_KEYS = facts(catalogue=None, keyless=True)
TWINS = facts(catalogue=a_catalogue(Product(1, "can-350-az"), Product(2, "CAN-350-az")))

EXAMPLES: dict[ReasonCode, list[tuple[Order, Facts]]] = {
    Code.PRODUCT_UNMAPPED: [
        (selling(None), facts()),
        (selling("  "), facts()),
        (selling("CAN-350-AZ", erp_product_id=404), facts()),
    ],
    Code.PRODUCT_SKU_NOT_FOUND: [(selling("CAN-999"), facts())],
    Code.PRODUCT_SKU_AMBIGUOUS: [(selling("CAN-350-AZ"), TWINS)],
    Code.PRODUCT_DELETED_AT_CHANNEL: [
        (selling(None, deleted_at_channel=True), facts()),
        (selling("CAN-999", deleted_at_channel=True), facts()),
    ],
    Code.PRODUCT_INACTIVE_AT_ERP: [
        (selling(RETIRED.code), facts()),
        (selling(None, erp_product_id=RETIRED.product_id), facts()),
    ],
    Code.KIT_UNRESOLVED: [(selling(EMPTY_KIT.code), facts())],
    Code.CUSTOMER_DOC_MISSING: [
        (bought_by(document=None), facts()),
        (bought_by(document=""), facts()),
    ],
    Code.CUSTOMER_DOC_INVALID: [
        (bought_by(document=document), facts())
        for document in (
            "52998224726",
            "11111111111",
            "5299822472",
            "11222333000182",
            "00000000000000",
            "12ABC34501DE36",
            "AB123456",
            "٥٢٩٩٨٢٢٤٧٢٥",
        )
    ]
    + [(bought_by(document="52998224725", document_kind="other"), facts())],
    Code.CUSTOMER_NAME_MISSING: [(bought_by(name="  "), facts())],
    Code.CUSTOMER_NAME_GENERIC: [
        (bought_by(name=name), facts())
        for name in ("Cliente", "TESTE da Silva", "Ana Fornecedor", "Clïente Shopify")
    ],
    Code.CUSTOMER_EMAIL_MISSING: [
        (bought_by(email=email), facts()) for email in (None, "", "sem-arroba")
    ],
    Code.CUSTOMER_CITY_STATE_MISSING: [
        (living_at(city=" "), facts()),
        (living_at(uf=""), facts()),
        (living_at(uf="XX"), facts()),
        (living_at(country="AR", uf="", cep="", bairro="", city=""), facts()),
    ],
    Code.BUYER_DATA_WITHHELD: [
        (with_gap(Gap.BUYER_DATA_WITHHELD, bought_by(name="", document=None, email=None)), facts())
    ],
    Code.ADDRESS_NUMBER_MISSING: [(living_at(number=" "), facts())],
    Code.ADDRESS_INCOMPLETE: [
        (living_at(street=""), facts()),
        (living_at(bairro=""), facts()),
        (living_at(cep="9046013"), facts()),
        (living_at(cep="9046013x"), facts()),
    ],
    Code.ITEM_QTY_INVALID: [
        (an_order(items=(), payments=(pix("18.50"),), totals=Totals(
            items=Decimal(0), shipping=Decimal("18.50"), total=Decimal("18.50"))), facts()),
        (selling("CAN-350-AZ", quantity=-1, discount=Decimal(-200)), facts()),
        (selling("CAN-350-AZ", quantity=0, discount=Decimal(0)), facts()),
    ],
    Code.ITEM_PRICE_ZERO: [(selling("CAN-350-AZ", unit_price=Decimal(0), discount=Decimal(0)),
                            facts())],
    Code.ORDER_TOTAL_ZERO: [
        (an_order(1001, an_item(discount=Decimal("129.80")), shipping=Shipping(),
                  payments=(pix("0"),), totals=Totals(items=Decimal("129.80"),
                  discount=Decimal("129.80"), total=Decimal(0))), facts()),
    ],
    Code.TOTALS_MISMATCH: [
        (totalling(total=Decimal("138.51")), facts()),
        (totalling(other=Decimal("0.01")), facts()),
        (totalling(items=Decimal("139.80"), discount=Decimal("19.81")), facts()),
        (paid_with(amount=Decimal("138.49")), facts()),
        (paid_with(amount=Decimal("138.51")), facts()),
    ],
    Code.CURRENCY_UNSUPPORTED: [(an_order(currency="EUR"), facts())],
    Code.PAYMENT_UNMAPPED: [
        (paid_with(method=PaymentMethod.OTHER, gateway="Moeda Nova"), facts()),
        (an_order(payments=()), facts()),
        (an_order(), facts(settings(payment_methods={"pix": "77"}))),
    ],
    Code.INSTALLMENTS_UNMAPPED: [
        (paid_with(installments=9), facts(settings(other_installments_code=None))),
        (paid_with(installments=7), facts()),
    ],
    Code.CARRIER_UNMAPPED: [(an_order(), facts(settings(require_carrier=True)))],
    Code.STORE_CONFIG_INCOMPLETE: [
        (an_order(), facts(settings(**{field: value})))
        for field, value in (
            ("erp_stage_code", None), ("erp_stage_code", "00"), ("erp_stage_code", "95"),
            ("erp_category_code", None), ("erp_category_code", "1.01"),
            ("erp_category_code", "1.01.99"), ("erp_category_code", "9"),
            ("bank_account_code", None), ("bank_account_code", 7700000346),
            ("bank_account_code", 1),
            ("salesperson_code", 7700000902), ("salesperson_code", 1),
            ("tax_scenario_code", 1), ("stock_location_code", 1), ("installment_code", "Z99"),
            ("other_installments_code", "Z99"),
        )
    ] + [(an_order(), WITHOUT_KEYS)],
    Code.ERP_CREDENTIALS_INVALID: [(an_order(), facts(catalogue=None, refused=True))],
    Code.CHANNEL_ANSWER_UNREADABLE: [
        (with_gap(Gap.DETAILS_UNREADABLE, bought_by(document=None)), facts())
    ],
    Code.CHANNEL_TOKEN_EXPIRED: [(with_gap(Gap.CHANNEL_TOKEN_REFUSED), facts())],
}  # fmt: skip


def test_every_reason_is_decided_here_or_known_to_be_decided_elsewhere():
    assert set(EXAMPLES) | DECIDED_ELSEWHERE == set(ReasonCode)
    assert not set(EXAMPLES) & DECIDED_ELSEWHERE


@pytest.mark.parametrize(
    ("code", "order", "known"),
    [
        pytest.param(code, order, known, id=f"{code}-{number}")
        for code, cases in EXAMPLES.items()
        for number, (order, known) in enumerate(cases, 1)
    ],
)
def test_each_example_has_this_reason_and_no_other(code: ReasonCode, order: Order, known: Facts):
    reason = only(order, known)

    assert reason.code is code
    assert reason.text == TEXTS[code]
    assert reason.field
    assert reason.detail.endswith(".")


@pytest.mark.parametrize(
    ("code", "order", "known"),
    [(code, order, known) for code, cases in EXAMPLES.items() for order, known in cases[:1]],
)
def test_no_reason_quotes_the_buyer(code: ReasonCode, order: Order, known: Facts):
    reason = only(order, known)

    address = order.customer_address
    personal = [order.buyer.name, order.buyer.document, order.buyer.email, order.buyer.phone]
    personal += [address.street, address.cep, address.recipient] if address else []
    said = f"{reason.detail} {reason.field}"
    assert not [text for text in personal if text and text.strip() and text in said]


@pytest.mark.parametrize(
    ("code", "corrected"),
    [
        (Code.PRODUCT_UNMAPPED, ["items.1.sku", "items.1.sku", "items.1.erp_product_id"]),
        (Code.PRODUCT_SKU_NOT_FOUND, ["items.1.sku"]),
        (Code.PRODUCT_SKU_AMBIGUOUS, ["items.1.sku"]),
        (Code.PRODUCT_DELETED_AT_CHANNEL, ["items.1.erp_product_id"] * 2),
        (Code.PRODUCT_INACTIVE_AT_ERP, ["items.1.sku"] * 2),
        (Code.KIT_UNRESOLVED, ["items.1.sku"]),
        (Code.ITEM_QTY_INVALID, ["items", "items.1.quantity", "items.1.quantity"]),
        (Code.ITEM_PRICE_ZERO, ["items.1.unit_price"]),
        (Code.TOTALS_MISMATCH, ["totals.total"] * 3 + ["payments"] * 2),
    ],
)
def test_a_reason_points_at_what_a_person_would_correct(code: ReasonCode, corrected: list[str]):
    assert [only(order, known).field for order, known in EXAMPLES[code]] == corrected


def test_a_right_order_has_no_reason():
    assert judge(an_order(), facts()) == ()


def test_all_reasons_are_shown_at_once():
    order = an_order(
        1001,
        an_item("CAN-999", "1"),
        an_item(None, "2"),
        buyer=a_buyer(name="Cliente", document="123"),
        shipping_address=an_address(number="", cep=""),
        billing_address=None,
        currency="USD",
    )

    found = judge(order, facts(settings(erp_stage_code=None)))

    assert [(reason.code, reason.field) for reason in found] == [
        (Code.STORE_CONFIG_INCOMPLETE, "settings.erp_stage_code"),
        (Code.PRODUCT_SKU_NOT_FOUND, "items.1.sku"),
        (Code.PRODUCT_UNMAPPED, "items.2.sku"),
        (Code.CUSTOMER_DOC_INVALID, "buyer.document"),
        (Code.CUSTOMER_NAME_GENERIC, "buyer.name"),
        (Code.ADDRESS_INCOMPLETE, "shipping_address.cep"),
        (Code.ADDRESS_NUMBER_MISSING, "shipping_address.number"),
        (Code.CURRENCY_UNSUPPORTED, "currency"),
    ]


@pytest.mark.parametrize(
    "document",
    ["52998224725", "11222333000181", "12ABC34501DE35"],
    ids=["cpf", "cnpj", "cnpj with letters"],
)
def test_right_documents_pass(document: str):
    assert codes(bought_by(document=document, document_kind=None)) == []


@pytest.mark.parametrize("name", ["Clientela Ltda", "Testemunha da Silva", "Ana Testa"])
def test_a_placeholder_is_recognised_as_a_word_only(name: str):
    assert codes(bought_by(name=name)) == []


@pytest.mark.parametrize("sku", ["can-350-az", " CAN-350-AZ ", "Can 350-AZ"])
def test_a_sku_is_found_whatever_its_case_and_blanks(sku: str):
    catalogue = a_catalogue(Product(1, "CAN-350-AZ"), Product(2, "CAN350-AZ"))

    assert codes(selling(sku), facts(catalogue=catalogue)) == []


def test_the_same_code_to_the_letter_settles_which_product_is_meant():
    twins = a_catalogue(Product(1, "CAN-350-AZ"), Product(2, "can-350-az"))

    assert codes(selling("can-350-az"), facts(catalogue=twins)) == []


def test_of_two_similar_codes_the_active_product_is_meant():
    twins = a_catalogue(Product(1, "CAN-350-aZ", active=False), Product(2, "can-350-az"))

    assert codes(selling("CAN-350-AZ"), facts(catalogue=twins)) == []


def test_a_line_deleted_at_the_channel_passes_when_its_sku_still_leads_to_a_product():
    assert codes(selling("CAN-350-AZ", deleted_at_channel=True)) == []


def test_a_line_deleted_at_the_channel_passes_once_a_person_chose_its_product():
    order = selling(None, deleted_at_channel=True, erp_product_id=MUG.product_id)

    assert codes(order) == []


def test_a_complete_billing_address_is_the_one_that_counts():
    order = an_order(shipping_address=an_address(cep="", number=""), billing_address=an_address())

    assert codes(order) == []


def test_the_shipping_address_counts_where_the_billing_one_is_incomplete():
    order = an_order(billing_address=an_address(bairro=""), shipping_address=an_address(cep="1"))

    assert only(order).field == "shipping_address.cep"


def test_the_billing_address_is_pointed_at_where_it_is_the_only_one():
    order = an_order(billing_address=an_address(bairro=""), shipping_address=None)

    assert only(order).field == "billing_address.bairro"


def test_an_order_without_any_address_says_all_that_is_missing():
    order = an_order(billing_address=None, shipping_address=None)

    assert codes(order) == [
        Code.CUSTOMER_CITY_STATE_MISSING, Code.ADDRESS_INCOMPLETE, Code.ADDRESS_NUMBER_MISSING,
    ]  # fmt: skip


@pytest.mark.parametrize(
    "uf",
    [
        "AC", "AL", "AM", "AP", "BA", "CE", "DF", "ES", "GO", "MA", "MG", "MS", "MT", "PA",
        "PB", "PE", "PI", "PR", "RJ", "RN", "RO", "RR", "RS", "SC", "SE", "SP", "TO",
    ],
)  # fmt: skip
def test_an_address_in_every_uf_passes(uf: str):
    assert codes(living_at(uf=uf)) == []


def test_abroad_there_is_neither_bairro_nor_uf_nor_cep():
    assert codes(living_at(country="PT", uf="", cep="1250-096", bairro="")) == []


def test_withheld_buyer_data_is_one_reason_instead_of_many_and_says_what_is_missing():
    hidden = an_order(
        buyer=a_buyer(name="", document=None, email=None),
        shipping_address=None,
        billing_address=None,
        gaps=(Gap.BUYER_DATA_WITHHELD,),
    )

    reason = only(hidden)

    assert reason.code is Code.BUYER_DATA_WITHHELD
    assert "CPF/CNPJ ausente" in reason.detail
    assert "Cidade/UF ausente" in reason.detail


def test_withheld_buyer_data_that_people_filled_in_is_no_reason():
    assert codes(with_gap(Gap.BUYER_DATA_WITHHELD)) == []


def test_withheld_buyer_data_does_not_excuse_a_wrong_document():
    order = with_gap(Gap.BUYER_DATA_WITHHELD, bought_by(document="123", email=None))

    assert codes(order) == [Code.BUYER_DATA_WITHHELD, Code.CUSTOMER_DOC_INVALID]


def refunded(amount: str, *, paid: str) -> Order:
    """An order of 138.50 for which so much was paid, and so much given back."""
    payments = (pix(paid),)
    return an_order(payments=payments, refunds=(Refund(refund_id="1", amount=Decimal(amount)),))


@pytest.mark.parametrize(
    ("amount", "paid"),
    [("20.00", "158.50"), ("35.00", "158.50"), ("10.00", "138.50")],
    ids=["goods returned", "goods returned and a courtesy", "a courtesy"],
)
def test_after_a_refund_the_total_stands_between_what_was_paid_and_what_was_kept(
    amount: str, paid: str
):
    assert codes(refunded(amount, paid=paid)) == []


@pytest.mark.parametrize(
    ("amount", "paid"),
    [("10.00", "158.50"), ("10.00", "138.00")],
    ids=["more was kept", "less was paid"],
)
def test_a_refund_does_not_excuse_a_total_that_was_never_right(amount: str, paid: str):
    assert codes(refunded(amount, paid=paid)) == [Code.TOTALS_MISMATCH]


def test_several_payments_close_together():
    card = Payment(method=PaymentMethod.CREDIT_CARD, amount=Decimal("100.00"), installments=3)
    voucher = Payment(method=PaymentMethod.GIFT_CARD, amount=Decimal("38.50"))

    assert codes(an_order(payments=(voucher, card))) == []


def test_what_is_charged_on_top_of_goods_and_freight_belongs_to_the_total():
    order = totalling(other=Decimal("3.20"), total=Decimal("141.70"))

    assert codes(order.model_copy(update={"payments": (pix("141.70"),)})) == []


def test_amounts_are_compared_as_numbers_whatever_their_digits():
    assert codes(totalling(total=Decimal("138.500"))) == []


def test_a_store_that_does_not_ask_the_channel_needs_no_mapping():
    store = settings(payment_source="default", payment_methods={}, installments={})
    order = paid_with(method=PaymentMethod.OTHER, installments=9)

    assert codes(order, facts(store)) == []


def test_the_default_means_of_payment_serves_where_the_channel_says_nothing():
    store = settings(default_payment_method_code="99")

    assert codes(an_order(payments=()), facts(store)) == []
    unknown = paid_with(method=PaymentMethod.OTHER, gateway=None)
    assert codes(unknown, facts(store)) == [Code.PAYMENT_UNMAPPED]


def test_an_order_without_any_payment_sends_one_to_the_channel_first():
    [found] = judge(an_order(payments=()), facts())

    assert "Confira lá se falta receber" in found.detail


def test_custom_terms_need_not_be_in_the_register():
    store = settings(installments={"9": "999"}, other_installments_code=None)

    assert codes(paid_with(installments=9), facts(store)) == []


def test_each_of_several_payments_needs_a_code_and_one_without_is_named():
    card = Payment(method=PaymentMethod.CREDIT_CARD, amount=Decimal("100.00"), installments=3)
    coin = Payment(method=PaymentMethod.OTHER, gateway="Moeda Nova", amount=Decimal("38.50"))

    [found] = judge(an_order(payments=(card, coin)), facts())

    assert found.code is Code.PAYMENT_UNMAPPED
    assert "Moeda Nova" in found.detail
    assert found.field == "payments.2.method"


def test_several_payments_are_spelt_out_and_need_no_payment_terms():
    card = Payment(method=PaymentMethod.CREDIT_CARD, amount=Decimal("100.00"), installments=9)
    voucher = Payment(method=PaymentMethod.GIFT_CARD, amount=Decimal("38.50"))
    store = settings(other_installments_code=None)

    assert codes(an_order(payments=(card, voucher)), facts(store)) == []


@pytest.mark.parametrize("carriers", [{"correios": 1}, {"pac": 1}], ids=["carrier", "method"])
def test_a_carrier_is_found_by_its_name_or_by_the_shipping_method(carriers: dict[str, int]):
    order = an_order(shipping=Shipping(amount=Decimal("18.50"), method="PAC", carrier="Correios"))

    assert codes(order, facts(settings(require_carrier=True, carriers=carriers))) == []


def test_the_stores_rule_gives_an_address_without_a_number_the_number_sn():
    order = living_at(number=" ")

    assert codes(with_store_rules(order, settings().settings)) == [Code.ADDRESS_NUMBER_MISSING]
    filled = with_store_rules(order, settings(missing_number_as_sn=True).settings)
    assert filled.shipping_address == an_address(number="S/N")
    assert codes(filled) == []


@pytest.mark.parametrize("told", [None, "", " "])
def test_the_stores_email_stands_in_where_the_channel_tells_none(told: str | None):
    order = an_order(buyer=a_buyer(email=told))

    assert codes(with_store_rules(order, settings().settings)) == [Code.CUSTOMER_EMAIL_MISSING]
    filled = with_store_rules(order, settings(missing_email="nfe@loja.test").settings)
    assert filled.buyer.email == "nfe@loja.test"
    assert codes(filled) == []


def test_an_email_that_was_told_stays_even_if_it_is_none():
    order = an_order(buyer=a_buyer(email="irene"))
    filled = with_store_rules(order, settings(missing_email="nfe@loja.test").settings)

    assert codes(filled) == [Code.CUSTOMER_EMAIL_MISSING]


def test_the_stores_rule_leaves_numbers_and_absent_addresses_alone():
    rule = settings(missing_number_as_sn=True).settings
    order = an_order(billing_address=None)

    assert with_store_rules(order, rule) is order


def test_registers_that_the_erp_does_not_show_are_not_held_against_the_store():
    hidden = facts(catalogue=a_catalogue(stages=None, categories=None, bank_accounts=None))

    assert codes(an_order(), hidden) == []


def test_refused_credentials_say_nothing_about_products_and_registers():
    order = selling("CAN-999", erp_product_id=None)
    refused = facts(settings(erp_stage_code="95"), catalogue=None, refused=True)

    assert codes(order, refused) == [Code.ERP_CREDENTIALS_INVALID]


def test_an_inactive_register_row_says_so():
    store = settings(bank_account_code=7700000346)

    assert "inativo" in only(an_order(), facts(store)).detail
    assert only(an_order(), facts(store)).field == "settings.bank_account_code"


def test_an_unused_option_may_stay_empty():
    store = settings(salesperson_code=None, tax_scenario_code=None, stock_location_code=None)
    known = facts(store, catalogue=a_catalogue(salespeople={}, tax_scenarios={}))

    assert codes(an_order(), known) == []


def test_an_option_chosen_in_the_erp_passes():
    found = Option(7700000500, "Padrão")
    store = settings(tax_scenario_code=found.code, salesperson_code=7700000903)

    assert codes(an_order(), facts(store)) == []
