import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from jsonschema import Draft202012Validator, FormatChecker

from capture import inbox
from chassis.flow import Record
from contracts import asyncapi, generate
from contracts.envelope import Message
from contracts.topics import SERVICES, TOPICS, Topic, dead
from contracts.wire import encode
from tests.support import tally
from tests.support.memory import MemoryDocuments, MemoryLog
from tests.support.strategies import messages

DOCUMENT = asyncapi.document(TOPICS)


def references(part: Any) -> Iterator[str]:
    """Every `$ref` of the document."""
    if isinstance(part, dict):
        yield from (value for key, value in part.items() if key == "$ref")
        part = list(part.values())
    if isinstance(part, list):
        for each in part:
            yield from references(each)


def followed(reference: str) -> Any:
    part: Any = DOCUMENT
    for step in reference.removeprefix("#/").split("/"):
        part = part[step]
    return part


@pytest.mark.parametrize("reference", sorted(set(references(DOCUMENT))))
def test_every_reference_leads_somewhere(reference: str):
    if reference.startswith("#/"):
        assert followed(reference)
    else:
        folder = (generate.ROOT / generate.ASYNCAPI).parent
        assert json.loads((folder / reference).read_text("utf-8"))["type"] == "object"


@pytest.mark.parametrize("topic", TOPICS, ids=lambda t: t.name)
def test_a_channel_says_what_the_topic_is_created_with(topic: Topic):
    kafka = DOCUMENT["channels"][topic.name]["bindings"]["kafka"]

    assert kafka["partitions"] == topic.partitions
    assert kafka["topicConfiguration"]["retention.ms"] == (topic.retention_ms or -1)
    assert kafka["topicConfiguration"]["cleanup.policy"] == [
        "compact" if topic.compacted else "delete"
    ]


@pytest.mark.parametrize("service", SERVICES)
def test_a_services_operations_are_what_the_topics_allow_it(service: str):
    operations = {
        (operation["action"], operation["channel"]["$ref"].removeprefix("#/channels/"))
        for operation in DOCUMENT["operations"].values()
        if operation["tags"] == [{"name": service}]
    }

    sends = {("send", topic.name) for topic in TOPICS if service in topic.writers}
    receives = {("receive", topic.name) for topic in TOPICS if service in topic.readers}
    assert operations == sends | receives


@given(messages())
def test_the_headers_that_travel_are_the_documented_ones(message: Message):
    [topic] = [topic for topic in TOPICS if topic.name == message.topic]
    documented = DOCUMENT["components"]["messages"][message.type]["headers"]
    check = Draft202012Validator(documented, format_checker=FormatChecker())

    for writer in topic.writers:
        record = encode(message, writer, traceparent=b"00-1-1-01")
        headers = {name: value.decode() for name, value in record.headers}
        check.validate(headers)
        assert headers.keys() == documented["properties"].keys()


def test_the_headers_of_a_webhook_in_the_inbox_are_the_documented_ones():
    record = inbox.outgoing(
        store_id="demo",
        channel="shopify",
        received_at=datetime(2026, 11, 20, tzinfo=UTC),
        traceparent=b"00-1-1-01",
        headers={b"x-shopify-topic": b"orders/paid"},
        kept={b"x-shopify-topic": "x-shopify-topic"},
        body=b"{}",
    )

    ours = {name for name, _ in record.headers if not name.startswith("http_")}
    assert ours | {inbox.REFRESH, inbox.ATTEMPT, inbox.AFTER} == asyncapi.INBOX_HEADERS.keys()


async def test_the_headers_that_a_dead_letter_gains_are_the_documented_ones():
    log = MemoryLog()

    await tally.flow(MemoryDocuments(), log).handle([Record("inbox.v1", 0, 0, b"k", b"?")])

    assert log.topics[dead(tally.SERVICE)][0].headers.keys() == asyncapi.DEAD_HEADERS.keys()
