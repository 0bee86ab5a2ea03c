from collections.abc import Mapping

import pytest
from aiokafka import TopicPartition
from aiokafka.errors import CommitFailedError, IllegalStateError, KafkaError
from structlog.testing import capture_logs

from chassis.flow import Record
from chassis.subscription import commit


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
