"""Webhooks sent to a belt while their orders are watched: as many as it takes, or evenly."""

import asyncio
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Final

from benchmarks.benchmark import DidNotRun
from benchmarks.door import Door
from benchmarks.hub import webhook
from benchmarks.market import Sale
from benchmarks.watch import POSTED, Way

ARRIVES_WITHIN_S: Final = 60.0
_LOOK_EVERY_S: Final = 0.005


@dataclass(slots=True)
class Traffic:
    """Sends sales through a door, and knows by `way` which are posted."""

    door: Door
    way: Way
    sent: int = field(default=0, init=False)

    @property
    def posted(self) -> int:
        """How many orders the ERP has, as far as their events told."""
        return len(self.way.seen[POSTED])

    async def send(self, sale: Sale) -> None:
        """Send one webhook; its clock starts right before."""
        self.sent += 1
        request = webhook(sale)
        self.way.sold[sale.order_id] = time.perf_counter()
        await self.door.send(request)

    async def keep_full(self, sales: Iterator[Sale], under_way: int, at_once: int) -> None:
        """Send all, `under_way` of them on their way to the ERP at any time."""

        async def send_some() -> None:
            for sale in sales:
                await self._until(lambda: self.sent - self.posted < under_way)
                await self.send(sale)

        async with asyncio.TaskGroup() as senders:
            for _ in range(at_once):
                senders.create_task(send_some())

    async def send_evenly(self, sales: Iterator[Sale], per_s: float) -> None:
        """Send all at this rate, whether or not the belt keeps up."""
        began = time.perf_counter()
        async with asyncio.TaskGroup() as senders:
            for number, sale in enumerate(sales):
                wait = began + number / per_s - time.perf_counter()
                if wait > 0:
                    await asyncio.sleep(wait)
                senders.create_task(self.send(sale))

    async def all_posted(self, within_s: float = ARRIVES_WITHIN_S) -> None:
        """Return when every order that was sent is in the ERP. Raises DidNotRun."""
        try:
            async with asyncio.timeout(within_s):
                await self._until(lambda: self.posted >= self.sent)
        except TimeoutError:
            missing = self.sent - self.posted
            raise DidNotRun(f"of {self.sent} orders {missing} were not posted") from None

    async def these_posted(self, ids: set[str], within_s: float = ARRIVES_WITHIN_S) -> None:
        """Return when the ERP has these orders. Raises DidNotRun."""
        seen = self.way.seen[POSTED]
        try:
            async with asyncio.timeout(within_s):
                await self._until(lambda: ids <= seen.keys())
        except TimeoutError:
            missing = len(ids - seen.keys())
            raise DidNotRun(f"of {len(ids)} orders {missing} were not posted") from None

    async def some_posted(self, count: int) -> None:
        """Return when the ERP has so many orders."""
        await self._until(lambda: self.posted >= count)

    async def _until(self, true: Callable[[], bool]) -> None:
        while not true():  # noqa: ASYNC110 - what is seen sets no event
            await asyncio.sleep(_LOOK_EVERY_S)
