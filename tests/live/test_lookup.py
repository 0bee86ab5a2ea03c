"""Records read again by their place, on the real broker."""

from chassis import kafka
from chassis.lookup import Lookup
from contracts.events import OrderPosted
from contracts.wire import encode
from tests.support.builders import ACCOUNT, an_order, posted

TOPIC = OrderPosted.topic


async def test_a_record_is_found_by_its_place_and_one_that_is_not_there_is_not(
    kafka_bootstrap: str,
) -> None:
    publisher = kafka.Publisher(kafka_bootstrap, "test")
    await publisher.start()
    told = [encode(posted(an_order(number)), "test") for number in (6001, 6002, 6003)]
    await publisher.publish(told)
    await publisher.stop()
    partition = kafka.partition_of(ACCOUNT, 12)
    lookup = Lookup(kafka.table_consumer(kafka_bootstrap, "test"))
    try:
        end = 0
        while await lookup.find(TOPIC, partition, end):
            end += 1
        found = [await lookup.find(TOPIC, partition, end - back) for back in (1, 3, 2, 3)]
        nothing = await lookup.find(TOPIC, partition, end + 10)
        elsewhere = await lookup.find(TOPIC, (partition + 1) % 12, 10_000)
    finally:
        await lookup.stop()

    values = [record.value for record in found if record]
    assert values == [told[at].value for at in (2, 0, 1, 0)]
    assert (nothing, elsewhere) == (None, None)
