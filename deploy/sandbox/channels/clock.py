"""The sandbox's time: the real one, faster, or moved on by hand."""

import time
from collections.abc import Callable
from datetime import UTC, datetime


class SandboxClock:
    """Tells the sandbox's moment in UTC; a day of webhook retries can pass in a second.

    `rate` is sandbox seconds per real second; `wall` gives real seconds since the epoch.
    """

    def __init__(self, rate: float = 1.0, wall: Callable[[], float] = time.time) -> None:
        self._wall = wall
        self._rate = rate
        self._real_origin = self._sandbox_origin = wall()

    def __call__(self) -> datetime:
        """The sandbox's moment, in UTC."""
        return datetime.fromtimestamp(self.seconds(), UTC)

    @property
    def rate(self) -> float:
        """Sandbox seconds that pass in one real second."""
        return self._rate

    def seconds(self) -> float:
        """The sandbox's moment as seconds since the epoch."""
        return self._sandbox_origin + (self._wall() - self._real_origin) * self._rate

    def advance(self, seconds: float) -> None:
        """Jump ahead by so many sandbox seconds."""
        self._sandbox_origin += seconds

    def run_at(self, rate: float) -> None:
        """Let time pass `rate` times as fast from now on."""
        if rate <= 0:
            raise ValueError("the clock's rate must be above zero")
        self._sandbox_origin, self._real_origin = self.seconds(), self._wall()
        self._rate = rate

    def real_seconds_until(self, moment: float) -> float:
        """How long to wait, in real seconds, until the sandbox reaches `moment`."""
        return max(0.0, (moment - self.seconds()) / self._rate)
