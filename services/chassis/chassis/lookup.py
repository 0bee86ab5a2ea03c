"""One record of a topic, read again by its place for a person who looks."""

import asyncio
import itertools
from dataclasses import dataclass, field
from typing import Final, Protocol

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from chassis.flow import Record
from chassis.patience import Unavailable

PATIENCE_S: Final = 3.0
_POLL_MS: Final = 200


class Records(Protocol):
    """The topics, a record at a time."""

    async def find(self, topic: str, partition: int, offset: int) -> Record | None:
        """The record of this place; None where the topic no longer keeps it. Raises Unavailable."""


@dataclass(slots=True)
class Lookup:
    """Records on a cluster. Connects when it is first asked; `consumer` belongs to no group."""

    consumer: AIOKafkaConsumer
    patience_s: float = PATIENCE_S
    _started: bool = field(default=False, init=False)
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock, init=False)

    async def find(self, topic: str, partition: int, offset: int) -> Record | None:
        """See Records."""
        place = TopicPartition(topic, partition)
        try:
            async with asyncio.timeout(self.patience_s), self._turn:
                return await self._read(place, offset)
        except TimeoutError:
            raise Unavailable("kafka: no answer in time") from None
        except (KafkaError, OSError) as error:
            raise Unavailable(f"kafka: {type(error).__name__}") from error

    async def stop(self) -> None:
        """Disconnect."""
        await self.consumer.stop()

    async def _read(self, place: TopicPartition, offset: int) -> Record | None:
        if not self._started:
            await self.consumer.start()
            self._started = True
        self.consumer.assign([place])
        first = (await self.consumer.beginning_offsets([place]))[place]
        end = (await self.consumer.end_offsets([place]))[place]
        if not first <= offset < end:
            return None
        self.consumer.seek(place, offset)
        while True:
            read = await self.consumer.getmany(place, timeout_ms=_POLL_MS, max_records=1)
            for raw in itertools.chain(*read.values()):
                self.consumer.pause(place)
                found = raw.offset == offset
                headers = dict(raw.headers)
                record = Record(raw.topic, raw.partition, raw.offset, raw.key, raw.value, headers)
                return record if found else None
