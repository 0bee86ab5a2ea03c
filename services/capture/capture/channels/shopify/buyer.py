"""Who bought, and whether Shopify hides it from us. Pure."""

from collections.abc import Iterable, Sequence
from typing import Final

from capture.channels.brazil import clean, phone_of
from capture.channels.shopify.address import address_of, same_place
from capture.channels.shopify.details import LocalizedField
from capture.channels.shopify.document import find_document, is_document
from capture.channels.shopify.payload import Address as AddressPayload
from capture.channels.shopify.payload import Customer, Order, note_key
from contracts.order import Address, Buyer

_STATE_REGISTRATION_KEYS: Final = tuple(
    note_key(name)
    for name in ("info_state_inscription", "state_registration", "inscricao_estadual", "ie")
)
_COMPANY_KEY: Final = note_key("info_company_name")
_CONTACT_KEYS: Final = frozenset({"email", "contact_email", "phone"})


def buyer_of(
    order: Order, localized: Sequence[LocalizedField], document_keys: Sequence[str]
) -> Buyer:
    """The buyer: who is billed, not who receives. `document_keys` are the store's own."""
    billing = _billing(order) or AddressPayload()
    customer = order.customer or Customer()
    shipping = order.shipping_address or AddressPayload()
    notes = order.notes
    known = customer.default_address or AddressPayload()
    companies = (billing.company, shipping.company, known.company)
    document = find_document(localized, notes, document_keys, companies)
    company = notes.get(_COMPANY_KEY) or ("" if is_document(billing.company) else billing.company)
    emails = (order.email, order.contact_email, customer.email)
    phones = (order.phone, billing.phone, customer.phone, shipping.phone)
    return Buyer(
        name=_name(billing) or _name(customer) or _name(shipping),
        document=document and document.number,
        document_kind=document and document.kind,
        state_registration=_first(notes.get(key, "") for key in _STATE_REGISTRATION_KEYS),
        company=clean(company) or None,
        email=_first(emails),
        phone=phone_of(_first((*phones, notes.get("shippingphone", ""))) or ""),
    )


def addresses_of(order: Order) -> tuple[Address | None, Address | None]:
    """Where the goods and the bill go. The notes' parts are of the shipping address."""
    notes, shipping, billing = order.notes, order.shipping_address, _billing(order)
    noted = "shippingstreetname" in notes
    if shipping is None and noted:
        shipping = AddressPayload()
    to = address_of(shipping, notes) if shipping else None
    if shipping == billing:
        return to, to
    same = shipping is not None and billing is not None and same_place(shipping, billing)
    return to, address_of(billing, notes if same else {}) if billing else None


def withheld(order: Order) -> bool:
    """Whether Shopify left personal fields out: keys that are null are empty, absent ones hidden.

    Source: Shopify's rules on protected customer data; recorded deliveries of 2023-10 and 2025-04.
    """
    hidden = not _CONTACT_KEYS & order.model_fields_set
    for address in (order.shipping_address, order.billing_address):
        hidden |= address is not None and not {"name", "address1"} & address.model_fields_set
    return hidden


def _billing(order: Order) -> AddressPayload | None:
    """Whom the bill is for.

    A sale at a till asks for no address: then what the shop knows of the customer is all there is.
    """
    known = order.customer.default_address if order.customer else None
    if order.billing_address or order.shipping_address or known is None or not known.address1:
        return order.billing_address
    return known


def _name(of: AddressPayload | Customer) -> str:
    whole = of.name if isinstance(of, AddressPayload) else ""
    return clean(whole) or clean(f"{of.first_name} {of.last_name}")


def _first(texts: Iterable[str]) -> str | None:
    return next(filter(None, map(clean, texts)), None)
