import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiokafka import TopicPartition
from aiokafka.errors import KafkaConnectionError, UnknownTopicOrPartitionError
from structlog.testing import capture_logs

from chassis.table import Table, follow, load
from contracts.stores import StoreConfigured
from contracts.wire import encode
from tests.support.builders import a_store

PLACE = TopicPartition(StoreConfigured.topic, 0)


@dataclass
class Raw:
    """A record as aiokafka hands it out."""

    topic: str
    offset: int
    value: bytes | None
    headers: Sequence[tuple[str, bytes]] = ()


@dataclass
class Consumer:
    """A consumer of one partition; `troubles` are raised, one a call, before it answers."""

    log: list[Raw]
    troubles: list[Exception] = field(default_factory=list)
    at: int = 0
    end: int | None = None
    subscribed: Sequence[str] = ()
    caught_up: asyncio.Event = field(default_factory=asyncio.Event)

    def _trouble(self) -> None:
        if self.troubles:
            raise self.troubles.pop()

    def subscribe(self, topics: Sequence[str]) -> None:
        self.subscribed = topics

    def assignment(self) -> set[TopicPartition]:
        return {PLACE}

    async def start(self) -> None:
        self._trouble()

    async def end_offsets(self, _: Any) -> dict[TopicPartition, int]:
        return {PLACE: len(self.log) if self.end is None else self.end}

    async def position(self, _: TopicPartition) -> int:
        return self.at

    async def getmany(self, timeout_ms: int) -> dict[TopicPartition, list[Raw]]:
        self._trouble()
        if self.at == len(self.log):
            self.caught_up.set()
            await asyncio.Event().wait()
        self.at += 1
        return {PLACE: [self.log[self.at - 1]]}


def raw(*stores: StoreConfigured) -> list[Raw]:
    out = [encode(store, "panel") for store in stores]
    return [Raw(o.topic, offset, o.value, o.headers) for offset, o in enumerate(out)]


def version(table: Table[StoreConfigured], store_id: str) -> int | None:
    store = table.get(store_id)
    return store.version if store else None


async def test_a_loaded_table_holds_the_latest_of_every_key():
    table = Table(StoreConfigured)
    log = raw(a_store(store_id="a"), a_store(store_id="b"), a_store(store_id="a", version=2))

    await load(table, Consumer(log))

    assert (version(table, "a"), version(table, "b"), version(table, "c")) == (2, 1, None)
    assert {store.store_id for store in table} == {"a", "b"}


async def test_loading_ends_at_the_end_there_was_at_the_start():
    table = Table(StoreConfigured)

    await load(table, Consumer(raw(a_store(), a_store(version=2)), end=1))

    assert version(table, a_store().store_id) == 1


async def test_an_empty_topic_is_loaded_at_once():
    table = Table(StoreConfigured)

    await load(table, Consumer([]))

    assert list(table) == []


@pytest.mark.parametrize("trouble", [KafkaConnectionError(), UnknownTopicOrPartitionError()])
async def test_a_broker_or_a_topic_that_is_not_there_yet_is_waited_for(trouble: Exception):
    table = Table(StoreConfigured)

    await load(table, Consumer(raw(a_store()), troubles=[trouble]))

    assert version(table, a_store().store_id) == 1


async def test_a_record_that_cannot_be_read_is_passed_over_and_said_without_its_content():
    table = Table(StoreConfigured)
    bad = Raw(StoreConfigured.topic, 0, b'{"name": "Loja da Irene"')

    with capture_logs() as lines:
        await load(table, Consumer([bad, *raw(a_store())]))

    assert version(table, a_store().store_id) == 1
    assert [line["event"] for line in lines] == ["record_ignored"]
    assert "Irene" not in str(lines)


async def test_a_followed_table_takes_in_what_comes_later_through_any_trouble():
    table, heard = Table(StoreConfigured), list[int]()
    table.watch(lambda store: heard.append(store.version))
    consumer = Consumer(raw(a_store(), a_store(version=2)), troubles=[KafkaConnectionError()], at=1)

    following = asyncio.create_task(follow(table, consumer))
    await asyncio.wait_for(consumer.caught_up.wait(), 5)
    following.cancel()

    assert heard == [2]
    assert version(table, a_store().store_id) == 2
