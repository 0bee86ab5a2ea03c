"""The durable append of a webhook: answered for only when the broker has it.

Webhooks that arrive in the same turn of the loop share one publish, one task and one deadline,
so that waiting for the broker costs a request next to nothing.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

import structlog

from chassis.flow import Publishes
from contracts.wire import Outgoing

DEADLINE_S: Final = 3.0
MOST_BYTES: Final = 32 * 1024 * 1024

log = structlog.get_logger()


class NotStored(Exception):  # noqa: N818 - it names what happened
    """The broker has not confirmed the record in time. It may still arrive there."""


@dataclass(slots=True)
class _Group:
    """Records published together. The broker owes us a word until the publish has ended."""

    records: list[Outgoing]
    answers: list[asyncio.Future[None]]
    bytes: int
    since: float

    def settle(self, *, stored: bool) -> None:
        """Answer everyone who still waits."""
        for answer in self.answers:
            if answer.done():
                continue
            if stored:
                answer.set_result(None)
            else:
                answer.set_exception(NotStored())


class Appender:
    """Appends records; refuses at once while the broker is silent.

    An idempotent producer never gives up a record, so a record whose deadline has passed stays on
    its way. While the oldest such record is unconfirmed, or more than `most_bytes` are, new ones
    are refused unsent: memory stays bounded, and the records on their way are the probe.
    """

    def __init__(
        self,
        publisher: Publishes,
        now: Callable[[], float],
        deadline_s: float = DEADLINE_S,
        most_bytes: int = MOST_BYTES,
    ) -> None:
        self._publisher = publisher
        self._now = now
        self._deadline_s = deadline_s
        self._most_bytes = most_bytes
        self._group: _Group | None = None
        self._on_their_way: dict[asyncio.Task[None], _Group] = {}
        self._bytes = 0

    async def append(self, record: Outgoing) -> None:
        """Return when the broker has the record. Raises NotStored."""
        if self._bytes > self._most_bytes or self._silent():
            raise NotStored
        loop = asyncio.get_running_loop()
        if self._group is None:
            self._group = _Group([], [], 0, self._now())
            loop.call_soon(self._send)
        answer = loop.create_future()
        self._group.records.append(record)
        self._group.answers.append(answer)
        self._group.bytes += len(record.value)
        self._bytes += len(record.value)
        await answer

    def _silent(self) -> bool:
        oldest = next(iter(self._on_their_way.values()), None)
        return oldest is not None and self._now() - oldest.since > self._deadline_s

    def _send(self) -> None:
        group, self._group = self._group, None
        if group is None:
            return
        task = asyncio.create_task(self._publish(group.records))
        self._on_their_way[task] = group
        expire = partial(group.settle, stored=False)
        expiry = asyncio.get_running_loop().call_later(self._deadline_s, expire)
        task.add_done_callback(partial(self._arrived, expiry))

    async def _publish(self, records: Sequence[Outgoing]) -> None:
        await self._publisher.publish(records)

    def _arrived(self, expiry: asyncio.TimerHandle, task: asyncio.Task[None]) -> None:
        """The broker has spoken. A producer that broke for good is the publisher's to report."""
        expiry.cancel()
        group = self._on_their_way.pop(task)
        self._bytes -= group.bytes
        error = None if task.cancelled() else task.exception()
        if error is not None:
            log.warning("webhooks_not_stored", webhooks=len(group.records), exc_info=error)
        group.settle(stored=error is None and not task.cancelled())
