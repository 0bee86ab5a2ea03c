"""From a paid webhook to the panel's row, and to the posted order, on a whole belt.

The clock starts right before the channel is told to sell: making the order up, signing it and
sending its webhooks count too, some milliseconds that are not ours. It stops when this process,
which shares the machine with the belt, hears of the row from MongoDB's change stream (majority
committed, in a tab) and of `OrderPosted` from its topic.
"""

import asyncio
import itertools
import random
import time
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from statistics import quantiles
from typing import Any, Final

import httpx
from aiokafka import AIOKafkaConsumer

from benchmarks.benchmark import DidNotRun, Figure, Gate, Outcome, Plan, below
from chassis import store
from contracts.events import OrderCaptured, OrderPosted, OrderValidated
from embedded import demo
from embedded.belt import Belt
from embedded.errors import StartFailed
from panel.board import ORDERS

NAME: Final = "latency"
DATABASE: Final = "esteira_panel"
ERP_ANSWERS_IN_MS: Final = 100
UNHURRIED: Final = {
    "ESTEIRA_ERP_CALLS_PER_MINUTE": "100000",
    "ESTEIRA_ERP_IP_CALLS_PER_MINUTE": "100000",
}
"""The sandbox's limits are off, so the writer need not keep to them: nobody waits for a quota."""
PER_S: Final = 2.0
WARM_UP: Final = 10
"""Orders that are sold first and do not count: connections open, caches fill."""
ARRIVES_WITHIN_S: Final = 20.0
_LOOK_EVERY_S: Final = 0.05

ROW: Final = "row"
STAGES: Final = {
    "captured": OrderCaptured.topic,
    "validated": OrderValidated.topic,
    ROW: f"{DATABASE}.{ORDERS}",
    "posted": OrderPosted.topic,
}
"""Where an order is seen on its way."""
_IN_A_TAB: Final[list[dict[str, Any]]] = [
    {
        "$match": {
            "$or": [
                {"fullDocument.tab": {"$type": "string"}},
                {"updateDescription.updatedFields.tab": {"$type": "string"}},
            ]
        }
    },
    {"$project": {"documentKey": 1}},
]


def measure(plan: Plan) -> Outcome:
    """Half of all orders are in their row, and posted, after so many milliseconds."""
    plan.say(f"{NAME}: starting the belt")
    count = plan.scaled(60, 20)
    with Belt(plan.folder / NAME, overrides=UNHURRIED) as belt:
        card = belt.site.card()
        try:
            demo.seed(card, 0)
            plan.say(f"{NAME}: {count} orders, {PER_S:.0f} a second")
            way = asyncio.run(_measured(card, count))
        except (httpx.HTTPError, StartFailed) as why:
            raise DidNotRun(f"the sandbox or the demo refused: {why}") from why
    waits = {stage: Waits.of(way.waits_ms(stage)) for stage in STAGES}
    conditions = {
        "orders": count,
        "orders_per_s": PER_S,
        "erp_answers_in_ms": ERP_ANSWERS_IN_MS,
        "ms": {stage: each.rounded() for stage, each in waits.items()},
    }
    figures = (
        waits[ROW].figure("webhook_to_row_ms_p50", below(300)),
        waits["posted"].figure("webhook_to_erp_ms_p50", below(1_000)),
    )
    return Outcome(figures, {NAME: conditions})


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

    def waits_ms(self, stage: str) -> list[float]:
        """How long each sold order took to get there."""
        return [(self.seen[stage][order] - at) * 1000 for order, at in self.sold.items()]


async def _measured(card: Mapping[str, Any], count: int) -> Way:
    async with httpx.AsyncClient(trust_env=False, timeout=30) as channel:
        await _set_the_scene(channel, card)
        async with _watched(card) as way:
            await _sell(channel, card, way, WARM_UP)
            way.sold.clear()
            await _sell(channel, card, way, count)
    return way


async def _set_the_scene(control: httpx.AsyncClient, card: Mapping[str, Any]) -> None:
    """An ERP without limits that answers in 100 ms, and a channel that holds nobody back."""
    limits = dict.fromkeys(("rate", "redundancy", "parallel", "misuse"), False)
    for url, body in (
        (f"{card['erp_url']}/_control/limits", limits),
        (f"{card['erp_url']}/_control/latency", {"ms": ERP_ANSWERS_IN_MS}),
        (
            f"{card['channels_url']}/_control/stores",
            {"id": card["stores"][0]["id"], "plan": "unlimited"},
        ),
    ):
        (await control.post(url, json=body)).raise_for_status()


async def _sell(channel: httpx.AsyncClient, card: Mapping[str, Any], way: Way, count: int) -> None:
    """Sell so many orders and wait until each of them was seen everywhere. Raises DidNotRun."""
    store_id = card["stores"][0]["id"]
    url = f"{card['channels_url']}/_control/stores/{store_id}/orders"
    for due in itertools.islice(_moments(), count):
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        at = time.perf_counter()
        answer = (await channel.post(url, json={"pay": True})).raise_for_status()
        way.sold[f"{store_id}:{answer.json()['id']}"] = at
    deadline = time.perf_counter() + ARRIVES_WITHIN_S
    while missing := {stage: n for stage in STAGES if (n := way.missing(stage))}:
        if time.perf_counter() > deadline:
            raise DidNotRun(f"of {count} orders some were not seen: {missing}")
        await asyncio.sleep(_LOOK_EVERY_S)


def _moments() -> Iterator[float]:
    """When to sell, from now on: unevenly, so as not to fall in step with anybody's timer."""
    dice = random.Random("benchmarks")
    at = time.perf_counter()
    while True:
        at += dice.uniform(0.5, 1.5) / PER_S
        yield at


@asynccontextmanager
async def _watched(card: Mapping[str, Any]) -> AsyncIterator[Way]:
    """The way of orders, written down meanwhile."""
    way = Way()
    watchers = [
        asyncio.create_task(_watch_topics(card["kafka"], way)),
        asyncio.create_task(_watch_rows(card["mongodb"], way)),
    ]
    try:
        yield way
    finally:
        for watcher in watchers:
            watcher.cancel()
        await asyncio.gather(*watchers, return_exceptions=True)


async def _watch_topics(bootstrap: str, way: Way) -> None:
    stages = {topic: stage for stage, topic in STAGES.items() if stage != ROW}
    async with AIOKafkaConsumer(
        *stages, bootstrap_servers=bootstrap, auto_offset_reset="earliest"
    ) as consumer:
        async for record in consumer:
            way.note(stages[record.topic], dict(record.headers)["ce_subject"].decode())


async def _watch_rows(url: str, way: Way) -> None:
    mongo = store.connect(url)
    try:
        async with mongo[DATABASE][ORDERS].watch(_IN_A_TAB) as changes:
            async for change in changes:
                way.note(ROW, change["documentKey"]["_id"])
    finally:
        mongo.close()
