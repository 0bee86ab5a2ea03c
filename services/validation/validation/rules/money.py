"""The sums: they add up to what the buyer paid, in the ERP's currency."""

from decimal import Decimal

from contracts.order import Order
from contracts.reasons import Reason, ReasonCode, reason
from contracts.value import ZERO
from validation.facts import Facts

ERP_CURRENCY = "BRL"


def currency_is_the_erps(order: Order, _: Facts) -> Reason | None:
    """The ERP keeps its books in reais."""
    if order.currency == ERP_CURRENCY:
        return None
    return reason(
        ReasonCode.CURRENCY_UNSUPPORTED,
        "currency",
        f"O pedido está em {order.currency} e o ERP só recebe em {ERP_CURRENCY}."
        " Lance este pedido no ERP à mão.",
    )


def total_is_positive(order: Order, _: Facts) -> Reason | None:
    """There is something to charge."""
    if order.totals.total > 0:
        return None
    return reason(
        ReasonCode.ORDER_TOTAL_ZERO,
        "totals.total",
        "O valor do pedido não é maior que zero. Confira o pedido no canal.",
    )


def sums_close(order: Order, _: Facts) -> Reason | None:
    """Items - discount + shipping + other = total = what was paid, to the cent.

    The sums are checked as the channel states them, then line by line, for the ERP adds up the
    lines again, then against the payments.
    """
    totals = order.totals
    stated = totals.items - totals.discount + totals.shipping + totals.other
    if stated != totals.total:
        return _mismatch("totals.total", "itens - descontos + frete + outros", stated, totals.total)
    lines = sum((i.unit_price * i.quantity - i.discount for i in order.items), ZERO)
    itemised = lines + order.shipping.amount + totals.other
    if itemised != totals.total:
        return _mismatch("items", "linhas + frete + outros", itemised, totals.total)
    paid = sum((payment.amount for payment in order.payments), ZERO)
    if order.payments and not _covers(paid, order):
        return _mismatch("payments", "pagamentos", paid, totals.total)
    return None


def _covers(paid: Decimal, order: Order) -> bool:
    """Whether the payments fit the total.

    Where money went back, the total may stand anywhere between what was paid and what was kept:
    channels lower it for goods returned, but not for a courtesy refund.
    """
    kept = paid - sum((refund.amount for refund in order.refunds), ZERO)
    return kept <= order.totals.total <= paid


def _mismatch(field: str, what: str, found: Decimal, total: Decimal) -> Reason:
    return reason(
        ReasonCode.TOTALS_MISMATCH,
        field,
        f"A soma ({what}) dá {_money(found)}, mas o total do pedido é {_money(total)}."
        " Confira os valores no canal.",
    )


def _money(amount: Decimal) -> str:
    """An amount as Brazilians write it."""
    return f"R$ {amount:,.2f}".translate(_BRAZILIAN)


_BRAZILIAN = str.maketrans(",.", ".,")
