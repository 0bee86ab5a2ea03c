"""The sandbox's time: the machine's clock plus what a test has advanced it by."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

BRASILIA = ZoneInfo("America/Sao_Paulo")
"""Omie writes the wall clock of Brasília, with no zone."""


class SandboxClock:
    """A clock that can be put forward. What it was put forward by is lost on a restart."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._ahead = timedelta()

    def __call__(self) -> datetime:
        """The sandbox's present moment, in UTC."""
        return self._clock().astimezone(UTC) + self._ahead

    def advance(self, seconds: float) -> None:
        """Put the clock forward."""
        self._ahead += timedelta(seconds=seconds)


def date_text(moment: datetime) -> str:
    """`dd/mm/yyyy` in Brasília."""
    return moment.astimezone(BRASILIA).strftime("%d/%m/%Y")


def time_text(moment: datetime) -> str:
    """`hh:mm:ss` in Brasília."""
    return moment.astimezone(BRASILIA).strftime("%H:%M:%S")
