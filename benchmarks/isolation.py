"""Whether one account's flood is felt by the others: their p95 from webhook to posted order.

Quiet stores sell now and then, first alone, then while another store sells far more than its ERP
takes: it drowns in its own backlog, and the others should not notice. Both halves run on the same
belt, one after the other, so that the ratio hardly depends on how fast the machine is.
"""

import asyncio
import itertools
from collections.abc import Sequence
from typing import Final

import uvloop

from benchmarks.benchmark import DidNotRun, Figure, Outcome, Plan, at_most
from benchmarks.door import Door
from benchmarks.hub import Hub, hub
from benchmarks.market import Sale, sales, stores
from benchmarks.traffic import Traffic
from benchmarks.watch import POSTED, Waits, watched

NAME: Final = "isolation"
FIGURE: Final = "accounts_isolation"
ACCOUNTS: Final = 50
ERP_ANSWERS_IN_MS: Final = 100
"""An account's orders go one after the other, so it can have ten a second."""
QUIET_PER_S: Final = 20.0
"""Of all the quiet stores together: each sells once in two and a half seconds."""
FLOOD_PER_S: Final = 50.0
"""Five times what the flooded account's ERP takes."""
FLOODED_FIRST_S: Final = 3.0
"""How long the flood runs before the others' waits count."""
WARM_UP_S: Final = 10.0
SPARE_S: Final = 15.0
"""How much longer than needed the flood would go on, were it not ended."""
CONNECTIONS: Final = 32


def measure(plan: Plan) -> Outcome:
    """The quiet stores' p95 with the flood, as a multiple of the one without."""
    seconds = plan.scaled(30, 12)
    flooded, *quiet = stores(ACCOUNTS)
    plan.say(f"{NAME}: making up the orders of {ACCOUNTS} stores")
    calm = round(QUIET_PER_S * (WARM_UP_S + 2 * seconds))
    storm = round(FLOOD_PER_S * (FLOODED_FIRST_S + seconds + SPARE_S))
    sold = [*sales(calm, quiet), *sales(storm, [flooded], first=calm + 1)]
    with hub(plan, NAME, (flooded, *quiet), sold) as began:
        began.control("latency", {"ms": ERP_ANSWERS_IN_MS})
        plan.say(f"{NAME}: {seconds} seconds without a flood, {seconds} with one")
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            without, during = runner.run(_measured(began, sold[:calm], sold[calm:], seconds))
    conditions = {
        "accounts": ACCOUNTS,
        "quiet_per_s": QUIET_PER_S,
        "flood_per_s": FLOOD_PER_S,
        "erp_answers_in_ms": ERP_ANSWERS_IN_MS,
        "quiet_webhook_to_posted_ms": {"without": without.rounded(), "during": during.rounded()},
    }
    detail = f"webhook to posted without a flood {without}; with one {during}"
    figure = Figure(FIGURE, during.p95 / without.p95, at_most(1.5), detail)
    return Outcome((figure,), {NAME: conditions})


async def _measured(
    began: Hub, quiet: Sequence[Sale], flood: Sequence[Sale], seconds: int
) -> tuple[Waits, Waits]:
    card, left = began.card, iter(quiet)
    async with (
        watched(card["kafka"], card["mongodb"], (POSTED,)) as way,
        Door.opened(began.door, CONNECTIONS) as door,
    ):
        traffic = Traffic(door, way)

        async def waits(count_s: float) -> Waits:
            sent = list(itertools.islice(left, round(QUIET_PER_S * count_s)))
            await traffic.send_evenly(iter(sent), QUIET_PER_S)
            ids = {sale.order_id for sale in sent}
            await traffic.these_posted(ids)
            return Waits.of(way.waits_ms(POSTED, ids))

        await waits(WARM_UP_S)
        without = await waits(seconds)
        flooding = asyncio.create_task(traffic.send_evenly(iter(flood), FLOOD_PER_S))
        await asyncio.sleep(FLOODED_FIRST_S)
        during = await waits(seconds)
        if flooding.done():
            raise DidNotRun(f"{NAME}: the flood was over before the others were measured")
        flooding.cancel()
        await asyncio.gather(flooding, return_exceptions=True)
        return without, during
