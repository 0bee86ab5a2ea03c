"""Listings in memory: the book and the rounds of capture, and channels to read them from."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from capture.channels.channel import Shop
from capture.channels.shelf import Offer, ShelfPage
from contracts.listings import (
    ListingLinked,
    ListingSeen,
    ListingState,
    ListingVariation,
    PublicationDateSet,
)
from contracts.order import KitPart
from tests.support.belt import NOON
from tests.support.builders import STORE

PUBLISHED = datetime(2026, 1, 5, 12, tzinfo=UTC)


def a_variation(variation_id: str = "v-1", **changes: Any) -> ListingVariation:
    usual = {"name": "Azul", "sku": "CAN-350-AZ", "ean": None, "price": Decimal("64.90")}
    return ListingVariation(**{"variation_id": variation_id} | usual | changes)


def a_listing(listing_id: str = "9001", **changes: Any) -> ListingSeen:
    """The mug, as the demo store offers it."""
    return ListingSeen(
        **{
            "occurred_at": NOON,
            "store_id": STORE,
            "channel": "shopify",
            "listing_id": listing_id,
            "revision": 1,
            "title": "Caneca 350 ml",
            "state": ListingState.ACTIVE,
            "published_at": PUBLISHED,
            "url": f"https://demo-shopify.myshopify.com/products/{listing_id}",
            "variations": (a_variation(),),
        }
        | changes
    )


def a_link(*parts: KitPart, **changes: Any) -> ListingLinked:
    """The mug is these products of the ERP."""
    return ListingLinked(
        **{
            "occurred_at": NOON,
            "store_id": STORE,
            "listing_id": "9001",
            "variation_id": "v-1",
            "version": 1,
            "chosen_by": "ana",
            "parts": parts,
        }
        | changes
    )


def a_date(published_at: datetime | None, **changes: Any) -> PublicationDateSet:
    return PublicationDateSet(
        **{
            "occurred_at": NOON,
            "store_id": STORE,
            "listing_id": "9001",
            "version": 1,
            "chosen_by": "ana",
            "published_at": published_at,
        }
        | changes
    )


def an_offer(listing_id: str = "9001", **changes: Any) -> Offer:
    offered: dict[str, Any] = {
        "listing_id": listing_id,
        "title": f"Caneca {listing_id}",
        "state": ListingState.ACTIVE,
        "published_at": PUBLISHED,
        "variations": (a_variation(),),
    }
    return Offer(**offered | changes)


@dataclass
class FakeShelf:
    """Pages of offers; an error in the place of a page is raised, and taken away if `once`."""

    pages: list[Sequence[Offer] | Exception] = field(default_factory=list)
    tokens: list[str] = field(default_factory=list)
    once: bool = True
    at_once: int = 2
    single: dict[str, Offer | None] = field(default_factory=dict)
    """What is told of listings by their ids; nothing of any other."""
    asked: list[list[str]] = field(default_factory=list)

    async def some(self, shop: Shop, listing_ids: Sequence[str]) -> Mapping[str, Offer | None]:
        self.asked.append(list(listing_ids))
        return {id_: self.single[id_] for id_ in listing_ids if id_ in self.single}

    async def page(self, shop: Shop, after: str) -> ShelfPage:
        self.tokens.append(shop.token)
        place = int(after or 0)
        found = self.pages[place] if self.pages else ()
        if isinstance(found, Exception):
            if self.once:
                del self.pages[place]
            raise found
        more = place + 1 < len(self.pages)
        return ShelfPage(tuple(found), str(place + 1) if more else "")


@dataclass
class MemoryListingBook:
    """The book in dicts."""

    told: dict[str, ListingSeen] = field(default_factory=dict)
    rounds: dict[str, str] = field(default_factory=dict)
    dates: dict[str, PublicationDateSet] = field(default_factory=dict)

    async def known(self, keys: Collection[str]) -> Mapping[str, ListingSeen]:
        return {key: self.told[key] for key in keys if key in self.told}

    async def keep(self, listings: Sequence[ListingSeen], round_: str) -> None:
        for listing in listings:
            self.told[listing.key] = listing
            self.rounds[listing.key] = round_

    async def missing(self, store_id: str, round_: str, most: int) -> Sequence[ListingSeen]:
        found = [
            listing
            for key, listing in self.told.items()
            if listing.store_id == store_id
            and self.rounds[key] != round_
            and listing.state is not ListingState.REMOVED
        ]
        return found[:most]

    async def date(self, chosen: PublicationDateSet) -> None:
        known = self.dates.get(chosen.subject)
        if known is None or known.version < chosen.version:
            self.dates[chosen.subject] = chosen


@dataclass
class MemoryRounds:
    """The rounds in a dict, as one process of several sees them."""

    owner: str = "me"
    kept: dict[str, dict[str, Any]] = field(default_factory=dict)

    async def claim(self, store_id: str, access: str, now: datetime, lasting: timedelta) -> bool:
        fresh = {"owner": "", "until": now, "access": "", "due_at": now}
        kept = self.kept.setdefault(store_id, fresh)
        ours = kept["owner"] in {"", self.owner} or kept["until"] <= now
        if not ours or (now < kept["due_at"] and kept["access"] == access):
            return False
        kept |= {"owner": self.owner, "until": now + lasting}
        return True

    async def hold(self, store_id: str, now: datetime, lasting: timedelta) -> bool:
        fresh = {"owner": "", "until": now, "access": "", "due_at": now}
        kept = self.kept.setdefault(store_id, fresh)
        if kept["owner"] not in {"", self.owner} and kept["until"] > now:
            return False
        kept |= {"owner": self.owner, "until": now + lasting}
        return True

    async def let_go(self, store_id: str) -> None:
        if self.kept[store_id]["owner"] == self.owner:
            self.kept[store_id] |= {"owner": ""}

    async def wanted(self, store_id: str, at: datetime) -> None:
        kept = self.kept.get(store_id)
        if kept and kept.get("wanted_at", at - timedelta(seconds=1)) < at:
            kept |= {"wanted_at": at, "due_at": at}

    async def ended(self, store_id: str, access: str, due_at: datetime) -> None:
        self.kept[store_id] |= {"owner": "", "access": access, "due_at": due_at}
