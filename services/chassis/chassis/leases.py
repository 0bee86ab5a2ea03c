"""One process at a time does a thing that all of them could: who holds its lease.

A lease is a document, won by compare-and-set and kept fresh while the work goes on. Where its
holder died it runs out, unless the holder comes back under its own name. Should two ever do the
same work, nothing worse happens than work twice.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any, Final

from chassis.clock import Clock
from chassis.patience import Unavailable
from chassis.store import Documents, Kept
from contracts.value import Instant, Value

LASTS: Final = timedelta(seconds=60)
FRESHEN_EVERY_S: Final = 20.0


class Lease(Value):
    """Who does it, and until when unless they say that they still do."""

    holder: str
    until: Instant


class Leases:
    """The leases as one process sees them; `holder` is its own name among all."""

    def __init__(
        self,
        documents: Documents[Lease],
        clock: Clock,
        holder: str,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._documents = documents
        self._clock = clock
        self._holder = holder
        self._sleep = sleep

    @asynccontextmanager
    async def held(self, name: str) -> AsyncIterator[bool]:
        """Whether the thing is ours to do, for as long as the block lasts. Raises Unavailable."""
        if not await self._claim(name, LASTS):
            yield False
            return
        freshening = asyncio.create_task(self._freshen(name))
        try:
            yield True
        finally:
            freshening.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await freshening
            with contextlib.suppress(Unavailable):
                await self._claim(name, timedelta(0))

    async def _claim(self, name: str, lasts: timedelta) -> bool:
        found = (await self._documents.load([name])).get(name)
        now = self._clock()
        if found and found.state.holder != self._holder and found.state.until > now:
            return False
        ours = Lease(holder=self._holder, until=now + lasts)
        return await self._documents.save({name: Kept(ours, found.version if found else 0)})

    async def _freshen(self, name: str) -> None:
        while True:
            await self._sleep(FRESHEN_EVERY_S)
            with contextlib.suppress(Unavailable):
                await self._claim(name, LASTS)


def encode(lease: Lease) -> dict[str, Any]:
    """A lease as its document."""
    return lease.model_dump()


def decode(document: dict[str, Any]) -> Lease:
    """A lease from its document."""
    return Lease.model_validate(document)
