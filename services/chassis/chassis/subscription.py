"""Batches of records from FastStream to a flow, and their offsets committed after it.

A flow also reads its service's replay topic: the records there are handed to it as the ones they
were, under their first topic, partition and offset.
"""

import asyncio
import os
import sys
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

import structlog
from aiokafka import TopicPartition
from aiokafka.errors import CommitFailedError, IllegalStateError, KafkaError
from faststream import AckPolicy
from faststream.kafka import KafkaBroker, KafkaMessage
from faststream.kafka.message import FAKE_CONSUMER

from chassis import kafka
from chassis.flow import Flow, Record
from contracts.replay import origin
from contracts.topics import replay

AT_ONCE = 3
"""Batches on their way: while one waits for the broker, the next has the processor."""
BATCH_RECORDS = 200
"""Larger batches are slower per record: all their models are alive at once."""
EXIT_BROKEN = 70

log = structlog.get_logger()


Reached = dict[kafka.Place, int]
"""Up to where each partition's records are done."""


class Listener(Protocol):
    """Hears at once which (topic, partition) places this process reads; must not linger."""

    def on_partitions_revoked(self, revoked: Collection[tuple[str, int]]) -> None:
        """These may go to another process from now on."""

    def on_partitions_assigned(self, assigned: Collection[tuple[str, int]]) -> None:
        """These are all that this process reads now."""


Commit = Callable[[Sequence[Record]], Awaitable[None]]
"""Commits just past these records."""


@dataclass(slots=True)
class Mover:
    """Moves batches: the next is worked on while those before it are told and committed.

    `stop` lets those on their way finish and takes no more: what it refuses is read again.
    `read` counts the records done by topic, `behind` tells how many are not.
    """

    flow: Flow[Any]
    commit: Commit
    group: str = ""
    behind: Callable[[], Mapping[str, int]] = dict
    read: Counter[str] = field(default_factory=Counter)
    batches: int = 0
    seconds: float = 0.0
    _room: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))
    _moving: set[asyncio.Task[None]] = field(default_factory=set)
    _stopped: bool = False

    async def take(self, records: Sequence[Record]) -> None:
        """Return when there is room for this batch; it goes on by itself."""
        await self._room.acquire()
        if self._stopped:
            self._room.release()
            return
        task = asyncio.create_task(self._move(records))
        self._moving.add(task)
        task.add_done_callback(self._moving.discard)

    async def stop(self) -> None:
        """Wait a moment for the batches on their way."""
        self._stopped = True
        if self._moving:
            await asyncio.wait(self._moving, timeout=kafka.HANDLERS_STOP_S)

    async def _move(self, records: Sequence[Record]) -> None:
        began = time.perf_counter()
        try:
            if meant := restored(records, self.flow):
                await self.flow.handle(meant)
        except Exception as error:  # noqa: BLE001 - the batch must not be skipped over
            leave(error)
        finally:
            self._room.release()
        await self.commit(records)
        self.read.update(record.topic for record in records)
        self.batches += 1
        self.seconds += time.perf_counter() - began


@dataclass(slots=True)
class Subscription:
    """A flow and the consumer group it reads as; `listener` hears of partitions won and lost.

    `mover` makes what moves its batches, of all that a Mover is made of.
    """

    flow: Flow[Any]
    group: str
    listener: Listener | None = None
    mover: Callable[..., Mover] = Mover


def subscribe(broker: KafkaBroker, subscription: Subscription, instance: str = "") -> Mover:
    """Hand batches of the flow's topics to it; commit each batch after it is done.

    `instance` names this process among those of its service (see `kafka.consumer_options`). Stop
    what this returns before the broker.
    """
    flow = subscription.flow
    member = f"{subscription.group}-{instance}" if instance else None
    subscriber = broker.subscriber(
        *flow.topics,
        replay(flow.service),
        group_id=subscription.group,
        batch=True,
        max_records=BATCH_RECORDS,
        batch_timeout_ms=kafka.POLL_MS,
        ack_policy=AckPolicy.MANUAL,
        parser=_untouched,
        decoder=_undecoded,
        listener=subscription.listener,
        **kafka.consumer_options(member),
    )
    reached: Reached = {}

    async def done(records: Sequence[Record]) -> None:
        reached.update(await commit(subscriber.consumer, records))

    mover = subscription.mover(
        flow, done, subscription.group, lambda: behind(subscriber.consumer, reached)
    )

    async def consume(message: KafkaMessage) -> None:
        records = [_record(raw) for raw in message.raw_message]
        for record in records:
            reached.setdefault((record.topic, record.partition), record.offset)
        await mover.take(records)

    subscriber(consume)
    return mover


async def _untouched(message: Any) -> KafkaMessage:
    """FastStream's own parser decodes headers, and one bad header would lose the batch."""
    return KafkaMessage(body=b"", headers={}, raw_message=message, consumer=FAKE_CONSUMER)


async def _undecoded(message: KafkaMessage) -> KafkaMessage:
    return message


def _record(raw: Any) -> Record:
    return Record(raw.topic, raw.partition, raw.offset, raw.key, raw.value, dict(raw.headers))


def restored(records: Sequence[Record], flow: Flow[Any]) -> list[Record]:
    """The records for `flow`: live ones as they are, replayed ones as they were at first.

    A service with several flows has one replay topic; each takes what comes from its own topics.
    """
    meant = []
    for record in records:
        if record.topic != replay(flow.service):
            meant.append(record)
            continue
        first = origin(record.headers)
        if first is None:
            log.error("replay_without_origin", topic=record.topic, offset=record.offset)
        elif first.topic in flow.topics:
            meant.append(
                replace(record, topic=first.topic, partition=first.partition, offset=first.offset)
            )
    return meant


def leave(error: Exception) -> None:
    """End the process at once, nothing committed; its supervisor starts a fresh one."""
    log.critical("service_broken", exc_info=error)
    sys.stdout.flush()
    os._exit(EXIT_BROKEN)


async def commit(consumer: Any, records: Sequence[Record]) -> Mapping[kafka.Place, int]:
    """Commit just past `records`; up to where they are done.

    A commit that fails only means reading them again: the next one covers them, or another
    process got their partition. The consumer itself waits for a broker that is away.
    """
    offsets: dict[TopicPartition, int] = {}
    for r in records:
        place = TopicPartition(r.topic, r.partition)
        offsets[place] = max(r.offset + 1, offsets.get(place, 0))
    try:
        await consumer.commit(offsets)
    except (CommitFailedError, IllegalStateError):
        log.info("partitions_moved", while_doing="committing")
    except KafkaError as error:
        log.warning("not_committed", cause=type(error).__name__)
    return offsets


def behind(consumer: Any, reached: Reached) -> Mapping[str, int]:
    """How many records are on each topic beyond those that are done, as far as the broker told.

    Of a place where this process has met no record all are done. `reached` forgets those that
    went to another process.
    """
    found, ours = Counter[str](), consumer.assignment() if consumer else frozenset()
    for place in reached.keys() - ours:
        del reached[place]
    for place in ours:
        end = consumer.highwater(place)
        if end is not None:
            found[place.topic] += max(0, end - reached.get(place, end))
    return found
