"""How an order was paid: the gateways' own words, read."""

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from capture.channels.shopify.details import Transaction
from capture.channels.shopify.payload import Order
from capture.channels.shopify.payment import method_of, payments_of
from contracts.order import Payment, PaymentMethod
from tests.support.shopify import a_payload, a_transaction

TOTAL = Decimal("138.50")


def paid(*transactions: dict[str, Any], **changes: Any) -> tuple[Payment, ...]:
    order = Order.model_validate(a_payload(**changes))
    return payments_of(order, [Transaction.model_validate(t) for t in transactions], TOTAL)


@pytest.mark.parametrize(
    ("text", "method"),
    [
        ("pix", PaymentMethod.PIX),
        ("Pix - Pagar.me", PaymentMethod.PIX),
        ("PagBank PIX", PaymentMethod.PIX),
        ("boleto_bancario", PaymentMethod.BOLETO),
        ("Boleto à vista", PaymentMethod.BOLETO),
        ("credit_card", PaymentMethod.CREDIT_CARD),
        ("Cartão de Crédito", PaymentMethod.CREDIT_CARD),
        ("debit_card", PaymentMethod.DEBIT_CARD),
        ("Cartão de débito", PaymentMethod.DEBIT_CARD),
        ("gift_card", PaymentMethod.GIFT_CARD),
        ("shopify_store_credit", PaymentMethod.STORE_CREDIT),
        ("Bank Deposit", PaymentMethod.BANK_TRANSFER),
        ("Transferência bancária", PaymentMethod.BANK_TRANSFER),
        ("Cash on Delivery (COD)", PaymentMethod.CASH),
        ("paypal", PaymentMethod.WALLET),
        ("Mercado Pago", PaymentMethod.OTHER),
        ("pixel perfect payments", PaymentMethod.OTHER),
        ("unlimited", PaymentMethod.OTHER),
        ("manual", PaymentMethod.OTHER),
        ("", PaymentMethod.OTHER),
    ],
)
def test_a_gateway_s_name_tells_the_method_if_it_holds_its_word(text: str, method: PaymentMethod):
    assert method_of([text], brand=None) is method


def test_a_card_s_brand_alone_means_credit():
    assert method_of(["Mercado Pago"], brand="Visa") is PaymentMethod.CREDIT_CARD
    assert method_of(["debit"], brand="Visa") is PaymentMethod.DEBIT_CARD


def test_the_receipt_is_asked_before_the_gateway():
    [payment] = paid(
        a_transaction(
            gateway="Mercado Pago",
            formattedGateway="Mercado Pago",
            paymentDetails={"company": "Elo"},
            receiptJson=json.dumps(
                {
                    "payment": {"payment_type_id": "debit_card", "installments": "1"},
                    "method": "card",
                }
            ),
        )
    )

    assert (payment.method, payment.brand, payment.installments) == (
        PaymentMethod.DEBIT_CARD, "Elo", 1,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("receipt", "installments"),
    [
        ({"installments": 3}, 3),
        ({"installments": "3x de 46,17"}, 3),
        ({"charges": [{"last_transaction": {"installments": 12}}]}, 12),
        ({"numero_de_parcelas": "06"}, 6),
        ({"qtd-parcelas": 10}, 10),
        ({"installments": 0}, None),
        ({"installments": 1234}, None),
        ({"installments": None}, None),
        ({"installments": "à vista"}, None),
        ([1, 2], None),
        ("no object", None),
        (None, None),
    ],
)
def test_instalments_are_found_wherever_the_receipt_has_them(
    receipt: Any, installments: int | None
):
    [payment] = paid(a_transaction(receiptJson=json.dumps(receipt)))
    [unwrapped] = paid(a_transaction(receiptJson=receipt))

    assert payment.installments == unwrapped.installments == installments


@pytest.mark.parametrize("receipt", ["{broken", "[" * 100_000, "", "null", 5, True])
def test_a_receipt_that_is_no_json_says_nothing(receipt: Any):
    [payment] = paid(a_transaction(receiptJson=receipt))

    assert payment.installments is None
    assert payment.method is PaymentMethod.PIX


def test_the_order_s_notes_help_where_the_receipt_is_silent():
    notes = [
        {"name": "payment_installments", "value": "4"},
        {"name": "Forma de pagamento", "value": "Cartão de crédito"},
    ]
    [payment] = paid(
        a_transaction(receiptJson=None, gateway="Appmax", formattedGateway=""),
        note_attributes=notes,
    )

    assert (payment.method, payment.installments) == (PaymentMethod.CREDIT_CARD, 4)


def test_only_money_that_came_counts():
    payments = paid(
        a_transaction(kind="AUTHORIZATION"),
        a_transaction(kind="CAPTURE", amountSet={"shopMoney": {"amount": "100.0"}}),
        a_transaction(kind="sale", status="success", amountSet={"shopMoney": {"amount": "38.5"}}),
        a_transaction(status="FAILURE"),
        a_transaction(status="PENDING"),
        a_transaction(test=True),
        a_transaction(kind="REFUND"),
        a_transaction(amountSet=None),
    )

    assert [str(p.amount) for p in payments] == ["100.00", "38.50"]


def test_without_transactions_one_payment_is_the_total():
    [payment] = paid(payment_gateway_names=["", "Boleto - Pagar.me"])

    assert (payment.method, payment.gateway, payment.amount) == (
        PaymentMethod.BOLETO, "Boleto - Pagar.me", TOTAL,
    )  # fmt: skip
    assert payment.paid_at.isoformat() == "2026-11-20T13:58:00+00:00"


def test_a_gateway_nobody_names_is_none():
    [payment] = paid(payment_gateway_names=[""])

    assert (payment.method, payment.gateway) == (PaymentMethod.OTHER, None)


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)


@given(_json)
def test_no_receipt_breaks_a_payment(receipt: Any):
    [payment] = paid(a_transaction(receiptJson=receipt))

    assert payment.installments is None or 1 <= payment.installments <= 99
