"""How far a group has read, on the real broker."""

import uuid

from aiokafka import AIOKafkaConsumer, TopicPartition

from chassis import kafka
from chassis.patience import patiently
from chassis.progress import Progress
from contracts.events import OrderPosted
from contracts.topics import PARTITIONS
from contracts.wire import encode
from tests.support.builders import ACCOUNT, an_order, posted

TOPIC = OrderPosted.topic


async def test_what_is_told_counts_as_unread_until_its_group_commits_it(
    kafka_bootstrap: str,
) -> None:
    publisher = kafka.Publisher(kafka_bootstrap, "test")
    await publisher.start()
    await publisher.publish([encode(posted(an_order(7001)), "test")])
    await publisher.stop()
    ours = TopicPartition(TOPIC, kafka.partition_of(ACCOUNT, PARTITIONS))
    group = f"test-{uuid.uuid4().hex[:12]}"
    consumer = kafka.table_consumer(kafka_bootstrap, "test")
    progress = Progress(kafka_bootstrap, consumer, group, [TOPIC], PARTITIONS)
    reader = AIOKafkaConsumer(bootstrap_servers=kafka_bootstrap, group_id=group)
    await reader.start()
    try:
        before = await patiently(progress.places, "finding the group")  # the broker is new
        reader.assign([ours])
        await reader.commit({ours: before[TOPIC, ours.partition][1]})
        after = await progress.places()
    finally:
        await reader.stop()
        await progress.stop()

    read, end = before[TOPIC, ours.partition]
    assert len(before) == PARTITIONS
    assert read < end
    assert after[TOPIC, ours.partition] == (end, end)
