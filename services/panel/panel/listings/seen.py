"""The listings that capture told of, as the pages look them up."""

from collections.abc import Sequence
from typing import Any, Final, Protocol

from chassis.store import Collection_, MongoDocuments, translated
from contracts.envelope import Message
from contracts.listings import ListingSeen

STORES_KEPT: Final = 8


def step(
    known: ListingSeen | None, message: Message
) -> tuple[ListingSeen | None, Sequence[Message]]:
    """The newest version of a listing stays. Tells nothing."""
    if not isinstance(message, ListingSeen):
        return known, ()
    newer = known is None or message.revision > known.revision
    return (message if newer else known), ()


def encode(listing: ListingSeen) -> dict[str, Any]:
    """A listing as its document."""
    return {"store_id": listing.store_id, "seen": listing.model_dump_json()}


def decode(document: dict[str, Any]) -> ListingSeen:
    """A listing from its document."""
    return ListingSeen.model_validate_json(document["seen"])


def _opened(
    document: dict[str, Any], known: tuple[int, ListingSeen] | None
) -> tuple[int, ListingSeen]:
    version = document["version"]
    return known if known and known[0] == version else (version, decode(document))


class Listings(Protocol):
    """Where pages find listings. Raises Unavailable."""

    async def of_store(self, store_id: str) -> Sequence[ListingSeen]:
        """All of a store's, in no order."""

    async def one(self, store_id: str, listing_id: str) -> ListingSeen | None:
        """One of them."""


class MongoListings(MongoDocuments[ListingSeen]):
    """The listings in a collection. Those of stores looked at lately are opened once a version."""

    def __init__(self, collection: Collection_[dict[str, Any]]) -> None:
        super().__init__(collection, encode, decode)
        self._listings = collection
        self._opened: dict[str, dict[str, tuple[int, ListingSeen]]] = {}

    async def prepare(self) -> None:
        """Make the index."""
        with translated():
            await self._listings.create_index([("store_id", 1)])

    async def of_store(self, store_id: str) -> Sequence[ListingSeen]:
        """See Listings."""
        with translated():
            found = await self._listings.find({"store_id": store_id}).to_list(None)
        known = self._opened.pop(store_id, {})
        opened = {d["_id"]: _opened(d, known.get(d["_id"])) for d in found}
        self._opened[store_id] = opened
        while len(self._opened) > STORES_KEPT:
            del self._opened[next(iter(self._opened))]
        return [listing for _, listing in opened.values()]

    async def one(self, store_id: str, listing_id: str) -> ListingSeen | None:
        """See Listings."""
        key = f"{store_id}:{listing_id}"
        kept = (await self.load([key])).get(key)
        return kept.state if kept else None
