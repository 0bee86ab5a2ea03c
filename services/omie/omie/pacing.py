"""The ERP's pace: how many calls a minute, how many at once, and whose turn it is.

240 a minute per key and method, 960 a minute per IP, writes of a method one at a time
(omie-api.md 2). `allowance.py` counts; here callers wait for what it says.
"""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Final

from omie.allowance import Share, Ticket, Window

READS_AT_ONCE: Final = 3
"""The ERP takes four per key and method; one stays free for whoever else uses the key."""


class _Gate:
    """A window that callers pass in the order they came."""

    def __init__(self, window: Window, pacing: "Pacing") -> None:
        self._window = window
        self._pacing = pacing
        self._queue = asyncio.Lock()
        self._ended = asyncio.Event()

    def wait(self) -> float:
        return self._window.wait(self._pacing.monotonic()) or 0.0

    async def enter(self) -> None:
        async with self._queue:
            while (wait := self._window.wait(self._pacing.monotonic())) != 0:
                self._ended.clear()
                await (self._ended.wait() if wait is None else self._pacing.sleep(wait))
            self._window.start()

    def leave(self) -> None:
        self._window.end(self._pacing.monotonic())
        self._ended.set()


class _SharedGate:
    """A shared window that callers pass by their turn."""

    def __init__(self, share: Share, pacing: "Pacing") -> None:
        self._share = share
        self._pacing = pacing
        self._called: dict[Ticket, asyncio.Event] = {}

    def wait(self, key: str) -> float:
        return self._share.expected(key, self._pacing.monotonic())

    async def enter(self, key: str) -> None:
        ticket = self._share.ask(key)
        now = self._pacing.monotonic()
        if self._share.wait(ticket, now) == 0:
            self._share.start(ticket, now)
            self._call()
        else:
            await self._turn(ticket)

    def leave(self) -> None:
        self._share.end(self._pacing.monotonic())
        self._call()

    async def _turn(self, ticket: Ticket) -> None:
        called = self._called[ticket] = asyncio.Event()
        try:
            while (wait := self._share.wait(ticket, self._pacing.monotonic())) != 0:
                called.clear()
                await (called.wait() if wait is None else self._pacing.sleep(wait))
            self._share.start(ticket, self._pacing.monotonic())
        except BaseException:
            self._share.leave(ticket)
            raise
        finally:
            del self._called[ticket]
            self._call()

    def _call(self) -> None:
        """Whoever is first now may have to look at the clock itself."""
        if first := self._share.first():
            self._called[first].set()


class Pacing:
    """All that this process sends to the ERP passes here. One per process: the IP is shared.

    `per_method` and `per_ip` are calls a minute; where several processes share an IP, each gets
    its part of `per_ip`. What the IP may send is shared fairly among the keys. `calls` are counted
    by method and outcome, seconds that they `waited` here by method.
    """

    def __init__(
        self,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        *,
        per_method: int = 240,
        per_ip: int = 960,
    ) -> None:
        self.monotonic = monotonic
        self.sleep = sleep
        self._per_method = per_method
        self._share = Share(per_ip)
        self._ip = _SharedGate(self._share, self)
        self.calls: Counter[tuple[str, ...]] = Counter()
        self.waited: dict[tuple[str, ...], float] = {}
        self._methods: dict[tuple[str, str], tuple[asyncio.Semaphore, _Gate]] = {}

    @property
    def queued(self) -> int:
        """How many calls wait for the IP's minute alone."""
        return self._share.queued

    @property
    def left(self) -> int:
        """How many calls may still go out in the IP's running minute."""
        return self._share.left(self.monotonic())

    def wait(self, app_key: str, method: str) -> float:
        """Seconds until the minute has room for this call, if nobody comes before."""
        known = self._methods.get((app_key, method))
        return max(known[1].wait() if known else 0.0, self._ip.wait(app_key))

    @asynccontextmanager
    async def turn(self, app_key: str, method: str, *, write: bool) -> AsyncIterator[None]:
        """Wait for this call's turn, and hold it while the call runs."""
        places, gate = self._method(app_key, method, write=write)
        came = self.monotonic()
        async with places:
            await gate.enter()
            try:
                await self._ip.enter(app_key)
                try:
                    waited = self.waited.get((method,), 0.0)
                    self.waited[method,] = waited + self.monotonic() - came
                    yield
                finally:
                    self._ip.leave()
            finally:
                gate.leave()

    def _method(self, app_key: str, method: str, *, write: bool) -> tuple[asyncio.Semaphore, _Gate]:
        key = (app_key, method)
        if key not in self._methods:
            places = asyncio.Semaphore(1 if write else READS_AT_ONCE)
            self._methods[key] = (places, _Gate(Window(self._per_method), self))
        return self._methods[key]
