"""Shopify's rate limits: leaky buckets per shop, one for GraphQL points, one for REST calls.

Rates per plan: shopify.dev, API limits. A bucket holds twenty seconds' worth of its rate, as
the throttle status of a standard shop (2000 points, 100 a second) and REST's 40 calls show.
"""

from collections.abc import Callable
from dataclasses import dataclass

_SECONDS_HELD = 20.0
_POINTS_PER_SECOND = {"standard": 100.0, "advanced": 200.0, "plus": 1000.0, "enterprise": 2000.0}
_CALLS_PER_SECOND = {"standard": 2.0, "advanced": 4.0, "plus": 20.0, "enterprise": 40.0}
_WITHOUT_LIMIT = 1e9  # any other plan's name, e.g. "unlimited", for benchmarks


@dataclass(slots=True)
class Bucket:
    """What one shop may still spend; refills at `rate` a second up to `capacity`."""

    rate: float
    left: float
    at: float

    @property
    def capacity(self) -> float:
        """The most that can be saved up."""
        return self.rate * _SECONDS_HELD

    def refill(self, now: float) -> None:
        """Account for the time since the bucket was last looked at; clocks may not run back."""
        self.left = min(self.capacity, self.left + max(0.0, now - self.at) * self.rate)
        self.at = now

    def take(self, amount: float) -> bool:
        """Spend, if there is enough."""
        if amount > self.left:
            return False
        self.left -= amount
        return True

    def give_back(self, amount: float) -> None:
        """Return what was reserved and not used."""
        self.left = min(self.capacity, self.left + amount)


class Throttle:
    """The buckets of every shop."""

    def __init__(self, seconds: Callable[[], float]) -> None:
        self._seconds = seconds
        self._buckets: dict[tuple[str, float], Bucket] = {}

    def points(self, store_id: str, plan: str) -> Bucket:
        """The shop's GraphQL points, as they are now."""
        return self._bucket(f"graphql {store_id}", _POINTS_PER_SECOND.get(plan, _WITHOUT_LIMIT))

    def calls(self, store_id: str, plan: str) -> Bucket:
        """The shop's REST calls, as they are now."""
        return self._bucket(f"rest {store_id}", _CALLS_PER_SECOND.get(plan, _WITHOUT_LIMIT))

    def _bucket(self, name: str, rate: float) -> Bucket:
        now = self._seconds()
        full = Bucket(rate, rate * _SECONDS_HELD, now)
        bucket = self._buckets.setdefault((name, rate), full)
        bucket.refill(now)
        return bucket
