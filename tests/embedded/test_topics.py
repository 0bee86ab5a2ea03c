"""Where a cluster differs from the declaration."""

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.topics import TOPICS, Topic
from embedded.topics import Existing, differences, settings

topics = st.sampled_from(TOPICS)


def as_declared(topic: Topic) -> Existing:
    """The cluster adds defaults of its own to what was asked for."""
    return Existing(topic.partitions, settings(topic) | {"segment.bytes": "1073741824"})


@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.name)
def test_a_topic_as_it_was_declared_differs_in_nothing(topic):
    assert differences(topic, as_declared(topic)) == []


@given(topics, st.integers(1, 100))
def test_other_partitions_are_told_with_both_numbers(topic, partitions):
    existing = dataclasses.replace(as_declared(topic), partitions=partitions)

    told = differences(topic, existing)

    assert bool(told) == (partitions != topic.partitions)
    assert all(str(partitions) in t and str(topic.partitions) in t for t in told)


@given(topics, st.data())
def test_every_other_setting_is_told_by_name(topic, data):
    key = data.draw(st.sampled_from(sorted(settings(topic))))
    existing = Existing(topic.partitions, settings(topic) | {key: "something else"})

    [told] = differences(topic, existing)

    assert topic.name in told
    assert f"{key}=something else" in told


def test_a_compacted_topic_keeps_its_records_for_ever():
    compacted = [topic for topic in TOPICS if topic.compacted]

    assert compacted
    for topic in compacted:
        assert settings(topic)["cleanup.policy"] == "compact"
        assert settings(topic)["retention.ms"] == "-1"
