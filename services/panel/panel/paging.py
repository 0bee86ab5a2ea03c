"""A page of a list, and the cursor to the next one: no offsets, so that deep pages are fast. Pure.

The sort key is (a moment of the row, order id), newest first; a cursor is the key of the last
row shown.
"""

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_LONGEST: Final = 1_000


class BadCursor(ValueError):  # noqa: N818 - it names what the cursor is
    """This text is no cursor of ours."""


@dataclass(frozen=True, slots=True)
class Cursor:
    """The place after a row."""

    at: datetime
    order_id: str

    def __str__(self) -> str:
        """The cursor as opaque text, safe in a URL."""
        since = (self.at - _EPOCH) // timedelta(milliseconds=1)
        return base64.urlsafe_b64encode(f"{since}|{self.order_id}".encode()).decode().rstrip("=")


@dataclass(frozen=True, slots=True)
class Page:
    """Rows of a list, and the cursors to the following and the preceding ones, None at the ends."""

    rows: Sequence[dict[str, Any]]
    next: Cursor | None
    previous: Cursor | None = None


def cursor(text: str) -> Cursor:
    """The cursor that a list gave out. Raises BadCursor."""
    if len(text) > _LONGEST:
        raise BadCursor
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        since, _, order_id = raw.decode().partition("|")
        return Cursor(_EPOCH + timedelta(milliseconds=int(since)), order_id)
    except (binascii.Error, ValueError, OverflowError):
        raise BadCursor from None


def page(
    found: Sequence[dict[str, Any]],
    limit: int,
    by: str = "updated_at",
    *,
    after: Cursor | None = None,
    before: Cursor | None = None,
) -> Page:
    """The page of what was found by this moment, when one more than `limit` was looked for.

    What is found `before` a cursor is found from there backwards.
    """
    more, rows = len(found) > limit, found[:limit]
    rows = rows[::-1] if before else rows
    if not rows:
        return Page(rows, None)
    first, last = (Cursor(row[by], row["_id"]) for row in (rows[0], rows[-1]))
    if before:
        return Page(rows, last, first if more else None)
    return Page(rows, last if more else None, first if after else None)
