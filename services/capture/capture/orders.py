"""What capture keeps of each order, in MongoDB."""

from datetime import datetime
from typing import Any, Protocol

from capture.sighting import Sighting
from chassis.store import Collection_, MongoDocuments, translated
from contracts.order import OrderStatus


class OrdersOfStore(Protocol):
    """Which orders a store has had. Raises Unavailable."""

    async def after(self, store_id: str, order_id: str, most: int) -> list[str]:
        """The store's next order ids after this one, in their order."""


class StandingOrders(Protocol):
    """Which captured orders of a store stand. Raises Unavailable."""

    async def standing(self, store_id: str, since: datetime, until: datetime) -> list[str]:
        """The ids of those placed between these moments that nobody cancelled."""


class MongoSightings(MongoDocuments[Sighting]):
    """The sightings in a collection, and the question which of them are of one store."""

    def __init__(self, collection: Collection_[dict[str, Any]]) -> None:
        super().__init__(collection, encode, decode)
        self._sightings = collection

    async def index(self) -> None:
        """Make the index."""
        with translated():
            await self._sightings.create_index([("store_id", 1), ("_id", 1)])
            await self._sightings.create_index([("store_id", 1), ("placed_at", 1)])

    async def after(self, store_id: str, order_id: str, most: int) -> list[str]:
        """See OrdersOfStore."""
        wanted = {"store_id": store_id, "_id": {"$gt": order_id}}
        with translated():
            found = self._sightings.find(wanted, {"_id": 1}).sort("_id").limit(most)
            return [document["_id"] for document in await found.to_list(None)]

    async def standing(self, store_id: str, since: datetime, until: datetime) -> list[str]:
        """See StandingOrders."""
        wanted = {
            "store_id": store_id,
            "placed_at": {"$gte": since, "$lte": until},
            "status": OrderStatus.PAID.value,
        }
        with translated():
            found = self._sightings.find(wanted, {"_id": 1})
            return [document["_id"] for document in await found.to_list(None)]


def encode(sighting: Sighting) -> dict[str, Any]:
    """A sighting as its document."""
    return sighting.model_dump(mode="json") | {"placed_at": sighting.placed_at}


def decode(document: dict[str, Any]) -> Sighting:
    """A sighting from its document."""
    return Sighting.model_validate(document)
