"""The `esteira` command on memory: topics, rows and operations that a test can look into."""

from collections.abc import AsyncIterator, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import count
from typing import Any

from structlog.testing import capture_logs
from typer.testing import CliRunner, Result

from chassis.flow import Record
from chassis.patience import Unavailable
from chassis.store import Kept
from contracts.envelope import Message
from contracts.wire import Outgoing, encode
from ops.checks import Check
from ops.log import Logged, Span
from ops.main import app
from ops.operations import Operation, Settled, decode, settled
from ops.operations import encode as as_document
from ops.settings import Settings
from ops.site import Doors, Site
from panel.row import Row
from tests.support.belt import NOON, FakeClock
from tests.support.memory import MemoryDocuments, MemoryLog
from tests.support.memory_board import MemoryBoard


@dataclass
class ReadableLog(MemoryLog):
    """The log with times: a record was written when its message happened, others at noon."""

    read_calls: int = 0
    away: bool = False

    async def spans(self, topics: Sequence[str], since: datetime | None = None) -> list[Span]:
        if self.away:
            raise Unavailable("kafka: away")
        return [Span(t, 0, self._first(t, since), len(self.topics[t])) for t in topics]

    async def read(self, spans: Iterable[Span]) -> AsyncIterator[Sequence[Logged]]:
        for span in spans:
            for record in self.topics[span.topic][span.start : span.end]:
                self.read_calls += 1
                yield [Logged(record, written(record))]

    def _first(self, topic: str, since: datetime | None) -> int:
        late = (n for n, r in enumerate(self.topics[topic]) if not since or written(r) >= since)
        return next(late, len(self.topics[topic]))


def written(record: Record) -> datetime:
    stated = record.headers.get("ce_time") or record.headers.get("received_at")
    return datetime.fromisoformat(stated.decode()) if stated else NOON


@dataclass
class MemoryOperations:
    """Operations as their documents."""

    kept: dict[str, dict[str, Any]] = field(default_factory=dict)

    async def put(self, operation: Operation) -> None:
        self.kept[operation.id] = as_document(operation) | {"_id": operation.id}

    async def get(self, id_: str) -> Operation | None:
        return decode(self.kept[id_]) if id_ in self.kept else None

    async def settled(self) -> Settled:
        return settled(decode(each) for each in self.kept.values())


@dataclass
class MemoryBoards:
    """Both sets of rows; `meanwhile` is what happens just before the switch."""

    seen: MemoryDocuments[Row] = field(default_factory=MemoryDocuments)
    beside: MemoryDocuments[Row] = field(default_factory=MemoryDocuments)
    board: MemoryBoard = field(default_factory=MemoryBoard)
    switches: int = 0
    loses: str = ""

    async def prepare(self) -> None:
        self.beside.kept.clear()

    def fresh(self) -> MemoryDocuments[Row]:
        return self.beside

    def live(self) -> MemoryDocuments[Row]:
        return self.seen

    async def stored(self) -> AsyncIterator[list[Row]]:
        for id_ in sorted(self.seen.kept):
            yield [self.seen.kept[id_].state]

    async def stores(self) -> list[str]:
        return sorted({row.store_id for row in self.board.rows.values()})

    async def told(self, ids: Collection[str]) -> dict[str, Kept[Row]]:
        return await self.beside.load(ids)

    async def save(self, changes: Mapping[str, Kept[Row]]) -> bool:
        return await self.beside.save(changes)

    async def count(self) -> tuple[int, int]:
        self.beside.kept.pop(self.loses, None)
        return len(self.seen.kept), len(self.beside.kept)

    async def switch(self) -> None:
        self.switches += 1
        self.seen.kept = {
            id_: replace(kept, version=kept.version + 1_000_000)
            for id_, kept in self.beside.kept.items()
        }
        self.beside.kept = {}

    async def drop(self) -> None:
        self.beside.kept.clear()


@dataclass
class Ops:
    """The command line, typed at: `ops("dead", "list")`."""

    log: ReadableLog = field(default_factory=ReadableLog)
    operations: MemoryOperations = field(default_factory=MemoryOperations)
    board: MemoryBoard = field(default_factory=MemoryBoard)
    boards: MemoryBoards = field(default_factory=MemoryBoards)
    clock: FakeClock = field(default_factory=FakeClock)
    checks: Sequence[Check] = ()
    differences: tuple[str, ...] = ()
    slept: list[float] = field(default_factory=list)
    lines: list[Any] = field(default_factory=list)
    numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def __post_init__(self) -> None:
        self.boards.board = self.board

    def __call__(self, *words: str) -> Result:
        with capture_logs() as lines:
            result = CliRunner().invoke(app(self._doors()), list(words), prog_name="esteira")
        self.lines += lines
        return result

    async def put(self, *messages: Message) -> None:
        await self.log.publish([encode(m, "test") for m in messages])

    async def put_raw(self, *records: Outgoing) -> None:
        await self.log.publish(records)

    def _doors(self) -> Doors:
        @asynccontextmanager
        async def opened(_: Settings) -> AsyncIterator[Site]:
            yield Site(
                log=self.log,
                publisher=self.log,
                operations=self.operations,
                board=self.board,
                boards=self.boards,
                by="ana@loja",
                clock=self.clock,
                new_id=lambda: f"op-{next(self.numbers)}",
                seconds=lambda: 1000.0 + sum(self.slept),
                sleep=self._sleep,
            )

        async def examine(_: Settings) -> AsyncIterator[Check]:
            for check in self.checks:
                yield check

        return Doors(
            site=opened,
            examine=examine,
            create_topics=lambda _: (("inbox.v1",), self.differences),
            hush=lambda: None,
        )

    async def _sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
