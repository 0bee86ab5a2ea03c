"""What people decide about listings, as capture follows it: all of it, in the order told."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from chassis.patience import patiently
from chassis.table import Table
from contracts.envelope import Message

M = TypeVar("M", bound=Message)


@dataclass(slots=True)
class Following(Generic[M]):
    """Has every message of a table done, one after the other."""

    table: Table[M]
    do: Callable[[M], Awaitable[None]]
    _news: asyncio.Queue[M] = field(default_factory=asyncio.Queue, init=False)

    def __post_init__(self) -> None:
        """Hear of every message."""
        self.table.watch(self._news.put_nowait)

    @property
    def waiting(self) -> int:
        """How many are not done yet."""
        return self._news.qsize()

    async def next(self) -> None:
        """Do the next one that was heard, or will be."""
        message = await self._news.get()
        await patiently(lambda: self.do(message), "following what people decide")

    async def run(self) -> None:
        """Do what is heard, until cancelled."""
        while True:
            await self.next()
