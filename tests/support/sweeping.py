"""Sweeps over the capture service in memory; while they wait, the inbox is worked off."""

import asyncio

from capture.leases import Lease, Leases
from capture.lister import Lister
from capture.outlook import Outlook
from capture.pace import Pace
from capture.questions import Questions
from capture.sweep import Sweep
from capture.sweeper import Sweeper
from tests.support.capture import Capture
from tests.support.memory import MemoryDocuments


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
        self.lister = Lister(capture.tokens, pace, capture.tally, capture.clock, self.sleep)
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
            clock=capture.clock,
            sleep=self.sleep,
        )

    async def sleep(self, seconds: float) -> None:
        """Time passes, and the inbox is read meanwhile."""
        self.slept.append(seconds)
        await self.capture.seconds.sleep(seconds)
        self.capture.clock.advance(seconds=seconds)
        await self.capture.drain()

    async def sweep(self) -> None:
        """One round over all stores, and whatever it put into the inbox last."""
        await self.sweeper.sweep_all()
        await self.capture.drain()
        await asyncio.sleep(0)
