"""How records become decisions: a batch is read, folded order by order, told, then committed.

A service's step is a pure function `(what I know of this order, message) -> (what I know now,
what to tell)`. This file does everything around it, for every service alike:

1. read each record by itself; what nobody can read goes to the dead letters;
2. load what is known of the batch's orders, in one query;
3. step through the messages in their order;
4. store what changed, by compare-and-set; on a conflict load and step again;
5. tell: write every outgoing message and wait for the broker's word;
6. return, and only then are the offsets committed.

The next batch is read and stored while this one is told and committed; none overtakes another. A
crash anywhere in between repeats what was not committed. So a step must be idempotent and, for a
message it has seen, tell the same again.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Generic, Protocol, TypeVar

import structlog

from chassis.clock import Clock
from chassis.logs import raised_at
from chassis.patience import patiently
from chassis.store import Documents, Kept
from contracts.envelope import Event, Message
from contracts.topics import dead
from contracts.wire import Outgoing, Undecodable, decode, encode

S = TypeVar("S")
TOO_MANY_IN_A_ROW = 50

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Record:
    """A record as it was read from Kafka."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: Mapping[str, bytes] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Failed:
    """A record that cannot be used, and why, in words that quote nothing of it."""

    error: str


NOWHERE = Record(topic="", partition=-1, offset=-1, key=None, value=None)
"""Where injected messages come from."""

Read = Sequence[Message] | Failed
"""What one record says: usually one message, none for a type we do not know yet."""

Said = tuple[int, Message]
"""What a step said, and the place in the batch of the record that made it."""
Told = tuple[Message, Outgoing]
Dead = tuple[Record, str]
Reader = Callable[[Sequence[Record]], Awaitable[Sequence[Read]]]
Step = Callable[[S | None, Message], tuple[S | None, Sequence[Message]]]


class Publishes(Protocol):
    """Where messages go out."""

    async def publish(self, records: Sequence[Outgoing]) -> None:
        """Write all; raises Unavailable when some may be missing."""


class TooManyFailures(Exception):  # noqa: N818 - it names what happened
    """The step broke on so many records in a row that the fault is ours, not theirs."""


async def decode_all(records: Sequence[Record]) -> Sequence[Read]:
    """Read each record by its topic's contract."""
    return [_decode(record, lean=False) for record in records]


async def decode_lean(records: Sequence[Record]) -> Sequence[Read]:
    """Read each record by its topic's contract, large ones without what few look at."""
    return [_decode(record, lean=True) for record in records]


def _decode(record: Record, *, lean: bool) -> Read:
    try:
        message = decode(record.topic, record.headers, record.value, lean=lean)
    except Undecodable as error:
        return Failed(str(error))
    if message is None:
        return ()
    if record.key is not None and record.key != message.key.encode():
        return Failed("the record's key is another than its message's")
    return (message,)


