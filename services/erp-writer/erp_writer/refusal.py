"""The ERP's no as a reason on the pending tab: its own words, without the buyer in them. Pure."""

import re
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Final

from contracts.events import OrderValidated
from contracts.order import Address, Order
from contracts.reasons import Reason, ReasonCode, reason
from omie.faults import Fault, folded

LONGEST: Final = 300
SHORTEST_PERSONAL: Final = 3
HIDDEN: Final = "•••"

FIELDS: Final = {
    "cnpj_cpf": "buyer.document",
    "razao_social": "buyer.name",
    "nome_fantasia": "buyer.name",
    "email": "buyer.email",
    "inscricao_estadual": "buyer.state_registration",
    "endereco": "billing_address.street",
    "endereco_numero": "billing_address.number",
    "bairro": "billing_address.bairro",
    "cidade": "billing_address.city",
    "estado": "billing_address.uf",
    "cep": "billing_address.cep",
    "codvend": "settings.salesperson_code",
    "etapa": "settings.erp_stage_code",
    "codigo_categoria": "settings.erp_category_code",
    "codigo_conta_corrente": "settings.bank_account_code",
    "codigo_cenario_impostos": "settings.tax_scenario_code",
    "codigo_local_estoque": "settings.stock_location_code",
    "codigo_parcela": "settings.installment_code",
    "origem_pedido": "settings.erp_origin_code",
    "meio_pagamento": "settings.payment_methods",
    "codigo_transportadora": "shipping.carrier",
    "ccnpjintod": "settings.intermediary_cnpj",
    "cidentificadorintod": "settings.intermediary_seller",
}
"""Where a tag the ERP complains of comes from."""

_CPF: Final = r"\d{3}\.?\d{3}\.?\d{3}-?\d{2}"
_CNPJ: Final = r"[0-9A-Z]{2}\.?[0-9A-Z]{3}\.?[0-9A-Z]{3}/?[0-9A-Z]{4}-?\d{2}"
_EMAIL: Final = r"[^\s\[\]<>,;@]+@[^\s\[\]<>,;@]+"
_PERSONAL: Final = re.compile(rf"(?<![0-9A-Z])(?:{_CNPJ}|{_CPF})(?!\d)|{_EMAIL}", re.IGNORECASE)


def rejection(fault: Fault, version: OrderValidated) -> Reason:
    """Why the ERP refused this version of an order, and what of it to look at."""
    said = words(fault, personal_texts(version.order))
    return reason(ReasonCode.ERP_REJECTED, _field(fault, version), f"O ERP respondeu: {said}")


def _field(fault: Fault, version: OrderValidated) -> str | None:
    for item in version.terms.items:
        if f"[{item.erp_product_id}]" in fault.text:
            return f"items.{item.item_id}.sku"
    return FIELDS.get(fault.tag.casefold()) if fault.tag else None


def mismatch(computed: Decimal, order: Order) -> Reason:
    """The ERP would charge something else than the buyer paid."""
    detail = f"O ERP cobraria {computed}, mas o comprador pagou {order.totals.total}. Confira."
    return reason(ReasonCode.TOTALS_MISMATCH, "totals.total", detail)


def words(fault: Fault, personal: Iterable[str] = ()) -> str:
    """The ERP's words without documents, e-mails and these `personal` texts."""
    said = " ".join(fault.text.removeprefix("ERROR:").split()) or "recusado, sem explicação"
    for text in sorted(personal, key=len, reverse=True):
        said = re.sub(_written(text), HIDDEN, said, flags=re.IGNORECASE)
    return _PERSONAL.sub(HIDDEN, said)[:LONGEST]


def _written(text: str) -> str:
    """A pattern for the text as the ERP may write it: in capitals, without accents."""
    return "".join(
        f"(?:{re.escape(c)}|{re.escape(folded(c))})" if folded(c) != c else re.escape(c)
        for c in text
    )


def personal_texts(order: Order) -> set[str]:
    """Every text of the order that tells who the buyer is."""
    buyer = order.buyer
    told = [buyer.name, buyer.company, buyer.document, buyer.email, buyer.phone]
    for address in (order.billing_address, order.shipping_address):
        told += _of_address(address)
    return {text.strip() for text in told if text and len(text.strip()) >= SHORTEST_PERSONAL}


def _of_address(address: Address | None) -> Iterator[str | None]:
    if address is not None:
        yield from (address.recipient, address.street, address.complement, address.bairro)
        yield from (address.cep, address.phone)
