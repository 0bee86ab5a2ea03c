"""The rules: may this order go to the ERP, and if not, every reason why.

A rule is a pure function of the order and the facts. Write it in the file of its theme, add it to
`RULES`, and give it a test: that is all.
"""

from collections.abc import Callable, Iterable
from typing import Final

from contracts.order import Gap, Order
from contracts.reasons import TEXTS, Reason, ReasonCode, reason
from validation.facts import Facts
from validation.rules import address, customer, items, money, payment, store

Rule = Callable[[Order, Facts], Reason | Iterable[Reason] | None]

RULES: Final[tuple[Rule, ...]] = (
    store.erp_accepts_us,
    store.channel_told_everything,
    store.store_is_configured,
    items.quantities_are_positive,
    items.products_are_known,
    items.prices_are_positive,
    customer.document_is_valid,
    customer.name_is_somebodys,
    customer.email_is_there,
    address.address_can_be_invoiced_to,
    money.currency_is_the_erps,
    money.total_is_positive,
    money.sums_close,
    payment.payment_is_mapped,
    payment.installments_are_mapped,
    payment.carrier_is_mapped,
)
"""All of them, in the order in which their reasons are shown."""

DECIDED_ELSEWHERE: Final = frozenset({ReasonCode.ERP_REJECTED, ReasonCode.ORDER_CHANGED_AT_CHANNEL})
"""Reasons that the ERP writer gives: they show only when an order meets the ERP."""

WITHHELD: Final = frozenset(
    {
        ReasonCode.CUSTOMER_DOC_MISSING,
        ReasonCode.CUSTOMER_NAME_MISSING,
        ReasonCode.CUSTOMER_EMAIL_MISSING,
        ReasonCode.CUSTOMER_CITY_STATE_MISSING,
        ReasonCode.ADDRESS_INCOMPLETE,
        ReasonCode.ADDRESS_NUMBER_MISSING,
    }
)
"""What is missing because the channel does not show the buyer to our app."""


def judge(order: Order, facts: Facts) -> tuple[Reason, ...]:
    """Every reason why the order cannot go to the ERP; none when it can."""
    reasons: list[Reason] = []
    for rule in RULES:
        found = rule(order, facts)
        if found is None:
            continue
        if isinstance(found, Reason):
            reasons.append(found)
        else:
            reasons.extend(found)
    if Gap.BUYER_DATA_WITHHELD in order.gaps:
        return _explained(reasons)
    return tuple(reasons)


def _explained(reasons: list[Reason]) -> tuple[Reason, ...]:
    """One cause in place of all that it left out; nothing when people filled that in."""
    missing = [r for r in reasons if r.code in WITHHELD]
    if not missing:
        return tuple(reasons)
    what = "; ".join(dict.fromkeys(TEXTS[r.code] for r in missing))
    cause = reason(
        ReasonCode.BUYER_DATA_WITHHELD,
        "buyer",
        "O canal não mostra os dados do comprador a este aplicativo"
        f" ({what}). Peça ao canal o acesso a dados protegidos, ou preencha-os neste pedido.",
    )
    return (cause, *(r for r in reasons if r.code not in WITHHELD))
