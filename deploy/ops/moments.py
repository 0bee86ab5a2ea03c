"""Moments as people type them. Pure."""

from datetime import UTC, datetime
from typing import Final
from zoneinfo import ZoneInfo

from ops.exits import usage

HOME: Final = ZoneInfo("America/Sao_Paulo")
BEGINNING: Final = "beginning"


def moment(text: str) -> datetime:
    """`2026-11-20`, `2026-11-20T14:30` or with a zone (`…-03:00`, `…Z`), in UTC.

    Without a zone it is the time of São Paulo. Raises Stop.
    """
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise usage(
            f"{text!r} is not a moment: write 2026-11-20, 2026-11-20T14:30 or 2026-11-20T14:30Z"
        ) from None
    return (found if found.tzinfo else found.replace(tzinfo=HOME)).astimezone(UTC)


def window(start: str | None, end: str | None) -> tuple[datetime | None, datetime | None]:
    """The range that `--from` and `--to` ask for; None leaves a side open. Raises Stop."""
    since = None if start in {None, BEGINNING} else moment(str(start))
    until = None if end is None else moment(end)
    if since and until and since >= until:
        raise usage(f"--from {start} is not before --to {end}")
    return since, until


def said(since: datetime | None, until: datetime | None) -> str:
    """The range in UTC, as it is used: the end is not part of it."""
    return f"{_utc(since) or 'the beginning'} to {_utc(until) or 'the end'}"


def _utc(at: datetime | None) -> str:
    return at.strftime("%Y-%m-%d %H:%M:%S UTC") if at else ""
