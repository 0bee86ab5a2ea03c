"""Who bought and where it goes: billing info and shipment tell, old orders did themselves. Pure.

Source: developers.mercadolivre.com.br, "Faturamento" and "Envios", as of 2026-08.
"""

import re
from collections.abc import Iterable, Sequence
from typing import Final, Literal

from validate_docbr import CNPJ, CPF

from capture.channels.brazil import cep_of, clean, phone_of, read_document, uf_of
from capture.channels.mercadolivre import payload
from capture.channels.mercadolivre.amounts import Box
from capture.channels.mercadolivre.billing import BillingInfo, BillingState, Identification
from capture.channels.mercadolivre.shipment import Shipment
from contracts.order import Address, Buyer

_HIDDEN: Final = re.compile(r"X{3,}")
"""What stands for a field that is not shown (yet)."""
_NO_NUMBER: Final = frozenset({"SN", "S/N"})
_COMPANY: Final = "BU"
_CPF_DIGITS: Final = 11
_CNPJ_DIGITS: Final = 14
_cpf, _cnpj = CPF(), CNPJ()


def buyer_of(
    orders: Sequence[payload.Order], billing: BillingInfo | None, boxes: Sequence[Box]
) -> Buyer:
    """The buyer, as the invoice needs them."""
    told = next((order.buyer for order in orders if order.buyer), payload.Buyer())
    billed = billing or BillingInfo()
    number, kind = _document(billed.identification, told.billing_info)
    name = _joined(billed.name, billed.last_name) or _joined(told.first_name, told.last_name)
    company = billed.attributes is not None and billed.attributes.cust_type == _COMPANY
    phone = f"{told.phone.area_code}{told.phone.number}" if told.phone else ""
    registration = billed.taxes.inscriptions if billed.taxes else None
    return Buyer(
        name=name or next(filter(None, (_receiver(box) for box in boxes)), ""),
        document=number,
        document_kind=kind,
        state_registration=_shown(registration.state_registration) or None
        if registration
        else None,
        company=name or None if company else None,
        email=_shown(told.email) or None,
        phone=phone_of(_shown(phone)) or next(filter(None, map(_phone, boxes)), None),
    )


def shipping_address(orders: Sequence[payload.Order], boxes: Iterable[Box]) -> Address | None:
    """Where the first box goes; in an old order, the address within."""
    for box in boxes:
        address, name, phone = _destination(box.shipment)
        if address is not None:
            return _address(address, name, phone)
    inline = (o.shipping.receiver_address for o in orders if o.shipping)
    address = next(filter(None, inline), None)
    return _address(address, address.receiver_name, address.receiver_phone) if address else None


def billing_address(billing: BillingInfo | None) -> Address | None:
    """Where the invoice goes."""
    if billing is None or billing.address is None:
        return None
    address, country = billing.address, clean(billing.address.country_id).upper() or "BR"
    state = address.state or BillingState()
    return Address(
        recipient=_joined(billing.name, billing.last_name),
        street=_shown(address.street_name),
        number=_number(address.street_number),
        complement=_shown(address.comment),
        bairro=_shown(address.neighborhood),
        city=_shown(address.city_name),
        uf=uf_of(state.code, state.name, country),
        cep=cep_of(_shown(address.zip_code), country),
        country=country,
    )


def _address(address: payload.Address, name: str, phone: str) -> Address:
    country = clean(address.country.id).upper() if address.country else ""
    country = country or "BR"
    state = address.state or payload.Named()
    return Address(
        recipient=_shown(name),
        street=_shown(address.street_name),
        number=_number(address.street_number),
        complement=_shown(address.comment),
        bairro=_shown(address.neighborhood.name) if address.neighborhood else "",
        city=_shown(address.city.name) if address.city else "",
        uf=uf_of(state.id, state.name, country),
        cep=cep_of(_shown(address.zip_code), country),
        country=country,
        phone=phone_of(_shown(phone)),
    )


def _destination(shipment: Shipment) -> tuple[payload.Address | None, str, str]:
    """The address, who receives there, and their phone, in either format."""
    to = shipment.destination
    if to is not None:
        return to.shipping_address, to.receiver_name, to.receiver_phone
    old = shipment.receiver_address
    return old, (old.receiver_name if old else ""), (old.receiver_phone if old else "")


def _receiver(box: Box) -> str:
    return _shown(_destination(box.shipment)[1])


def _phone(box: Box) -> str | None:
    return phone_of(_shown(_destination(box.shipment)[2]))


def _document(
    billed: Identification | None, old: payload.BillingRef | None
) -> tuple[str | None, Literal["cpf", "cnpj", "other"] | None]:
    """The tax id and its kind: the platform's word on the kind counts, right or wrong digits.

    One that was kept as a number has lost the zeros it begins with.
    """
    pairs = [(billed.type, billed.number)] if billed else []
    pairs += [(old.doc_type, old.doc_number)] if old else []
    for kind, text in pairs:
        found = read_document(_shown(text))
        if found is not None:
            stated = kind.upper()
            if stated == "CPF":
                return _whole(found.number, _cpf, _CPF_DIGITS), "cpf"
            if stated == "CNPJ":
                return _whole(found.number, _cnpj, _CNPJ_DIGITS), "cnpj"
            return found.number, found.kind
    return None, None


def _whole(number: str, check: CPF | CNPJ, digits: int) -> str:
    """The number with the zeros it begins with, if its check digits are right with them."""
    filled = number.zfill(digits)
    return filled if filled != number and check.validate(filled) else number


def _number(text: str) -> str:
    """The street number; the platform writes SN where there is none."""
    number = _shown(text)
    return "S/N" if number.upper() in _NO_NUMBER else number


def _joined(*names: str) -> str:
    return clean(" ".join(map(_shown, names)))


def _shown(text: str) -> str:
    """The text, empty where the platform hides it."""
    shown = clean(text)
    return "" if _HIDDEN.fullmatch(shown) else shown
