"""Which messages come in, and the one function that decides about them."""

from collections.abc import Callable
from typing import Final

from chassis.clock import Clock
from chassis.flow import Flow, Publishes
from chassis.store import Documents
from contracts.commands import KeepErpOrder
from contracts.events import OrderCancelled, OrderErased, OrderValidated
from erp_writer.entry import Entry
from erp_writer.ledger import step

SERVICE: Final = "erp-writer"


def flow(
    ledger: Documents[Entry], publisher: Publishes, clock: Clock, wake: Callable[[], None]
) -> Flow[Entry]:
    """Validated, cancelled and erased orders, and what people let stand, into the ledger.

    `wake` gets the work begun.
    """
    return Flow(
        service=SERVICE,
        topics=(
            OrderValidated.topic,
            OrderCancelled.topic,
            OrderErased.topic,
            KeepErpOrder.topic,
        ),
        step=step,
        documents=ledger,
        publisher=publisher,
        clock=clock,
        after=wake,
    )
