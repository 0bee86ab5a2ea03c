"""What the chassis promises of Kafka, on the real one."""

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from uuid import uuid4

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition
from motor.motor_asyncio import AsyncIOMotorCollection

from chassis import kafka
from chassis.consumer import Consumer
from chassis.flow import Flow
from chassis.patience import Unavailable
from chassis.store import connect
from chassis.subscription import Subscription, subscribe
from chassis.table import Table, follow, load
from contracts.events import OrderCaptured, OrderErased, StoreDisconnected
from contracts.stores import StoreConfigured
from contracts.topics import PARTITIONS
from contracts.wire import Outgoing, encode
from embedded.ports import free_ports
from tests.support import tally
from tests.support.builders import a_store, an_order, captured
from tests.support.memory import MemoryDocuments, MemoryLog
from tests.support.waiting import eventually

SECRET = "q83vASNFZ4mrze8BI0VniavN7wEjRWeJq83vASNFZ4k="
REVISIONS = tuple(range(1, 26))


@pytest.fixture
def group() -> str:
    return f"tally-{uuid4().hex}"


@pytest.fixture
def orders() -> list[str]:
    """Ids that no other test uses."""
    return [f"demo:{uuid4().hex}" for _ in range(4)]


@pytest.fixture
async def publisher(kafka_bootstrap: str) -> AsyncIterator[kafka.Publisher]:
    publisher = kafka.Publisher(kafka_bootstrap, "test")
    await publisher.start()
    yield publisher
    await publisher.stop()


def revisions(orders: Sequence[str]) -> list[Outgoing]:
    """Every revision of every order, one ERP account each, dealt out in turn."""
    order = captured(an_order())
    return [
        encode(
            order.model_copy(
                update={"order_id": id_, "account_id": f"omie-{n}", "revision": revision}
            ),
            "test",
        )
        for revision in REVISIONS
        for n, id_ in enumerate(orders)
    ]


@asynccontextmanager
async def subscribed(
    bootstrap: str, flow: Flow[tally.Revisions], group: str
) -> AsyncIterator[None]:
    broker = kafka.broker(bootstrap, "test")
    mover = subscribe(broker, Subscription(flow, group))
    await kafka.start(broker)
    try:
        yield
    finally:
        await mover.stop()
        await kafka.stop(broker)


async def all_taken(documents: MemoryDocuments[tally.Revisions], orders: Sequence[str]) -> None:
    await eventually(lambda: {documents.state(id_) for id_ in orders} == {REVISIONS})


def told(log: MemoryLog, orders: Sequence[str]) -> list[OrderErased]:
    return [m for m in log.messages(OrderErased) if m.subject in orders]


async def test_what_is_published_is_read_once_and_in_the_order_of_its_key(
    kafka_bootstrap, publisher, group, orders
):
    documents, log = MemoryDocuments[tally.Revisions](), MemoryLog()

    async with subscribed(kafka_bootstrap, tally.flow(documents, log), group):
        await publisher.publish(revisions(orders))
        await all_taken(documents, orders)

    assert len(told(log, orders)) == len(orders) * len(REVISIONS)


async def test_what_was_taken_is_not_read_again_by_the_next_process(
    kafka_bootstrap, publisher, group, orders
):
    documents, later = MemoryDocuments[tally.Revisions](), MemoryLog()
    await publisher.publish(revisions(orders[:2]))
    async with subscribed(kafka_bootstrap, tally.flow(documents, MemoryLog()), group):
        await all_taken(documents, orders[:2])

    async with subscribed(kafka_bootstrap, tally.flow(documents, later), group):
        await publisher.publish(revisions(orders[2:]))
        await all_taken(documents, orders[2:])

    assert told(later, orders[:2]) == []


