"""Brazilian addresses out of Shopify's two address lines. Pure.

The native checkout asks for street, number, complement and bairro but stores two lines, each a
first part, a comma, a blank, U+2060 and a second part (Shopify/worldwide, data/regions/BR.yml).
Other checkouts write what they like; from those only what is unmistakable is split.
"""

import re
from collections.abc import Mapping
from typing import Final, NamedTuple

from capture.channels.brazil import WORD_JOINER, cep_of, clean, phone_of, plain, uf_of
from capture.channels.shopify.payload import Address as Payload
from contracts.order import Address

_COMPLEMENT: Final = (
    r"(?:ap(?:to|t|artamento)?|bl(?:oco)?|casa|cs|cj|conj(?:unto)?|ed(?:if[íi]cio)?|andar|sala|sl"
    r"|loja|lj|fundos|frente|lote|lt|quadra|qd|torre|sobreloja|galp[ãa]o|km|box)\b"
)
_STREET_LINE: Final = re.compile(
    r"(?P<street>[^,]*[^\W\d_][^,]*?)\s*,\s*"
    r"(?:n\s*[º°o]?\.?\s*)?(?P<number>\d{1,6}(?:[\s-]?[a-z])?|s\s*/?\s*n\s*[º°]?)\.?"
    rf"(?:\s*(?:[-–,]|(?={_COMPLEMENT}))\s*(?P<rest>.*))?",
    re.IGNORECASE,
)  # fmt: skip
_STARTS_AS_COMPLEMENT: Final = re.compile(_COMPLEMENT, re.IGNORECASE)
_COMPLEMENT_AND_BAIRRO: Final = re.compile(
    rf"(?P<complement>{_COMPLEMENT}[^-–]*?)\s*[-–]\s*(?P<bairro>(?!\s|{_COMPLEMENT})[^\d–-]+)",
    re.IGNORECASE,
)
_SHORTEST_BAIRRO: Final = 3
_LONGEST_GUESSED: Final = 300
"""Shopify's fields are shorter; a longer line is not worth the search."""


class Parts(NamedTuple):
    """The four fields that Shopify keeps in two lines."""

    street: str
    number: str
    complement: str
    bairro: str


def split(line: str) -> tuple[str, str]:
    """A line's two fields, cut at the first U+2060; the second is empty where there is none."""
    first, _, second = line.partition(WORD_JOINER)
    if WORD_JOINER not in line:
        return clean(line), ""
    return clean(first).rstrip(", "), clean(second)


def parts_of(address1: str, address2: str) -> Parts:
    """The fields of both lines; what was not stored apart is guessed where it is plain."""
    street, number = split(address1)
    complement, bairro = split(address2)
    if not number:
        street, number, more_complement, guessed = guess_street_line(street)
        complement = ", ".join(filter(None, (more_complement, complement)))
        bairro = bairro or guessed
    if not bairro:
        complement, bairro = guess_complement_line(complement)
    return Parts(street, number, complement, bairro)


def guess_street_line(line: str) -> Parts:
    """Number and bairro (or complement) of a line such as `Rua X, 123 - Centro`.

    Only a number set off by a comma counts, and what follows it is a bairro unless it begins
    as complements do, holds digits or is too short for a name. Any other line is all street.
    """
    found = _STREET_LINE.fullmatch(line) if len(line) < _LONGEST_GUESSED else None
    if found is None:
        return Parts(line, "", "", "")
    street, number, rest = found["street"].strip(), found["number"].strip(), found["rest"] or ""
    short = len(rest) < _SHORTEST_BAIRRO
    if short or _STARTS_AS_COMPLEMENT.match(rest) or any(c.isdigit() for c in rest):
        return Parts(street, number, rest, "")
    return Parts(street, number, "", rest)


def guess_complement_line(line: str) -> tuple[str, str]:
    """Complement and bairro of a line such as `Apto 12 - Centro`; any other is all complement."""
    found = _COMPLEMENT_AND_BAIRRO.fullmatch(line) if len(line) < _LONGEST_GUESSED else None
    return (found["complement"], found["bairro"].strip()) if found else (line, "")


def address_of(payload: Payload, notes: Mapping[str, str]) -> Address:
    """The address; the structured notes of a checkout app win over Shopify's two lines."""
    parts = parts_of(payload.address1, payload.address2)
    country = _country(payload)
    noted = notes.get("shippingprovince", "")
    postcode = notes.get("shippingpostcode") or notes.get("shippingzip") or payload.zip
    return Address(
        recipient=clean(payload.name) or clean(f"{payload.first_name} {payload.last_name}"),
        street=clean(notes.get("shippingstreetname", parts.street)),
        number=clean(notes.get("shippingstreetnumber", parts.number)),
        complement=clean(notes.get("shippingstreetcomplement", parts.complement)),
        bairro=clean(notes.get("shippingneighborhood", parts.bairro)),
        city=clean(notes.get("shippingcity", payload.city)),
        uf=uf_of(noted, noted, country) or uf_of(payload.province_code, payload.province, country),
        cep=cep_of(postcode, country),
        country=country,
        phone=phone_of(payload.phone) or phone_of(notes.get("shippingphone", "")),
    )


def same_place(one: Payload, other: Payload) -> bool:
    """Whether two addresses were written with the same lines."""
    return (one.address1, one.address2, one.zip) == (other.address1, other.address2, other.zip)


def _country(payload: Payload) -> str:
    if payload.country_code:
        return clean(payload.country_code).upper()
    return "BR" if plain(payload.country) in {"", "brazil", "brasil"} else clean(payload.country)
