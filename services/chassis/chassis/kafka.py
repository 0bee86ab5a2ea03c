"""Every Kafka client is built here, so that no two disagree on what safe means."""

import asyncio
import contextlib
import logging
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache, partial
from typing import Any, cast

import structlog
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.errors import KafkaError, KafkaTimeoutError, ProducerClosed
from aiokafka.partitioner import murmur2
from faststream.kafka import KafkaBroker

from chassis.consumer import Consumer
from chassis.patience import Unavailable
from contracts.wire import Outgoing

BATCH_BYTES = 256 * 1024
"""Throughput is batch bytes per round trip; the library's 16 KiB holds five of our events."""
REQUEST_BYTES = 5 * 1024 * 1024
"""As large as the largest topic allows (`contracts/topics.py`)."""
FETCH_BYTES = 256 * 1024
"""Per partition, compressed. A larger record still comes whole, alone; a larger fetch would only
make one account's backlog keep the others waiting, since a partition's is handed out at a stretch.
"""
WHOLE_BATCHES_FROM = 32
"""Fewer records than this join the batch that waits for the broker; more make batches of their own,
of which a partition sends one per round trip."""
SESSION_MS = 30_000
REBALANCE_MS = 60_000
DAY_MS = 24 * 60 * 60 * 1000
POLL_MS = 1
"""How long a subscriber sleeps after an empty poll (see `Consumer`)."""
HANDLERS_STOP_S = 2.0
CONSUMERS_STOP_S = 3.0
PRODUCER_STOP_S = 1.5

Place = tuple[str, int]
"""A topic and one of its partitions."""

log = structlog.get_logger()


class Broken(Exception):  # noqa: N818 - it names the state of the producer
    """The producer cannot go on; only a new process helps."""


def consumer_options(member: str | None = None) -> dict[str, Any]:
    """How every subscriber reads: from the start, unhurried by slow handlers.

    A `member` keeps its partitions through a restart, also through a kill -9: the broker knows it
    again. Without one, a killed member's partitions rest until its session has run out.
    """
    options = {
        "auto_offset_reset": "earliest",
        "session_timeout_ms": SESSION_MS,
        "rebalance_timeout_ms": REBALANCE_MS,
        # A handler waits as long as a database is down; that is no reason to lose the partition.
        "max_poll_interval_ms": DAY_MS,
        "max_partition_fetch_bytes": FETCH_BYTES,
    }
    return options | ({"group_instance_id": member} if member else {})


def broker(bootstrap: str, service: str) -> KafkaBroker:
    """FastStream's broker, for consuming only; we publish through `Publisher`."""
    return KafkaBroker(
        bootstrap,
        client_id=f"esteira-{service}",
        consumer_only=True,
        allow_auto_create_topics=False,
        apply_types=False,
        graceful_timeout=HANDLERS_STOP_S,
        logger=logging.getLogger("esteira.faststream"),
        log_level=logging.DEBUG,
    )


async def start(broker: KafkaBroker) -> None:
    """Subscribe all. Raises Unavailable, with nothing left running, while Kafka does not answer."""
    try:
        await broker.connect()
        config = broker.config.broker_config
        config.builder = partial(Consumer, **cast("partial[Any]", config.builder).keywords)
        await broker.start()
    except (KafkaError, OSError) as error:
        await stop(broker)
        raise Unavailable(f"kafka: {type(error).__name__}") from error


async def stop(broker: KafkaBroker) -> None:
    """Let the batches in hand finish, or cancel them; leave the groups. Takes a few seconds."""
    try:
        await asyncio.wait_for(broker.stop(), CONSUMERS_STOP_S)
    except (TimeoutError, KafkaError, ExceptionGroup) as error:
        log.warning("stopped_untidily", what="consumers", exc_info=error)


def table_consumer(bootstrap: str, service: str) -> AIOKafkaConsumer:
    """A consumer without a group: it reads a compacted topic whole, in every process."""
    return AIOKafkaConsumer(
        bootstrap_servers=bootstrap,
        client_id=f"esteira-{service}-table",
        enable_auto_commit=False,
        auto_offset_reset="earliest",
    )


def partition_of(key: str, partitions: int) -> int:
    """Where every producer puts this key (the Java client's murmur2)."""
    return _partition_of(key.encode(), partitions)


