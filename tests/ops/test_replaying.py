import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.patience import Unavailable
from contracts.replay import origin
from contracts.topics import replay
from ops.operations import State
from ops.replaying import Replays, begun
from ops.selection import Selection
from tests.support.belt import FakeClock
from tests.support.builders import an_order, captured, validated
from tests.support.ops import MemoryOperations, Ops

ORDERS = [an_order(n) for n in range(1, 8)]
ALL = Selection(service="panel", topics=("orders.captured.v1", "orders.validated.v1"))


def replays(ops: Ops, publisher=None) -> Replays:
    return Replays(
        log=ops.log,
        publisher=publisher or ops.log,
        operations=ops.operations,
        clock=ops.clock,
        seconds=lambda: sum(ops.slept),
        sleep=ops._sleep,
    )


async def full() -> Ops:
    ops = Ops()
    await ops.put(*map(captured, ORDERS), *map(validated, ORDERS))
    return ops


def unheard(done: int, expected: int) -> None:
    """Nobody looks at the progress."""


async def test_what_is_counted_is_what_is_sent_whatever_arrives_meanwhile():
    ops = await full()
    plan = await replays(ops).plan(ALL)
    await ops.put(captured(an_order(99)))

    operation = begun("r-1", "ana", plan, ops.clock)
    await replays(ops).run(operation, 500, unheard)

    assert plan.counts == {"orders.captured.v1": 7, "orders.validated.v1": 7}
    assert (operation.done, operation.state) == (14, State.DONE)
    assert len(ops.log.topics[replay("panel")]) == 14


async def test_every_record_is_the_original_in_its_order():
    ops = await full()
    await replays(ops).run(
        begun("r-1", "ana", await replays(ops).plan(ALL), ops.clock), 500, unheard
    )

    originals = [*ops.log.topics["orders.captured.v1"], *ops.log.topics["orders.validated.v1"]]
    again = ops.log.topics[replay("panel")]
    assert [(r.key, r.value) for r in again] == [(r.key, r.value) for r in originals]
    assert [origin(r.headers).offset for r in again] == [r.offset for r in originals]
    assert {r.headers["replay_id"] for r in again} == {b"r-1"}


class Cut:
    """A publisher that is interrupted once so many records are written."""

    def __init__(self, log, after: int, error: BaseException) -> None:
        self.log, self.left, self.error = log, after, error

    async def publish(self, records) -> None:
        if self.left < len(records):
            raise self.error
        self.left -= len(records)
        await self.log.publish(records)


@given(after=st.integers(0, 13), cut=st.sampled_from([asyncio.CancelledError(), Unavailable("x")]))
async def test_an_interrupted_replay_goes_on_where_it_was(after: int, cut: BaseException):
    ops = await full()
    operation = begun("r-1", "ana", await replays(ops).plan(ALL), ops.clock)
    with pytest.raises(type(cut)):
        await replays(ops, Cut(ops.log, after, cut)).run(operation, 500, unheard)
    found = await ops.operations.get("r-1")
    assert found is not None
    assert found.state in {State.INTERRUPTED, State.FAILED}
    assert found.done == after

    await replays(ops).run(found, 500, unheard)

    assert (found.done, found.state) == (14, State.DONE)
    assert len(ops.log.topics[replay("panel")]) == 14


async def test_no_more_records_are_sent_a_second_than_were_asked_for():
    ops = await full()

    await replays(ops).run(begun("r-1", "ana", await replays(ops).plan(ALL), ops.clock), 2, unheard)

    assert sum(ops.slept) == pytest.approx(14 / 2, abs=1.01)


async def test_who_what_and_how_much_is_written_down():
    operations, clock = MemoryOperations(), FakeClock()
    ops = await full()
    ops.operations = operations
    narrowed = ALL.model_copy(update={"orders": ("demo-shopify:3",)})

    plan = await replays(ops).plan(narrowed)
    await replays(ops).run(begun("r-9", "ana@loja", plan, clock), 500, unheard)

    noted = operations.kept["r-9"]
    assert (noted["verb"], noted["by"], noted["state"]) == ("replay", "ana@loja", "done")
    assert (noted["done"], noted["expected"]) == (2, 2)
    assert noted["asked"]["orders"] == ["demo-shopify:3"]
