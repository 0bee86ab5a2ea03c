"""Which accounts this process may write for: those of the partitions it holds."""

from collections.abc import Callable, Collection

import structlog
from aiokafka import TopicPartition
from aiokafka.abc import ConsumerRebalanceListener

from contracts.events import OrderValidated

log = structlog.get_logger()


class Ownership(ConsumerRebalanceListener):  # type: ignore[misc]  # aiokafka publishes no types
    """The partitions of `orders.validated.v1` held now; an account has the same one everywhere.

    Losing one only stops new work. What is in flight is fenced by the ledger's compare-and-set and
    by the ERP, which takes each integration code once.
    """

    def __init__(self, changed: Callable[[], None] = lambda: None) -> None:
        self.partitions: frozenset[int] = frozenset()
        self._changed = changed

    def on_partitions_revoked(self, revoked: Collection[TopicPartition]) -> None:
        """Kafka takes these away."""
        self._hold(self.partitions - _relevant(revoked))

    def on_partitions_assigned(self, assigned: Collection[TopicPartition]) -> None:
        """Kafka gives these; what was held before is not in question."""
        self._hold(self.partitions | _relevant(assigned))

    def leave(self) -> None:
        """The service stops: no new work."""
        self._hold(frozenset())

    def _hold(self, partitions: frozenset[int]) -> None:
        self.partitions = partitions
        log.info("accounts_owned", partitions=sorted(partitions))
        self._changed()


def _relevant(places: Collection[TopicPartition]) -> frozenset[int]:
    return frozenset(p.partition for p in places if p.topic == OrderValidated.topic)
