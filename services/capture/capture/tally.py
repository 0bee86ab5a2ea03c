"""What capture passed over or was kept from, counted and logged by ids."""

from collections import Counter, defaultdict
from datetime import datetime

import structlog

log = structlog.get_logger()


class Tally:
    """Counts since the process started.

    `counts` of what was ignored are by reason, `captured` by channel, `throttlings`, and `waits` in
    seconds, by store.
    """

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.captured: Counter[str] = Counter()
        self.throttlings: Counter[str] = Counter()
        self.waits: defaultdict[str, float] = defaultdict(float)
        self._told_throttlings: Counter[str] = Counter()

    def ignored(self, reason: str, store_id: str, order_id: str | None = None) -> None:
        """One more was ignored for this reason."""
        self.counts[reason] += 1
        log.info(
            "ignored",
            reason=reason,
            store_id=store_id,
            order_id=order_id,
            so_far=self.counts[reason],
        )

    def throttled(self, store_id: str, wait_s: float) -> None:
        """The channel asked us to wait for so long."""
        self.throttlings[store_id] += 1
        self.waits[store_id] += wait_s
        so_far = self.throttlings[store_id]
        log.warning("throttled", store_id=store_id, wait_s=round(wait_s, 2), so_far=so_far)

    def newly_throttled(self, store_id: str) -> int:
        """How often that was since this was asked before."""
        so_far = self.throttlings[store_id]
        news = so_far - self._told_throttlings[store_id]
        self._told_throttlings[store_id] = so_far
        return news

    def unreadable(self, store_id: str, orders: int) -> None:
        """A list has orders that nobody can read."""
        log.error("listed_unreadable", store_id=store_id, orders=orders)

    def too_many_at_once(self, store_id: str, since: datetime) -> None:
        """A channel lists more orders of one hour than it lets us see."""
        log.error("list_too_deep", store_id=store_id, since=since.isoformat())
