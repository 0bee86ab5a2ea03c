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
    """Rows of a list, and the cursor to the following ones, None at the end."""

    rows: Sequence[dict[str, Any]]
    next: Cursor | None


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


def page(found: Sequence[dict[str, Any]], limit: int, by: str = "updated_at") -> Page:
    """The page of what was found by this moment, when one more than `limit` was looked for."""
    rows = found[:limit]
    if len(found) <= limit:
        return Page(rows, None)
    return Page(rows, Cursor(rows[-1][by], rows[-1]["_id"]))
