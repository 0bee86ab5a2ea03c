"""From a paid webhook to the panel's row, and to the posted order, on a whole belt.

The clock starts right before the channel is told to sell: making the order up, signing it and
sending its webhooks count too, some milliseconds that are not ours. It stops when this process,
which shares the machine with the belt, hears of the row and of `OrderPosted` (`watch.py`).
"""

import asyncio
import itertools
import random
import time
from collections.abc import Iterator, Mapping
from typing import Any, Final

import httpx

from benchmarks.benchmark import DidNotRun, Outcome, Plan, at_most
from benchmarks.watch import POSTED, ROW, STAGES, Waits, Way, watched
from embedded import demo
from embedded.belt import Belt
from embedded.errors import StartFailed

NAME: Final = "latency"
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
        waits[ROW].figure("webhook_to_row_ms_p50", at_most(300)),
        waits[POSTED].figure("webhook_to_erp_ms_p50", at_most(1_000)),
    )
    return Outcome(figures, {NAME: conditions})


async def _measured(card: Mapping[str, Any], count: int) -> Way:
    async with httpx.AsyncClient(trust_env=False, timeout=30) as channel:
        await _set_the_scene(channel, card)
        async with watched(card["kafka"], card["mongodb"]) as way:
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
