"""Log lines about requests that the door refused: enough to see what goes on, never a flood.

Whoever tries addresses all night must not fill the disk. What is left out here is counted at
`/metrics` all the same. No line has the body, nor the path, which says what its sender likes.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

import structlog

from chassis.clock import Clock

MOST: Final = 10
"""Lines of one kind within `WITHIN`."""
WITHIN: Final = timedelta(minutes=1)

log = structlog.get_logger()


@dataclass(slots=True)
class _Kind:
    """One kind of refusal: since when its lines are counted, and how many were left out."""

    since: datetime
    lines: int = 0
    left_out: int = 0


@dataclass(slots=True)
class Refusals:
    """The first few of a kind are told; the next line after a flood says how many were not.

    A kind is a reason and, where it is known, the store: no store's flood hides another's.
    """

    clock: Clock
    _kinds: dict[tuple[str, str], _Kind] = field(default_factory=dict)

    def tell(self, status: int, why: str, *, store_id: str = "", channel: str = "") -> None:
        """A request was answered so. `store_id` and `channel` are ours, not what the path says."""
        now = self.clock()
        kind = self._kinds.setdefault((why, store_id), _Kind(now))
        if now - kind.since >= WITHIN:
            kind.since, kind.lines = now, 0
        if kind.lines == MOST:
            kind.left_out += 1
            return
        kind.lines += 1
        about = {"store_id": store_id, "channel": channel, "left_out": kind.left_out}
        log.warning(
            "webhook_refused",
            status=status,
            why=why,
            **{name: value for name, value in about.items() if value},
        )
        kind.left_out = 0
