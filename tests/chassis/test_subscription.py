import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pytest
from aiokafka import TopicPartition
from aiokafka.errors import CommitFailedError, IllegalStateError, KafkaError
from structlog.testing import capture_logs

from chassis.flow import Flow, Record
from chassis.subscription import AT_ONCE, Mover, commit, restored
from contracts.events import OrderCaptured
from contracts.replay import Origin, again
from contracts.topics import replay
from contracts.wire import Outgoing
from tests.support import tally
from tests.support.memory import MemoryDocuments, MemoryLog


class Consumer:
    """Notes what is committed, or refuses."""

    def __init__(self, refusal: Exception | None = None) -> None:
        self.refusal = refusal
        self.committed: list[Mapping[TopicPartition, int]] = []

    async def commit(self, offsets: Mapping[TopicPartition, int]) -> None:
        self.committed.append(offsets)
        if self.refusal:
            raise self.refusal


def record(topic: str, partition: int, offset: int) -> Record:
    return Record(topic, partition, offset, b"k", b"v")


async def test_each_partition_is_committed_just_past_its_last_record():
    consumer = Consumer()

    await commit(
        consumer,
        [record("a", 0, 7), record("a", 1, 3), record("b", 0, 0), record("a", 0, 9)],
    )

    assert consumer.committed == [
        {TopicPartition("a", 0): 10, TopicPartition("a", 1): 4, TopicPartition("b", 0): 1}
    ]


@pytest.mark.parametrize("moved", [CommitFailedError(), IllegalStateError("not assigned")])
async def test_a_partition_that_moved_to_another_process_is_left_to_it(moved: Exception):
    consumer = Consumer(moved)

    await commit(consumer, [record("a", 0, 7)])

    assert len(consumer.committed) == 1


async def test_a_commit_that_fails_is_said_and_the_service_goes_on():
    with capture_logs() as lines:
        await commit(Consumer(KafkaError("no")), [record("a", 0, 7)])

    assert [(line["event"], line["cause"]) for line in lines] == [("not_committed", "KafkaError")]


@dataclass
class Held:
    """A publisher that keeps everything waiting until it is let go."""

    open: asyncio.Event = field(default_factory=asyncio.Event)

    async def publish(self, _: Sequence[Outgoing]) -> None:
        await self.open.wait()


async def test_stopping_waits_for_the_batches_on_their_way_and_commits_them_in_order():
    publisher, committed = Held(), list[int]()

    async def note(records: Sequence[Record]) -> None:
        committed.append(records[-1].offset)

    mover = Mover(tally.flow(MemoryDocuments[tally.Revisions](), publisher), note)
    for offset in range(AT_ONCE):
        await mover.take([record(OrderCaptured.topic, 0, offset)])
    stopping = asyncio.create_task(mover.stop())
    publisher.open.set()
    await stopping

    assert committed == list(range(AT_ONCE))


async def test_what_comes_after_the_stop_is_left_for_the_next_process():
    committed: list[Sequence[Record]] = []

    async def note(records: Sequence[Record]) -> None:
        committed.append(records)

    mover = Mover(tally.flow(MemoryDocuments[tally.Revisions](), MemoryLog()), note)
    await mover.stop()
    await mover.take([record(OrderCaptured.topic, 0, 7)])
    await mover.stop()

    assert committed == []


async def test_no_more_batches_are_on_their_way_than_agreed():
    publisher = Held()

    async def note(_: Sequence[Record]) -> None:
        pass

    mover = Mover(tally.flow(MemoryDocuments[tally.Revisions](), publisher), note)
    for offset in range(AT_ONCE):
        await mover.take([record(OrderCaptured.topic, 0, offset)])
    one_more = asyncio.create_task(mover.take([record(OrderCaptured.topic, 0, AT_ONCE)]))

    done, _ = await asyncio.wait([one_more], timeout=0.05)
    assert not done
    publisher.open.set()
    await one_more
    await mover.stop()


def replayed(topic: str, offset: int = 7) -> Record:
    """A record of the replay topic that was first at `topic`."""
    outgoing = again(
        service=tally.SERVICE,
        origin=Origin(topic, 3, offset),
        key=b"k",
        value=b"v",
        headers={"ce_id": b"1"},
        replay_id="r-1",
    )
    headers = dict(outgoing.headers)
    return Record(outgoing.topic, 0, 99, outgoing.key, outgoing.value, headers)


def a_flow() -> Flow[tally.Revisions]:
    return tally.flow(MemoryDocuments[tally.Revisions](), MemoryLog())


def test_a_replayed_record_is_handed_on_as_the_one_it_was():
    [restored_one] = restored([replayed(OrderCaptured.topic)], a_flow())

    assert (restored_one.topic, restored_one.partition, restored_one.offset) == (
        OrderCaptured.topic, 3, 7,
    )  # fmt: skip
    assert (restored_one.key, restored_one.value) == (b"k", b"v")


def test_live_and_replayed_records_keep_their_order():
    live = record(OrderCaptured.topic, 0, 5)

    taken = restored([replayed(OrderCaptured.topic, 1), live, replayed("inbox.v1")], a_flow())

    assert [r.offset for r in taken] == [1, 5], "the inbox is another flow's"


def test_a_record_of_the_replay_topic_without_its_origin_is_left_out_and_said():
    lost = record(replay(tally.SERVICE), 0, 4)

    with capture_logs() as lines:
        assert restored([lost], a_flow()) == []

    assert [line["event"] for line in lines] == ["replay_without_origin"]
