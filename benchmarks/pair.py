"""A pair on a stream: the backlog written once, then ours and the bare loop over it in turns.

Every turn begins at the start of the topics, as a new consumer group, with an empty database. A
lap counts only when the work was done: so many documents, of the same size on both sides, and
so many messages told.
"""

import asyncio
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final

from aiokafka import AIOKafkaConsumer, TopicPartition
from pymongo import MongoClient
from pymongo.collection import Collection

from benchmarks import rounds
from benchmarks.benchmark import DidNotRun, Plan
from benchmarks.contender import Contender, take_turn
from benchmarks.cores import pin
from benchmarks.rounds import Comparison, Lap
from benchmarks.stream import Task, fill
from contracts.envelope import Message
from contracts.topics import TOPICS, dead
from embedded import topics
from embedded.stack import Stack

ALIKE: Final = 0.05
"""How much the documents of the two sides may differ in size."""


@contextmanager
def servers(plan: Plan, name: str) -> Iterator[Stack]:
    """An empty Kafka and MongoDB on their own cores, with our topics."""
    plan.say(f"{name}: starting Kafka and MongoDB")
    with Stack(plan.folder / name) as stack:
        topics.create(stack.kafka_address)
        for child in (stack.kafka.child, stack.mongo.child):
            pin(child.pid or 0, plan.cores.rest)
        yield stack


@dataclass(frozen=True, slots=True)
class Pair:
    """Two contenders, and how to see that a turn did its work.

    `collection` is where documents go in `database`; `done` finds those that went well, one for
    every `records_each` records, and `whole` those that get nothing more, whose sizes are compared.
    `tells` is the topic that gets a message for every record.
    """

    service: str
    ours: Contender[Task]
    bare: Contender[Task]
    database: str
    collection: str
    done: Mapping[str, Any]
    whole: Mapping[str, Any] | None = None
    records_each: int = 1
    tells: str | None = None


@dataclass(slots=True)
class Contest:
    """One pair on its servers."""

    plan: Plan
    stack: Stack
    pair: Pair
    warm_up: int
    records: int
    _turns: int = field(default=0, init=False)
    _sizes: dict[str, float] = field(default_factory=dict, init=False)

    @property
    def backlog(self) -> int:
        """How many records the contenders must find."""
        return self._task("").backlog

    def run(self, backlog: Iterable[Message]) -> Comparison:
        """Write the backlog, let the two take turns, and compare. Raises DidNotRun."""
        self.plan.say(f"{self.pair.service}: writing a backlog of {self.backlog:,} records")
        fill(self.stack.kafka_address, backlog)
        self.plan.say(f"{self.pair.service}: {self.plan.rounds} rounds")
        laps = rounds.in_turns(
            {
                "ours": partial(self._turn, "ours", self.pair.ours),
                "bare": partial(self._turn, "bare", self.pair.bare),
            },
            self.plan.rounds,
        )
        self._refuse_unlike()
        return rounds.compare(laps, "ours", "bare")

    def _task(self, group: str) -> Task:
        return Task(
            kafka=self.stack.kafka_address,
            mongodb=self.stack.mongo_url,
            group=group,
            warm_up=self.warm_up,
            records=self.records,
        )

    def _turn(self, who: str, contender: Contender[Task]) -> Lap:
        self._turns += 1
        task = self._task(f"{self.pair.service}-{who}-{self._turns}")
        log = self.plan.folder / "logs" / f"{self.pair.service}-{who}.log"
        told_before = self._told()
        with MongoClient[dict[str, Any]](task.mongodb) as mongo:
            mongo.drop_database(self.pair.database)
            lap = take_turn(contender, task, log, self.plan.cores.contender)
            collection = mongo[self.pair.database][self.pair.collection]
            done = collection.count_documents(self.pair.done)
            self._sizes[who] = _size_of(collection, self.pair.whole or self.pair.done)
        if done < task.records // self.pair.records_each:
            raise DidNotRun(f"{self.pair.service}: {who} left only {done} documents. {log}")
        if self.pair.tells and self._told() - told_before < task.records:
            raise DidNotRun(f"{self.pair.service}: {who} told too little. {log}")
        return lap

    def _refuse_unlike(self) -> None:
        ours, bare = self._sizes["ours"], self._sizes["bare"]
        if abs(ours - bare) > ALIKE * ours:
            raise DidNotRun(
                f"{self.pair.service}: the two do not store the same: "
                f"{ours:.0f} and {bare:.0f} bytes per document"
            )
        letters = dead(self.pair.service)
        if written(self.stack.kafka_address, letters):
            raise DidNotRun(f"{self.pair.service}: there are dead letters on {letters}")

    def _told(self) -> int:
        return written(self.stack.kafka_address, self.pair.tells) if self.pair.tells else 0


def _size_of(collection: Collection[dict[str, Any]], found: Mapping[str, Any]) -> float:
    """The mean size in bytes of the documents found; 0 when there are none."""
    size = {"$avg": {"$bsonSize": "$$ROOT"}}
    groups = collection.aggregate(
        [{"$match": dict(found)}, {"$group": {"_id": None, "size": size}}]
    )
    return float(next(iter(groups), {"size": 0.0})["size"])


def written(bootstrap: str, topic: str) -> int:
    """How many records were ever written to a topic."""
    [declared] = (t for t in TOPICS if t.name == topic)
    places = [TopicPartition(topic, number) for number in range(declared.partitions)]

    async def ask() -> int:
        async with AIOKafkaConsumer(bootstrap_servers=bootstrap) as consumer:
            return sum((await consumer.end_offsets(places)).values())

    return asyncio.run(ask())
