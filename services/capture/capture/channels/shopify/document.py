"""The buyer's CPF or CNPJ, which Shopify keeps in several places. Pure.

The native checkout stores it as a localized field, told by GraphQL alone; checkout apps write it
into the order's notes, under names of their own; some buyers type it as their company.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from capture.channels.brazil import Document, read_document
from capture.channels.shopify.details import LocalizedField
from capture.channels.shopify.payload import note_key
from chassis.documents import valid

TAX_KEY: Final = "TAX_CREDENTIAL_BR"
TAX_PURPOSE: Final = "TAX"

NOTE_KEYS: Final = (
    "customer_document", "cpf", "cnpj", "cpfcnpj", "info_document", "info_document_formatted",
    "document", "documento", "tax_id", "tax_number",
)  # fmt: skip
"""Names that checkout apps were seen to use, and close relatives; a store may add its own."""

_NAMED: Final = ("cpf", "cnpj")
"""What the notes of forms that merchants word themselves have in their names."""
_SHORTEST_OTHER: Final = 5


def find_document(
    localized: Sequence[LocalizedField],
    notes: Mapping[str, str],
    extra_keys: Sequence[str],
    companies: Sequence[str],
) -> Document | None:
    """The document from the most trusted place that has one.

    What the native checkout stored was checked there, so it counts even if it is no CPF or CNPJ;
    a note counts first if it has the shape of one. A note that only speaks of CPF or CNPJ, and a
    company, count if their check digits are right.
    """
    for text in _stored(localized):
        if found := read_document(text):
            return found
    noted = [d for text in _noted(notes, extra_keys) if (d := read_document(text))]
    shaped = next((d for d in noted if d.kind != "other"), None)
    named = (text for key, text in notes.items() if any(word in key for word in _NAMED))
    typed = next(filter(is_document, (*named, *companies)), "")
    return shaped or read_document(typed) or next(filter(_plausible, noted), None)


def is_document(text: str) -> bool:
    """Whether this is a CPF or CNPJ with right check digits."""
    found = read_document(text)
    return found is not None and found.kind != "other" and valid(found.number)


def _stored(localized: Sequence[LocalizedField]) -> Iterator[str]:
    """The Brazilian fields, the tax credential first; the older answers name no key."""
    brazilian = [field for field in localized if field.country_code in {"", "BR"}]
    brazilian.sort(key=lambda field: (field.key != TAX_KEY, field.purpose != TAX_PURPOSE))
    return (field.value for field in brazilian)


def _noted(notes: Mapping[str, str], extra_keys: Sequence[str]) -> Iterator[str]:
    keys = dict.fromkeys(note_key(name) for name in (*extra_keys, *NOTE_KEYS))
    return (notes[key] for key in keys if key in notes)


def _plausible(document: Document) -> bool:
    number = document.number
    return len(number) >= _SHORTEST_OTHER and any(c.isdigit() for c in number)
