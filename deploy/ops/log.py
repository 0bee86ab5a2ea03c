"""The topics as the command reads them: stretches of partitions, without a consumer group."""

import asyncio
import itertools
import time
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, Protocol

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from chassis import kafka
from chassis.flow import Record
from chassis.patience import Unavailable
from contracts.topics import TOPICS
from ops.exits import Exit, Stop

FOR_EVER: Final = 2**62
"""The end of a stretch that is followed."""
CONNECTING_S: Final = 20.0
"""How long a broker may take to answer at first."""
_POLL_MS: Final = 500
_MOST: Final = 500
_SILENCE_S: Final = 30.0


@dataclass(frozen=True, slots=True)
class Span:
    """Offsets of one partition, from `start` up to and without `end`."""

    topic: str
    partition: int
    start: int
    end: int

    @property
    def length(self) -> int:
        """How many records it holds at most."""
        return max(0, self.end - self.start)


@dataclass(frozen=True, slots=True)
class Logged:
    """A record and when it was written."""

    record: Record
    at: datetime


class Log(Protocol):
    """The topics. Every verb raises Unavailable."""

    async def spans(self, topics: Sequence[str], since: datetime | None = None) -> list[Span]:
        """What every partition holds now, the first record being the first not before `since`."""

    def read(self, spans: Iterable[Span]) -> AsyncIterator[Sequence[Logged]]:
        """The records of these stretches, topic after topic, each partition in its order."""


class KafkaLog:
    """The topics on a cluster. Connects when first asked. Raises Stop where a topic is missing."""

    def __init__(self, bootstrap: str) -> None:
        self._consumer: AIOKafkaConsumer = kafka.table_consumer(bootstrap, "ops")
        self._started = False

    async def stop(self) -> None:
        """Disconnect."""
        await self._consumer.stop()

    async def spans(self, topics: Sequence[str], since: datetime | None = None) -> list[Span]:
        """See Log."""
        declared = {topic.name: topic.partitions for topic in TOPICS}
        places = [TopicPartition(t, p) for t in topics for p in range(declared[t])]
        try:
            await self._connect()
            if missing := set(topics) - await self._consumer.topics():
                fix = "esteira topics create makes what is missing"
                raise Stop(Exit.FAILED, f"kafka has no topic {min(missing)}; {fix}")
            first = await self._consumer.beginning_offsets(places)
            last = await self._consumer.end_offsets(places)
            if since is not None:
                at = dict.fromkeys(places, int(since.timestamp() * 1000))
                later = await self._consumer.offsets_for_times(at)
                first = {p: later[p].offset if later[p] else last[p] for p in places}
        except (KafkaError, OSError) as error:
            raise Unavailable(f"kafka: {type(error).__name__}") from error
        return [Span(p.topic, p.partition, first[p], last[p]) for p in places]

    async def _connect(self) -> None:
        if not self._started:
            async with asyncio.timeout(CONNECTING_S):
                await self._consumer.start()
            self._started = True

    async def read(self, spans: Iterable[Span]) -> AsyncIterator[Sequence[Logged]]:
        """See Log. Raises Unavailable when the broker goes silent before the end."""
        for _, of_topic in itertools.groupby(spans, key=lambda span: span.topic):
            ends = {TopicPartition(s.topic, s.partition): s for s in of_topic if s.length}
            if ends:
                async for batch in self._read(ends):
                    yield batch

    async def _read(self, ends: Mapping[Any, Span]) -> AsyncIterator[Sequence[Logged]]:
        self._consumer.assign(list(ends))
        for place, span in ends.items():
            self._consumer.seek(place, span.start)
        left, heard = dict(ends), time.monotonic()
        while left:
            try:
                read = await self._consumer.getmany(timeout_ms=_POLL_MS, max_records=_MOST)
                for place in [p for p in left if await self._consumer.position(p) >= left[p].end]:
                    self._consumer.pause(place)
                    del left[place]
            except (KafkaError, OSError) as error:
                raise Unavailable(f"kafka: {type(error).__name__}") from error
            batch = [_logged(r) for p in read for r in read[p] if r.offset < ends[p].end]
            if batch:
                heard = time.monotonic()
                yield batch
            elif time.monotonic() - heard > _SILENCE_S and not _followed(left):
                raise Unavailable("kafka: no record came for a while")


def _followed(left: Mapping[Any, Span]) -> bool:
    return any(span.end == FOR_EVER for span in left.values())


def _logged(raw: Any) -> Logged:
    record = Record(raw.topic, raw.partition, raw.offset, raw.key, raw.value, dict(raw.headers))
    return Logged(record, datetime.fromtimestamp(raw.timestamp / 1000, UTC))
