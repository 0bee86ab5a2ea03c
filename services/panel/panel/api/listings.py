"""The routes about listings: what matches the ERP, links, publication dates."""

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Final, Self

from fastapi import APIRouter, Path, Query
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, model_validator

from contracts.listings import (
    WHOLE_PRICE,
    ListingLinked,
    ListingSeen,
    ListingState,
    PublicationDateSet,
)
from contracts.order import KitPart
from contracts.stores import StoreConfigured
from panel.access import Permission
from panel.api import problems
from panel.api.rights import Caller, needs
from panel.api.stores import StoreId
from panel.commands import Refused, Why
from panel.desk import Desk
from panel.listings.matching import SOLD, Line, Match, counts, fits
from panel.listings.offers import Offers

_LARGEST: Final = 2**53
ListingId = Annotated[str, Path(pattern=r"^[0-9A-Za-z-]{1,40}$", examples=["8102253641068"])]
Version = Annotated[int, Field(ge=0, le=2**31)]


class Part(BaseModel):
    """An ERP product in one piece of what is sold: how many, and its share of the price in %."""

    model_config = ConfigDict(extra="forbid")

    erp_product_id: Annotated[int, Field(ge=1, le=_LARGEST)]
    quantity: Annotated[int, Field(ge=1, le=9_999)] = 1
    share: Annotated[Decimal, Field(gt=0, le=100, decimal_places=2)] = WHOLE_PRICE


class LinkChange(BaseModel):
    """Which ERP products a variation is; no parts take its link back.

    `version` is the link's that was read: the change is refused if it has moved on since.
    """

    model_config = ConfigDict(extra="forbid")

    variation_id: Annotated[str, Field(max_length=40)] = ""
    parts: Annotated[tuple[Part, ...], Field(max_length=20)]
    version: Version | None = None

    @model_validator(mode="after")
    def _closes(self) -> Self:
        products = {part.erp_product_id for part in self.parts}
        if len(products) < len(self.parts):
            raise ValueError("a product is named once, with its quantity")
        if self.parts and sum(part.share for part in self.parts) != WHOLE_PRICE:
            raise ValueError("the shares sum to 100")
        return self


class DateChange(BaseModel):
    """From when on the listing's orders are captured; null leaves it to the channel."""

    model_config = ConfigDict(extra="forbid")

    published_at: AwareDatetime | None
    version: Version | None = None


class Link(BaseModel):
    """What a person linked the variation to."""

    parts: list[Part]
    chosen_by: str
    version: int


class Publication(BaseModel):
    """From when on the listing's orders are captured: what a person chose, else the channel's."""

    counts_from: datetime | None
    at_channel: datetime | None
    version: int


class Product(BaseModel):
    """A product of the ERP."""

    erp_product_id: int
    code: str
    name: str
    active: bool


class Variation(BaseModel):
    """One variation of a listing, and what an order of it would become.

    `stops`: the order would wait for a person. `sharing` counts the variations with its SKU.
    """

    listing_id: str
    variation_id: str
    title: str
    name: str
    sku: str | None
    ean: str | None
    price: Decimal | None
    state: ListingState
    match: Match
    stops: bool
    sharing: int
    products: list[Product]
    link: Link | None
    publication: Publication


class Report(BaseModel):
    """What matches and what does not, before orders come: `counts` are of what is sold."""

    counts: dict[Match, int]
    erp_read_at: datetime | None
    items: list[Variation]
    total: int


Known = Callable[[str], StoreConfigured]


def routes(desk: Desk, offers: Offers) -> APIRouter:
    """Listings of one store."""
    router = APIRouter(prefix="/stores/{store_id}/listings", tags=["listings"])

    def known(store_id: str) -> StoreConfigured:
        store = desk.stores.table.get(store_id)
        if store is None:
            raise Refused(Why.UNKNOWN_STORE)
        return store

    _reports(router, known, offers)
    _changes(router, known, offers)
    return router


