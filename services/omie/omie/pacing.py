"""The ERP's pace: how many calls a minute, and how many at once.

240 a minute per key and method, 960 a minute per IP, writes of a method one at a time
(omie-api.md 2). Windows slide: no minute, wherever it starts, holds more than the limit.
"""

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Final

SPAN_S: Final = 60.1
"""A minute, and a little for two clocks that do not run alike."""
ROUNDING_S: Final = 1e-6
"""A wait shorter than this may be lost in a float, and would never end."""
READS_AT_ONCE: Final = 3
"""The ERP takes four per key and method; one stays free for whoever else uses the key."""


class Window:
    """At most `most` calls in any `span_s` seconds. Pure: every moment comes in.

    A call counts from its start until `span_s` after its end, for the other side may have counted
    it anywhere in between. However long answers take, its own count never exceeds the limit.
    """

    def __init__(self, most: int, span_s: float = SPAN_S) -> None:
        self._most = most
        self._span_s = span_s
        self._running = 0
        self._ended: deque[float] = deque()

    def wait(self, now: float) -> float | None:
        """Seconds until a call may start: 0 is now, None is once a running call has ended."""
        while self._ended and self._ended[0] + self._span_s <= now + ROUNDING_S:
            self._ended.popleft()
        if self._running + len(self._ended) < self._most:
            return 0.0
        return self._ended[0] + self._span_s - now if self._ended else None

    def start(self) -> None:
        """A call goes out."""
        self._running += 1

    def end(self, now: float) -> None:
        """A call is over, well or badly."""
        self._running -= 1
        self._ended.append(now)


class _Gate:
    """A window that callers pass in the order they came."""

    def __init__(self, window: Window, pacing: "Pacing") -> None:
        self._window = window
        self._pacing = pacing
        self._queue = asyncio.Lock()
        self._ended = asyncio.Event()

    def wait(self) -> float:
        return self._window.wait(self._pacing.monotonic()) or 0.0

    @asynccontextmanager
    async def passed(self) -> AsyncIterator[None]:
        async with self._queue:
            while (wait := self._window.wait(self._pacing.monotonic())) != 0:
                self._ended.clear()
                await (self._ended.wait() if wait is None else self._pacing.sleep(wait))
            self._window.start()
        try:
            yield
        finally:
            self._window.end(self._pacing.monotonic())
            self._ended.set()


class Pacing:
    """All that this process sends to the ERP passes here. One per process: the IP is shared.

    `per_method` and `per_ip` are calls a minute; where several processes share an IP, each gets
    its part of `per_ip`.
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
        self._ip = _Gate(Window(per_ip), self)
        self._methods: dict[tuple[str, str], tuple[asyncio.Semaphore, _Gate]] = {}

    def wait(self, app_key: str, method: str) -> float:
        """Seconds until the minute has room for this call, if nobody comes before."""
        _, gate = self._methods.get((app_key, method), (None, self._ip))
        return max(gate.wait(), self._ip.wait())

    @asynccontextmanager
    async def turn(self, app_key: str, method: str, *, write: bool) -> AsyncIterator[None]:
        """Wait for this call's turn, and hold it while the call runs."""
        places, gate = self._method(app_key, method, write=write)
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(places)
            await stack.enter_async_context(gate.passed())
            await stack.enter_async_context(self._ip.passed())
            yield

    def _method(self, app_key: str, method: str, *, write: bool) -> tuple[asyncio.Semaphore, _Gate]:
        key = (app_key, method)
        if key not in self._methods:
            places = asyncio.Semaphore(1 if write else READS_AT_ONCE)
            self._methods[key] = (places, _Gate(Window(self._per_method), self))
        return self._methods[key]
