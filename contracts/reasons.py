"""Why an order waits: codes for programs, a pt-BR text for people, the field it points at.

Codes, texts and cures follow the product reference ("Por que um pedido fica pendente").
"""

from enum import StrEnum
from typing import Final

from contracts.value import Value


class ReasonCode(StrEnum):
    """Every reason an order can wait for a person."""

    PRODUCT_UNMAPPED = "PRODUCT_UNMAPPED"
    PRODUCT_SKU_NOT_FOUND = "PRODUCT_SKU_NOT_FOUND"
    PRODUCT_SKU_AMBIGUOUS = "PRODUCT_SKU_AMBIGUOUS"
    PRODUCT_DELETED_AT_CHANNEL = "PRODUCT_DELETED_AT_CHANNEL"
    PRODUCT_INACTIVE_AT_ERP = "PRODUCT_INACTIVE_AT_ERP"
    KIT_UNRESOLVED = "KIT_UNRESOLVED"
    CUSTOMER_DOC_MISSING = "CUSTOMER_DOC_MISSING"
    CUSTOMER_DOC_INVALID = "CUSTOMER_DOC_INVALID"
    CUSTOMER_NAME_MISSING = "CUSTOMER_NAME_MISSING"
    CUSTOMER_NAME_GENERIC = "CUSTOMER_NAME_GENERIC"
    CUSTOMER_EMAIL_MISSING = "CUSTOMER_EMAIL_MISSING"
    CUSTOMER_CITY_STATE_MISSING = "CUSTOMER_CITY_STATE_MISSING"
    BUYER_DATA_WITHHELD = "BUYER_DATA_WITHHELD"
    ADDRESS_NUMBER_MISSING = "ADDRESS_NUMBER_MISSING"
    ADDRESS_INCOMPLETE = "ADDRESS_INCOMPLETE"
    ITEM_QTY_INVALID = "ITEM_QTY_INVALID"
    ITEM_PRICE_ZERO = "ITEM_PRICE_ZERO"
    ORDER_TOTAL_ZERO = "ORDER_TOTAL_ZERO"
    TOTALS_MISMATCH = "TOTALS_MISMATCH"
    CURRENCY_UNSUPPORTED = "CURRENCY_UNSUPPORTED"
    PAYMENT_UNMAPPED = "PAYMENT_UNMAPPED"
    INSTALLMENTS_UNMAPPED = "INSTALLMENTS_UNMAPPED"
    CARRIER_UNMAPPED = "CARRIER_UNMAPPED"
    STORE_CONFIG_INCOMPLETE = "STORE_CONFIG_INCOMPLETE"
    ERP_REJECTED = "ERP_REJECTED"
    ERP_CREDENTIALS_INVALID = "ERP_CREDENTIALS_INVALID"
    CHANNEL_TOKEN_EXPIRED = "CHANNEL_TOKEN_EXPIRED"  # noqa: S105 - a code, not a token
    CHANNEL_ANSWER_UNREADABLE = "CHANNEL_ANSWER_UNREADABLE"
    ORDER_CHANGED_AT_CHANNEL = "ORDER_CHANGED_AT_CHANNEL"


TEXTS: Final[dict[ReasonCode, str]] = {
    ReasonCode.PRODUCT_UNMAPPED: "Produto sem vínculo com o ERP",
    ReasonCode.PRODUCT_SKU_NOT_FOUND: "SKU não existe no ERP",
    ReasonCode.PRODUCT_SKU_AMBIGUOUS: "SKU repetido em vários anúncios ou produtos",
    ReasonCode.PRODUCT_DELETED_AT_CHANNEL: "Anúncio excluído no canal",
    ReasonCode.PRODUCT_INACTIVE_AT_ERP: "Produto inativo no ERP",
    ReasonCode.KIT_UNRESOLVED: "Kit sem composição",
    ReasonCode.CUSTOMER_DOC_MISSING: "CPF/CNPJ ausente",
    ReasonCode.CUSTOMER_DOC_INVALID: "CPF/CNPJ inválido",
    ReasonCode.CUSTOMER_NAME_MISSING: "Nome do cliente ausente",
    ReasonCode.CUSTOMER_NAME_GENERIC: "Nome genérico",
    ReasonCode.CUSTOMER_EMAIL_MISSING: "E-mail do cliente ausente",
    ReasonCode.CUSTOMER_CITY_STATE_MISSING: "Cidade/UF ausente",
    ReasonCode.BUYER_DATA_WITHHELD: "Aplicativo sem acesso aos dados do comprador",
    ReasonCode.ADDRESS_NUMBER_MISSING: "Número do endereço ausente",
    ReasonCode.ADDRESS_INCOMPLETE: "Endereço incompleto",
    ReasonCode.ITEM_QTY_INVALID: "Quantidade inválida",
    ReasonCode.ITEM_PRICE_ZERO: "Preço unitário zerado",
    ReasonCode.ORDER_TOTAL_ZERO: "Valor do pedido zerado",
    ReasonCode.TOTALS_MISMATCH: "Totais não fecham",
    ReasonCode.CURRENCY_UNSUPPORTED: "Moeda diferente da do ERP",
    ReasonCode.PAYMENT_UNMAPPED: "Meio de pagamento sem de/para",
    ReasonCode.INSTALLMENTS_UNMAPPED: "Parcelas sem de/para",
    ReasonCode.CARRIER_UNMAPPED: "Transportadora sem de/para",
    ReasonCode.STORE_CONFIG_INCOMPLETE: "Configuração da loja incompleta",
    ReasonCode.ERP_REJECTED: "Recusado pelo ERP",
    ReasonCode.ERP_CREDENTIALS_INVALID: "Credenciais do ERP recusadas",
    ReasonCode.CHANNEL_TOKEN_EXPIRED: "Token do canal expirado",
    ReasonCode.CHANNEL_ANSWER_UNREADABLE: "Resposta do canal ilegível",
    ReasonCode.ORDER_CHANGED_AT_CHANNEL: "Pedido alterado no canal",
}
"""The chip an operator reads, per code."""


class Reason(Value):
    """One reason: `text` is the chip, `detail` says what is wrong and what to do (pt-BR).

    `field` is where it points: a path into the order (`buyer.document`,
    `items.<item_id>.sku`) or into the store's settings (`settings.bank_account_code`).
    Neither text holds a buyer's data.
    """

    code: ReasonCode
    text: str
    field: str | None = None
    detail: str = ""


def reason(code: ReasonCode, field: str | None = None, detail: str = "") -> Reason:
    """A reason with its standard text."""
    return Reason(code=code, text=TEXTS[code], field=field, detail=detail)
