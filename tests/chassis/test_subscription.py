from collections.abc import Mapping

import pytest
from aiokafka import TopicPartition
from aiokafka.errors import CommitFailedError, IllegalStateError, KafkaError
from structlog.testing import capture_logs

from chassis.flow import Flow, Record
from chassis.subscription import commit, restored
from contracts.events import OrderCaptured
from contracts.replay import Origin, again
from contracts.topics import replay
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
