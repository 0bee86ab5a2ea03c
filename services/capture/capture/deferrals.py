"""Inbox records put aside because their channel could not be reached, until they are due again.

They wait here and not on the topic: a partition goes on, and nothing is written over and over
while a channel is down. A due record is appended to the inbox again and only then forgotten.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final, Protocol

import structlog

from capture import inbox
from chassis.clock import Clock
from chassis.flow import Publishes, Record
from chassis.patience import patiently
from chassis.store import Collection_, ReplaceOne, translated
from chassis.table import Table
from contracts.stores import StoreConfigured
from contracts.wire import Outgoing

FIRST_WAIT_S: Final = 15.0
LONGEST_WAIT_S: Final = 15 * 60.0
TOKEN_WAIT_S: Final = 60 * 60.0
"""A refused token is probed this often; a change of the store, and an access found good again,
release its orders at once.
"""
READABLE_WAIT_S: Final = 60 * 60.0
READABLE_TRIES: Final = 6
"""An answer that nobody can read is asked for again after an hour, two, four …: two days and a half
in all. People were told, and their correction is as good.
"""
IN_FLIGHT_S: Final = 15.0
"""Longer than a question takes: one put with a store's old token may be refused after the change.
"""
PAGE: Final = 200
LOOK_EVERY_S: Final = 1.0

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Deferred:
    """A record to append at `due_at`; `for_token` if it waits for the store's new token."""

    id: str
    store_id: str
    record: Outgoing
    due_at: datetime
    for_token: bool = False


class Deferrals(Protocol):
    """Where records wait. Every verb raises Unavailable."""

    async def put(self, *deferred: Deferred) -> None:
        """Keep records; one of the same id is replaced."""

    async def due(self, now: datetime, most: int) -> list[Deferred]:
        """The records due, the oldest first."""

    async def drop(self, ids: list[str]) -> None:
        """Forget records."""

    async def release(self, store_id: str, now: datetime) -> None:
        """Make what waits for the store's token due."""


def wait_s(attempt: int) -> float:
    """The pause before the try after this many."""
    return float(min(FIRST_WAIT_S * 2 ** min(attempt, 16), LONGEST_WAIT_S))


def put_aside(record: Record, store_id: str, at: datetime) -> Deferred:
    """The same record, for another try."""
    tries = inbox.attempt(record)
    return Deferred(
        id=inbox.copy_id(record),
        store_id=store_id,
        record=inbox.again(record, attempt=str(tries + 1)),
        due_at=at + timedelta(seconds=wait_s(tries)),
    )


def until_token(record: Record, store_id: str, order_id: str, at: datetime) -> Deferred:
    """A question about an order, for when the channel accepts the store's token again."""
    return Deferred(
        id=f"token:{store_id}:{order_id}",
        store_id=store_id,
        record=inbox.refresh(record, order_id),
        due_at=at + timedelta(seconds=TOKEN_WAIT_S),
        for_token=True,
    )


def until_token_as_it_is(record: Record, store_id: str, at: datetime) -> Deferred:
    """A record whose order nobody knows yet, for when the channel accepts the store's token."""
    return Deferred(
        id=inbox.copy_id(record),
        store_id=store_id,
        record=inbox.again(record),
        due_at=at + timedelta(seconds=TOKEN_WAIT_S),
        for_token=True,
    )


def until_readable(record: Record, store_id: str, order_id: str, at: datetime) -> list[Deferred]:
    """A question about an order whose details nobody could read; none once it was put for days."""
    put = inbox.long_asked(record)
    if put >= READABLE_TRIES:
        return []
    return [
        Deferred(
            id=f"readable:{store_id}:{order_id}",
            store_id=store_id,
            record=inbox.refresh(record, order_id, long_asked=put + 1),
            due_at=at + timedelta(seconds=READABLE_WAIT_S * 2**put),
        )
    ]


async def bring_back(deferrals: Deferrals, publisher: Publishes, clock: Clock) -> int:
    """Append what is due; gives how many records that was."""
    due = await patiently(lambda: deferrals.due(clock(), PAGE), "looking for deferred records")
    if due:
        records = [d.record for d in due]
        await patiently(lambda: publisher.publish(records), "bringing deferred records back")
        await patiently(lambda: deferrals.drop([d.id for d in due]), "dropping deferred records")
        log.info("deferred_brought_back", records=len(due))
    return len(due)


async def keep_bringing_back(deferrals: Deferrals, publisher: Publishes, clock: Clock) -> None:
    """Bring records back when they are due, until cancelled."""
    while True:
        if await bring_back(deferrals, publisher, clock) < PAGE:
            await asyncio.sleep(LOOK_EVERY_S)


async def keep_releasing(
    deferrals: Deferrals,
    stores: Table[StoreConfigured],
    clock: Clock,
    in_flight_s: float = IN_FLIGHT_S,
) -> None:
    """Let orders go on as soon as their store has changed, until cancelled.

    Once more when all that was asked before the change has been answered: what was refused then
    is put aside after the first time.
    """
    changed: asyncio.Queue[str] = asyncio.Queue()
    loop = asyncio.get_running_loop()

    def release(store: StoreConfigured) -> None:
        changed.put_nowait(store.store_id)
        loop.call_later(in_flight_s, changed.put_nowait, store.store_id)

    stores.watch(release)
    while True:
        store_id = await changed.get()
        await patiently(partial(deferrals.release, store_id, clock()), "releasing deferred records")


class MongoDeferrals:
    """Deferrals in a collection."""

    def __init__(self, collection: Collection_[dict[str, Any]]) -> None:
        self._collection = collection

    async def index(self) -> None:
        """Make the indexes."""
        with translated():
            await self._collection.create_index("due_at")
            await self._collection.create_index("store_id")

    async def put(self, *deferred: Deferred) -> None:
        """See Deferrals."""
        writes = [ReplaceOne({"_id": each.id}, _encode(each), upsert=True) for each in deferred]
        with translated():
            await self._collection.bulk_write(writes, ordered=False)

    async def due(self, now: datetime, most: int) -> list[Deferred]:
        """See Deferrals."""
        with translated():
            found = self._collection.find({"due_at": {"$lte": now}}).sort("due_at").limit(most)
            return [_decode(document) for document in await found.to_list(None)]

    async def drop(self, ids: list[str]) -> None:
        """See Deferrals."""
        with translated():
            await self._collection.delete_many({"_id": {"$in": ids}})

    async def release(self, store_id: str, now: datetime) -> None:
        """See Deferrals."""
        waiting = {"store_id": store_id, "for_token": True}
        with translated():
            await self._collection.update_many(waiting, {"$min": {"due_at": now}})


def _encode(deferred: Deferred) -> dict[str, Any]:
    record = deferred.record
    return {
        "_id": deferred.id,
        "store_id": deferred.store_id,
        "due_at": deferred.due_at,
        "for_token": deferred.for_token,
        "topic": record.topic,
        "key": record.key,
        "value": record.value,
        "headers": [list(header) for header in record.headers],
    }


def _decode(document: Mapping[str, Any]) -> Deferred:
    record = Outgoing(
        topic=document["topic"],
        key=bytes(document["key"]),
        value=bytes(document["value"]),
        headers=tuple((name, bytes(value)) for name, value in document["headers"]),
    )
    return Deferred(
        id=document["_id"],
        store_id=document["store_id"],
        record=record,
        due_at=document["due_at"],
        for_token=document["for_token"],
    )
