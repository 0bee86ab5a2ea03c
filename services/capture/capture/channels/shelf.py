"""What a store offers at its channel: the promises that a channel's `shelf.py` keeps."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from capture.channels.channel import Shop
from contracts.listings import ListingState, ListingVariation


@dataclass(frozen=True, slots=True)
class Offer:
    """One listing as its channel tells it now. `listing_id` is the one that orders name.

    `published_at` is the earliest moment at which it can have been sold: from then on its orders
    are the hub's, unless a person sets another date.
    """

    listing_id: str
    title: str
    state: ListingState
    published_at: datetime | None = None
    url: str | None = None
    variations: tuple[ListingVariation, ...] = ()


@dataclass(frozen=True, slots=True)
class ShelfPage:
    """Some of a store's listings. `after` leads to the next page, and is empty on the last.

    `unreadable` counts those of this page that nobody can read.
    """

    offers: tuple[Offer, ...] = ()
    after: str = ""
    unreadable: int = 0


class Shelf(Protocol):
    """A channel's listings, whatever their state, a page at a time."""

    at_once: int
    """How many a single call can tell of by their ids."""

    async def page(self, shop: Shop, after: str) -> ShelfPage:
        """The page that `after` leads to, empty for the first.

        Raises TokenRefused, Unreachable and Unreadable.
        """

    async def some(self, shop: Shop, listing_ids: Sequence[str]) -> Mapping[str, Offer | None]:
        """These listings, at most `at_once`; None for one that the channel no longer has.

        One that nobody can read is left out. Raises TokenRefused, Unreachable and Unreadable.
        """
