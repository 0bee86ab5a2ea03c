"""Rows folded anew while the panel goes on: what is seen, and that nothing is lost."""

import pytest

from chassis.store import Kept
from ops.exits import Stop
from ops.rebuilding import Findings, Rebuilding
from panel.handlers import orders
from panel.row import Row, encode, step
from tests.support.belt import FakeClock
from tests.support.builders import an_order, captured, pending, posted, validated
from tests.support.memory import MemoryLog
from tests.support.ops import MemoryBoards, Ops, ReadableLog

FIRST, SECOND, OLD = (an_order(n) for n in (1, 2, 3))
TOLD = [captured(FIRST), validated(FIRST), posted(FIRST), captured(SECOND), pending(SECOND)]


def unseen(done: int, total: int) -> None:
    """Nobody looks."""


def fold(*messages) -> Row:
    row = None
    for message in messages:
        row, _ = step(row, message)
    assert row is not None
    return row


def shown(boards: MemoryBoards) -> dict[str, dict]:
    return {id_: encode(kept.state) for id_, kept in boards.seen.kept.items()}


async def a_panel() -> tuple[Ops, dict[str, dict]]:
    """A panel that has folded all that was told."""
    ops = Ops()
    await ops.put(*TOLD)
    flow = orders(ops.boards.live(), MemoryLog(), FakeClock())
    for topic in flow.topics:
        await flow.handle(ops.log.topics[topic])
    return ops, shown(ops.boards)


async def rebuilt(ops: Ops, **how) -> Findings:
    return await Rebuilding(ops.log, ops.boards, FakeClock()).run(unseen, **how)


async def test_the_rows_folded_anew_equal_those_that_the_panel_folded():
    ops, before = await a_panel()

    found = await rebuilt(ops)

    assert shown(ops.boards) == before
    assert (found.records, found.rows, found.carried, found.completed) == (5, 2, 0, 0)
    assert found.moved == []


async def test_a_row_that_went_wrong_is_right_again():
    ops, before = await a_panel()
    ops.boards.seen.kept[SECOND.order_id] = Kept(fold(captured(SECOND)), 7)

    found = await rebuilt(ops)

    assert shown(ops.boards) == before
    assert found.moved == [SECOND.order_id]


async def test_what_the_topics_no_longer_hold_is_kept():
    ops, before = await a_panel()
    ops.boards.seen.kept[OLD.order_id] = Kept(fold(captured(OLD), posted(OLD)), 1)
    ops.log.topics["orders.captured.v1"].clear()

    found = await rebuilt(ops)

    assert shown(ops.boards) == before | {OLD.order_id: encode(fold(captured(OLD), posted(OLD)))}
    assert (found.carried, found.completed) == (1, 2)


async def test_a_dry_run_changes_nothing():
    ops, before = await a_panel()

    await rebuilt(ops, switch=False)

    assert (shown(ops.boards), ops.boards.switches) == (before, 0)
    assert ops.boards.beside.kept == {}


async def test_with_an_order_missing_nothing_is_switched():
    ops, before = await a_panel()
    ops.boards.loses = FIRST.order_id

    with pytest.raises(Stop, match="1 of 2"):
        await rebuilt(ops)

    assert (shown(ops.boards), ops.boards.switches) == (before, 0)


class Meanwhile(MemoryBoards):
    """While the last rows are checked, the panel folds one more event into the old rows."""

    def __init__(self, log: ReadableLog, *arriving) -> None:
        super().__init__()
        self.log, self.arriving = log, arriving

    async def switch(self) -> None:
        flow = orders(self.seen, MemoryLog(), FakeClock())
        for message in self.arriving:
            ops = Ops(log=self.log)
            await ops.put(message)
            await flow.handle(self.log.topics[message.topic][-1:])
        await super().switch()


async def test_what_the_panel_folded_into_the_old_rows_meanwhile_is_in_the_new_ones():
    ops, before = await a_panel()
    boards = Meanwhile(ops.log, validated(SECOND, attempt=2), captured(OLD))
    boards.seen = ops.boards.seen
    ops.boards = boards

    await rebuilt(ops)

    after = shown(boards)
    assert after[SECOND.order_id]["tab"] == "processed"
    [record] = [entry.pop("record") for entry in after[OLD.order_id]["timeline"]]
    assert record[0] == 0
    assert after[OLD.order_id] == encode(fold(captured(OLD)))
    assert after[FIRST.order_id] == before[FIRST.order_id]


async def test_rows_that_a_panel_remembers_are_found_stale_after_the_switch():
    ops, _ = await a_panel()
    remembered = await ops.boards.live().load([FIRST.order_id])

    await rebuilt(ops)

    assert not await ops.boards.live().save(remembered)
