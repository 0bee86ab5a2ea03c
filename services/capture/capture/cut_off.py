"""From when on orders are wanted: the store's own date, and the publication dates of its listings.

An order placed before either is not captured until the date is moved back and the order is fetched
again; one that was captured stays ours. Of an order of several listings one that was published by
then is enough: it is one sale, and whoever fetches a listing's orders wants it whole.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any, Protocol

from chassis.store import Collection_, translated

Published = Mapping[str, datetime]
"""When listings were published, by `listing_key`; a listing without a date always was."""


class Publications(Protocol):
    """Knows when listings were published."""

    async def of(self, keys: Collection[str]) -> Published:
        """The dates of those of these listings that have one. Raises Unavailable."""


def listing_key(store_id: str, listing_id: str) -> str:
    """A listing of a store, as the collection names it."""
    return f"{store_id}:{listing_id}"


def before_start(placed_at: datetime, orders_from: datetime | None) -> bool:
    """Whether the order was placed before the store's orders are wanted."""
    return orders_from is not None and placed_at < orders_from


def before_publication(placed_at: datetime, keys: Iterable[str], published: Published) -> bool:
    """Whether none of the order's listings was published when it was placed."""
    dates = [published.get(key) for key in keys]
    return bool(dates) and all(date is not None and placed_at < date for date in dates)


class MongoPublications:
    """The dates in the collection of listings: `_id` is the key, `published_at` the date."""

    def __init__(self, collection: Collection_[dict[str, Any]]) -> None:
        self._collection = collection

    async def of(self, keys: Collection[str]) -> Published:
        """See Publications."""
        if not keys:
            return {}
        wanted = {"_id": {"$in": list(keys)}, "published_at": {"$ne": None}}
        with translated():
            found = self._collection.find(wanted, {"published_at": 1})
            return {d["_id"]: d["published_at"] for d in await found.to_list(None)}
