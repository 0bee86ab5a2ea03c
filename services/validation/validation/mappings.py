"""The store's "de/para": how payment and delivery become the ERP's codes. Pure.

Rules ask whether there is a code, terms which one it is.
"""

from contracts.order import Order, Payment
from validation.facts import Facts

CASH = "000"
"""Omie's payment terms "à vista"."""


def main_payment(order: Order) -> Payment | None:
    """The largest payment, the first among equals: the ERP is told one means per order."""
    if len(order.payments) == 1:
        return order.payments[0]
    return max(order.payments, key=lambda payment: payment.amount, default=None)


def said_by_channel(facts: Facts) -> bool:
    """Whether the store takes payment and instalments from the channel ("Sim")."""
    return facts.settings.payment_source == "channel"


def means_code(order: Order, facts: Facts) -> str | None:
    """The ERP's means of payment: by gateway, else by method, else the store's default.

    The default stands only where the channel says nothing of the payment, or is not asked.
    """
    payment = main_payment(order)
    if payment is None or not said_by_channel(facts):
        return facts.settings.default_payment_method_code
    codes = facts.payment_codes
    by_gateway = codes.get(payment.gateway.strip().casefold()) if payment.gateway else None
    return by_gateway or codes.get(payment.method)


def installments(order: Order, facts: Facts) -> int | None:
    """The number of payments as the channel tells it; None where it does not or is not asked."""
    payment = main_payment(order)
    return payment.installments if payment and said_by_channel(facts) else None


def installment_code(number: int | None, facts: Facts) -> str | None:
    """The ERP's payment terms; None for a number of payments that has none in the store's table."""
    if number is None:
        return facts.settings.installment_code or CASH
    return facts.settings.installments.get(str(number))


def carrier_code(order: Order, facts: Facts) -> int | None:
    """The ERP's id of the carrier, by its name, else by the shipping method's."""
    for name in (order.shipping.carrier, order.shipping.method):
        if name and (code := facts.carrier_codes.get(name.strip().casefold())) is not None:
            return code
    return None
