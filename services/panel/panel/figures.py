"""Figures about a store's orders, for its first page and its health.

Each is read from an index, and all at once: pages wait once for a slow database, not ten times.
"""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final, Protocol

from chassis.store import Collection_, translated
from contracts.reasons import ReasonCode
from panel.pages.formats import ZONE
from panel.tab import Situation, Tab

MOST_LATENCIES: Final = 1_000
MOST_REASONS: Final = 10_000
"""Pending orders looked at for their reasons, the newest: more are never worked through at once."""
MOST_POSTED: Final = 200
_WATCHED: Final = (Situation.AWAITING_ERP, Situation.NEEDS_ACTION)
_HOLDING: Final = (
    ReasonCode.ERP_CREDENTIALS_INVALID,
    ReasonCode.STORE_CONFIG_INCOMPLETE,
    ReasonCode.CHANNEL_TOKEN_EXPIRED,
)
"""What holds an order until its store is mended."""
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_LIGHT: Final = {"orders": 0, "cells": 0, "requests": 0, "timeline": 0}


@dataclass(frozen=True, slots=True)
class Pulse:
    """How a store is doing: what came in and went out last, and what waits.

    `locked_out`, `unconfigured` and `untold` are pending orders that wait for the store, not for a
    cure of their own: until the ERP takes its keys, its options are chosen, the channel lets us in.
    """

    captured_at: datetime | None = None
    posted_at: datetime | None = None
    awaiting: int = 0
    awaiting_since: datetime | None = None
    needs_action: int = 0
    locked_out: int = 0
    unconfigured: int = 0
    untold: int = 0


@dataclass(frozen=True, slots=True)
class Figures:
    """A store's orders of some days: by day (in São Paulo) and tab, by reason, and how fast.

    `reasons` are codes with their texts and numbers of orders, the most frequent first. `waits`
    are the seconds from payment to sales order of the latest orders, sorted.
    """

    days: Mapping[date, Mapping[Tab, int]]
    reasons: Sequence[tuple[str, str, int]]
    waits: Sequence[float]


class Ledger(Protocol):
    """Where the figures are read from."""

    async def pulses(self, stores: Collection[str], most: int) -> dict[str, Pulse]:
        """How each store is doing, counted no further than `most`. Raises Unavailable."""

    async def figures(self, store_id: str, days: Sequence[date]) -> Figures:
        """The store's figures of these days, which follow each other. Raises Unavailable."""

    async def posted(self, store_id: str) -> list[dict[str, Any]]:
        """The store's latest orders that are in the ERP, light. Raises Unavailable."""


