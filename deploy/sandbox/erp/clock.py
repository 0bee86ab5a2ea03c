"""The sandbox's time: the machine's clock, moved on, set or sped up by whoever controls it."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

BRASILIA = ZoneInfo("America/Sao_Paulo")
"""Omie writes the wall clock of Brasília, with no zone."""


class SandboxClock:
    """A clock that can be put forward, set, and run fast. A restart finds the machine's again.

    `rate` is sandbox seconds per second of `clock`, which tells UTC.
    """

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._rate = 1.0
        self._origin = self._shown_then = clock().astimezone(UTC)

    def __call__(self) -> datetime:
        """The sandbox's present moment, in UTC."""
        return self._shown_then + (self._clock().astimezone(UTC) - self._origin) * self._rate

    @property
    def rate(self) -> float:
        """Sandbox seconds that pass in one real second."""
        return self._rate

    def advance(self, seconds: float) -> None:
        """Put the clock forward."""
        self._shown_then += timedelta(seconds=seconds)

    def set_to(self, moment: datetime) -> None:
        """Show this moment now; ValueError for one without a zone."""
        if moment.tzinfo is None:
            raise ValueError("the moment has no time zone")
        self._shown_then, self._origin = moment.astimezone(UTC), self._clock().astimezone(UTC)

    def run_at(self, rate: float) -> None:
        """Let time pass `rate` times as fast from now on."""
        if rate <= 0:
            raise ValueError("the clock's rate must be above zero")
        self.set_to(self())
        self._rate = rate

    def real_seconds_until(self, moment: datetime) -> float:
        """How long to wait, in real seconds, until the sandbox reaches `moment`."""
        return max(0.0, (moment - self()).total_seconds() / self._rate)


def date_text(moment: datetime) -> str:
    """`dd/mm/yyyy` in Brasília."""
    return _texts(moment.replace(microsecond=0))[0]


def time_text(moment: datetime) -> str:
    """`hh:mm:ss` in Brasília."""
    return _texts(moment.replace(microsecond=0))[1]


@lru_cache(maxsize=64)
def _texts(second: datetime) -> tuple[str, str]:
    local = second.astimezone(BRASILIA)
    return f"{local:%d/%m/%Y}", f"{local:%H:%M:%S}"
