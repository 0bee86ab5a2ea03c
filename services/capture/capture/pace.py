"""How fast work in the background may call a channel: a bucket of calls per store.

It leaves the other half of what the channel grants to the orders of this minute.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from capture.channels.listed import Allowance


@dataclass(slots=True)
class _Bucket:
    left: float
    at: float


class Pace:
    """The buckets of all stores. `now` is a monotonic clock in seconds, `sleep` pauses for some."""

    def __init__(self, now: Callable[[], float], sleep: Callable[[float], Awaitable[None]]) -> None:
        self._now = now
        self._sleep = sleep
        self._buckets: dict[str, _Bucket] = {}

    async def turn(self, store_id: str, allowance: Allowance, calls: float = 1) -> None:
        """Return when so many calls may be made. More than a burst are waited for as well."""
        now = self._now()
        bucket = self._buckets.setdefault(store_id, _Bucket(allowance.burst, now))
        refilled = bucket.left + (now - bucket.at) * allowance.per_s
        bucket.left, bucket.at = min(allowance.burst, refilled) - calls, now
        if bucket.left < 0:
            await self._sleep(-bucket.left / allowance.per_s)
