"""What was asked about personal data, kept by ids alone: the proof that a duty was heard."""

from datetime import datetime
from typing import Any, Protocol

from capture.channels.channel import PrivacyRequest
from chassis.store import Collection_, translated


class PrivacyBook(Protocol):
    """Where requests are written down. Raises Unavailable."""

    async def record(self, store_id: str, asked: PrivacyRequest, at: datetime) -> None:
        """Write a request down; the same one again changes nothing."""


class MongoPrivacyBook:
    """A PrivacyBook in a collection."""

    def __init__(self, collection: Collection_[dict[str, Any]]) -> None:
        self._collection = collection

    async def record(self, store_id: str, asked: PrivacyRequest, at: datetime) -> None:
        """See PrivacyBook."""
        request = {
            "store_id": store_id,
            "kind": asked.kind.value,
            "request_id": asked.request_id,
            "customer_id": asked.customer_id,
            "order_ids": list(asked.order_ids),
            "received_at": at,
        }
        key = {"_id": f"{store_id}:{asked.kind.value}:{asked.request_id}"}
        with translated():
            await self._collection.update_one(key, {"$setOnInsert": request}, upsert=True)
