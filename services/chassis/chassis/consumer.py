"""The consumer under every subscriber: how long it waits for records, and rests between batches.

A record that comes now and then is handed on at once. While many come, few large batches cost
everybody less than many small ones, the broker and the database most of all: then the consumer
rests after a batch. How long depends on how many records came a second, not on how many the batch
had: rests make batches large, and would be their own reason.
"""

import asyncio
import contextlib
import math
import time

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import IllegalStateError

WAIT_MS = 250
"""How long an empty poll lasts at most; a service that stops may wait for it."""
CALM_PER_S = 100.0
"""While no more records come a second, nobody rests."""
BUSY_PER_S = 250.0
"""From so many a second on, rests are as long as they get."""
REST_S = 0.35
"""At most. It is what a busy hour may cost an order at each step on its way."""
BACKLOG = 200
"""So many records are a batch of their own, and worth no rest."""
LATELY_S = 1.0
"""What came that long ago counts a third of what comes now."""


def rest_s(per_s: float, there: int) -> float:
    """How long to rest after a batch, when so many come a second.

    `there`: how many there were, those that lie behind the batch included. While a whole batch is
    there each time, rests would only make more lie behind it.
    """
    if there >= BACKLOG:
        return 0.0
    return REST_S * min(1.0, max(0.0, (per_s - CALM_PER_S) / (BUSY_PER_S - CALM_PER_S)))


def lately(per_s: float, records: int, elapsed_s: float) -> float:
    """How many come a second, when it was `per_s` and since then, a time ago, so many came."""
    elapsed = max(elapsed_s, 1e-6) / LATELY_S
    forgotten = -math.expm1(-elapsed)
    return per_s + (records / (elapsed * LATELY_S) - per_s) * forgotten


class Consumer(AIOKafkaConsumer):  # type: ignore[misc]  # aiokafka is untyped
    """A consumer whose empty poll lasts, and that rests between batches.

    FastStream sleeps after an empty poll as long as it has polled. With a short poll it would ask
    fifty times a second for nothing, and with a long one leave what comes meanwhile lying. A poll
    that finds something ends at once.

    While it rests its partitions are paused: otherwise it would fetch the first record that comes,
    and nothing more until that one is taken.
    """

    _rest_s = 0.0
    _per_s = 0.0
    _counted_at = -math.inf

    async def getmany(
        self, *partitions: TopicPartition, timeout_ms: int = 0, max_records: int | None = None
    ) -> dict[TopicPartition, list[ConsumerRecord]]:
        """See AIOKafkaConsumer; `timeout_ms` is at least `WAIT_MS`."""
        await self._rest()
        waiting = max(timeout_ms, WAIT_MS)
        found: dict[TopicPartition, list[ConsumerRecord]] = await super().getmany(
            *partitions, timeout_ms=waiting, max_records=max_records
        )
        records = sum(map(len, found.values()))
        self._count(records)
        self._rest_s = rest_s(self._per_s, records + await self._behind()) if records else 0.0
        if self._rest_s:
            self.pause(*self.assignment())
        return found

    def _count(self, records: int) -> None:
        now = time.monotonic()
        self._per_s = lately(self._per_s, records, now - self._counted_at)
        self._counted_at = now

    async def _rest(self) -> None:
        if self._rest_s:
            await asyncio.sleep(self._rest_s)
            self.resume(*self.paused())

    async def _behind(self) -> int:
        """How many records lie on all partitions beyond those handed out, as far as is known."""
        behind = 0
        with contextlib.suppress(IllegalStateError):  # a partition went to another process
            for place in self.assignment():
                if (end := self.highwater(place)) is not None:
                    behind += max(0, end - await self.position(place))
        return behind
