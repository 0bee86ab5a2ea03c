"""Which ERP product an order of each variation would become: the report before going live. Pure.

It says beforehand what validation would say of an order, and one thing more: a SKU that several
variations share leads somewhere, but perhaps not where the merchant thinks.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from contracts.listings import (
    ListingLinked,
    ListingSeen,
    ListingState,
    ListingVariation,
    link_key,
)
from panel.erp.products import ErpProduct
from panel.listings.products import Products
from panel.search import folded

Links = Callable[[str], ListingLinked | None]


class Match(StrEnum):
    """How a variation stands; the worst first, as people should look at them."""

    NO_SKU = "sem-sku"
    UNKNOWN = "sku-desconhecido"
    BROKEN = "vinculo-quebrado"
    INACTIVE = "inativo-no-erp"
    REPEATED = "sku-repetido"
    MATCHED = "pelo-sku"
    LINKED = "vinculado"
    UNREAD = "erp-nao-lido"


STOPS: frozenset[Match] = frozenset({Match.NO_SKU, Match.UNKNOWN, Match.BROKEN, Match.INACTIVE})
"""An order with such a variation would wait for a person."""
SOLD = frozenset({ListingState.ACTIVE, ListingState.PAUSED})


@dataclass(frozen=True, slots=True)
class Line:
    """One variation of a listing, what it matches, and how many variations share its SKU.

    `products` are the ERP's, as far as they are known: several where the SKU is repeated there, or
    the link is a kit.
    """

    listing: ListingSeen
    variation: ListingVariation
    match: Match
    products: tuple[ErpProduct, ...] = ()
    link: ListingLinked | None = None
    sharing: int = 1

    @property
    def stops(self) -> bool:
        """Whether an order of it would wait: several products for one SKU do that too."""
        ambiguous = self.match is Match.REPEATED and len(self.products) > 1
        return self.match in STOPS or ambiguous


def lines(listings: Iterable[ListingSeen], products: Products | None, links: Links) -> list[Line]:
    """Every variation with its match, in the order of titles."""
    shelf = sorted(listings, key=lambda listing: (folded(listing.title), listing.listing_id))
    skus = Counter(
        _sku(variation)
        for listing in shelf
        if listing.state in SOLD
        for variation in listing.variations
        if variation.sku
    )
    return [
        _line(listing, variation, products, links, max(skus[_sku(variation)], 1))
        for listing in shelf
        for variation in listing.variations
    ]


def _line(
    listing: ListingSeen,
    variation: ListingVariation,
    products: Products | None,
    links: Links,
    sharing: int,
) -> Line:
    link = links(link_key(listing.store_id, listing.listing_id, variation.variation_id))
    if link is not None and link.parts:
        ids = [part.erp_product_id for part in link.parts]
        known = tuple(p for p in (products.product(i) for i in ids) if p) if products else ()
        match = Match.LINKED if products is None else _linked(ids, known)
        return Line(listing, variation, match, known, link)
    if not variation.sku:
        return Line(listing, variation, Match.NO_SKU, link=link)
    if products is None:
        return Line(listing, variation, Match.UNREAD, link=link, sharing=sharing)
    found = tuple(products.find(variation.sku))
    return Line(listing, variation, _found(found, sharing), found, link, sharing)


def _linked(ids: Sequence[int], known: Sequence[ErpProduct]) -> Match:
    if len(known) < len(ids):
        return Match.BROKEN
    return Match.LINKED if all(product.active for product in known) else Match.INACTIVE


def _found(found: Sequence[ErpProduct], sharing: int) -> Match:
    if not found:
        return Match.UNKNOWN
    if not found[0].active:
        return Match.INACTIVE
    return Match.REPEATED if len(found) > 1 or sharing > 1 else Match.MATCHED


def _sku(variation: ListingVariation) -> str:
    return "".join((variation.sku or "").split()).casefold()


def counts(found: Iterable[Line]) -> dict[Match, int]:
    """How many variations stand how."""
    counted = Counter(line.match for line in found)
    return {match: counted[match] for match in Match if counted[match]}


def fits(line: Line, text: str) -> bool:
    """Whether all words are in the title, the variation, the SKU, the EAN or the listing's id."""
    listing, variation = line.listing, line.variation
    told = (
        listing.title, variation.name, variation.sku or "", variation.ean or "",
        listing.listing_id, *(product.code for product in line.products),
    )  # fmt: skip
    everything = folded(" ".join(told))
    return all(word in everything for word in folded(text).split())