@dataclass(slots=True)
class Flow(Generic[S]):
    """One step of the belt, and everything it needs. `after` is called once a batch is stored."""

    service: str
    topics: tuple[str, ...]
    step: Step[S]
    documents: Documents[S]
    publisher: Publishes
    clock: Clock
    read: Reader = decode_all
    after: Callable[[], None] = lambda: None
    _failures: int = field(default=0, init=False)
    _storing: asyncio.Lock = field(default_factory=asyncio.Lock, init=False)
    _telling: asyncio.Lock = field(default_factory=asyncio.Lock, init=False)

    async def handle(self, records: Sequence[Record]) -> None:
        """Take a batch the whole way; returns when it may be committed.

        May be called again while it runs: the batches go through in the order of the calls.
        """
        await self._take(records, self.read)

    async def inject(self, messages: Sequence[Message]) -> None:
        """Step through messages that came from no topic, such as a second look at an order."""

        async def read(_: Sequence[Record]) -> Sequence[Read]:
            return [(message,) for message in messages]

        await self._take([NOWHERE] * len(messages), read)

    async def settled(self) -> None:
        """Return once all is stored that was being worked on.

        Who looks among what is stored for states that a change concerns would miss those that
        were decided before the change and are stored after the look.
        """
        async with self._storing:
            pass

    async def _take(self, records: Sequence[Record], read: Reader) -> None:
        # Whoever is first at one lock is first at the next: nothing waits in between.
        began = time.perf_counter()
        async with self._storing:
            told, failed = await self._store(records, read)
        async with self._telling:
            letters = [self._dead_letter(*each) for each in failed if each[0] is not NOWHERE]
            outgoing = [*(out for _, out in told), *letters]
            await patiently(lambda: self.publisher.publish(outgoing), "publishing a batch")
        if moved := _moved(message for message, _ in told):
            log.info("orders_moved", orders=moved)
        log.info(
            "batch_done",
            records=len(records),
            told=len(told),
            dead=len(failed),
            ms=round((time.perf_counter() - began) * 1000, 1),
        )

    async def _store(
        self, records: Sequence[Record], read: Reader
    ) -> tuple[list[Told], list[Dead]]:
        reads = await patiently(lambda: read(records), "reading a batch")
        told, failed = await patiently(lambda: self._fold(records, reads), "folding a batch")
        for record, error in failed:
            _log_dead(record, error)
        unreadable = sum(isinstance(each, Failed) for each in reads)
        self._count(len(failed) - unreadable, len(records) - unreadable)
        self.after()
        return told, failed

    async def _fold(
        self, records: Sequence[Record], reads: Sequence[Read]
    ) -> tuple[list[Told], list[Dead]]:
        subjects = {m.subject for read in reads if not isinstance(read, Failed) for m in read}
        unsayable: dict[int, str] = {}
        while True:
            known = await self.documents.load(subjects) if subjects else {}
            states: dict[str, S | None] = {id_: kept.state for id_, kept in known.items()}
            said, failed = self._step_all(states, reads, unsayable)
            told, refused = self._encode_all(records, said)
            if refused:
                # What a record made us say cannot be written: do as if it had not come.
                unsayable |= refused
            elif await self.documents.save(_changed(known, states)):
                return told, [(records[at], error) for at, error in failed]

    def _step_all(
        self, states: dict[str, S | None], reads: Sequence[Read], unsayable: Mapping[int, str]
    ) -> tuple[list[Said], list[tuple[int, str]]]:
        """Step through all records, changing `states`. A record that fails changes nothing."""
        said: list[Said] = []
        failed: list[tuple[int, str]] = []
        for at, read in enumerate(reads):
            if isinstance(read, Failed):
                failed.append((at, read.error))
            elif at in unsayable:
                failed.append((at, unsayable[at]))
            else:
                try:
                    said += [(at, message) for message in self._turn(states, read)]
                except Exception as error:  # noqa: BLE001 - a bug on one record must not stop all
                    failed.append((at, _words(error)))
        return said, failed

    def _turn(self, states: dict[str, S | None], messages: Sequence[Message]) -> list[Message]:
        """Step through one record: all of its messages count, or, where one fails, none."""
        if len(messages) == 1:
            (message,) = messages
            subject = message.subject
            states[subject], out = self.step(states.get(subject), message)
            return list(out)
        told: list[Message] = []
        turned: dict[str, S | None] = {}
        for message in messages:
            state = turned.get(message.subject, states.get(message.subject))
            turned[message.subject], out = self.step(state, message)
            told += out
        states |= turned
        return told

    def _encode_all(
        self, records: Sequence[Record], said: Sequence[Said]
    ) -> tuple[list[Told], dict[int, str]]:
        """Every message as a record, in one go: code that runs alone runs faster."""
        told: list[Told] = []
        refused: dict[int, str] = {}
        for at, message in said:
            trace = records[at].headers.get("traceparent")
            try:
                told.append((message, encode(message, self.service, trace)))
            except Exception as error:  # noqa: BLE001 - one message must not stop all
                refused[at] = _words(error)
        return told, refused

    def _count(self, failed: int, stepped: int) -> None:
        """Steps that broke, one after another; what nobody can read is never our fault."""
        if failed < stepped:
            self._failures = 0
        self._failures += failed
        if self._failures > TOO_MANY_IN_A_ROW:
            raise TooManyFailures(f"{self._failures} records in a row failed")

    def _dead_letter(self, record: Record, error: str) -> Outgoing:
        origin = {
            "dead_service": self.service,
            "dead_topic": record.topic,
            "dead_partition": str(record.partition),
            "dead_offset": str(record.offset),
            "dead_error": error,
            "dead_at": self.clock().isoformat(),
        }
        return Outgoing(
            topic=dead(self.service),
            key=record.key or b"",
            value=record.value or b"",
            headers=(
                *record.headers.items(),
                *((name, text.encode()) for name, text in origin.items()),
            ),
        )


def _changed(known: Mapping[str, Kept[S]], states: Mapping[str, S | None]) -> dict[str, Kept[S]]:
    changes: dict[str, Kept[S]] = {}
    for id_, state in states.items():
        kept = known.get(id_)
        if state is None or (kept is not None and (state is kept.state or state == kept.state)):
            continue
        changes[id_] = Kept(state, kept.version if kept else 0)
    return changes


def _words(error: Exception) -> str:
    """What broke and where; its own text may quote the record."""
    return f"{type(error).__name__} at {raised_at(error)}"


def _log_dead(record: Record, error: str) -> None:
    log.error(
        "record_dead",
        topic=record.topic,
        partition=record.partition,
        offset=record.offset,
        why=error,
    )


def _moved(told: Iterable[Message]) -> list[str]:
    """What became of each order, as `order_id fact revision.attempt`: one line for a batch."""
    return [f"{m.order_id} {m.type} {m.revision}.{m.attempt}" for m in told if isinstance(m, Event)]
