"""How it was paid and who carries it: the store says what these are in the ERP."""

from collections.abc import Iterator
from typing import Final

from contracts.order import Order
from contracts.reasons import Reason, ReasonCode, reason
from contracts.stores import OWN_TERMS
from validation.catalogue import knows
from validation.facts import Facts
from validation.mappings import (
    carrier_code,
    code_of,
    installment_code,
    installments,
    means_code,
    payment_terms,
    said_by_channel,
)

_PAYMENTS: Final = "payments"


def payment_is_mapped(order: Order, facts: Facts) -> Iterator[Reason]:
    """Every means of payment has a code, one that the ERP knows.

    A store that does not take it from the channel may leave it to the ERP.
    """
    codes: dict[str | None, tuple[str, str | None]] = {}
    if order.payments and said_by_channel(facts):
        for number, paid in enumerate(order.payments, 1):
            found = _place(number, order), code_of(paid, facts)
            codes.setdefault(paid.gateway or paid.method, found)
    else:
        codes[None] = _PAYMENTS, means_code(order, facts)
    for name, (field, code) in codes.items():
        if code is None:
            if said_by_channel(facts):
                yield reason(ReasonCode.PAYMENT_UNMAPPED, field, _said(name))
        elif not knows(facts.registers.payment_methods, code):
            told = f"O de/para da loja usa o meio de pagamento {code}, que o ERP não tem."
            yield reason(ReasonCode.PAYMENT_UNMAPPED, field, f"{told} Corrija o de/para.")


def installments_are_mapped(order: Order, facts: Facts) -> Reason | None:
    """The number of payments has payment terms, ones that the ERP knows.

    Terms that the store itself chose are the store's affair: see `store.py`. Several payments are
    spelt out and need none.
    """
    number = installments(order, facts)
    if number is None or payment_terms(order, facts):
        return None
    code = installment_code(number, facts)
    if code is None:
        return reason(
            ReasonCode.INSTALLMENTS_UNMAPPED,
            _PAYMENTS,
            f"O pedido foi pago em {number} parcelas, e a loja não diz que condição é essa no ERP."
            " Inclua-a no de/para de parcelas da loja.",
        )
    if code == OWN_TERMS or knows(facts.registers.installments, code):
        return None
    return reason(
        ReasonCode.INSTALLMENTS_UNMAPPED,
        _PAYMENTS,
        f"O de/para da loja usa a condição {code} para {number} parcelas, e o ERP não a tem."
        " Corrija o de/para.",
    )


def carrier_is_mapped(order: Order, facts: Facts) -> Reason | None:
    """Where the store demands a carrier, the order's one is known."""
    if not facts.settings.require_carrier or carrier_code(order, facts) is not None:
        return None
    name = order.shipping.method or order.shipping.carrier
    what = f"A entrega “{name}” não está" if name else "O pedido não diz a entrega, que não está"
    return reason(
        ReasonCode.CARRIER_UNMAPPED,
        "shipping.carrier",
        f"{what} no de/para de transportadoras da loja. Inclua-a ou escolha a transportadora.",
    )


def _place(number: int, order: Order) -> str:
    """Where a payment is corrected: of several, each has its number."""
    return _PAYMENTS if len(order.payments) == 1 else f"{_PAYMENTS}.{number}.method"


def _said(name: str | None) -> str:
    """An order that grew after it was paid may come without its payments, too."""
    if name is None:
        return (
            "O canal não informa nenhum pagamento. Confira lá se falta receber uma parte; se está"
            " tudo pago, escolha o meio de pagamento padrão da loja."
        )
    return (
        f"O meio de pagamento “{name}” não tem código do ERP."
        " Inclua-o no de/para de meios de pagamento da loja."
    )