async def test_what_was_not_taken_to_its_end_is_read_again_from_its_first_record(
    kafka_bootstrap, publisher, group, orders
):
    class Away(MemoryDocuments[tally.Revisions]):
        asked = asyncio.Event()

        async def load(self, ids):
            self.asked.set()
            raise Unavailable("mongodb: away")

    documents, log = MemoryDocuments[tally.Revisions](), MemoryLog()
    await publisher.publish(revisions(orders))

    async with subscribed(kafka_bootstrap, tally.flow(Away(), MemoryLog()), group):
        await Away.asked.wait()
    async with subscribed(kafka_bootstrap, tally.flow(documents, log), group):
        await all_taken(documents, orders)

    assert len(told(log, orders)) == len(orders) * len(REVISIONS)


async def test_one_partitions_backlog_does_not_hold_up_the_others(
    kafka_bootstrap, publisher, group, orders
):
    """Each fetch of the backlog is small, and the others come in between."""
    documents, log = MemoryDocuments[tally.Revisions](), MemoryLog()
    backlog = [
        encode(captured(an_order(10**6 + n, cancel_reason=os.urandom(2000).hex())), "test")
        for n in range(2000)
    ]
    await publisher.publish(backlog)
    await publisher.publish(revisions(orders))
    behind: list[int] = []

    def look():
        if not behind and any(documents.state(id_) == REVISIONS for id_ in orders):
            behind.append(len(documents.kept))

    async with subscribed(kafka_bootstrap, tally.flow(documents, log, after=look), group):
        await all_taken(documents, orders)
        await eventually(lambda: len(documents.kept) >= len(backlog))

    assert behind[0] < len(backlog) / 2


async def test_what_comes_while_a_busy_consumer_rests_is_handed_on_together(
    kafka_bootstrap, publisher, orders
):
    consumer = Consumer(bootstrap_servers=kafka_bootstrap)
    ours = {id_.encode() for id_ in orders}
    many = revisions(orders)

    async def batch() -> int:
        found = await consumer.getmany()
        read = [record for records in found.values() for record in records]
        return sum(dict(record.headers)["ce_subject"] in ours for record in read)

    consumer.assign([TopicPartition(OrderCaptured.topic, at) for at in range(PARTITIONS)])
    await consumer.start()
    try:
        await consumer.seek_to_end()
        read = 0
        for turn in range(1, 6):
            await publisher.publish(many)
            while read < turn * len(many):
                read += await batch()
        assert consumer.paused()
        for record in many[:12]:
            await publisher.publish([record])
        assert await batch() == 12
    finally:
        await consumer.stop()


async def test_a_record_as_large_as_its_topic_takes_arrives(
    kafka_bootstrap, publisher, group, orders
):
    documents = MemoryDocuments[tally.Revisions]()
    noise = os.urandom(1_500_000).hex()
    large = captured(an_order(cancel_reason=noise)).model_copy(update={"order_id": orders[0]})

    async with subscribed(kafka_bootstrap, tally.flow(documents, MemoryLog()), group):
        await publisher.publish([encode(large, "test")])
        await eventually(lambda: documents.state(orders[0]) == (1,))


async def test_the_partition_of_a_key_is_known_beforehand(kafka_bootstrap, publisher, orders):
    await publisher.publish(revisions(orders))

    read = await records(kafka_bootstrap, OrderCaptured.topic, orders)

    assert len(read) == len(orders) * len(REVISIONS)
    assert all(partition == kafka.partition_of(key, PARTITIONS) for key, partition in read)


async def records(bootstrap: str, topic: str, orders: Sequence[str]) -> list[tuple[str, int]]:
    """The key and partition of every record about these orders."""
    consumer = AIOKafkaConsumer(topic, bootstrap_servers=bootstrap, auto_offset_reset="earliest")
    await consumer.start()
    try:
        ends = await consumer.end_offsets(consumer.assignment())
        read = []
        while any([await consumer.position(place) < end for place, end in ends.items()]):
            for batch in (await consumer.getmany(timeout_ms=200)).values():
                read += [r for r in batch if dict(r.headers)["ce_subject"].decode() in orders]
    finally:
        await consumer.stop()
    return [(r.key.decode(), r.partition) for r in read]


