"""What is asked about personal data: written down by ids alone, and whose orders it concerns."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Protocol

import structlog

from capture import inbox
from capture.channels.channel import PrivacyKind, PrivacyRequest
from capture.deferrals import Deferrals, Deferred
from capture.orders import OrdersOfStore
from chassis.clock import Clock
from chassis.flow import Record
from chassis.patience import patiently
from chassis.store import Collection_, translated
from contracts.replay import REPLAY_ID

ERASED_AT_ONCE: Final = 1000

log = structlog.get_logger()


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


@dataclass(frozen=True, slots=True)
class PrivacyDuties:
    """Does what a request asks. A whole shop is erased in slices of `erased_at_once` orders."""

    book: PrivacyBook
    orders: OrdersOfStore
    deferrals: Deferrals
    clock: Clock
    erased_at_once: int = ERASED_AT_ONCE

    async def to_erase(
        self,
        store_id: str,
        asked: PrivacyRequest,
        record: Record,
        at: datetime,
        unstored: Sequence[str] = (),
    ) -> Sequence[str]:
        """Write the request down; the ids of our orders whose buyers it asks us to forget.

        `unstored` are the store's orders of before the request that nobody could look up yet.
        """
        await patiently(lambda: self.book.record(store_id, asked, at), "recording a request")
        log.info(
            "privacy_requested", store_id=store_id, kind=asked.kind, request_id=asked.request_id
        )
        if asked.kind is PrivacyKind.SHOW:
            return ()
        if asked.kind is PrivacyKind.ERASE_BUYER:
            return [f"{store_id}:{order_id}" for order_id in asked.order_ids]
        if REPLAY_ID in record.headers:
            # The shop may have come back since: its orders of today were not meant then.
            log.warning("shop_not_erased_again", store_id=store_id, request_id=asked.request_id)
            return ()
        stored = await self._slice_of_shop(store_id, record)
        return list(dict.fromkeys((*stored, *unstored)))

    async def _slice_of_shop(self, store_id: str, record: Record) -> Sequence[str]:
        """The shop's next orders; where there may be more, the record comes again for them."""
        reached = record.headers.get(inbox.AFTER, b"").decode()
        order_ids = await patiently(
            lambda: self.orders.after(store_id, reached, self.erased_at_once), "finding orders"
        )
        if len(order_ids) == self.erased_at_once:
            again = inbox.again(record, **{inbox.AFTER: order_ids[-1]})
            rest = Deferred(f"erase:{order_ids[-1]}", store_id, again, due_at=self.clock())
            await patiently(lambda: self.deferrals.put(rest), "deferring an erasure")
        return order_ids
