"""Orders per second through the whole belt: webhooks in, rows of the panel and ERP orders out.

First so many orders are always under way, which shows how many a second the machine can do. Then
fewer are sent, evenly, and their way is timed: from right before the webhook is sent until the row
is in a tab. All processes share the machine, this one and the sandbox's ERP included.
"""

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import uvloop

from benchmarks import usage
from benchmarks.benchmark import DidNotRun, Figure, Outcome, Plan, at_least
from benchmarks.door import Door
from benchmarks.hub import Hub, hub
from benchmarks.market import Sale, sales, stores
from benchmarks.traffic import Traffic
from benchmarks.watch import DATABASE, POSTED, ROW, Waits, watched
from chassis import store
from panel.board import ORDERS

NAME: Final = "end_to_end"
FIGURE: Final = "end_to_end_orders_per_s"
ACCOUNTS: Final = 50
UNDER_WAY: Final = 1_000
"""Orders between the door and the ERP while the belt is kept full: twenty an account."""
CONNECTIONS: Final = 32
EVENLY: Final = 0.6
"""How much of what the belt can do is sent when waits are measured."""
MOST_EVENLY: Final = 400.0
EVENLY_S: Final = 12.0
SAMPLED: Final = "[05]$"
"""Rows are looked out for whose order ids end so: a fifth of them."""
ROWS_WITHIN_S: Final = 30.0
_LOOK_EVERY_S: Final = 0.05


def measure(plan: Plan) -> Outcome:
    """How many orders a second go all the way."""
    full, even = plan.scaled(10_000, 3_000), plan.scaled(5_000, 1_500)
    plan.say(f"{NAME}: making up {ACCOUNTS + full + even:,} orders of {ACCOUNTS} stores")
    shops = stores(ACCOUNTS)
    sold = list(sales(ACCOUNTS + full + even, shops))
    with hub(plan, NAME, shops, sold) as began:
        plan.say(f"{NAME}: {full:,} orders, {UNDER_WAY} under way at any time")
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            found = runner.run(_measured(began, sold, full, plan))
    waits = Waits.of(found.waits_ms)
    conditions = {
        "accounts": ACCOUNTS,
        "orders": full,
        "under_way": UNDER_WAY,
        "cpu_us_per_order": found.cpu_us,
        "evenly_per_s": round(found.evenly),
        "evenly_webhook_to_row_ms": waits.rounded(),
    }
    detail = f"at {found.evenly:,.0f}/s webhook to row {waits}"
    figure = Figure(FIGURE, found.rate, at_least(400), detail)
    return Outcome((figure,), {NAME: conditions})


@dataclass(frozen=True, slots=True)
class Found:
    """What the run showed: the rate, what each process spent, and waits at an even rate."""

    rate: float
    cpu_us: Mapping[str, int]
    evenly: float
    waits_ms: Sequence[float]


async def _measured(began: Hub, sold: Sequence[Sale], full: int, plan: Plan) -> Found:
    card = began.card
    async with (
        watched(card["kafka"], card["mongodb"], (ROW, POSTED), SAMPLED) as way,
        Door.opened(began.door, CONNECTIONS) as door,
    ):
        traffic = Traffic(door, way)
        await traffic.keep_full(iter(sold[:ACCOUNTS]), UNDER_WAY, CONNECTIONS)
        await traffic.all_posted()
        rate, cpu_us = await _rate(began, traffic, sold[ACCOUNTS : ACCOUNTS + full])
        evenly = min(MOST_EVENLY, EVENLY * rate)
        plan.say(f"{NAME}: {rate:,.0f} a second; now {evenly:,.0f}, evenly")
        way.sold.clear()
        rest = sold[ACCOUNTS + full :]
        await traffic.send_evenly(iter(rest[: round(evenly * EVENLY_S)]), evenly)
        await traffic.all_posted()
        await _all_rows(card["mongodb"], traffic.sent)
        return Found(rate, cpu_us, evenly, way.waits_ms(ROW))


async def _rate(
    began: Hub, traffic: Traffic, sales: Sequence[Sale]
) -> tuple[float, Mapping[str, int]]:
    """Orders a second, and CPU time per order, from when a fifth is through to the last row."""
    warm = len(sales) // 5
    async with asyncio.TaskGroup() as sending:
        sending.create_task(traffic.keep_full(iter(sales), UNDER_WAY, CONNECTIONS))
        await traffic.some_posted(traffic.posted + warm)
        at, used = time.perf_counter(), usage.of(began.processes)
    await traffic.all_posted()
    await _all_rows(began.card["mongodb"], traffic.sent)
    took = time.perf_counter() - at
    measured = len(sales) - warm
    return measured / took, usage.each_us(used, usage.of(began.processes), measured)


async def _all_rows(url: str, count: int) -> None:
    """Return when so many rows say that their order is in the ERP. Raises DidNotRun."""
    mongo = store.connect(url)
    deadline = time.perf_counter() + ROWS_WITHIN_S
    wanted: dict[str, Any] = {"situation": "integrado"}
    try:
        while (found := await mongo[DATABASE][ORDERS].count_documents(wanted)) < count:
            if time.perf_counter() > deadline:
                raise DidNotRun(f"of {count} rows only {found} say that their order is posted")
            await asyncio.sleep(_LOOK_EVERY_S)
    finally:
        mongo.close()
