"""How far a consumer group has read its topics, all its processes together, as Kafka knows it."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from chassis.kafka import Place
from chassis.patience import Unavailable

PATIENCE_S: Final = 4.0

Read = tuple[int, int]
"""How far it was read, and where it ends."""


@dataclass(slots=True)
class Progress:
    """The progress of `group`. Connects when first asked; `consumer` belongs to no group."""

    bootstrap: str
    consumer: AIOKafkaConsumer
    group: str
    topics: Sequence[str]
    partitions: int
    _started: bool = field(default=False, init=False)
    _admin: AIOKafkaAdminClient | None = field(default=None, init=False)

    async def places(self) -> Mapping[Place, Read]:
        """Every partition of the topics. Raises Unavailable."""
        try:
            async with asyncio.timeout(PATIENCE_S):
                return await self._read()
        except TimeoutError:
            raise Unavailable("kafka: no answer in time") from None
        except (KafkaError, OSError) as error:
            raise Unavailable(f"kafka: {type(error).__name__}") from error

    async def stop(self) -> None:
        """Disconnect."""
        await self.consumer.stop()
        if self._admin is not None:
            await self._admin.close()

    async def _connected(self) -> AIOKafkaAdminClient:
        """Each client is started once, also where the broker goes away between the two."""
        if not self._started:
            await self.consumer.start()
            self._started = True
        if self._admin is None:
            admin = AIOKafkaAdminClient(bootstrap_servers=self.bootstrap)
            await admin.start()
            self._admin = admin
        return self._admin

    async def _read(self) -> Mapping[Place, Read]:
        """What a topic forgot unread counts as read: nobody can read it any more."""
        admin = await self._connected()
        places = [TopicPartition(t, p) for t in self.topics for p in range(self.partitions)]
        committed = await admin.list_consumer_group_offsets(self.group, partitions=places)
        first = await self.consumer.beginning_offsets(places)
        ends = await self.consumer.end_offsets(places)
        found: dict[Place, Read] = {}
        for place in places:
            known = committed.get(place)
            read = max(known.offset if known else 0, first[place])
            found[place.topic, place.partition] = (read, ends[place])
        return found
