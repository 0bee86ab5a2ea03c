"""The store's "de/para": how payment and delivery become the ERP's codes. Pure.

Rules ask whether there is a code, terms which one it is.
"""

from decimal import ROUND_DOWN, Decimal
from typing import Final

from contracts.events import Intermediary, PaymentTerms
from contracts.order import Order, Payment
from contracts.value import ZERO
from validation.facts import Facts

CENT: Final = Decimal("0.01")
CASH: Final = "000"
"""Omie's payment terms "à vista"."""
OTHER_MEANS: Final = "99"
"""The means of payment that has to be described."""


MARKETPLACES: Final = frozenset({"mercadolivre"})
"""Channels that are somebody else's site, where the merchant's own shop is not."""


def main_payment(order: Order) -> Payment | None:
    """The largest payment, the first among equals: it speaks for the order where one must."""
    if len(order.payments) == 1:
        return order.payments[0]
    return max(order.payments, key=lambda payment: payment.amount, default=None)


def said_by_channel(facts: Facts) -> bool:
    """Whether the store takes payment and instalments from the channel ("Sim")."""
    return facts.settings.payment_source == "channel"


def means_code(order: Order, facts: Facts) -> str | None:
    """The ERP's means of payment of the whole order: the main payment's, else the store's default.

    The default stands only where the channel says nothing of the payment, or is not asked.
    """
    payment = main_payment(order)
    if payment is None or not said_by_channel(facts):
        return facts.settings.default_payment_method_code
    return code_of(payment, facts)


def code_of(payment: Payment, facts: Facts) -> str | None:
    """The ERP's means of payment of this one: by gateway, else by method."""
    codes = facts.payment_codes
    by_gateway = codes.get(payment.gateway.strip().casefold()) if payment.gateway else None
    return by_gateway or codes.get(payment.method)


def installments(order: Order, facts: Facts) -> int | None:
    """The number of payments as the channel tells it; None where it does not or is not asked."""
    payment = main_payment(order)
    return payment.installments if payment and said_by_channel(facts) else None


def installment_code(number: int | None, facts: Facts) -> str | None:
    """The ERP's payment terms; None for a number of payments that has none in the store's table."""
    settings = facts.settings
    if number is None:
        return settings.installment_code or CASH
    return settings.installments.get(str(number)) or settings.other_installments_code


def payment_terms(order: Order, facts: Facts) -> tuple[PaymentTerms, ...]:
    """Each way in which the order was paid, where there are several; they sum to its total.

    Payments that the ERP would be told in the same words are one. What was given back since is
    taken off all of them in proportion, for nobody says which one it came from.
    """
    if len(order.payments) < 2 or not said_by_channel(facts):  # noqa: PLR2004 - one speaks for all
        return ()
    paid: dict[tuple[str | None, str, int], Decimal] = {}
    for payment in order.payments:
        code = code_of(payment, facts)
        name = (payment.gateway or "").strip() if code == OTHER_MEANS else ""
        ways = (code, name, max(payment.installments or 1, 1))
        paid[ways] = paid.get(ways, ZERO) + payment.amount
    if len(paid) == 1:
        return ()
    amounts = _shared(order.totals.total, list(paid.values()))
    terms = [
        PaymentTerms(method_code=code, name=name, amount=amount, installments=parts)
        for (code, name, parts), amount in zip(paid, amounts, strict=True)
        if amount > 0
    ]
    return tuple(terms) if len(terms) > 1 else ()


def _shared(total: Decimal, parts: list[Decimal]) -> list[Decimal]:
    """The total shared out like these parts, in whole cents; the largest takes what is left."""
    whole = sum(parts, ZERO)
    if not whole or whole == total:
        return parts
    shares = [(total * part / whole).quantize(CENT, ROUND_DOWN) for part in parts]
    shares[parts.index(max(parts))] += total - sum(shares, ZERO)
    return shares


def intermediary(facts: Facts) -> Intermediary | None:
    """Through whom a marketplace's sale came, where the store says so."""
    cnpj, seller = facts.settings.intermediary_cnpj, facts.settings.intermediary_seller
    if not (is_marketplace(facts) and cnpj and seller):
        return None
    return Intermediary(cnpj=cnpj, seller=seller)


def is_marketplace(facts: Facts) -> bool:
    """Whether somebody else's site sells for this store."""
    return facts.store.channel in MARKETPLACES


def carrier_code(order: Order, facts: Facts) -> int | None:
    """The ERP's id of the carrier, by its name, else by the shipping method's."""
    for name in (order.shipping.carrier, order.shipping.method):
        if name and (code := facts.carrier_codes.get(name.strip().casefold())) is not None:
            return code
    return None
