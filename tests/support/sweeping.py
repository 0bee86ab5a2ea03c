"""Sweeps over the capture service in memory; while they wait, the inbox is worked off."""

import asyncio
from collections.abc import Awaitable, Callable

from capture import handlers
from capture.fetch import UNDER_WAY, Fetch
from capture.fetcher import Fetcher
from capture.lister import Lister
from capture.outlook import Outlook
from capture.pace import Pace
from capture.questions import Questions
from capture.sweep import Sweep
from capture.sweeper import Sweeper
from chassis.leases import Lease, Leases
from contracts.fetches import FetchCommand, FetchProgress, OrderFetched
from contracts.wire import encode
from tests.support.capture import Capture
from tests.support.memory import MemoryDocuments


class MemoryFetches(MemoryDocuments[Fetch]):
    """Fetches in a dict, with the question which of them want work."""

    async def under_way(self) -> list[str]:
        return [id_ for id_, kept in self.kept.items() if kept.state.state in UNDER_WAY]


class Sweeping:
    """A sweeper of the stores of `capture`."""

    def __init__(
        self,
        capture: Capture,
        holder: str = "first",
        leases: MemoryDocuments[Lease] | None = None,
    ) -> None:
        self.capture = capture
        self.kept = MemoryDocuments[Sweep]()
        self.leases = MemoryDocuments[Lease]() if leases is None else leases
        self.slept: list[float] = []
        pace = Pace(capture.seconds, self.sleep)
        self.outlook = Outlook(capture.sightings, capture.publications)
        self.doubted: list[str] = []
        self.lister = Lister(
            capture.tokens, pace, capture.tally, capture.clock, self.sleep, self.doubted.append
        )
        self.questions = Questions(
            publisher=capture.log,
            sightings=capture.sightings,
            pace=pace,
            clock=capture.clock,
            sleep=self.sleep,
            random_bytes=lambda n: bytes(range(n)),
        )
        self.sweeper = Sweeper(
            shops=capture.intake.shops,
            lister=self.lister,
            questions=self.questions,
            outlook=self.outlook,
            standing=capture.sightings,
            kept=self.kept,
            leases=Leases(self.leases, capture.clock, holder),
            publisher=capture.log,
            clock=capture.clock,
            sleep=self.sleep,
        )

        self.fetches = MemoryFetches()
        self.flow = handlers.fetches(self.fetches, capture.log, capture.clock, lambda: None)
        self.fetcher = Fetcher(
            shops=capture.intake.shops,
            lister=self.lister,
            questions=self.questions,
            outlook=self.outlook,
            fetches=self.fetches,
            waiting=self.fetches,
            leases=Leases(self.leases, capture.clock, holder),
            publisher=capture.log,
            clock=capture.clock,
        )
        self._read = 0
        self.interrupt: Callable[[], Awaitable[None]] | None = None

    async def sleep(self, seconds: float) -> None:
        """Time passes, and the inbox is read meanwhile."""
        self.slept.append(seconds)
        await self.capture.seconds.sleep(seconds)
        self.capture.clock.advance(seconds=seconds)
        if self.interrupt:
            await self.interrupt()
        await self.capture.drain()

    async def sweep(self) -> None:
        """One round over all stores, and whatever it put into the inbox last."""
        await self.sweeper.sweep_all()
        await self.capture.drain()
        await asyncio.sleep(0)

    async def say(self, *commands: FetchCommand) -> None:
        """People ask something of fetches, and it is heard."""
        await self.capture.log.publish([encode(command, "test") for command in commands])
        records = self.capture.log.topics[FetchCommand.topic][self._read :]
        self._read += len(records)
        await self.flow.handle(records)

    async def fetch(self) -> None:
        """Whatever fetches want is carried out, as far as it goes."""
        for fetch_id in await self.fetches.under_way():
            await self.fetcher.carry_out(fetch_id)

    def progress(self) -> FetchProgress:
        """How the fetch told of last stands."""
        told = self.capture.log.messages(FetchProgress)
        return max(told, key=lambda each: each.step)  # type: ignore[attr-defined, return-value]

    def results(self) -> dict[str, tuple[str, str]]:
        """What became of each order, and why."""
        told = self.capture.log.messages(OrderFetched)
        return {m.order_id: (m.outcome.value, m.reason) for m in told}  # type: ignore[attr-defined]