class MongoLedger:
    """The figures of the rows in the panel's database."""

    def __init__(self, orders: Collection_[dict[str, Any]]) -> None:
        self._orders = orders

    async def pulses(self, stores: Collection[str], most: int) -> dict[str, Pulse]:
        """See Ledger."""
        found = await asyncio.gather(*(self._pulse(store_id, most) for store_id in stores))
        return dict(zip(stores, found, strict=True))

    async def _pulse(self, store_id: str, most: int) -> Pulse:
        captured, posted, since, waiting, held = await asyncio.gather(
            self._newest(store_id, "placed_at", "captured_at"),
            self._newest(store_id, "posted_at", "posted_at"),
            self._oldest_awaiting(store_id),
            asyncio.gather(*(self._count(store_id, most, situation=s) for s in _WATCHED)),
            asyncio.gather(*(self._held(store_id, most, why) for why in _HOLDING)),
        )
        awaiting, needs_action = waiting
        locked_out, unconfigured, untold = held
        return Pulse(
            captured_at=captured,
            posted_at=posted,
            awaiting=awaiting,
            awaiting_since=since,
            needs_action=needs_action,
            locked_out=locked_out,
            unconfigured=unconfigured,
            untold=untold,
        )

    async def _held(self, store_id: str, most: int, why: ReasonCode) -> int:
        return await self._count(store_id, most, tab=Tab.PENDING, **{"reasons.code": why})

    async def _count(self, store_id: str, most: int, **wanted: str) -> int:
        with translated():
            return int(
                await self._orders.count_documents({"store_id": store_id} | wanted, limit=most)
            )

    async def _oldest_awaiting(self, store_id: str) -> datetime | None:
        waiting = {"store_id": store_id, "situation": Situation.AWAITING_ERP}
        with translated():
            found = await self._orders.find_one(
                waiting, {"updated_at": 1}, sort=[("updated_at", 1)]
            )
        oldest: datetime | None = found["updated_at"] if found else None
        return oldest

    async def _newest(self, store_id: str, by: str, wanted: str) -> datetime | None:
        known = {"store_id": store_id, by: {"$gt": _EPOCH}}
        with translated():
            found = await self._orders.find_one(known, {wanted: 1}, sort=[(by, -1)])
        newest: datetime | None = found[wanted] if found else None
        return newest

    async def figures(self, store_id: str, days: Sequence[date]) -> Figures:
        """See Ledger. A query a day: dates are not worked out for every single order."""
        counted, reasons, sent = await asyncio.gather(
            asyncio.gather(*(self._day(store_id, day) for day in days)),
            self._reasons(store_id),
            self._posted(store_id, midnight(days[0]), {"paid_at": 1, "posted_at": 1}),
        )
        return Figures(dict(zip(days, counted, strict=True)), reasons, waits(sent))

    async def _day(self, store_id: str, day: date) -> dict[Tab, int]:
        span = {"$gte": midnight(day), "$lt": midnight(day + timedelta(days=1))}
        counted: list[dict[str, Any]] = [
            {"$match": {"store_id": store_id, "placed_at": span}},
            {"$group": {"_id": "$tab", "orders": {"$sum": 1}}},
        ]
        with translated():
            rows = await self._orders.aggregate(counted).to_list(None)
        return {Tab(row["_id"]): row["orders"] for row in rows if row["_id"] is not None}

    async def _reasons(self, store_id: str) -> list[tuple[str, str, int]]:
        why: list[dict[str, Any]] = [
            {"$match": {"store_id": store_id, "tab": Tab.PENDING}},
            {"$sort": {"updated_at": -1, "_id": -1}},
            {"$limit": MOST_REASONS},
            {"$unwind": "$reasons"},
            {"$group": {
                "_id": "$reasons.code",
                "text": {"$first": "$reasons.text"},
                "ids": {"$addToSet": "$_id"},
            }},
            {"$project": {"text": 1, "orders": {"$size": "$ids"}}},
            {"$sort": {"orders": -1, "_id": 1}},
        ]  # fmt: skip
        with translated():
            rows = await self._orders.aggregate(why).to_list(None)
        return [(row["_id"], row["text"], row["orders"]) for row in rows]

    async def _posted(
        self, store_id: str, since: datetime, wanted: Mapping[str, int]
    ) -> list[dict[str, Any]]:
        found = self._orders.find({"store_id": store_id, "posted_at": {"$gte": since}}, wanted)
        with translated():
            rows: list[dict[str, Any]] = (
                await found.sort([("posted_at", -1)]).limit(MOST_LATENCIES).to_list(None)
            )
        return rows

    async def posted(self, store_id: str) -> list[dict[str, Any]]:
        """See Ledger."""
        known: dict[str, Any] = {"store_id": store_id, "posted_at": {"$gt": _EPOCH}}
        found = self._orders.find(known, _LIGHT).sort([("posted_at", -1)]).limit(MOST_POSTED)
        with translated():
            rows: list[dict[str, Any]] = await found.to_list(None)
        return rows


def midnight(day: date) -> datetime:
    """When the day begins in São Paulo."""
    return datetime.combine(day, time.min, ZONE)


def waits(rows: Sequence[Mapping[str, Any]]) -> list[float]:
    """Seconds from payment to sales order, sorted, where both are known."""
    known = [(row["paid_at"], row["posted_at"]) for row in rows if row.get("paid_at")]
    return sorted(max((posted - paid).total_seconds(), 0.0) for paid, posted in known)


async def index(orders: Collection_[dict[str, Any]]) -> None:
    """Create the indexes; harmless when they exist. Raises Unavailable."""
    with translated():
        await orders.create_index([("store_id", 1), ("placed_at", -1), ("tab", 1)], name="days")
        await orders.create_index(
            [("store_id", 1), ("posted_at", -1)],
            name="posted",
            partialFilterExpression={"posted_at": {"$gt": _EPOCH}},
        )
        await orders.create_index(
            [("store_id", 1), ("situation", 1), ("updated_at", 1)],
            name="watched",
            partialFilterExpression={"situation": {"$in": [*_WATCHED]}},
        )
