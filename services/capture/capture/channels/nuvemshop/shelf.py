"""A store's products, as Nuvemshop's API lists them.

Source: the platform's page on products. It tells no publication date: creation stands for it.
"""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final
from urllib.parse import urlencode

import orjson
from pydantic import AwareDatetime, BeforeValidator, ValidationError

from capture.channels.brazil import clean
from capture.channels.channel import Shop, Unreadable
from capture.channels.nuvemshop.client import Client
from capture.channels.nuvemshop.payload import Id, Listed
from capture.channels.part import Part, Text
from capture.channels.shelf import Offer, ShelfPage
from contracts.listings import ListingState, ListingVariation
from contracts.value import Amount

PAGE: Final = 100
_FIELDS: Final = "id,name,canonical_url,published,created_at,variants"


def _in_portuguese(value: Any) -> Any:
    """A text by language: Portuguese, else the first there is."""
    if isinstance(value, dict):
        texts = [value.get("pt"), *value.values()]
        return next((text for text in texts if text), "")
    return "" if value is None else value


Translated = Annotated[str, BeforeValidator(_in_portuguese)]


class _Variant(Part):
    id: Id
    sku: Text = ""
    barcode: Text = ""
    price: Amount | None = None
    promotional_price: Amount | None = None
    values: Annotated[tuple[Translated, ...], Listed] = ()


class _Product(Part):
    id: Id
    name: Translated = ""
    canonical_url: Text = ""
    published: bool = True
    created_at: AwareDatetime | None = None
    variants: Annotated[tuple[_Variant, ...], Listed] = ()


class NuvemshopShelf(Client):
    """See Shelf. Pages go on from the last id: what is deleted meanwhile moves nothing."""

    at_once: int = 1

    async def page(self, shop: Shop, after: str) -> ShelfPage:
        """See Shelf."""
        asked = urlencode({"since_id": after or "0", "per_page": PAGE, "fields": _FIELDS})
        response = await self._ask(shop, f"products?{asked}")
        if response is None:
            return ShelfPage()
        rows = _rows(response.content)
        offers, unreadable = [], 0
        for row in rows:
            try:
                offers.append(_offer(_Product.model_validate(row)))
            except ValidationError:
                unreadable += 1
        more = len(rows) == PAGE and offers
        last = max((int(offer.listing_id) for offer in offers), default=0)
        return ShelfPage(tuple(offers), str(last) if more else "", unreadable)

    async def some(self, shop: Shop, listing_ids: Sequence[str]) -> Mapping[str, Offer | None]:
        """See Shelf."""
        found: dict[str, Offer | None] = {}
        for listing_id in listing_ids:
            asked = urlencode({"fields": _FIELDS})
            response = await self._ask(shop, f"products/{listing_id}?{asked}")
            if response is None:
                found[listing_id] = None
                continue
            try:
                found[listing_id] = _offer(_Product.model_validate_json(response.content))
            except ValidationError:
                continue
        return found


def _rows(document: bytes) -> list[Any]:
    try:
        rows = orjson.loads(document)
    except orjson.JSONDecodeError:
        raise Unreadable("the answer is no JSON") from None
    if not isinstance(rows, list):
        raise Unreadable("the answer is no list")
    return rows


def _offer(product: _Product) -> Offer:
    return Offer(
        listing_id=product.id,
        title=clean(product.name),
        state=ListingState.ACTIVE if product.published else ListingState.PAUSED,
        published_at=product.created_at,
        url=product.canonical_url if product.canonical_url.startswith("https://") else None,
        variations=tuple(map(_variation, product.variants)),
    )


def _variation(variant: _Variant) -> ListingVariation:
    return ListingVariation(
        variation_id=variant.id,
        name=" / ".join(filter(None, map(clean, variant.values))),
        sku=clean(variant.sku) or None,
        ean=clean(variant.barcode) or None,
        price=variant.promotional_price or variant.price,
    )
