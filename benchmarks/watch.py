"""When orders are seen on their way: in topics, and in the panel's rows.

Rows are heard of from MongoDB's change stream (majority committed, in a tab), events from their
topics. Who listens shares the machine with the belt.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Collection, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from statistics import quantiles
from typing import Any, Final

from aiokafka import AIOKafkaConsumer

from benchmarks.benchmark import Figure, Gate
from chassis import store
from contracts.events import OrderCaptured, OrderPosted, OrderValidated
from panel.board import ORDERS

DATABASE: Final = "esteira_panel"
CAPTURED: Final = "captured"
VALIDATED: Final = "validated"
ROW: Final = "row"
POSTED: Final = "posted"
TOPICS: Final = {
    OrderCaptured.topic: CAPTURED,
    OrderValidated.topic: VALIDATED,
    OrderPosted.topic: POSTED,
}
STAGES: Final = (CAPTURED, VALIDATED, ROW, POSTED)
"""Where an order may be seen."""
EVERY: Final = ""
"""The pattern of all order ids."""


@dataclass(frozen=True, slots=True)
class Waits:
    """How long half, 95 % and 99 % of the orders took at most, in ms."""

    p50: float
    p95: float
    p99: float

    @classmethod
    def of(cls, waits: Sequence[float]) -> "Waits":
        """The percentiles of at least two waits."""
        cuts = quantiles(waits, n=100, method="inclusive")
        return cls(cuts[49], cuts[94], cuts[98])

    def __str__(self) -> str:
        return f"p50 {self.p50:,.0f} ms, p95 {self.p95:,.0f} ms, p99 {self.p99:,.0f} ms"

    def figure(self, name: str, gate: Gate) -> Figure:
        """The median, the others beside it."""
        return Figure(name, self.p50, gate, f"p95 {self.p95:,.0f} ms, p99 {self.p99:,.0f} ms")

    def rounded(self) -> dict[str, float]:
        """For `bench.json`."""
        return {"p50": round(self.p50, 1), "p95": round(self.p95, 1), "p99": round(self.p99, 1)}


@dataclass(slots=True)
class Way:
    """When this process heard of what, on its own clock; of each order the first time counts."""

    sold: dict[str, float] = field(default_factory=dict)
    seen: dict[str, dict[str, float]] = field(
        default_factory=lambda: {stage: {} for stage in STAGES}
    )

    def note(self, stage: str, order_id: str) -> None:
        """An order was seen there just now."""
        self.seen[stage].setdefault(order_id, time.perf_counter())

    def missing(self, stage: str) -> int:
        """How many of the sold orders were not seen there."""
        return len(self.sold.keys() - self.seen[stage].keys())

    def waits_ms(self, stage: str, of: Collection[str] | None = None) -> list[float]:
        """How long each sold order, or each of these, took to get there, if it was seen there."""
        seen = self.seen[stage]
        orders = self.sold if of is None else of
        return [(seen[order] - self.sold[order]) * 1000 for order in orders if order in seen]


@asynccontextmanager
async def watched(
    kafka: str, mongodb: str, stages: Iterable[str] = STAGES, rows: str = EVERY
) -> AsyncIterator[Way]:
    """The way of orders, written down meanwhile; `rows` is the pattern of ids to look out for."""
    way, watchers = Way(), []
    topics = {topic: stage for topic, stage in TOPICS.items() if stage in stages}
    async with AIOKafkaConsumer(
        *topics, bootstrap_servers=kafka, auto_offset_reset="earliest"
    ) as consumer:
        watchers.append(asyncio.create_task(_watch_topics(consumer, topics, way)))
        if ROW in stages:
            watchers.append(asyncio.create_task(_watch_rows(mongodb, rows, way)))
        try:
            yield way
        finally:
            for watcher in watchers:
                watcher.cancel()
            await asyncio.gather(*watchers, return_exceptions=True)


async def _watch_topics(consumer: AIOKafkaConsumer, topics: dict[str, str], way: Way) -> None:
    async for record in consumer:
        way.note(topics[record.topic], dict(record.headers)["ce_subject"].decode())


async def _watch_rows(url: str, rows: str, way: Way) -> None:
    mongo = store.connect(url)
    try:
        async with mongo[DATABASE][ORDERS].watch(_in_a_tab(rows)) as changes:
            async for change in changes:
                way.note(ROW, change["documentKey"]["_id"])
    finally:
        mongo.close()


def _in_a_tab(rows: str) -> list[dict[str, Any]]:
    tabs = ("fullDocument.tab", "updateDescription.updatedFields.tab")
    wanted: dict[str, Any] = {"$or": [{tab: {"$type": "string"}} for tab in tabs]}
    if rows:
        wanted["documentKey._id"] = {"$regex": rows}
    return [{"$match": wanted}, {"$project": {"documentKey": 1}}]
