"""Which ERP product a line of an order is. Pure.

By SKU, never by EAN or name: those only make suggestions to a person (US-51).
"""

from enum import Enum, auto

from contracts.order import Item
from validation.catalogue import Catalogue, Product


class Mismatch(Enum):
    """Why a line has no ERP product that can be sold."""

    NO_SKU = auto()
    LINK_BROKEN = auto()
    UNKNOWN = auto()
    AMBIGUOUS = auto()
    INACTIVE = auto()
    KIT_WITHOUT_PARTS = auto()


CURED_AT_ERP = frozenset(
    {Mismatch.LINK_BROKEN, Mismatch.UNKNOWN, Mismatch.INACTIVE, Mismatch.KIT_WITHOUT_PARTS}
)
"""Mismatches that end when somebody creates, reactivates or completes the product in the ERP."""


def match(item: Item, catalogue: Catalogue) -> Product | Mismatch:
    """The product a person linked to the line, else the one its SKU means."""
    if item.erp_product_id is not None:
        linked = catalogue.product(item.erp_product_id)
        return Mismatch.LINK_BROKEN if linked is None else _sellable(linked)
    if not item.sku or not item.sku.strip():
        return Mismatch.NO_SKU
    found = catalogue.find(item.sku)
    if not found:
        return Mismatch.UNKNOWN
    return Mismatch.AMBIGUOUS if len(found) > 1 else _sellable(found[0])


def _sellable(product: Product) -> Product | Mismatch:
    if not product.active:
        return Mismatch.INACTIVE
    if product.kit and not product.parts:
        return Mismatch.KIT_WITHOUT_PARTS
    return product
