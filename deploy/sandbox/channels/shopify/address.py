"""How Brazil's checkouts write a buyer and an address into Shopify's fields.

The native form has fields for number and bairro but stores two lines, joined with a comma, a
blank and U+2060 (Shopify/worldwide, data/regions/BR.yml). Checkouts of other companies write
plain lines and repeat the parts in `note_attributes`.
"""

from collections.abc import Iterator

from sandbox.channels.buyers import Address
from sandbox.channels.channel import Document
from sandbox.channels.generator import Method, Sale
from sandbox.channels.shopify.shapes import gid

WORD_JOINER = "\u2060"
_KEPT_OF_ADDRESS = ("country", "country_code", "province", "province_code")
_WITHHELD = ("email", "contact_email", "phone", "order_status_url")
_WITHHELD_OF_CUSTOMER = ("email", "first_name", "last_name", "phone")


def joined(first: str, second: str) -> str:
    """One stored line from the native form's two fields."""
    if not second:
        return first
    return f"{first}, {WORD_JOINER}{second}" if first else f"{WORD_JOINER}{second}"


def mailing_address(sold: Sale) -> Document:
    """The sale's address, as `shipping_address` and `billing_address` carry it."""
    buyer, address = sold.buyer, sold.buyer.address
    first, second = _plain_lines(address) if sold.third_party else _native_lines(address)
    return {
        "first_name": buyer.first_name,
        "address1": first,
        "phone": buyer.phone,
        "city": address.city,
        "zip": address.cep,
        "province": address.state,
        "country": "Brazil",
        "last_name": buyer.last_name,
        "address2": second or None,
        "company": buyer.company,
        "latitude": None,
        "longitude": None,
        "name": buyer.name,
        "country_code": "BR",
        "province_code": address.uf,
    }


def customer(sold: Sale, ids: Iterator[int], when: str) -> Document:
    """The buyer as the order's `customer`."""
    buyer, customer_id = sold.buyer, next(ids)
    address = mailing_address(sold)
    del address["latitude"], address["longitude"]
    address |= {"id": next(ids), "customer_id": customer_id}
    address |= {"country_name": "Brazil", "default": True}
    return {
        "id": customer_id,
        "created_at": when,
        "updated_at": when,
        "first_name": buyer.first_name,
        "last_name": buyer.last_name,
        "state": "disabled",
        "note": None,
        "verified_email": True,
        "multipass_identifier": None,
        "tax_exempt": False,
        "email": buyer.email,
        "phone": buyer.phone,
        "currency": sold.currency,
        "tax_exemptions": [],
        "admin_graphql_api_id": gid("Customer", customer_id),
        "default_address": address,
    }


def noted_attributes(sold: Sale) -> list[Document]:
    """What a third-party checkout notes on the order: document, address parts, instalments."""
    buyer, address, payment = sold.buyer, sold.buyer.address, sold.payment
    notes = {
        "customer_document": buyer.document,
        "shipping_street_name": address.street,
        "shipping_street_number": address.number,
        "shipping_street_complement": address.complement,
        "shipping_neighborhood": address.bairro,
        "shipping_city": address.city,
        "shipping_province": address.uf,
        "shipping_postcode": address.cep.replace("-", ""),
        "shipping_phone": buyer.phone,
        "payment_installments": str(payment.instalments) if payment.method is Method.CARD else "",
    }
    return [{"name": name, "value": value} for name, value in notes.items() if value]


def without_buyer(order: Document) -> Document:
    """The order as an app without access to customer data gets it: keys absent, not null."""
    seen = {key: value for key, value in order.items() if key not in _WITHHELD}
    for name in ("billing_address", "shipping_address"):
        seen[name] = {key: order[name][key] for key in _KEPT_OF_ADDRESS}
    whole = order["customer"]
    seen["customer"] = {k: v for k, v in whole.items() if k not in _WITHHELD_OF_CUSTOMER}
    kept = (*_KEPT_OF_ADDRESS, "country_name", "customer_id", "default", "id")
    seen["customer"]["default_address"] = {key: whole["default_address"][key] for key in kept}
    return seen


def _native_lines(address: Address) -> tuple[str, str]:
    return joined(address.street, address.number), joined(address.complement, address.bairro)


def _plain_lines(address: Address) -> tuple[str, str]:
    numbered = ", ".join(part for part in (address.street, address.number) if part)
    return f"{numbered} - {address.bairro}", address.complement
