"""The buyer of a sale in Nuvemshop's fields: contact, billing, shipping address, customer.

The bairro is `locality`, the complement is `floor`, `province` is the state's full name.
"""

from collections.abc import Iterator
from datetime import datetime

from sandbox.channels.buyers import Address
from sandbox.channels.channel import Document
from sandbox.channels.generator import Sale
from sandbox.channels.nuvemshop.shapes import moment, short


def contact(sold: Sale) -> Document:
    """Who bought; `contact_identification` is the CPF or CNPJ."""
    buyer = sold.buyer
    return {
        "contact_email": buyer.email,
        "contact_name": buyer.name,
        "contact_phone": buyer.phone,
        "contact_identification": buyer.document,
    }


def billing(sold: Sale) -> Document:
    """Who is billed, as the order itself has it."""
    company = sold.buyer.company
    return {
        **_billing_address(sold),
        "billing_customer_type": "company" if company else "person",
        "billing_business_name": company,
        "billing_trade_name": company and company.removesuffix(" Ltda"),
        "billing_state_registration": None,
        "billing_fiscal_regime": None,
        "billing_invoice_use": None,
        "billing_document_type": "cnpj" if company else "cpf",
    }


def shipping_address(sold: Sale, at: datetime) -> Document:
    """Where the parcel goes."""
    return {**_stored_address(sold, at), "default": False, "id": 0, "customs": None}


def customer(sold: Sale, order_id: int, ids: Iterator[int], at: datetime) -> Document:
    """The buyer's account; an app sees it with the scope `read_customers` only."""
    buyer, when = sold.buyer, moment(at)
    address = {**_stored_address(sold, at), "default": True, "id": short(next(ids))}
    return {
        "id": short(next(ids)),
        "name": buyer.name,
        "email": buyer.email,
        "identification": buyer.document,
        "phone": buyer.phone,
        "note": None,
        "default_address": address,
        "addresses": [address],
        **_billing_address(sold),
        "extra": {},
        "total_spent": f"{sold.total:.2f}",
        "total_spent_currency": sold.currency,
        "last_order_id": order_id,
        "active": False,
        "first_interaction": when,
        "created_at": when,
        "updated_at": when,
    }


def _billing_address(sold: Sale) -> Document:
    buyer = sold.buyer
    parts = {f"billing_{name}": part for name, part in _parts(buyer.address).items()}
    return {"billing_name": buyer.name, "billing_phone": buyer.phone, **parts}


def _stored_address(sold: Sale, at: datetime) -> Document:
    return {
        **_parts(sold.buyer.address),
        "created_at": moment(at),
        "name": sold.buyer.name,
        "phone": sold.buyer.phone,
        "updated_at": moment(at),
    }


def _parts(address: Address) -> Document:
    return {
        "address": address.street,
        "number": address.number,
        "floor": address.complement,
        "locality": address.bairro,
        "zipcode": address.cep.replace("-", ""),
        "city": address.city,
        "province": address.state,
        "country": "BR",
    }
