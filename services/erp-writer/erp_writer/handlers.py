"""Which messages come in, and the one function that decides about them."""

from collections.abc import Callable, Collection, Mapping
from typing import Final

from chassis.clock import Clock
from chassis.flow import Flow, Publishes
from chassis.store import Documents, Kept
from contracts.cancellations import OrderCancelled
from contracts.commands import KeepErpOrder
from contracts.events import OrderErased, OrderValidated
from erp_writer.entry import Entry
from erp_writer.ledger import step

SERVICE: Final = "erp-writer"

Begin = Callable[[Collection[str]], None]
"""Gets the work of these accounts begun."""


class Beginning:
    """The ledger as the intake writes it: what is written there to be done is begun."""

    def __init__(self, ledger: Documents[Entry], begin: Begin) -> None:
        self._ledger = ledger
        self._begin = begin

    async def load(self, ids: Collection[str]) -> dict[str, Kept[Entry]]:
        """See Documents."""
        return await self._ledger.load(ids)

    async def save(self, changes: Mapping[str, Kept[Entry]]) -> bool:
        """See Documents. What is stored is begun, whether or not all of it is."""
        saved = await self._ledger.save(changes)
        entries = (kept.state for kept in changes.values())
        self._begin({entry.account_id for entry in entries if entry.work is not None})
        return saved


def flow(ledger: Documents[Entry], publisher: Publishes, clock: Clock, begin: Begin) -> Flow[Entry]:
    """Validated, cancelled and erased orders, and what people let stand, into the ledger."""
    return Flow(
        service=SERVICE,
        topics=(
            OrderValidated.topic,
            OrderCancelled.topic,
            OrderErased.topic,
            KeepErpOrder.topic,
        ),
        step=step,
        documents=Beginning(ledger, begin),
        publisher=publisher,
        clock=clock,
    )
