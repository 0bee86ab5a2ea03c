"""Fetches of orders looked up: the latest of a store, and what became of the orders of one."""

from collections.abc import Sequence
from typing import Any, Final, Protocol

from chassis.store import Database, MongoDocuments, translated
from contracts.fetches import FetchOutcome, FetchProgress, OrderFetched
from contracts.sweeps import StoreSwept
from panel import fetches
from panel.fetches import FETCH, ORDER, SWEEP, Told

COLLECTION: Final = "fetches"
KEPT_S: Final = 90 * 24 * 60 * 60
MOST_ORDERS: Final = 200
"""Of one fetch that its page tells one by one."""


class FetchBook(Protocol):
    """Where pages read fetches. Raises Unavailable."""

    async def latest(self, store_id: str, most: int) -> list[FetchProgress]:
        """The store's fetches, the newest first."""

    async def one(self, store_id: str, fetch_id: str) -> FetchProgress | None:
        """A fetch of this store."""

    async def swept(self, store_id: str) -> StoreSwept | None:
        """The latest sweep of this store."""

    async def orders(self, fetch_id: str, outcomes: Sequence[FetchOutcome]) -> list[OrderFetched]:
        """Orders of a fetch that came out so, the newest first."""


class MongoFetchBook:
    """The fetches in the panel's database, forgotten after 90 days."""

    def __init__(self, database: Database[dict[str, Any]]) -> None:
        self._fetches = database[COLLECTION]

    async def prepare(self) -> None:
        """Make the indexes. Raises Unavailable."""
        with translated():
            await self._fetches.create_index([("store_id", 1), ("asked_at", -1)])
            await self._fetches.create_index([("fetch_id", 1), ("outcome", 1), ("placed_at", -1)])
            await self._fetches.create_index("at", expireAfterSeconds=KEPT_S)

    async def latest(self, store_id: str, most: int) -> list[FetchProgress]:
        """See FetchBook."""
        found = self._fetches.find({"store_id": store_id, "kind": FETCH})
        with translated():
            told = await found.sort("asked_at", -1).limit(most).to_list(None)
        return [FetchProgress.model_validate(document["told"]) for document in told]

    async def one(self, store_id: str, fetch_id: str) -> FetchProgress | None:
        """See FetchBook."""
        with translated():
            found = await self._fetches.find_one({"_id": fetch_id, "store_id": store_id})
        return FetchProgress.model_validate(found["told"]) if found else None

    async def swept(self, store_id: str) -> StoreSwept | None:
        """See FetchBook."""
        with translated():
            found = await self._fetches.find_one({"_id": store_id, "kind": SWEEP})
        return StoreSwept.model_validate(found["told"]) if found else None

    async def orders(self, fetch_id: str, outcomes: Sequence[FetchOutcome]) -> list[OrderFetched]:
        """See FetchBook."""
        wanted = {"fetch_id": fetch_id, "kind": ORDER, "outcome": {"$in": [*outcomes]}}
        found = self._fetches.find(wanted).sort("placed_at", -1).limit(MOST_ORDERS)
        with translated():
            told = await found.to_list(None)
        return [OrderFetched.model_validate(document["told"]) for document in told]


def documents(database: Database[dict[str, Any]]) -> MongoDocuments[Told]:
    """The same collection, as it is written."""
    return MongoDocuments(database[COLLECTION], fetches.encode, fetches.decode)