@lru_cache(maxsize=10_000)
def _partition_of(key: bytes, partitions: int) -> int:
    return int((murmur2(key) & 0x7FFFFFFF) % partitions)


@dataclass(slots=True)
class _Batches:
    """Batches being filled, a partition's in the order in which its records came."""

    create: Callable[[], Any]
    all: list[tuple[Place, Any]] = field(default_factory=list)
    _open: dict[Place, Any] = field(default_factory=dict)

    def add(self, place: Place, record: Outgoing) -> None:
        """Put a record into its partition's batch; an empty batch takes any, a full one none."""
        batch = self._open.get(place)
        if batch is None or not _added(batch, record):
            batch = self._open[place] = self.create()
            self.all.append((place, batch))
            _added(batch, record)


def _added(batch: Any, record: Outgoing) -> bool:
    added = batch.append(
        timestamp=None, key=record.key or None, value=record.value, headers=list(record.headers)
    )
    return added is not None


class Publisher:
    """Writes records with acks=all and idempotence, and answers for each of them.

    `written` counts them by topic.
    """

    def __init__(self, bootstrap: str, service: str) -> None:
        self._producer = AIOKafkaProducer(
            bootstrap_servers=bootstrap,
            client_id=f"esteira-{service}",
            acks="all",
            enable_idempotence=True,
            compression_type="zstd",
            max_batch_size=BATCH_BYTES,
            max_request_size=REQUEST_BYTES,
            linger_ms=0,
            request_timeout_ms=10_000,
        )
        self.written: Counter[str] = Counter()
        self._broke = asyncio.Event()
        self._partitions: dict[str, int] = {}

    async def start(self) -> None:
        """Connect. Raises Unavailable while no broker answers."""
        try:
            await self._producer.start()
        except (KafkaError, OSError) as error:
            raise Unavailable(f"kafka: {type(error).__name__}") from error

    async def stop(self) -> None:
        """Flush and close; a dead broker is given up on after a moment."""
        with contextlib.suppress(TimeoutError, KafkaError):
            await asyncio.wait_for(self._producer.stop(), PRODUCER_STOP_S)

    async def publish(self, records: Sequence[Outgoing]) -> None:
        """Write all records; returns when the broker has them all.

        Raises Unavailable when some may be missing: publishing again is safe, event ids are
        deterministic. Raises Broken when this producer will never work again. It waits as long
        as the broker is away: who must answer in time sets a deadline, after which a record
        may still be written.
        """
        try:
            by_one = len(records) < WHOLE_BATCHES_FROM
            sent = await (self._send(records) if by_one else self._send_batches(records))
            await asyncio.gather(*sent)
            self.written.update(record.topic for record in records)
        except (KafkaTimeoutError, ProducerClosed) as error:
            raise Unavailable(f"kafka: {type(error).__name__}") from error
        except KafkaError as error:
            if error.retriable:
                raise Unavailable(f"kafka: {type(error).__name__}") from error
            # The record took a sequence number with it: the partition takes no later one.
            self._broke.set()
            raise Broken(type(error).__name__) from error

    async def _send(self, records: Sequence[Outgoing]) -> list[Awaitable[Any]]:
        """Record by record: they join what waits for the broker already."""
        return [
            await self._producer.send(r.topic, r.value, key=r.key or None, headers=list(r.headers))
            for r in records
        ]

    async def _send_batches(self, records: Sequence[Outgoing]) -> list[Awaitable[Any]]:
        """Batch by batch, each of one partition and in the order given.

        Sent one by one, every record would cost a future and two coroutines.
        """
        batches = _Batches(self._producer.create_batch)
        for record in records:
            batches.add((record.topic, await self._partition(record)), record)
        return [
            await self._producer.send_batch(batch, topic, partition=partition)
            for (topic, partition), batch in batches.all
        ]

    async def _partition(self, record: Outgoing) -> int:
        partitions = self._partitions.get(record.topic)
        if partitions is None:
            partitions = len(await self._producer.partitions_for(record.topic))
            self._partitions[record.topic] = partitions
        return _partition_of(record.key, partitions)

    async def watch(self) -> None:
        """Wait for the producer to break, whoever was publishing then. Raises Broken."""
        await self._broke.wait()
        raise Broken("the producer")
