"""What many ask for at the same time, done in one go.

Fifty accounts at work each write a line of the ledger every few milliseconds. One write of fifty
lines costs the database, and us, a small part of fifty writes.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

from chassis.patience import Unavailable

T = TypeVar("T")
R = TypeVar("R")


class Together(Generic[T, R]):
    """Things that are asked for while others are being done wait, and are done together next.

    `work` takes any number of things and gives a result for each, in their order. Where it is
    Unavailable, it is so for all; where it breaks, each caller's things are tried by themselves.
    """

    def __init__(self, work: Callable[[Sequence[T]], Awaitable[Sequence[R]]]) -> None:
        self._work = work
        self._waiting: list[tuple[Sequence[T], asyncio.Future[Sequence[R]]]] = []
        self._working: asyncio.Task[None] | None = None

    async def do(self, things: Sequence[T]) -> Sequence[R]:
        """The results of these things. At once where nothing is under way."""
        if not things:
            return []
        done: asyncio.Future[Sequence[R]] = asyncio.get_running_loop().create_future()
        self._waiting.append((things, done))
        if self._working is None:
            self._working = asyncio.create_task(self._run())
        return await done

    async def _run(self) -> None:
        try:
            while self._waiting:
                group, self._waiting = self._waiting, []
                await self._do(group)
        finally:
            self._working = None

    async def _do(self, group: Sequence[tuple[Sequence[T], asyncio.Future[Sequence[R]]]]) -> None:
        try:
            results = await self._work([thing for things, _ in group for thing in things])
        except Exception as error:  # noqa: BLE001 - it is theirs who asked
            if len(group) > 1 and not isinstance(error, Unavailable):
                for each in group:
                    await self._do([each])
                return
            for _, done in group:
                if not done.done():
                    done.set_exception(error)
            return
        at = 0
        for things, done in group:
            if not done.done():
                done.set_result(results[at : at + len(things)])
            at += len(things)