async def test_a_producer_whose_record_the_broker_refused_says_that_it_is_broken(kafka_bootstrap):
    producer = kafka.Publisher(kafka_bootstrap, "test")
    await producer.start()
    watching = asyncio.create_task(producer.watch())
    refused = Outgoing(StoreDisconnected.topic, b"k", os.urandom(2_000_000), ())

    with pytest.raises(kafka.Broken):
        await producer.publish([refused])

    with pytest.raises(kafka.Broken):
        await watching
    await producer.stop()


async def test_a_producer_without_a_broker_is_unavailable_and_starts_once_there_is_one(
    kafka_bootstrap,
):
    nobody = kafka.Publisher("127.0.0.1:1", "test")

    for _ in range(2):
        with pytest.raises(Unavailable):
            await nobody.start()
    await nobody.stop()


async def test_a_table_holds_the_latest_of_every_key_and_goes_on_doing_so(
    kafka_bootstrap, publisher
):
    store = a_store(store_id=uuid4().hex)
    await publisher.publish(
        [encode(store.model_copy(update={"version": v}), "panel") for v in (1, 2)]
    )
    table, consumer = Table(StoreConfigured), kafka.table_consumer(kafka_bootstrap, "test")

    await load(table, consumer)
    assert version(table, store.store_id) == 2

    following = asyncio.create_task(follow(table, consumer))
    await publisher.publish([encode(store.model_copy(update={"version": 3}), "panel")])
    await eventually(lambda: version(table, store.store_id) == 3)
    following.cancel()
    await consumer.stop()


def version(table: Table[StoreConfigured], store_id: str) -> int:
    store = table.get(store_id)
    return store.version if store else 0


@contextmanager
def running(kafka_bootstrap: str, mongodb_url: str) -> Iterator[subprocess.Popen[bytes]]:
    """The tally as a process of its own, always under the same name."""
    [port] = free_ports(1)
    environ = {
        "ESTEIRA_KAFKA": kafka_bootstrap,
        "ESTEIRA_MONGODB": mongodb_url,
        "ESTEIRA_SECRET_KEY": SECRET,
        "ESTEIRA_INSTANCE": "1",
    }
    command = [sys.executable, "-m", "tests.support.tally", str(port)]
    with subprocess.Popen(command, env={**os.environ, **environ}) as process:  # noqa: S603 - ours
        try:
            yield process
        finally:
            process.kill()


@pytest.fixture
async def tallies(mongodb_url: str) -> AsyncIterator[AsyncIOMotorCollection]:
    """Where the processes keep their states."""
    client = connect(mongodb_url)
    yield client["tally"]["orders"]
    client.close()


async def taken(tallies: AsyncIOMotorCollection, order_id: str) -> bool:
    return await tallies.find_one({"_id": order_id, "revisions": list(REVISIONS)}) is not None


async def test_a_process_that_is_killed_goes_on_at_once_and_one_told_to_stop_stops(
    kafka_bootstrap, mongodb_url, publisher, orders, tallies
):
    with running(kafka_bootstrap, mongodb_url) as first:
        await publisher.publish(revisions(orders[:1]))
        await eventually(lambda: taken(tallies, orders[0]))
        first.kill()

    with running(kafka_bootstrap, mongodb_url) as second:
        await publisher.publish(revisions(orders[1:2]))
        await eventually(lambda: taken(tallies, orders[1]), patience=10)
        second.terminate()
        assert await asyncio.to_thread(second.wait, 6) == 0


async def test_a_state_nobody_can_read_ends_the_process_and_its_batch_waits_for_the_next(
    kafka_bootstrap, mongodb_url, publisher, orders, tallies
):
    await tallies.insert_one({"_id": orders[0], "version": 1, "revisions": None})

    with running(kafka_bootstrap, mongodb_url) as broken:
        await publisher.publish(revisions(orders[:1]))
        assert await asyncio.to_thread(broken.wait, 20) == 70

    await tallies.update_one({"_id": orders[0]}, {"$set": {"revisions": []}})
    with running(kafka_bootstrap, mongodb_url):
        await eventually(lambda: taken(tallies, orders[0]))
