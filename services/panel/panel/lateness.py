"""How far the rows are behind what was told: what an account's orders do not show yet.

The ends of the topics are noted every few seconds, and beside them how far the panel has read, all
its processes together. The oldest end that is not read yet says since when they are behind. Pure
but for `watch`.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, Protocol

import structlog

from chassis.clock import Clock
from chassis.kafka import Place, partition_of
from chassis.patience import Unavailable
from chassis.progress import Read
from contracts.topics import PARTITIONS

WORTH_A_WORD: Final = timedelta(seconds=30)
LOOK_EVERY_S: Final = 5.0
MOST_NOTED: Final = 1_000
"""Ends kept of one partition: beyond them the oldest stands for all before it."""

log = structlog.get_logger()


class Progress(Protocol):
    """Where the panel is in its topics."""

    async def places(self) -> Mapping[Place, Read]:
        """Every partition of an order topic. Raises Unavailable."""


@dataclass(slots=True)
class Lateness:
    """Since when each partition is behind; nothing is while nothing was noted."""

    clock: Clock
    _ends: dict[Place, deque[tuple[int, datetime]]] = field(default_factory=dict, init=False)
    _noted_at: datetime | None = field(default=None, init=False)

    def note(self, places: Mapping[Place, Read]) -> None:
        """How far the panel has read, now."""
        now = self._noted_at = self.clock()
        for place, (read, end) in places.items():
            ends = self._ends.setdefault(place, deque())
            while ends and ends[0][0] <= read:
                ends.popleft()
            if end > read and (not ends or end > ends[-1][0]) and len(ends) < MOST_NOTED:
                ends.append((end, now))

    def of(self, account_id: str) -> timedelta:
        """How long the account's orders have been behind; nothing where that is not worth a word.

        Where nothing could be noted for a while nothing new is shown either.
        """
        now, partition = self.clock(), partition_of(account_id, PARTITIONS)
        since = [ends[0][1] for (_, p), ends in self._ends.items() if p == partition and ends]
        if self._noted_at is not None:
            since.append(self._noted_at)
        behind = now - min(since, default=now)
        return behind if behind > WORTH_A_WORD else timedelta()


async def watch(
    lateness: Lateness,
    progress: Progress,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> None:
    """Note how far the panel has read, again and again."""
    while True:
        try:
            lateness.note(await progress.places())
        except Unavailable as error:
            log.warning("progress_unknown", why=str(error))
        await sleep(LOOK_EVERY_S)
