"""Billing info: the resource that tells a buyer's CPF or CNPJ and the address to be billed."""

from sandbox.channels.channel import Document
from sandbox.channels.generator import Sale


def billing_info(sold: Sale, buyer_id: int, seller_id: int) -> Document:
    """What the resource answers; a buyer without a document has nulls."""
    company = sold.buyer.company
    return {
        "site_id": "MLB",
        "buyer": {
            "cust_id": buyer_id,
            "billing_info": {
                **(_company(company) if company else _person(sold)),
                "identification": _identification(sold),
                "address": _address(sold),
                "attributes": {"is_normalized": True, "cust_type": "BU" if company else "CO"},
            },
        },
        "seller": {"cust_id": seller_id},
    }


def _person(sold: Sale) -> Document:
    return {"name": sold.buyer.first_name, "last_name": sold.buyer.last_name}


def _company(name: str) -> Document:
    return {
        "name": name,
        "taxes": {
            "inscriptions": {"state_registration": None},
            "taxpayer_type": {"description": "Não contribuinte"},
        },
    }


def _identification(sold: Sale) -> Document:
    document = sold.buyer.document
    kind = "CNPJ" if sold.buyer.company else "CPF"
    return {"type": kind if document else None, "number": document}


def _address(sold: Sale) -> Document:
    address = sold.buyer.address
    return {
        "street_name": address.street,
        "street_number": address.number or "SN",
        "city_name": address.city,
        "comment": address.complement or None,
        "neighborhood": address.bairro,
        "state": {"name": address.state},
        "zip_code": address.cep.replace("-", ""),
        "country_id": "BR",
    }
