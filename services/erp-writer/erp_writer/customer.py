"""The order's buyer as a customer of the ERP: pure.

Fields and sizes: omie-api.md 5.1. Marked unconfirmed there and decided here: the country's code,
and that a consumer is no taxpayer (`contribuinte`).
"""

import unicodedata
from typing import Any, Final

from contracts.order import Address, Buyer, Order
from erp_writer import codes

SIZES: Final = {
    "razao_social": 60, "nome_fantasia": 100, "cnpj_cpf": 20, "email": 500,
    "telefone1_ddd": 5, "telefone1_numero": 15, "endereco": 60, "endereco_numero": 60,
    "complemento": 60, "bairro": 60, "estado": 2, "cidade": 40, "cep": 10,
    "inscricao_estadual": 20,
}  # fmt: skip
"""What each field of `clientes_cadastro` holds."""
BRAZIL: Final = "1058"
COUNTRY_PREFIX: Final = "55"
AREA_DIGITS: Final = 2
LOCAL_DIGITS: Final = (8, 9)


def compose_customer(order: Order) -> dict[str, Any]:
    """The buyer as `IncluirCliente` wants it. Fields the channel did not tell are left out."""
    buyer = order.buyer
    name = _legal_name(buyer)
    document: dict[str, Any] = {
        "codigo_cliente_integracao": codes.of_customer(identity(order)),
        "razao_social": name,
        "nome_fantasia": buyer.name or name,
        "cnpj_cpf": buyer.document or "",
        "email": buyer.email or "",
        "contribuinte": "S" if is_taxpayer(buyer) else "N",
        "optante_simples_nacional": "N",
        "tags": [{"tag": "cliente"}],
        **_phone(buyer.phone or _phone_of(order.customer_address)),
        **_place(order.customer_address),
    }
    if is_taxpayer(buyer):
        document["inscricao_estadual"] = buyer.state_registration
    return document


def compose_alteration(order: Order, customer_id: int) -> dict[str, Any]:
    """The buyer as `AlterarCliente` wants it: code and tags stay as the ERP has them."""
    document = compose_customer(order)
    kept = {tag: v for tag, v in document.items() if tag not in _NOT_ALTERED}
    return {"codigo_cliente_omie": customer_id, **kept}


_NOT_ALTERED: Final = frozenset({"codigo_cliente_integracao", "tags"})


def identity(order: Order) -> str:
    """Who the customer is: the CPF or CNPJ, or the order alone where there is none."""
    return order.buyer.document or order.order_id


def is_taxpayer(buyer: Buyer) -> bool:
    """Whether the buyer is a company with a state registration (inscrição estadual).

    Only such a buyer may be something else than a final consumer: SEFAZ refuses a note that says
    otherwise (rejection 696).
    """
    registration = (buyer.state_registration or "").strip()
    return buyer.document_kind == "cnpj" and any(c.isdigit() for c in registration)


def city(address: Address) -> str:
    """The city as the ERP writes it: `PORTO ALEGRE (RS)`."""
    plain = unicodedata.normalize("NFKD", address.city.strip())
    name = "".join(c for c in plain if not unicodedata.combining(c)).upper()
    return f"{name} ({address.uf})" if name and address.uf else name


def _legal_name(buyer: Buyer) -> str:
    company = buyer.company if buyer.document_kind == "cnpj" else None
    return company or buyer.name


def _place(address: Address | None) -> dict[str, str]:
    if address is None:
        return {}
    told = {
        "endereco": address.street,
        "endereco_numero": address.number,
        "complemento": address.complement,
        "bairro": address.bairro,
        "cidade": city(address),
        "estado": address.uf,
        "cep": address.cep,
        "codigo_pais": BRAZIL if address.country == "BR" else "",
    }
    return {tag: text for tag, text in told.items() if text}


def _phone_of(address: Address | None) -> str:
    return (address.phone if address else None) or ""


def _phone(phone: str) -> dict[str, str]:
    """Area and number apart, where the number is a Brazilian one."""
    digits = "".join(c for c in phone if c.isdecimal()).lstrip("0")
    whole = [AREA_DIGITS + local for local in LOCAL_DIGITS]
    if digits.startswith(COUNTRY_PREFIX) and len(digits) - len(COUNTRY_PREFIX) in whole:
        digits = digits.removeprefix(COUNTRY_PREFIX)
    if len(digits) in whole:
        area, local = digits[:AREA_DIGITS], digits[AREA_DIGITS:]
        return {"telefone1_ddd": area, "telefone1_numero": local}
    return {"telefone1_numero": digits} if digits else {}
