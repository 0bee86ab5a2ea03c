"""A listing's own word on its SKU, for orders that do not say it.

Source: developers.mercadolivre.com.br, "Publica produtos": a variation's SKU goes before its
listing's, and the attribute SELLER_SKU before the older field.
"""

from collections.abc import Iterable
from typing import Annotated, Final

from pydantic import BeforeValidator

from capture.channels.brazil import clean
from capture.channels.mercadolivre.payload import no_items
from capture.channels.part import Part, Text

_SKU: Final = "SELLER_SKU"


class Attribute(Part):
    """A named value."""

    id: Text = ""
    value_name: Text = ""


Attributes = Annotated[tuple[Attribute, ...], BeforeValidator(no_items)]


class Variation(Part):
    """One of a listing's variations."""

    id: Text = ""
    seller_custom_field: Text = ""
    attributes: Attributes = ()


class Listing(Part):
    """What was for sale."""

    seller_custom_field: Text = ""
    attributes: Attributes = ()
    variations: Annotated[tuple[Variation, ...], BeforeValidator(no_items)] = ()

    def sku(self, variation_id: str | None) -> str | None:
        """The SKU of a variation, or of the listing where it has none of its own."""
        chosen = [v for v in self.variations if variation_id and v.id == variation_id]
        stated = [text for v in chosen for text in (*_named(v.attributes), v.seller_custom_field)]
        stated += [*_named(self.attributes), self.seller_custom_field]
        return next(filter(None, map(clean, stated)), None)


def _named(attributes: Iterable[Attribute]) -> list[str]:
    return [attribute.value_name for attribute in attributes if attribute.id == _SKU]
