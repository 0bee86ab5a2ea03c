"""A lane for each store: its records wait for its channel while other stores' records go on.

What is read together goes on together once every question of it is answered. A store that is not
answered `LINGER_S` after it was read stays behind with its records, which follow when they are
ready; the records of one store keep their order. A record is committed once it and all before it
in its partition are stored (`offsets.py`): after a crash whatever waited is read again.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Coroutine, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any, Final

from capture.offsets import Offsets
from chassis.flow import Record
from chassis.subscription import BATCH_RECORDS, Mover, leave, restored

LINGER_S: Final = 0.02
"""What an order may lose to the slow channels of others; shorter, and batches fall apart."""
MOST_WAITING: Final = 1000
"""Records that wait for channels; what has no answer in time is put aside and makes room."""

Prepare = Callable[[Sequence[Record]], Coroutine[Any, Any, None]]
"""Finds out what records say; after it the flow reads them without waiting for a channel."""


@dataclass(slots=True)
class _Batch:
    """Parts that were read together; those that are prepared go on once it is `due`."""

    unprepared: int
    due: bool = False


@dataclass(frozen=True, slots=True)
class _Part:
    """One store's records of a batch."""

    records: Sequence[Record]
    task: asyncio.Task[None]
    batch: _Batch


@dataclass
class Lanes(Mover):
    """A Mover of batches whose records are prepared first, each store's by themselves."""

    prepare: Prepare = field(kw_only=True)
    _offsets: Offsets = field(default_factory=Offsets, init=False)
    _lanes: dict[bytes, deque[_Part]] = field(default_factory=dict, init=False)
    _waiting: int = field(default=0, init=False)
    _full: bool = field(default=False, init=False)
    _news: asyncio.Event = field(default_factory=asyncio.Event, init=False)
    _place: asyncio.Event = field(default_factory=asyncio.Event, init=False)
    _going: asyncio.Task[None] | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        """Commit only what has nothing open before it."""
        commit = self.commit

        async def commit_row(records: Sequence[Record]) -> None:
            if passed := self._offsets.done(records):
                await commit(passed)

        self.commit = commit_row

    async def take(self, records: Sequence[Record]) -> None:
        """Begin to prepare them; return when there is room for more."""
        if self._stopped:
            return
        self._going = self._going or asyncio.create_task(self._keep_going())
        self._waiting += len(records)
        self._offsets.opened(records)
        loop = asyncio.get_running_loop()
        parts = list(_by_store(records))
        batch = _Batch(len(parts))
        loop.call_later(LINGER_S, self._let_go, batch)
        for store, of_store in parts:
            task = asyncio.create_task(self.prepare(restored(of_store, self.flow)))
            part = _Part(of_store, task, batch)
            self._lanes.setdefault(store, deque()).append(part)
            task.add_done_callback(lambda _: self._prepared(batch))
        while self._full or self._waiting >= MOST_WAITING:
            self._place.clear()
            await self._place.wait()

    async def stop(self) -> None:
        """Let what is prepared and on its way end; ask nothing more."""
        self._stopped = True
        asking = [part.task for lane in self._lanes.values() for part in lane]
        tasks = [*asking, *([self._going] if self._going else [])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await super().stop()

    def _prepared(self, batch: _Batch) -> None:
        batch.unprepared -= 1
        if batch.due or batch.unprepared == 0:
            self._let_go(batch)

    def _let_go(self, batch: _Batch) -> None:
        batch.due = True
        self._news.set()

    async def _keep_going(self) -> None:
        """Hand on what is ready, as much at a time as there is, until cancelled."""
        try:
            while True:
                await self._news.wait()
                self._news.clear()
                while records := self._ready():
                    self._full = True
                    await super().take(records)
                    self._full = False
                    self._waiting -= len(records)
                    self._place.set()
        except Exception as error:  # noqa: BLE001 - records must not be skipped over
            leave(error)

    def _ready(self) -> list[Record]:
        """Records that need not wait any more, a part of each lane in turn."""
        ready: list[Record] = []
        while len(ready) < BATCH_RECORDS:
            store = next((store for store, lane in self._lanes.items() if _goes(lane[0])), None)
            if store is None:
                break
            lane = self._lanes.pop(store)
            part = lane.popleft()
            part.task.result()
            ready += part.records
            if lane:
                self._lanes[store] = lane
        return ready


def _goes(part: _Part) -> bool:
    return part.batch.due and part.task.done()


def _by_store(records: Sequence[Record]) -> Iterator[tuple[bytes, list[Record]]]:
    """Each store's records: the inbox is keyed by store."""
    ordered = sorted(records, key=_store)
    return ((store, list(of_store)) for store, of_store in groupby(ordered, key=_store))


def _store(record: Record) -> bytes:
    return record.key or b""
