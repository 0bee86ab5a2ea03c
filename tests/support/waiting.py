"""Waiting for something to become true, instead of sleeping."""

import asyncio
import time
from collections.abc import Awaitable, Callable


def until(condition: Callable[[], bool], patience: float = 20) -> None:
    """Return when the condition holds; fail after `patience` seconds."""
    deadline = time.monotonic() + patience
    while not condition():
        assert time.monotonic() < deadline, "it never came true"
        time.sleep(0.02)


async def eventually(condition: Callable[[], bool | Awaitable[bool]], patience: float = 20) -> None:
    """The same, while the event loop goes on; the condition may be awaitable."""
    deadline = time.monotonic() + patience
    while True:
        holds = condition()
        if await holds if isinstance(holds, Awaitable) else holds:
            return
        assert time.monotonic() < deadline, "it never came true"
        await asyncio.sleep(0.02)
