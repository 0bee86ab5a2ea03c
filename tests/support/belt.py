"""Services together in memory: their real flows on one log, run until nothing moves."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from chassis.flow import Flow
from contracts.envelope import Message
from contracts.wire import encode
from tests.support.memory import MemoryLog

M = TypeVar("M", bound=Message)
NOON = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)


@dataclass
class FakeClock:
    """Time that moves only when told."""

    now: datetime = NOON

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **by: float) -> None:
        self.now += timedelta(**by)


@dataclass
class Belt:
    """Flows on one log. Each flow reads its topics from its own place, as a group does."""

    log: MemoryLog = field(default_factory=MemoryLog)
    flows: list[Flow[Any]] = field(default_factory=list)
    _read: dict[tuple[int, str], int] = field(default_factory=dict)

    def add(self, *flows: Flow[Any]) -> None:
        self.flows += flows

    async def put(self, *messages: Message) -> None:
        """Say something on a topic."""
        await self.log.publish([encode(m, "test") for m in messages])

    def waiting(self) -> list[tuple[int, str]]:
        """Which flow could read from which topic now."""
        return [
            (i, topic)
            for i, flow in enumerate(self.flows)
            for topic in flow.topics
            if self._read.get((i, topic), 0) < len(self.log.topics[topic])
        ]

    async def turn(self, flow: int, topic: str, most: int = 1) -> None:
        """Let one flow take up to `most` records of one topic."""
        start = self._read.get((flow, topic), 0)
        batch = self.log.topics[topic][start : start + most]
        await self.flows[flow].handle(batch)
        self._read[flow, topic] = start + len(batch)

    async def settle(self, rng: random.Random | None = None) -> None:
        """Turn until nothing is left to read; with `rng`, in any order it picks."""
        while waiting := self.waiting():
            flow, topic = rng.choice(waiting) if rng else waiting[0]
            await self.turn(flow, topic, most=1 if rng else 100)

    def rewind(self, flow: int, topic: str) -> None:
        """Make a flow read a topic again from its start, as a crash or a replay does."""
        self._read[flow, topic] = 0

    def seen(self, kind: type[M]) -> Sequence[M]:
        """Every message of this kind, in the order told."""
        return self.log.messages(kind)  # type: ignore[return-value]
