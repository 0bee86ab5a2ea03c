"""The durable append of a webhook: answered for only when the broker has it.

A webhook that comes alone is sent at once. Where many come right behind one another, they share one
publish, one task and one deadline, so that waiting for the broker costs a request next to nothing:
a request to the broker costs both sides many times what one record more in it does.
"""

import asyncio
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

import structlog

from chassis.flow import Publishes
from contracts.wire import Outgoing

DEADLINE_S: Final = 3.0
GATHER_S: Final = 0.01
"""While they come closer than this, webhooks wait for one another, for so long at most."""
MANY: Final = 16
"""So many wait for no more."""
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
        gather_s: float = GATHER_S,
    ) -> None:
        self._publisher = publisher
        self._now = now
        self._deadline_s = deadline_s
        self._most_bytes = most_bytes
        self._gather_s = gather_s
        self._group: _Group | None = None
        self._sent_at = -math.inf
        self._close = False
        self._on_their_way: dict[asyncio.Task[None], _Group] = {}
        self._bytes = 0

    async def append(self, record: Outgoing) -> None:
        """Return when the broker has the record. Raises NotStored."""
        if self._bytes > self._most_bytes or self._silent():
            raise NotStored
        answer = asyncio.get_running_loop().create_future()
        group = self._group = self._group or self._opened()
        group.records.append(record)
        group.answers.append(answer)
        group.bytes += len(record.value)
        self._bytes += len(record.value)
        if len(group.records) == MANY:
            self._send(group)
        await answer

    def _opened(self) -> _Group:
        now = self._now()
        group = _Group([], [], 0, now)
        wait_s = max(0.0, self._sent_at + self._gather_s - now)
        # Two that happen to come together are not yet many: the second waits for none.
        self._close, were_close = wait_s > 0, self._close
        wait_s = wait_s if were_close else 0.0
        asyncio.get_running_loop().call_later(wait_s, self._send, group)
        return group

    def _silent(self) -> bool:
        oldest = next(iter(self._on_their_way.values()), None)
        return oldest is not None and self._now() - oldest.since > self._deadline_s

    def _send(self, group: _Group) -> None:
        if self._group is not group:
            return  # they were many, and are on their way
        self._group, self._sent_at = None, self._now()
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
