"""Waiting for what is down: transient troubles are waited out, for ever if need be."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from typing import TypeVar

import structlog

T = TypeVar("T")
FIRST_WAIT_S = 0.1
LONGEST_WAIT_S = 5.0

log = structlog.get_logger()


class Unavailable(Exception):  # noqa: N818 - it names the state of the other side
    """The broker, the database or an outside service is away for now. Waiting helps."""


async def patiently(
    work: Callable[[], Awaitable[T]],
    doing: str,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> T:
    """Do `work`, again and again with growing jittered pauses while it raises Unavailable."""
    wait = FIRST_WAIT_S
    while True:
        try:
            return await work()
        except Unavailable as trouble:
            log.warning("waiting", doing=doing, cause=str(trouble), next_try_s=round(wait, 2))
            await sleep(random.uniform(wait / 2, wait))  # noqa: S311 - jitter, not a secret
            wait = min(wait * 2, LONGEST_WAIT_S)
