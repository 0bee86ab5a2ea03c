"""Who bought, and where the goods and the bill go. Pure."""

import re
from collections.abc import Iterable
from typing import Final

from capture.channels.brazil import (
    cep_of,
    clean,
    phone_of,
    plain,
    read_document,
    uf_of,
)
from capture.channels.nuvemshop import payload
from capture.channels.nuvemshop.payload import Customer, Order
from contracts.order import Address, Buyer

_UNSTATED: Final = re.compile(r"(?:(?:nao|no) informado ?)+|[^@\s]*@naoinformado\.com|0+")
"""What the platform writes into orders made by API or at a till, for what nobody told it."""
_COMPANY: Final = "company"
_UF_LETTERS: Final = 2


def buyer_of(order: Order) -> Buyer:
    """The buyer: who is billed. The document's kind is read off its length."""
    customer = order.customer or Customer()
    document = read_document(
        stated(order.contact_identification) or stated(customer.identification)
    )
    company = stated(order.billing_business_name) or stated(order.billing_trade_name)
    shipping = order.shipping_address or payload.Address()
    phones = (order.contact_phone, order.billing_phone, customer.phone, shipping.phone)
    return Buyer(
        name=_first((order.contact_name, customer.name, order.billing_name, shipping.name)) or "",
        document=document and document.number,
        document_kind=document and document.kind,
        state_registration=stated(order.billing_state_registration) or None,
        company=company if order.billing_customer_type == _COMPANY and company else None,
        email=_first((order.contact_email, customer.email)),
        phone=phone_of(_first(phones) or ""),
    )


def addresses_of(order: Order) -> tuple[Address | None, Address | None]:
    """Where the goods and the bill go; None where nothing is known of it."""
    billing = payload.Address(
        name=order.billing_name,
        phone=order.billing_phone,
        address=order.billing_address,
        number=order.billing_number,
        floor=order.billing_floor,
        locality=order.billing_locality,
        city=order.billing_city,
        province=order.billing_province,
        zipcode=order.billing_zipcode,
        country=order.billing_country,
    )
    shipping = order.shipping_address or payload.Address()
    return _address(shipping, _uf_of_parcels(order)), _address(billing, "")


def stated(text: str) -> str:
    """The text, cleaned; empty where it is the platform's word for nothing."""
    cleaned = clean(text)
    return "" if _UNSTATED.fullmatch(plain(cleaned)) else cleaned


def _address(of: payload.Address, uf: str) -> Address | None:
    country = stated(of.country).upper() or "BR"
    street, city, postcode = stated(of.address), stated(of.city), stated(of.zipcode)
    if not (street or city or postcode):
        return None
    province = stated(of.province)
    code = province if len(province) == _UF_LETTERS else ""
    return Address(
        recipient=stated(of.name),
        street=street,
        number=clean(of.number) if plain(of.number) == "0" else stated(of.number),
        complement=stated(of.floor),
        bairro=stated(of.locality),
        city=city,
        uf=uf_of(code, province, country) or uf_of(uf, "", country),
        cep=cep_of(postcode, country),
        country=country,
        phone=phone_of(stated(of.phone)),
    )


def _uf_of_parcels(order: Order) -> str:
    """The state's code, which only the parcels have; all of an order go to one place."""
    places = (parcel.destination for parcel in order.fulfillment_orders)
    codes = (place.province.code for place in places if place and place.province)
    return next(filter(None, codes), "")


def _first(texts: Iterable[str]) -> str | None:
    return next(filter(None, map(stated, texts)), None)
