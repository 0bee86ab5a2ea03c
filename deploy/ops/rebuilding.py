"""The panel's rows, folded anew from the topics while the panel goes on.

1. Fold every topic that the panel reads, from its beginning, into fresh rows, by the panel's own
   flow; then what was written meanwhile.
2. Join what only the stored rows know, for the topics keep 30 days and rows are kept for ever.
3. Check that no order is missing.
4. Switch, in one step.
5. Fold what was written since step 1 once more, into the rows that are now seen. What the panel
   folded into the old ones meanwhile is in the topics, so nothing is lost; twice is normal.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from chassis.clock import Clock
from chassis.store import Documents, Kept
from contracts.wire import Outgoing
from ops.boards import Boards
from ops.exits import Exit, Stop
from ops.log import Log, Span
from ops.replaying import Progress
from panel.handlers import orders
from panel.rebuilt import joined
from panel.row import Row
from panel.tab import place

PASSES_AFTER_SWITCH = 2
"""A panel process may store a row it remembered from before the switch until the first pass has
touched it; the second pass is over all that can have met such a row."""


@dataclass(slots=True)
class Findings:
    """What a rebuild found: how many `records` were folded into how many `rows`.

    `unreadable` records are dead letters of the panel already. `carried` rows are unknown to what
    was read of the topics, `completed` ones known in part only: they are older than the topics, or
    of this very moment. `moved` ones change their tab.
    """

    records: int = 0
    unreadable: int = 0
    rows: int = 0
    carried: int = 0
    completed: int = 0
    moved: list[str] = field(default_factory=list)


@dataclass(slots=True)
class _Silent:
    """Where a fold tells nothing: the panel's rows speak to nobody, its dead letters are known."""

    unreadable: int = 0

    async def publish(self, records: Sequence[Outgoing]) -> None:
        """Count what would be dead letters."""
        self.unreadable += len(records)


def _unheard(_done: int, _total: int) -> None:
    """Too short to show how far it is."""


@dataclass(frozen=True, slots=True)
class Rebuilding:
    """All that a rebuild needs."""

    log: Log
    boards: Boards
    clock: Clock

    async def run(self, progress: Progress, *, switch: bool = True) -> Findings:
        """Rebuild; without `switch` only find out what it would do. Raises Stop, Unavailable."""
        found = Findings()
        await self.boards.prepare()
        spans = await self.log.spans(self._topics())
        found.records, found.unreadable = await self._fold(spans, self.boards.fresh(), progress)
        caught_up = await self._since(spans)
        await self._fold(caught_up, self.boards.fresh(), _unheard)
        await self._join(found)
        seen, found.rows = await self.boards.count()
        if found.rows < seen:
            await self.boards.drop()
            raise Stop(Exit.FAILED, f"{seen - found.rows} of {seen} rows are missing; kept the old")
        if not switch:
            await self.boards.drop()
            return found
        await self.boards.switch()
        for _ in range(PASSES_AFTER_SWITCH):
            await self._fold(await self._since(caught_up), self.boards.live(), _unheard)
        return found

    async def _since(self, before: Sequence[Span]) -> list[Span]:
        """What was written after these stretches."""
        now = await self.log.spans(self._topics())
        return [replace(n, start=b.end) for b, n in zip(before, now, strict=True)]

    def _topics(self) -> tuple[str, ...]:
        return orders(self.boards.fresh(), _Silent(), self.clock).topics

    async def _fold(
        self, spans: Sequence[Span], rows: Documents[Row], progress: Progress
    ) -> tuple[int, int]:
        silent = _Silent()
        flow = orders(rows, silent, self.clock)
        done, total = 0, sum(span.length for span in spans)
        async for batch in self.log.read(spans):
            await flow.handle([logged.record for logged in batch])
            done += len(batch)
            progress(done, total)
        return done, silent.unreadable

    async def _join(self, found: Findings) -> None:
        async for page in self.boards.stored():
            told = await self.boards.told([row.order_id for row in page])
            changes = {}
            for stored in page:
                kept = told.get(stored.order_id)
                row = joined(kept.state if kept else None, stored)
                if kept is None:
                    found.carried += 1
                elif row != kept.state:
                    found.completed += 1
                if kept is None or row != kept.state:
                    changes[stored.order_id] = Kept(row, kept.version if kept else 0)
                if place(row.cells) != place(stored.cells):
                    found.moved.append(stored.order_id)
            if not await self.boards.save(changes):
                raise Stop(Exit.TRY_LATER, "another rebuild is under way")
