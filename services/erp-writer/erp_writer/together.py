"""What many ask for at the same time, done in one go.

Fifty accounts at work each write a line of the ledger every few milliseconds. One write of fifty
lines costs the database, and us, a small part of fifty writes.
"""

import asyncio
import math
from collections.abc import Awaitable, Callable, Sequence
from typing import Final, Generic, TypeVar

from chassis.flow import Publishes
from chassis.patience import Unavailable
from contracts.wire import Outgoing

REST_S: Final = 0.01
"""How long things gather behind those just done; an order's calls take far longer."""

T = TypeVar("T")
R = TypeVar("R")


class Together(Generic[T, R]):
    """Things that are asked for while others are being done wait, and are done together next.

    `work` takes any number of things and gives a result for each, in their order. Where it is
    Unavailable, it is so for all; where it breaks, each caller's things are tried by themselves.
    While they come close to one another it rests for `rest_s` in between, so that more come
    together: a request costs many times what one thing more in it does. Who comes alone goes ahead.
    """

    def __init__(
        self, work: Callable[[Sequence[T]], Awaitable[Sequence[R]]], rest_s: float = 0.0
    ) -> None:
        self._work = work
        self._rest_s = rest_s
        self._waiting: list[tuple[Sequence[T], asyncio.Future[Sequence[R]]]] = []
        self._working: asyncio.Task[None] | None = None
        self._ended = -math.inf

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
        loop = asyncio.get_running_loop()
        try:
            while self._waiting:
                group, self._waiting = self._waiting, []
                is_close = loop.time() < self._ended + self._rest_s
                await self._do(group)
                self._ended = loop.time()
                await asyncio.sleep(self._rest_s if is_close or len(group) > 1 else 0)
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


class TogetherPublisher:
    """A publisher through which what many accounts tell at the same time is one request."""

    def __init__(self, publisher: Publishes, rest_s: float = REST_S) -> None:
        self._publisher = publisher
        self._together = Together(self._publish, rest_s)

    async def publish(self, records: Sequence[Outgoing]) -> None:
        """See Publishes."""
        await self._together.do(records)

    async def _publish(self, records: Sequence[Outgoing]) -> list[None]:
        await self._publisher.publish(records)
        return [None] * len(records)
