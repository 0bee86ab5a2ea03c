"""Which messages come in, and the one function that decides about them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from chassis.clock import Clock
from chassis.flow import Flow, Publishes, decode_lean
from chassis.store import Documents
from contracts.commands import ReprocessOrder
from contracts.events import OrderCaptured, OrderErased
from contracts.order import Item
from validation.case import Case
from validation.facts import Facts
from validation.step import Validation

SERVICE: Final = "validation"

Ask = Callable[[str, Sequence[Item]], None]


def flow(
    facts_of: Callable[[str], Facts | None],
    ask: Ask,
    documents: Documents[Case],
    publisher: Publishes,
    clock: Clock,
) -> Flow[Case]:
    """Captured orders and commands in, `OrderValidated` and `OrderPending` out.

    Questions to the ERP leave after their batch is stored: the answer must find the order.
    """
    notes = _Notes(ask)
    return Flow(
        service=SERVICE,
        topics=(OrderCaptured.topic, ReprocessOrder.topic, OrderErased.topic),
        step=Validation(facts_of, notes.note, clock).step,
        documents=documents,
        publisher=publisher,
        clock=clock,
        read=decode_lean,
        after=notes.send,
    )


@dataclass(slots=True)
class _Notes:
    """What a batch wants to ask, until it is stored."""

    ask: Ask
    noted: list[tuple[str, Sequence[Item]]] = field(default_factory=list)

    def note(self, account_id: str, items: Sequence[Item]) -> None:
        self.noted.append((account_id, items))

    def send(self) -> None:
        noted, self.noted = self.noted, []
        for account_id, items in noted:
            self.ask(account_id, items)