def _reports(router: APIRouter, known: Known, offers: Offers) -> None:
    @router.get(
        "",
        summary="A store's listings and what they match",
        responses=problems.NOT_FOUND,
        dependencies=[needs(Permission.SEE)],
    )
    async def report(
        store_id: StoreId,
        *,
        q: Annotated[str, Query(max_length=60)] = "",
        match: Match | None = None,
        ended: bool = False,
        page: Annotated[int, Query(ge=1, le=100_000)] = 1,
        limit: Annotated[int, Query(ge=1, le=200)] = 50,
    ) -> Report:
        """By title, a page at a time; `ended` adds what the channel no longer sells."""
        store = known(store_id)
        products = await offers.catalogue.products(store)
        every = await offers.lines(store, products)
        sold = [line for line in every if line.listing.state in SOLD]
        found = [
            line
            for line in (every if ended else sold)
            if match in {None, line.match} and fits(line, q)
        ]
        return Report(
            counts=counts(sold),
            erp_read_at=products.read_at if products else None,
            items=[_shown(line, offers) for line in found[(page - 1) * limit : page * limit]],
            total=len(found),
        )


def _seen(change: LinkChange | DateChange, now: ListingLinked | PublicationDateSet | None) -> int:
    """The version that the caller changes: the one they name, else the one there is."""
    if change.version is not None:
        return change.version
    return now.version if now else 0


def _changes(router: APIRouter, known: Known, offers: Offers) -> None:
    async def listing_of(store_id: str, listing_id: str) -> ListingSeen:
        listing = await offers.one(known(store_id), listing_id)
        if listing is None:
            raise Refused(Why.UNKNOWN_LISTING)
        return listing

    @router.put(
        "/{listing_id}/link",
        summary="Link a variation to ERP products",
        responses={**problems.NOT_FOUND, **problems.CONFLICT},
        dependencies=[needs(Permission.OPERATE)],
    )
    async def link(
        store_id: StoreId, listing_id: ListingId, body: LinkChange, caller: Caller
    ) -> Link:
        """Orders that wait for it go on by themselves; it answers once it is in force here."""
        listing = await listing_of(store_id, listing_id)
        if body.variation_id not in {v.variation_id for v in listing.variations}:
            raise Refused(Why.UNKNOWN_LISTING)
        now = offers.choices.link_of(listing, body.variation_id)
        version = _seen(body, now)
        parts = [KitPart.model_validate(part.model_dump()) for part in body.parts]
        await offers.choices.link(
            listing, body.variation_id, parts, by=caller.user, version=version
        )
        return Link(parts=list(body.parts), chosen_by=caller.user, version=version + 1)

    @router.put(
        "/{listing_id}/publication-date",
        summary="Set from when on a listing's orders are captured",
        responses={**problems.NOT_FOUND, **problems.CONFLICT},
        dependencies=[needs(Permission.OPERATE)],
    )
    async def date(
        store_id: StoreId, listing_id: ListingId, body: DateChange, caller: Caller
    ) -> Publication:
        """Orders placed before it are not captured; older ones are fetched after moving it back."""
        listing = await listing_of(store_id, listing_id)
        now = offers.choices.date_of(listing)
        version = _seen(body, now)
        await offers.choices.date(listing, body.published_at, by=caller.user, version=version)
        return _publication(listing, offers)


def _shown(line: Line, offers: Offers) -> Variation:
    listing, variation = line.listing, line.variation
    return Variation(
        listing_id=listing.listing_id,
        variation_id=variation.variation_id,
        title=listing.title,
        name=variation.name,
        sku=variation.sku,
        ean=variation.ean,
        price=variation.price,
        state=listing.state,
        match=line.match,
        stops=line.stops,
        sharing=line.sharing,
        products=[
            Product(erp_product_id=p.product_id, code=p.code, name=p.name, active=p.active)
            for p in line.products
        ],
        link=Link(
            parts=[Part.model_construct(**part.model_dump()) for part in line.link.parts],
            chosen_by=line.link.chosen_by,
            version=line.link.version,
        )
        if line.link
        else None,
        publication=_publication(listing, offers),
    )


def _publication(listing: ListingSeen, offers: Offers) -> Publication:
    chosen = offers.choices.date_of(listing)
    return Publication(
        counts_from=(chosen and chosen.published_at) or listing.published_at,
        at_channel=listing.published_at,
        version=chosen.version if chosen else 0,
    )
