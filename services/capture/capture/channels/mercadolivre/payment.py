"""How a purchase was paid. Pure. Source: "Gerenciamento de vendas", as of 2026-08."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC
from decimal import Decimal
from typing import Final

from capture.channels.mercadolivre import payload
from capture.channels.mercadolivre.amounts import NOTHING
from capture.channels.mercadolivre.standing import has_moved, is_held
from contracts.order import Payment, PaymentMethod, Refund

GATEWAY: Final = "Mercado Pago"
_METHODS: Final[Mapping[str, PaymentMethod]] = {
    "credit_card": PaymentMethod.CREDIT_CARD,
    "debit_card": PaymentMethod.DEBIT_CARD,
    "ticket": PaymentMethod.BOLETO,
    "bank_transfer": PaymentMethod.BANK_TRANSFER,
    "account_money": PaymentMethod.WALLET,
}
"""By `payment_type`; Pix is a bank transfer with the `payment_method_id` of that name."""
_CARDS: Final = frozenset({PaymentMethod.CREDIT_CARD, PaymentMethod.DEBIT_CARD})


def payments_of(
    orders: Iterable[payload.Order], freight: Decimal, *, cancelled: bool
) -> tuple[Payment, ...]:
    """Every payment whose money is there, or was there once if the sale is off.

    Freight that no payment includes was paid to the platform apart: it is counted to the largest
    one, for the payments make up what the buyer paid for the whole purchase.
    """
    counts = has_moved if cancelled else is_held
    paid = [payment for payment in _once(orders) if counts(payment)]
    amounts = [payment.transaction_amount + payment.shipping_cost for payment in paid]
    apart = freight - sum((payment.shipping_cost for payment in paid), NOTHING)
    if paid and apart > 0:
        amounts[amounts.index(max(amounts))] += apart
    return tuple(_payment(p, amount) for p, amount in zip(paid, amounts, strict=True))


def refunds_of(orders: Iterable[payload.Order]) -> tuple[Refund, ...]:
    """What went back to the buyer, by payment: the platform does not say for which item."""
    return tuple(
        Refund(refund_id=payment.id, amount=returned)
        for payment in _once(orders)
        if (returned := _returned(payment)) > 0
    )


def method_of(payment: payload.Payment) -> PaymentMethod:
    """The method in the field's terms."""
    if payment.payment_method_id == "pix":
        return PaymentMethod.PIX
    return _METHODS.get(payment.payment_type, PaymentMethod.OTHER)


def _once(orders: Iterable[payload.Order]) -> Sequence[payload.Payment]:
    """The payments, each one once."""
    return list({payment.id: payment for order in orders for payment in order.payments}.values())


def _returned(payment: payload.Payment) -> Decimal:
    whole = payment.status in {"refunded", "charged_back"}
    return payment.transaction_amount if whole else payment.transaction_amount_refunded


def _payment(paid: payload.Payment, amount: Decimal) -> Payment:
    method = method_of(paid)
    return Payment(
        method=method,
        gateway=GATEWAY,
        brand=paid.payment_method_id or None if method in _CARDS else None,
        installments=paid.installments or None,
        amount=amount,
        paid_at=paid.date_approved.astimezone(UTC) if paid.date_approved else None,
        reference=paid.id,
    )
