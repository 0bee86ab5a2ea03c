"""The buyer: whether the ERP can register and invoice this customer.

A passport or another foreign document is invalid here: Omie's customer needs a CPF or CNPJ.
"""

import re
import unicodedata
from typing import Final

from chassis.documents import valid
from contracts.order import Gap, Order
from contracts.reasons import Reason, ReasonCode, reason
from validation.facts import Facts

GENERIC: Final = re.compile(r"\b(cliente|teste|fornecedor)\b")
"""Names that mean nobody, after folding case and accents."""


def document_is_valid(order: Order, _: Facts) -> Reason | None:
    """The CPF or CNPJ is there and its check digits hold."""
    document = order.buyer.document
    if not document:
        if Gap.DETAILS_UNREADABLE in order.gaps:
            return reason(
                ReasonCode.CHANNEL_ANSWER_UNREADABLE,
                "buyer.document",
                "O canal respondeu de um modo que não entendemos, e o CPF/CNPJ não veio. Preencha-o"
                " neste pedido e confira o pagamento. Se forem vários pedidos, avise quem cuida da"
                " instalação: a API do canal pode ter mudado.",
            )
        return reason(
            ReasonCode.CUSTOMER_DOC_MISSING,
            "buyer.document",
            "O pedido veio sem CPF ou CNPJ. Peça o documento ao comprador e preencha.",
        )
    if order.buyer.document_kind == "other" or not valid(document):
        return reason(
            ReasonCode.CUSTOMER_DOC_INVALID,
            "buyer.document",
            "O documento não é um CPF nem um CNPJ válido. Confira os dígitos com o comprador"
            " e corrija; o ERP não aceita outros documentos.",
        )
    return None


def name_is_somebodys(order: Order, _: Facts) -> Reason | None:
    """The name is there and is not a placeholder."""
    name = order.buyer.name.strip()
    if not name:
        return reason(
            ReasonCode.CUSTOMER_NAME_MISSING,
            "buyer.name",
            "O pedido veio sem o nome do comprador. Preencha o nome completo ou a razão social.",
        )
    if GENERIC.search(_plain(name)):
        return reason(
            ReasonCode.CUSTOMER_NAME_GENERIC,
            "buyer.name",
            "O nome do comprador contém “cliente”, “teste” ou “fornecedor”."
            " Preencha o nome completo ou a razão social.",
        )
    return None


def email_is_there(order: Order, _: Facts) -> Reason | None:
    """Omie demands the e-mail of a new customer."""
    if "@" in (order.buyer.email or ""):
        return None
    return reason(
        ReasonCode.CUSTOMER_EMAIL_MISSING,
        "buyer.email",
        "O ERP exige o e-mail do cliente e o pedido veio sem um e-mail válido. Preencha o e-mail.",
    )


def _plain(text: str) -> str:
    if text.isascii():
        return text.casefold()
    letters = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in letters if not unicodedata.combining(c))
