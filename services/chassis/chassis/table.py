"""A compacted topic held in memory: the latest message of every key, in every process."""

import asyncio
from collections.abc import Callable, Iterator
from typing import Generic, TypeVar

import structlog
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from chassis.patience import Unavailable, patiently
from contracts.envelope import Message
from contracts.wire import Undecodable, decode

M = TypeVar("M", bound=Message)
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
    await patiently(lambda: _start(consumer), "connecting to kafka")
    partitions = await patiently(lambda: _partitions(consumer, table.kind.topic), "finding topics")
    consumer.assign(partitions)
    ends = await consumer.end_offsets(partitions)
    await consumer.seek_to_beginning(*partitions)
    while any([await consumer.position(p) < ends[p] for p in partitions]):
        await _read_some(table, consumer)


async def follow(table: Table[M], consumer: AIOKafkaConsumer) -> None:
    """Keep the table fresh until cancelled."""
    while True:
        try:
            await _read_some(table, consumer)
        except KafkaError as error:
            log.warning("waiting", doing="following a table", cause=type(error).__name__)
            await asyncio.sleep(1)


async def _start(consumer: AIOKafkaConsumer) -> None:
    try:
        await consumer.start()
    except (KafkaError, OSError) as error:
        raise Unavailable(f"kafka: {type(error).__name__}") from error


async def _partitions(consumer: AIOKafkaConsumer, topic: str) -> list[TopicPartition]:
    # A consumer without a subscription learns of a topic only when its metadata is asked for.
    await consumer._client._wait_on_metadata(topic)  # noqa: SLF001
    found = consumer.partitions_for_topic(topic)
    if not found:
        raise Unavailable(f"topic {topic} does not exist yet")
    return [TopicPartition(topic, p) for p in sorted(found)]


async def _read_some(table: Table[M], consumer: AIOKafkaConsumer) -> None:
    for records in (await consumer.getmany(timeout_ms=200)).values():
        for record in records:
            headers = dict(record.headers)
            try:
                message = decode(record.topic, headers, record.value)
            except Undecodable as error:
                log.warning(
                    "record_ignored", topic=record.topic, offset=record.offset, why=str(error)
                )
                continue
            if isinstance(message, table.kind):
                table.put(message)
