"""A replay: planned and counted first, then written to the service's replay topic at a rate.

The plan fixes where every partition ends, so what is counted is what is sent, whatever arrives
meanwhile. After each batch that the broker has, the place is written down: an interrupted replay
goes on there, and a batch that was sent twice does no harm.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import structlog

from chassis.clock import Clock
from chassis.flow import Publishes, Record
from contracts import replay
from contracts.wire import Outgoing
from ops.log import Log, Logged, Span
from ops.operations import Operation, Operations, State
from ops.selection import Selection

VERB: Final = "replay"
_MOST: Final = 500
"""Records written at once."""

_CATCH_UP_S: Final = 1.0
"""Time lost to a slow broker is made up for no further than this."""

log = structlog.get_logger()

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Plan:
    """What a replay would do: records by topic, in these stretches."""

    selection: Selection
    spans: tuple[Span, ...]
    counts: Mapping[str, int]

    @property
    def total(self) -> int:
        """How many records."""
        return sum(self.counts.values())


@dataclass(frozen=True, slots=True)
class Replays:
    """All that replaying needs; `sleep` and `seconds` (monotonic) pace it."""

    log: Log
    publisher: Publishes
    operations: Operations
    clock: Clock
    seconds: Callable[[], float]
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep

    async def plan(self, selection: Selection) -> Plan:
        """Count exactly what the selection takes now. Raises Unavailable."""
        spans = await self.log.spans(selection.topics, selection.since)
        counts = dict.fromkeys(selection.topics, 0)
        async for batch in self.log.read(spans):
            for logged in batch:
                counts[logged.record.topic] += selection.takes(logged)
        return Plan(selection, tuple(spans), counts)

    async def run(self, operation: Operation, rate: float, progress: Progress) -> None:
        """Send what `operation` has left, at most `rate` records a second.

        Raises Unavailable, or is cancelled, with the place written down.
        """
        selection = Selection.model_validate(operation.asked)
        pace = _Pace(rate, self.seconds, self.sleep)
        await self._note(operation, State.RUNNING)
        log.info("operation_began", **operation.summary)
        try:
            async for batch in self.log.read(left(operation)):
                for part in _parts(batch, min(_MOST, max(1, int(rate)))):
                    taken = [each.record for each in part if selection.takes(each)]
                    outgoing = [_again(selection.service, r, operation.id) for r in taken]
                    await self.publisher.publish(outgoing)
                    for each in part:
                        operation.positions[_place(each.record)] = each.record.offset + 1
                    operation.done += len(taken)
                    progress(operation.done, operation.expected)
                    await self._note(operation, State.RUNNING)
                    await pace.wait(len(taken))
        except BaseException as error:
            cut = isinstance(error, asyncio.CancelledError)
            state = State.INTERRUPTED if cut else State.FAILED
            await asyncio.shield(self._note(operation, state))
            raise
        await self._note(operation, State.DONE)

    async def _note(self, operation: Operation, state: State) -> None:
        operation.state, operation.changed_at = state, self.clock()
        await self.operations.put(operation)
        if state is not State.RUNNING:
            log.info("operation_ended", **operation.summary)


def begun(id_: str, by: str, plan: Plan, clock: Clock) -> Operation:
    """A planned replay as the operation to run."""
    return Operation(
        id=id_,
        verb=VERB,
        by=by,
        began_at=clock(),
        asked=plan.selection.model_dump(mode="json"),
        expected=plan.total,
        ends={f"{s.topic}/{s.partition}": s.end for s in plan.spans},
        positions={f"{s.topic}/{s.partition}": s.start for s in plan.spans},
    )


def left(operation: Operation) -> list[Span]:
    """What is still to be sent, in the order it was planned."""
    found = []
    for place, end in operation.ends.items():
        topic, _, partition = place.rpartition("/")
        found.append(Span(topic, int(partition), operation.positions[place], end))
    return found


def _again(service: str, record: Record, replay_id: str) -> Outgoing:
    return replay.again(
        service=service,
        origin=replay.Origin(record.topic, record.partition, record.offset),
        key=record.key,
        value=record.value,
        headers=record.headers,
        replay_id=replay_id,
    )


def _place(record: Record) -> str:
    return f"{record.topic}/{record.partition}"


def _parts(batch: Sequence[Logged], most: int) -> Iterator[Sequence[Logged]]:
    for start in range(0, len(batch), most):
        yield batch[start : start + most]


class _Pace:
    """Waits so that no more than `rate` records a second are sent."""

    def __init__(
        self, rate: float, seconds: Callable[[], float], sleep: Callable[[float], Awaitable[None]]
    ) -> None:
        self._rate = rate
        self._seconds = seconds
        self._sleep = sleep
        self._due = seconds()

    async def wait(self, sent: int) -> None:
        """Until the next records may go."""
        self._due = max(self._due, self._seconds() - _CATCH_UP_S) + sent / self._rate
        if (ahead := self._due - self._seconds()) > 0:
            await self._sleep(ahead)
