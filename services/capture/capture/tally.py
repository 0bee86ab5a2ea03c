"""What capture passed over, counted by reason and logged by ids."""

from collections import Counter

import structlog

log = structlog.get_logger()


class Tally:
    """Counts since the process started."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()

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
