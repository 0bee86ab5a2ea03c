"""How it was paid and who carries it: the store says what these are in the ERP."""

from contracts.order import Order
from contracts.reasons import Reason, ReasonCode, reason
from validation.catalogue import knows
from validation.facts import Facts
from validation.mappings import (
    carrier_code,
    installment_code,
    installments,
    main_payment,
    means_code,
    said_by_channel,
)
from validation.setup import CUSTOM


def payment_is_mapped(order: Order, facts: Facts) -> Reason | None:
    """The means of payment has a code, one that the ERP knows.

    A store that does not take it from the channel may leave it to the ERP.
    """
    code = means_code(order, facts)
    if code is None:
        if not said_by_channel(facts):
            return None
        return reason(
            ReasonCode.PAYMENT_UNMAPPED,
            "payments",
            f"{_said(order)} Inclua-o no de/para de meios de pagamento da loja.",
        )
    if knows(facts.registers.payment_methods, code):
        return None
    return reason(
        ReasonCode.PAYMENT_UNMAPPED,
        "payments",
        f"O de/para da loja usa o meio de pagamento {code}, que o ERP não tem. Corrija o de/para.",
    )


def installments_are_mapped(order: Order, facts: Facts) -> Reason | None:
    """The number of payments has payment terms, ones that the ERP knows.

    Terms that the store itself chose are the store's affair: see `store.py`.
    """
    number = installments(order, facts)
    if number is None:
        return None
    code = installment_code(number, facts)
    if code is None:
        return reason(
            ReasonCode.INSTALLMENTS_UNMAPPED,
            "payments",
            f"O pedido foi pago em {number} parcelas, e a loja não diz que condição é essa no ERP."
            " Inclua-a no de/para de parcelas da loja.",
        )
    if code == CUSTOM or knows(facts.registers.installments, code):
        return None
    return reason(
        ReasonCode.INSTALLMENTS_UNMAPPED,
        "payments",
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


def _said(order: Order) -> str:
    payment = main_payment(order)
    if payment is None:
        return "O canal não informou o meio de pagamento."
    return f"O meio de pagamento “{payment.gateway or payment.method}” não tem código do ERP."
