"""A compacted topic held in memory: the latest message of every key, in every process."""

import contextlib
import itertools
from collections.abc import Callable, Iterator
from typing import Generic, TypeVar

import structlog
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from chassis.patience import Unavailable, patiently
from contracts.envelope import Message
from contracts.wire import Undecodable, decode

M = TypeVar("M", bound=Message)
POLL_MS = 200

log = structlog.get_logger()


class Table(Generic[M]):
    """What a topic says now, by key. `put` also lets a test fill it by hand."""

    def __init__(self, kind: type[M]) -> None:
        self.kind = kind
        self._rows: dict[str, M] = {}
        self._watchers: list[Callable[[M], None]] = []

    def get(self, key: str) -> M | None:
        """The latest message of this key."""
        return self._rows.get(key)

    def __iter__(self) -> Iterator[M]:
        return iter(tuple(self._rows.values()))

    def watch(self, watcher: Callable[[M], None]) -> None:
        """Call `watcher` with every message from now on."""
        self._watchers.append(watcher)

    def put(self, message: M) -> None:
        """Take a message in."""
        self._rows[message.key] = message
        for watcher in self._watchers:
            watcher(message)


async def load(table: Table[M], consumer: AIOKafkaConsumer) -> None:
    """Read the topic up to its end as it is now. Waits for the broker and the topic."""
    consumer.subscribe([table.kind.topic])
    await patiently(lambda: _start(consumer), "connecting to kafka")
    ends = await patiently(lambda: _ends(consumer), "finding the end of a table")
    while any([await consumer.position(place) < end for place, end in ends.items()]):
        await patiently(lambda: _read_some(table, consumer), "reading a table")


async def follow(table: Table[M], consumer: AIOKafkaConsumer) -> None:
    """Keep the table fresh until cancelled."""
    while True:
        await patiently(lambda: _read_some(table, consumer), "following a table")


@contextlib.contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except (KafkaError, OSError) as error:
        raise Unavailable(f"kafka: {type(error).__name__}") from error


async def _start(consumer: AIOKafkaConsumer) -> None:
    with _translated():
        await consumer.start()


async def _ends(consumer: AIOKafkaConsumer) -> dict[TopicPartition, int]:
    with _translated():
        return dict(await consumer.end_offsets(consumer.assignment()))


async def _read_some(table: Table[M], consumer: AIOKafkaConsumer) -> None:
    with _translated():
        read = await consumer.getmany(timeout_ms=POLL_MS)
    for record in itertools.chain(*read.values()):
        try:
            message = decode(record.topic, dict(record.headers), record.value)
        except Undecodable as error:
            log.warning("record_ignored", topic=record.topic, offset=record.offset, why=str(error))
            continue
        if isinstance(message, table.kind):
            table.put(message)
