import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.kafka import REQUEST_BYTES, consumer_options, partition_of
from contracts.topics import PARTITIONS, TOPICS


@pytest.mark.parametrize(("key", "partition"), [("omie-4107733109921", 2), ("omie-1", 11), ("", 9)])
def test_an_accounts_partition_never_changes(key: str, partition: int):
    assert partition_of(key, PARTITIONS) == partition


@given(st.text(), st.integers(1, 100))
def test_a_partition_is_one_of_those_there_are(key: str, partitions: int):
    assert 0 <= partition_of(key, partitions) < partitions


def test_only_a_named_process_keeps_its_partitions_through_a_restart():
    assert consumer_options("panel-1")["group_instance_id"] == "panel-1"
    assert "group_instance_id" not in consumer_options()


def test_records_are_read_from_the_first_one_on():
    assert consumer_options()["auto_offset_reset"] == "earliest"


def test_no_topic_takes_a_record_that_the_producer_could_not_send():
    assert all(topic.largest_record < REQUEST_BYTES for topic in TOPICS)
