"""The durable append of a webhook: answered for only when the broker has it.

Webhooks that arrive in the same turn of the loop share one publish, one task and one deadline,
so that waiting for the broker costs a request next to nothing.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from chassis.flow import Publishes
from chassis.patience import Unavailable
from contracts.wire import Outgoing

DEADLINE_S: Final = 3.0
MOST_BYTES: Final = 32 * 1024 * 1024


class NotStored(Exception):  # noqa: N818 - it names what happened
    """The broker has not confirmed the record in time. It may still arrive there."""


@dataclass(slots=True)
class _Group:
    """Records published together. The broker owes us a word until the publish has ended."""

    records: list[Outgoing]
    answers: list[asyncio.Future[None]]
    bytes: int
    since: float

    def settle(self, error: Exception | None) -> None:
        """Answer everyone who still waits."""
        for answer in self.answers:
            if answer.done():
                continue
            if error is None:
                answer.set_result(None)
            else:
                answer.set_exception(error)


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
        self._broken: Exception | None = None
        self._broke = asyncio.Event()

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

    async def watch(self) -> None:
        """Wait until the producer breaks for good, and raise what broke it."""
        await self._broke.wait()
        if self._broken:
            raise self._broken

    def _silent(self) -> bool:
        oldest = next(iter(self._on_their_way.values()), None)
        return oldest is not None and self._now() - oldest.since > self._deadline_s

    def _send(self) -> None:
        group, self._group = self._group, None
        if group is None:
            return
        task = asyncio.create_task(self._publish(group))
        self._on_their_way[task] = group
        expiry = asyncio.get_running_loop().call_later(self._deadline_s, group.settle, NotStored())
        task.add_done_callback(lambda done: self._arrived(done, expiry))

    async def _publish(self, group: _Group) -> None:
        try:
            await self._publisher.publish(group.records)
        except Unavailable:
            group.settle(NotStored())
        except Exception as error:  # noqa: BLE001 - the watch raises it; every request is answered
            group.settle(NotStored())
            self._broken = error
            self._broke.set()
        else:
            group.settle(None)

    def _arrived(self, task: asyncio.Task[None], expiry: asyncio.TimerHandle) -> None:
        expiry.cancel()
        group = self._on_their_way.pop(task)
        self._bytes -= group.bytes
        group.settle(NotStored())
