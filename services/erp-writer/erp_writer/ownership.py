"""Which accounts this process may write for: those of the partitions it holds."""

from collections.abc import Callable, Collection

import structlog

from contracts.events import OrderValidated

log = structlog.get_logger()


class Ownership:
    """The partitions of `orders.validated.v1` held now; an account has the same one everywhere.

    Losing one only stops new work. What is in flight is fenced by the ledger's compare-and-set and
    by the ERP, which takes each integration code once.
    """

    def __init__(self, changed: Callable[[], None] = lambda: None) -> None:
        self.partitions: frozenset[int] = frozenset()
        self._changed = changed

    def on_partitions_revoked(self, revoked: Collection[tuple[str, int]]) -> None:
        """Kafka takes these away."""
        self._hold(self.partitions - _relevant(revoked))

    def on_partitions_assigned(self, assigned: Collection[tuple[str, int]]) -> None:
        """Kafka gives these, and none besides."""
        self._hold(_relevant(assigned))

    def leave(self) -> None:
        """The service stops: no new work."""
        self._hold(frozenset())

    def _hold(self, partitions: frozenset[int]) -> None:
        self.partitions = partitions
        log.info("accounts_owned", partitions=sorted(partitions))
        self._changed()


def _relevant(places: Collection[tuple[str, int]]) -> frozenset[int]:
    return frozenset(number for topic, number in places if topic == OrderValidated.topic)
