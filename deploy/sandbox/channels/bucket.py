"""Rate limits as channels count them: buckets that refill at a steady rate."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(slots=True)
class Bucket:
    """What a caller may still spend; refills at `rate` a second up to `capacity`."""

    rate: float
    capacity: float
    left: float
    at: float

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


class Buckets:
    """The buckets of every caller; `seconds` is the clock. A changed limit begins anew, full."""

    def __init__(self, seconds: Callable[[], float]) -> None:
        self._seconds = seconds
        self._buckets: dict[tuple[str, float], Bucket] = {}

    def of(self, name: str, rate: float, capacity: float) -> Bucket:
        """This caller's bucket, as it is now."""
        now = self._seconds()
        full = Bucket(rate, capacity, capacity, now)
        bucket = self._buckets.setdefault((name, rate), full)
        bucket.refill(now)
        return bucket
