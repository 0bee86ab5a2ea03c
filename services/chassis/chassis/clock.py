"""The clock, as a parameter."""

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]
"""Tells the time, in UTC with its zone."""


def utc_now() -> datetime:
    """The real clock."""
    return datetime.now(UTC)
