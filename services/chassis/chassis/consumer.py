"""The consumer under every subscriber: how long it waits for records, and rests between batches.

A record that comes alone is handed on at once. While more come than a pause of their own is worth,
few large batches cost everybody less than many small ones, the broker and the database most of
all: then the consumer rests after a batch, the longer the more records it had.
"""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition

WAIT_MS = 250
"""How long an empty poll lasts at most; a service that stops may wait for it."""
BUSY_RECORDS = 4
"""Fewer in a batch are no reason to rest."""
MANY_RECORDS = 40
"""So many in a batch are worth the whole rest, half of them a quarter of it: at a hundred records a
second batches stay small and rests short, above some three hundred both grow to what they may."""
REST_S = 0.2
"""At most. It is what a busy hour may cost an order at each step on its way."""


def rest_s(records: int, behind: int) -> float:
    """How long to rest after a batch of so many records, when `behind` more lay there already."""
    if records < BUSY_RECORDS or behind > 0:
        return 0.0
    return REST_S * min(1.0, records / MANY_RECORDS) ** 2


class Consumer(AIOKafkaConsumer):  # type: ignore[misc]  # aiokafka is untyped
    """A consumer whose empty poll lasts, and that rests between batches.

    FastStream sleeps after an empty poll as long as it has polled. With a short poll it would ask
    fifty times a second for nothing, and with a long one leave what comes meanwhile lying. A poll
    that finds something ends at once.

    While it rests its partitions are paused: otherwise it would fetch the first record that comes,
    and nothing more until that one is taken.
    """

    _rest_s = 0.0

    async def getmany(
        self, *partitions: TopicPartition, timeout_ms: int = 0, max_records: int | None = None
    ) -> dict[TopicPartition, list[ConsumerRecord]]:
        """See AIOKafkaConsumer; `timeout_ms` is at least `WAIT_MS`."""
        await self._rest()
        waiting = max(timeout_ms, WAIT_MS)
        found: dict[TopicPartition, list[ConsumerRecord]] = await super().getmany(
            *partitions, timeout_ms=waiting, max_records=max_records
        )
        self._rest_s = rest_s(sum(map(len, found.values())), self._behind(found))
        if self._rest_s:
            self.pause(*self.assignment())
        return found

    async def _rest(self) -> None:
        if self._rest_s:
            await asyncio.sleep(self._rest_s)
            self.resume(*self.paused())

    def _behind(self, found: Mapping[TopicPartition, Sequence[Any]]) -> int:
        """How many records lay behind those found when they were fetched."""
        assigned = self.assignment()
        return sum(
            (self.highwater(place) or 0) - 1 - records[-1].offset
            for place, records in found.items()
            if place in assigned
        )
