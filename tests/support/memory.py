"""MongoDB and Kafka in memory, for tests: the same verbs, the same promises.

`tests/live/` holds them against the real ones.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from chassis.flow import Record
from chassis.store import Kept
from contracts.envelope import Message
from contracts.wire import Outgoing, decode

S = TypeVar("S")


@dataclass
class MemoryDocuments(Generic[S]):
    """Documents in a dict, with the same compare-and-set."""

    kept: dict[str, Kept[S]] = field(default_factory=dict)

    async def load(self, ids: Collection[str]) -> dict[str, Kept[S]]:
        return {id_: self.kept[id_] for id_ in ids if id_ in self.kept}

    async def save(self, changes: Mapping[str, Kept[S]]) -> bool:
        clean = True
        for id_, change in changes.items():
            stored = self.kept.get(id_)
            if (stored.version if stored else 0) != change.version:
                clean = False
                continue
            self.kept[id_] = Kept(change.state, change.version + 1)
        return clean

    def state(self, id_: str) -> S | None:
        return self.kept[id_].state if id_ in self.kept else None


@dataclass
class MemoryLog:
    """Topics as lists. One partition each: keys keep their order, and so does everything."""

    topics: dict[str, list[Record]] = field(default_factory=lambda: defaultdict(list))

    async def publish(self, records: Sequence[Outgoing]) -> None:
        for r in records:
            log = self.topics[r.topic]
            log.append(Record(r.topic, 0, len(log), r.key, r.value, dict(r.headers)))

    async def find(self, topic: str, partition: int, offset: int) -> Record | None:
        kept = self.topics[topic][offset:] if partition == 0 <= offset else []
        return kept[0] if kept else None

    def messages(self, kind: type[Message]) -> list[Message]:
        """Everything of this kind that was ever told."""
        read = (decode(r.topic, r.headers, r.value) for r in self.topics[kind.topic])
        return [m for m in read if isinstance(m, kind)]
