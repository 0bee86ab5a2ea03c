"""Exactly one sales order, wherever the writer dies and whoever else is at work."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from datetime import datetime
from functools import partial
from typing import Any

import pytest

from contracts.events import ErpStanding, OrderPending, OrderPosted
from contracts.reasons import ReasonCode
from erp_writer.entry import State, Undo
from tests.support.builders import ACCOUNT, an_order, cancellation_of
from tests.support.erp_bench import ErpBench, Killed, a_bench
from tests.support.virtual_time import run

ORDER = an_order()
Part = Callable[[ErpBench], Awaitable[None]]
MOST_STEPS = 60
NOWHERE = "nowhere"
CLAIMED = "after saving sending"
POST = "IncluirPedido"


def no_salesperson(bench: ErpBench, **changes: Any) -> Any:
    return bench.validated(ORDER, salesperson_name="", **changes)


async def two_orders_are_validated(bench: ErpBench) -> None:
    orders = (an_order(1000), an_order(1001))
    await bench.put(*(bench.validated(order, salesperson_name="") for order in orders))


async def an_order_is_validated(bench: ErpBench) -> None:
    await bench.put(no_salesperson(bench))


async def it_is_cancelled(bench: ErpBench) -> None:
    await bench.put(cancellation_of(ORDER))


async def it_is_validated_again(bench: ErpBench) -> None:
    await bench.put(no_salesperson(bench, attempt=2))


async def all_is_settled(bench: ErpBench) -> None:
    await bench.settle()


POSTED = (an_order_is_validated, all_is_settled)
CANCELLED_LATER = (*POSTED, it_is_cancelled, all_is_settled)
REFUSED_ONCE = (*POSTED, it_is_validated_again, all_is_settled)

STORIES: dict[str, tuple[tuple[str, ...], tuple[Part, ...], ErpStanding]] = {
    "all goes well": ((), POSTED, ErpStanding.OPEN),
    "the answer is lost": (("cut_after",), POSTED, ErpStanding.OPEN),
    "the question is lost": (("cut_before",), POSTED, ErpStanding.OPEN),
    "the ERP refuses it once": (("refuse",), REFUSED_ONCE, ErpStanding.OPEN),
    "it is cancelled later": ((), CANCELLED_LATER, ErpStanding.CANCELLED),
}


async def told(bench: ErpBench, parts: tuple[Part, ...]) -> None:
    """The story, part by part. Where the process dies, the next one hears that part again."""
    for part in parts:
        try:
            await part(bench)
        except Killed:
            bench.fuse.at = 0
            bench.start()
            await part(bench)


def died_at(bench: ErpBench, step: int) -> str:
    """What the process was about; `NOWHERE` where it took fewer steps."""
    return bench.fuse.steps[step - 1] if step <= len(bench.fuse.steps) else NOWHERE


def deaths(dying_at: Callable[[int], Coroutine[Any, Any, bool]]) -> int:
    """Let the process die at every step that it takes; how many those were."""
    died = 0
    while run(dying_at(died + 1)):
        died += 1
        assert died < MOST_STEPS
    return died


@pytest.mark.parametrize("name", STORIES)
def test_the_erp_ends_with_one_order_wherever_the_writer_dies(name: str) -> None:
    troubles, parts, standing = STORIES[name]

    async def dying_at(step: int) -> bool:
        async with a_bench() as bench:
            for trouble in troubles:
                await bench.break_(trouble)
            bench.fuse.at = step
            await told(bench, parts)
            where = died_at(bench, step)

            [order] = await bench.orders()
            assert (order["infoCadastro"]["cancelado"] == "S") is (standing != "open"), where
            assert len((await bench.control("GET", "customers"))["customers"]) == 1, where
            [entry] = [kept.state for kept in bench.ledger.kept.values()]
            assert (entry.state, entry.untold) == (State.POSTED, False), where
            facts = bench.seen(OrderPosted)
            assert facts[-1].standing is standing, where
            assert facts[-1].erp_order_id == order["cabecalho"]["codigo_pedido"], where
            # Told again or not, one fact has one content.
            contents = {fact.model_dump_json() for fact in facts}
            assert len(contents) == len({fact.event_id for fact in facts}), where
            assert len({(f.revision, f.attempt, f.standing) for f in facts}) == len(contents)
            return where != NOWHERE

    assert deaths(dying_at) >= 12


def test_of_two_orders_each_is_in_the_erp_once_wherever_the_writer_dies() -> None:
    async def dying_at(step: int) -> bool:
        async with a_bench() as bench:
            bench.fuse.at = step
            await told(bench, (two_orders_are_validated, all_is_settled))
            where = died_at(bench, step)

            held = {order["cabecalho"]["codigo_pedido"] for order in await bench.orders()}
            assert len(held) == len(await bench.orders()) == 2, where
            assert {fact.erp_order_id for fact in bench.seen(OrderPosted)} == held, where
            entries = [kept.state for kept in bench.ledger.kept.values()]
            assert all(e.state is State.POSTED and not e.untold for e in entries), where
            return where != NOWHERE

    assert deaths(dying_at) >= 20


def test_the_next_order_goes_out_while_what_came_of_the_one_before_is_written_down() -> None:
    async def main() -> None:
        async with a_bench() as bench:
            bench.fuse.then["before saving posted"] = partial(asyncio.sleep, 5)
            await two_orders_are_validated(bench)
            await bench.settle()

            steps = bench.fuse.steps
            first_written, sent = steps.index("after saving posted"), f"after {POST}"
            assert steps[:first_written].count(sent) == 2
            assert len(bench.seen(OrderPosted)) == 2

    run(main())


def test_a_line_is_written_three_times_and_the_outcome_told_once() -> None:
    async def main() -> None:
        async with a_bench() as bench:
            await bench.put(no_salesperson(bench))
            await bench.settle()

            writes = [step for step in bench.fuse.steps if step.startswith("before saving")]
            assert writes == [f"before saving {state}" for state in ("queued", "sending", "posted")]
            assert len(bench.seen(OrderPosted)) == 1

    run(main())


def test_an_outcome_after_the_settling_time_is_written_down_before_it_is_told() -> None:
    async def main() -> None:
        async with a_bench() as bench:
            await bench.put(no_salesperson(bench))
            bench.fuse.then[CLAIMED] = partial(asyncio.sleep, 300)
            await bench.settle()

            then = bench.fuse.steps[bench.fuse.steps.index(f"after {POST}") :]
            assert then.index("before saving posted") < then.index("before publish")
            assert len(bench.seen(OrderPosted)) == 1

    run(main())


def test_of_two_processes_that_see_the_same_entry_one_sends_it() -> None:
    async def main() -> None:
        async with a_bench() as bench:
            # Once the buyer is known, nothing but the claim stands between an entry and the call.
            await bench.put(bench.validated(an_order(1000), salesperson_name=""))
            await bench.settle()
            await bench.control("POST", "latency", {"ms": 200})
            await bench.put(no_salesperson(bench))
            one = bench.worker
            bench.start()
            await asyncio.gather(one.drain(ACCOUNT), bench.worker.drain(ACCOUNT))
            await bench.settle()

            assert (await bench.calls()).count(POST) == 2
            assert len(await bench.orders()) == 2
            assert len({fact.model_dump_json() for fact in bench.seen(OrderPosted)}) == 2

    run(main())


def test_a_process_that_stalls_before_its_call_and_wakes_after_another_posted_does_no_harm() -> (
    None
):
    async def main() -> None:
        async with a_bench() as bench:
            await bench.put(no_salesperson(bench))
            wakes = asyncio.Event()
            bench.fuse.then[CLAIMED] = wakes.wait
            stalled = asyncio.create_task(bench.worker.drain(ACCOUNT))
            await asyncio.sleep(1)
            bench.start()
            await bench.settle()
            assert len(await bench.orders()) == 1

            wakes.set()
            await stalled
            await bench.settle()
            assert len(await bench.orders()) == 1
            assert len({fact.model_dump_json() for fact in bench.seen(OrderPosted)}) == 1

    run(main())


def test_a_cancelled_order_that_a_stalled_process_sends_late_is_undone() -> None:
    async def main() -> None:
        async with a_bench() as bench:
            await bench.put(no_salesperson(bench))
            wakes = asyncio.Event()
            bench.fuse.then[CLAIMED] = wakes.wait
            stalled = asyncio.create_task(bench.worker.drain(ACCOUNT))
            await asyncio.sleep(1)
            bench.start()
            await bench.put(cancellation_of(ORDER))
            await bench.settle()
            assert bench.ledger.kept[ORDER.order_id].state.state is State.STOPPED

            wakes.set()
            await stalled
            await bench.settle()
            [order] = await bench.orders()
            assert order["infoCadastro"]["cancelado"] == "S"
            assert bench.seen(OrderPosted)[-1].standing is ErpStanding.CANCELLED
            assert bench.ledger.kept[ORDER.order_id].state.undo is Undo.DONE

    run(main())


def test_an_order_sent_late_after_it_waited_for_its_turn_is_not_given_up_too_early() -> None:
    """The settling time runs from the end of the call, not from the claim long before it."""

    async def main() -> None:
        async with a_bench() as bench:
            await bench.put(no_salesperson(bench))
            bench.fuse.then[CLAIMED] = partial(asyncio.sleep, 300)
            await bench.break_("cut_before")
            await bench.settle()

            calls = (await bench.control("GET", "requests"))["requests"]
            times = [datetime.fromisoformat(r["time"]) for r in calls if r["call"] == POST]
            first, second = times
            assert (second - first).total_seconds() >= 61
            assert len(await bench.orders()) == 1

    run(main())


def test_a_newer_version_with_other_content_after_posting_waits_for_a_person() -> None:
    async def main() -> None:
        async with a_bench() as bench:
            await bench.put(no_salesperson(bench))
            await bench.settle()
            [was] = await bench.orders()
            changed = an_order(buyer=ORDER.buyer.model_copy(update={"name": "Outra Pessoa"}))
            await bench.put(bench.validated(changed, revision=2))
            await bench.settle()

            assert await bench.orders() == [was]
            [fact] = bench.seen(OrderPending)
            assert (fact.revision, fact.reasons[0].code) == (
                2,
                ReasonCode.ORDER_CHANGED_AT_CHANNEL,
            )
            assert was["cabecalho"]["numero_pedido"] in fact.reasons[0].detail

    run(main())
