from hypothesis import given
from hypothesis import strategies as st

from contracts.replay import Origin, again, origin, origin_of_dead
from contracts.topics import SERVICES, TOPICS, replay, replayable

topics = st.sampled_from([topic.name for topic in TOPICS])
origins = st.builds(Origin, topics, st.integers(0, 11), st.integers(0, 2**62))
names = st.text("abcdefghijklmnopqrstuvwxyz-_", min_size=1).filter(
    lambda name: not name.startswith(("replay_", "dead_"))
)
headers = st.dictionaries(names, st.binary())


@given(st.sampled_from(SERVICES), origins, st.binary(), st.binary(), headers)
def test_a_replayed_record_is_the_original_and_says_where_that_was(
    service, first, key, value, given
):
    record = again(
        service=service, origin=first, key=key, value=value, headers=given, replay_id="r-1"
    )

    told = dict(record.headers)
    assert (record.topic, record.key, record.value) == (replay(service), key, value)
    assert origin(told) == first
    assert {name: told[name] for name in given} == given
    assert told["replay_id"] == b"r-1"


@given(origins, origins, headers)
def test_a_record_replayed_twice_still_says_where_it_was_first(first, other, given):
    once = again(
        service="panel", origin=other, key=b"k", value=b"v", headers=given, replay_id="r-1"
    )

    twice = again(
        service="panel",
        origin=first,
        key=once.key,
        value=once.value,
        headers=dict(once.headers),
        replay_id="r-2",
    )

    assert origin(dict(twice.headers)) == first
    assert [name for name, _ in twice.headers].count("replay_id") == 1


def test_headers_that_say_no_place_are_no_origin():
    assert origin({"replay_topic": b"orders.captured.v1"}) is None
    assert origin_of_dead({}) is None
    nowhere = {"dead_topic": b"t", "dead_partition": b"first", "dead_offset": b"3"}
    assert origin_of_dead(nowhere) is None


def test_tables_are_not_replayed_for_they_are_read_whole_at_every_start():
    replayed = {topic for service in SERVICES for topic in replayable(service)}

    assert replayed.isdisjoint(topic.name for topic in TOPICS if topic.compacted)
    assert replayable("capture") == ("inbox.v1", "captures.commands.v1")
