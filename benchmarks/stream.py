"""What the pairs that read topics share: the task, a backlog, and how each side reads it."""

import asyncio
import itertools
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from typing import Any, Final

import uvloop
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRecord, TopicPartition
from pydantic import SecretStr

from benchmarks.contender import Tell
from benchmarks.market import SECRET_KEY
from benchmarks.meter import Meter
from chassis import app, kafka, store
from chassis.app import Clients, Parts
from chassis.consumer import WAIT_MS
from chassis.flow import Flow, Record
from chassis.settings import Settings
from chassis.subscription import BATCH_RECORDS, Subscription
from contracts.envelope import Message
from contracts.wire import encode
from embedded.ports import free_ports

TAIL: Final = 4 * BATCH_RECORDS
"""Records behind the measured ones, so that no lap ends for want of them."""
_WRITTEN_AT_ONCE: Final = 500

Work = Callable[[Sequence[ConsumerRecord]], Awaitable[None]]
"""What a bare loop does with a batch before it commits."""


@dataclass(frozen=True, slots=True)
class Task:
    """Where to read and write, as which group, and how many records to measure."""

    kafka: str
    mongodb: str
    group: str
    warm_up: int
    records: int

    @property
    def backlog(self) -> int:
        """How many records must be there to read."""
        return self.warm_up + self.records + TAIL

    def meter(self, tell: Tell) -> Meter:
        """The ruler for a contender that was given this task."""
        return Meter(self.warm_up, self.records, tell)


def fill(bootstrap: str, messages: Iterable[Message]) -> None:
    """Write messages to their topics."""

    async def write() -> None:
        publisher = kafka.Publisher(bootstrap, "benchmarks")
        await publisher.start()
        left = (encode(message, "benchmarks") for message in messages)
        try:
            while batch := list(itertools.islice(left, _WRITTEN_AT_ONCE)):
                await publisher.publish(batch)
        finally:
            await publisher.stop()

    asyncio.run(write())


def run_service(
    name: str, task: Task, tell: Tell, build: Callable[[Clients], tuple[Flow[Any], app.Task]]
) -> None:
    """Run a service's flow as the service itself would, a meter at the head of its batches.

    `build` gives the flow, and what prepares its database.
    """

    def parts(clients: Clients) -> Parts:
        flow, prepare = build(clients)
        metered = _metered(flow, task.meter(tell))
        return Parts(subscriptions=[Subscription(metered, task.group)], starts=[prepare])

    settings = Settings(kafka=task.kafka, mongodb=task.mongodb, secret_key=SecretStr(SECRET_KEY))
    [port] = free_ports(1)
    app.run(name, settings, port, parts)


def _metered(flow: Flow[Any], meter: Meter) -> Flow[Any]:
    read = flow.read

    async def measured(records: Sequence[Record]) -> Any:
        meter.batch(len(records))
        return await read(records)

    return replace(flow, read=measured)


@dataclass(frozen=True, slots=True)
class Bare:
    """The clients of a bare loop."""

    producer: AIOKafkaProducer
    mongo: store.Client


def run_bare(
    topics: Sequence[str],
    task: Task,
    tell: Tell,
    build: Callable[[Bare], Awaitable[Work]],
) -> None:
    """Run a bare loop: read a batch, work, commit. Same loop, GC and clients as a service's.

    `build` prepares the database and gives the work.
    """
    run(_loop(topics, task, tell, build))


def run(work: Coroutine[Any, Any, None]) -> None:
    """Run on the event loop that services run on."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(work)


async def _loop(
    topics: Sequence[str], task: Task, tell: Tell, build: Callable[[Bare], Awaitable[Work]]
) -> None:
    meter = task.meter(tell)
    async with AsyncExitStack() as opened:
        writer = await opened.enter_async_context(producer(task.kafka))
        work = await build(Bare(writer, store.connect(task.mongodb)))
        consumer = await opened.enter_async_context(_consumer(topics, task))
        app.calm_gc()
        while True:
            read: dict[TopicPartition, list[ConsumerRecord]] = await consumer.getmany(
                timeout_ms=WAIT_MS, max_records=BATCH_RECORDS
            )
            records = [record for batch in read.values() for record in batch]
            if not records:
                continue
            meter.batch(len(records))
            await work(records)
            await consumer.commit({place: batch[-1].offset + 1 for place, batch in read.items()})


def producer(bootstrap: str) -> AIOKafkaProducer:
    """A producer with the guarantees of `kafka.Publisher`."""
    return AIOKafkaProducer(
        bootstrap_servers=bootstrap,
        acks="all",
        enable_idempotence=True,
        compression_type="zstd",
        max_batch_size=kafka.BATCH_BYTES,
        max_request_size=kafka.REQUEST_BYTES,
        linger_ms=0,
    )


def _consumer(topics: Sequence[str], task: Task) -> AIOKafkaConsumer:
    return AIOKafkaConsumer(
        *topics,
        bootstrap_servers=task.kafka,
        group_id=task.group,
        enable_auto_commit=False,
        **kafka.consumer_options(),
    )
