"""Every Kafka client is built here, so that no two disagree on what safe means."""

import asyncio
import contextlib
import logging
from collections.abc import Sequence
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.errors import (
    KafkaError,
    OutOfOrderSequenceNumber,
    ProducerFenced,
)
from aiokafka.partitioner import murmur2
from faststream.kafka import KafkaBroker

from chassis.patience import Unavailable
from contracts.wire import Outgoing

BATCH_BYTES = 256 * 1024
"""Throughput is batch bytes per round trip; the library's 16 KiB holds five of our events."""
REQUEST_BYTES = 5 * 1024 * 1024
"""As large as the largest topic allows (`contracts/topics.py`)."""
SESSION_MS = 30_000
REBALANCE_MS = 60_000
DAY_MS = 24 * 60 * 60 * 1000
POLL_MS = 10
"""The subscriber sleeps as long again after an empty poll: this is the idle latency."""
STOP_S = 5.0


class Broken(Exception):  # noqa: N818 - it names the state of the producer
    """The producer cannot go on; only a new process helps."""


def consumer_options() -> dict[str, Any]:
    """How every subscriber reads: from the start, unhurried by slow handlers."""
    return {
        "auto_offset_reset": "earliest",
        "session_timeout_ms": SESSION_MS,
        "rebalance_timeout_ms": REBALANCE_MS,
        # A handler waits as long as a database is down; that is no reason to lose the partition.
        "max_poll_interval_ms": DAY_MS,
        "max_partition_fetch_bytes": REQUEST_BYTES,
    }


def broker(bootstrap: str, service: str) -> KafkaBroker:
    """FastStream's broker, for consuming only; we publish through `Publisher`."""
    return KafkaBroker(
        bootstrap,
        client_id=f"esteira-{service}",
        consumer_only=True,
        allow_auto_create_topics=False,
        apply_types=False,
        graceful_timeout=STOP_S * 2,
        logger=logging.getLogger("esteira.faststream"),
        log_level=logging.DEBUG,
    )


def table_consumer(bootstrap: str, service: str) -> AIOKafkaConsumer:
    """A consumer without a group: it reads a compacted topic whole, in every process."""
    return AIOKafkaConsumer(
        bootstrap_servers=bootstrap,
        client_id=f"esteira-{service}-table",
        enable_auto_commit=False,
        auto_offset_reset="earliest",
    )


def partition_of(key: str, partitions: int) -> int:
    """Where the producer puts this key (the Java client's murmur2)."""
    return int((murmur2(key.encode()) & 0x7FFFFFFF) % partitions)


class Publisher:
    """Writes records with acks=all and idempotence, and answers for each of them."""

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

    async def start(self) -> None:
        """Connect. Raises Unavailable while no broker answers."""
        try:
            await self._producer.start()
        except (KafkaError, OSError) as error:
            raise Unavailable(f"kafka: {type(error).__name__}") from error

    async def stop(self) -> None:
        """Flush and close; a dead broker is given up on after a few seconds."""
        with contextlib.suppress(TimeoutError, KafkaError):
            await asyncio.wait_for(self._producer.stop(), STOP_S)

    async def publish(self, records: Sequence[Outgoing]) -> None:
        """Write all records; returns when the broker has them all.

        Raises Unavailable when some may be missing: publishing again is safe, event ids are
        deterministic. Raises Broken when this producer will never work again.
        """
        if not records:
            return
        try:
            sent = [
                await self._producer.send(
                    r.topic, r.value, key=r.key or None, headers=list(r.headers)
                )
                for r in records
            ]
            await asyncio.gather(*sent)
        except (OutOfOrderSequenceNumber, ProducerFenced) as error:
            raise Broken(type(error).__name__) from error
        except KafkaError as error:
            raise Unavailable(f"kafka: {type(error).__name__}") from error
