from collections.abc import Iterator

import pytest

from contracts.envelope import Event, Message
from contracts.events import OrderPending
from contracts.reasons import TEXTS, ReasonCode
from contracts.topics import (
    OPS,
    PARTITIONS,
    SERVICES,
    TOPICS,
    Topic,
    dead,
    messages_of,
    replay,
)
from contracts.wire import LEAN
from tests.support.strategies import MESSAGES

BY_NAME = {topic.name: topic for topic in TOPICS}


def contracts_of(kind: type[Message]) -> Iterator[type[Message]]:
    """Every message class of the contracts, declared on a topic or forgotten."""
    for child in kind.__subclasses__():
        if child.__module__.startswith("contracts.") and "type" in vars(child):
            yield child
        yield from contracts_of(child)


@pytest.mark.parametrize("kind", sorted(contracts_of(Message), key=lambda m: m.type))
def test_every_message_is_declared_on_its_own_topic(kind: type[Message]):
    whole = next((full for full, lean in LEAN.items() if lean is kind), kind)

    assert whole in BY_NAME[kind.topic].messages
    assert whole.type == kind.type


@pytest.mark.parametrize("topic", TOPICS, ids=lambda t: t.name)
def test_a_topic_declares_only_messages_that_name_it(topic: Topic):
    assert {m.topic for m in topic.messages} <= {topic.name}


def test_no_two_messages_share_a_type():
    assert len({m.type for m in MESSAGES}) == len(MESSAGES)


@pytest.mark.parametrize("kind", MESSAGES)
def test_types_and_topics_carry_a_version(kind: type[Message]):
    assert kind.type.startswith("br.esteira.")
    assert kind.type.rpartition(".")[2] == "v1"
    assert kind.topic.rpartition(".")[2] == "v1"


def test_every_topic_is_declared_once():
    assert len(BY_NAME) == len(TOPICS)


@pytest.mark.parametrize("topic", TOPICS, ids=lambda t: t.name)
def test_writers_and_readers_are_services_that_exist_or_the_command(topic: Topic):
    assert topic.writers
    assert set(topic.writers) | set(topic.readers) <= {*SERVICES, OPS}


@pytest.mark.parametrize("topic", TOPICS, ids=lambda t: t.name)
def test_a_topic_has_one_writer_save_the_one_where_any_step_may_park(topic: Topic):
    assert len(topic.writers) == 1 or topic.name == OrderPending.topic


@pytest.mark.parametrize("service", SERVICES)
def test_every_service_has_a_topic_for_what_it_cannot_read(service: str):
    assert BY_NAME[dead(service)].writers == (service,)
    assert messages_of(dead(service)) == {}


@pytest.mark.parametrize("service", SERVICES)
def test_every_service_reads_a_topic_of_replays_that_only_the_command_writes(service: str):
    topic = BY_NAME[replay(service)]

    assert (topic.writers, topic.readers) == ((OPS,), (service,))
    assert topic.partitions == PARTITIONS
    assert topic.largest_record > max(
        t.largest_record for t in TOPICS if service in t.readers and t is not topic
    )


def test_an_undecodable_record_of_any_topic_fits_into_the_dead_letters():
    largest = max(topic.largest_record for topic in TOPICS if not topic.name.endswith(".dead.v1"))

    assert all(BY_NAME[dead(service)].largest_record > largest for service in SERVICES)


@pytest.mark.parametrize(
    "topic", [t for t in TOPICS if t.name.startswith("orders.")], ids=lambda t: t.name
)
def test_an_account_has_the_same_partition_on_every_order_topic(topic: Topic):
    assert (topic.key, topic.partitions) == ("ERP account id", PARTITIONS)


def test_personal_data_is_kept_for_thirty_days_at_most():
    kept = {t.retention_ms for t in TOPICS if any(issubclass(m, Event) for m in t.messages)}

    assert kept == {30 * 24 * 60 * 60 * 1000}


def test_only_compacted_topics_keep_their_records_for_ever():
    assert all(topic.compacted == (topic.retention_ms is None) for topic in TOPICS)


@pytest.mark.parametrize("code", ReasonCode)
def test_every_reason_has_a_text_of_its_own(code: ReasonCode):
    assert TEXTS[code]
    assert [c for c, text in TEXTS.items() if text == TEXTS[code]] == [code]
