"""A seller's listings, as Mercado Livre lists them: ids by scan, then twenty at a time.

Source: developers.mercadolivre.com.br, "Itens e buscas", "Publica produtos". The scan has no depth
limit; its id lives five minutes. "Published on" is the first start: `start_time` begins anew
whenever the listing is published again.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Annotated, Any, Final
from urllib.parse import urlencode

import httpx
from pydantic import AwareDatetime, BeforeValidator, ValidationError, model_validator

from capture.channels.brazil import clean
from capture.channels.channel import Shop
from capture.channels.mercadolivre.client import Client
from capture.channels.mercadolivre.listing import Attribute, Listing
from capture.channels.mercadolivre.payload import Money, no_items
from capture.channels.part import Part, Text
from capture.channels.shelf import Offer, ShelfPage
from contracts.listings import ListingState, ListingVariation

PAGE: Final = 100
AT_ONCE: Final = 20
_FIELDS: Final = (
    "id,title,status,permalink,price,date_created,start_time,historical_start_time,"
    "seller_custom_field,attributes,variations"
)
_STATES: Final = {
    "active": ListingState.ACTIVE,
    "paused": ListingState.PAUSED,
    "under_review": ListingState.PAUSED,
    "closed": ListingState.ENDED,
}
_EAN: Final = "GTIN"
LISTING: Final = re.compile(r"ML[A-Z][0-9]{1,20}")


class _Found(Part):
    results: Annotated[tuple[Text, ...], BeforeValidator(no_items)] = ()
    scroll_id: Text = ""


class _Variation(Part):
    id: Text = ""
    price: Money | None = None
    attribute_combinations: Annotated[tuple[Attribute, ...], BeforeValidator(no_items)] = ()
    attributes: Annotated[tuple[Attribute, ...], BeforeValidator(no_items)] = ()


class _Item(Part):
    id: Text
    title: Text = ""
    status: Text = ""
    permalink: Text = ""
    price: Money | None = None
    date_created: AwareDatetime | None = None
    start_time: AwareDatetime | None = None
    historical_start_time: AwareDatetime | None = None
    attributes: Annotated[tuple[Attribute, ...], BeforeValidator(no_items)] = ()
    variations: Annotated[tuple[_Variation, ...], BeforeValidator(no_items)] = ()


class _Each(Part):
    code: int = 0
    body: Any = None


class _Several(Part):
    """A list of answers, each with a status of its own."""

    answers: tuple[_Each, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _of_list(cls, value: Any) -> Any:
        return {"answers": value} if isinstance(value, list) else value


class MercadoLivreShelf(Client):
    """See Shelf."""

    at_once: int = AT_ONCE

    async def page(self, shop: Shop, after: str) -> ShelfPage:
        """See Shelf: the scan ends with an empty page."""
        asked = {"search_type": "scan", "limit": str(PAGE)} | (
            {"scroll_id": after} if after else {}
        )
        path = f"/users/{shop.domain}/items/search?{urlencode(asked)}"
        answer = await self._get(shop, path, _Found)
        found: _Found = answer.document if answer else _Found()
        ids = [listing for listing in found.results if LISTING.fullmatch(listing)]
        offers: list[Offer] = []
        for start in range(0, len(ids), AT_ONCE):
            told = await self.some(shop, ids[start : start + AT_ONCE])
            offers += filter(None, told.values())
        unreadable = len(found.results) - len(offers)
        return ShelfPage(tuple(offers), found.scroll_id if found.results else "", unreadable)

    async def some(self, shop: Shop, listing_ids: Sequence[str]) -> Mapping[str, Offer | None]:
        """See Shelf: every answer has a status of its own."""
        asked = urlencode({"ids": ",".join(listing_ids), "attributes": _FIELDS}, safe=",")
        answer = await self._get(shop, f"/items?{asked}", _Several)
        found: dict[str, Offer | None] = {}
        answers = answer.document.answers if answer else ()
        for listing_id, each in zip(listing_ids, answers, strict=False):
            if each.code == httpx.codes.NOT_FOUND:
                found[listing_id] = None
            if each.code != httpx.codes.OK:
                continue
            try:
                offer = offer_of(each.body)
            except ValidationError:
                continue
            found[offer.listing_id] = offer
        return found


def offer_of(document: Any) -> Offer:
    """An item's document as a listing. Raises ValidationError."""
    item, listing = _Item.model_validate(document), Listing.model_validate(document)
    return Offer(
        listing_id=item.id,
        title=clean(item.title),
        state=_STATES.get(item.status, ListingState.PAUSED),
        published_at=item.historical_start_time or item.start_time or item.date_created,
        url=item.permalink if item.permalink.startswith("https://") else None,
        variations=tuple(_variations(item, listing)),
    )


def _variations(item: _Item, listing: Listing) -> Iterator[ListingVariation]:
    if not item.variations:
        yield ListingVariation(sku=listing.sku(None), ean=_ean(item.attributes), price=item.price)
    for variation in item.variations:
        chosen = (clean(attribute.value_name) for attribute in variation.attribute_combinations)
        yield ListingVariation(
            variation_id=variation.id,
            name=" / ".join(filter(None, chosen)),
            sku=listing.sku(variation.id),
            ean=_ean(variation.attributes),
            price=variation.price if variation.price is not None else item.price,
        )


def _ean(attributes: Iterable[Attribute]) -> str | None:
    stated = (clean(each.value_name) for each in attributes if each.id == _EAN)
    return next(filter(None, stated), None)
