"""What is undone of a sale: cancelled at its channel, or its money given back."""

from enum import StrEnum
from typing import ClassVar

from contracts.envelope import Event, repeated
from contracts.order import Canceller, Refund
from contracts.value import Instant, Whole


class Undoing(StrEnum):
    """What the cancellation means for the ERP."""

    NOT_NEEDED = "not_needed"
    REQUESTED = "requested"
    DONE = "done"
    NEEDS_ACTION = "needs_action"
    CHECKING = "checking"
    KEPT = "kept"


class CancellationChoice(StrEnum):
    """What a person may do about a cancelled sale that the ERP still holds (pt-BR, as shown).

    All but `KEEP` say what the person did in the ERP, and are checked there.
    """

    CANCEL = "cancelar pedido"
    CANCEL_INVOICED = "cancelar NF-e e pedido"
    REGISTER_RETURN = "registrar devolução"
    KEEP = "manter"


class OrderCancelled(Event):
    """The channel cancelled the order. Final: it never goes to the ERP again.

    `undoing` says what became of it in the ERP; with `NEEDS_ACTION` a person picks one of
    `choices` and `detail` (pt-BR) says why. `decision` counts the choices made so far, of which
    `choice` is the latest: with `CHECKING` it is looked for in the ERP, with `KEPT` the sale stays
    there. `shipped`: the goods had left, so the ERP's order is not touched without a person.
    """

    type: ClassVar[str] = "br.esteira.order.cancelled.v1"
    topic: ClassVar[str] = "orders.cancelled.v1"

    undoing: Undoing
    cancelled_at: Instant
    cancel_reason: str | None = None
    cancelled_by: Canceller | None = None
    choices: tuple[str, ...] = ()
    detail: str = ""
    erp_order_id: Whole | None = None
    shipped: bool = False
    decision: Whole = 0
    choice: CancellationChoice | None = None
    decided_by: str | None = None
    decided_at: Instant | None = None

    @property
    def stage(self) -> str:
        """A cancellation is told once per step of its undoing, which a choice may repeat."""
        return repeated(self.undoing, self.decision)


class OrderRefunded(Event):
    """The channel gave money back to the buyer: one refund, in the version that told it first.

    A refund of everything is also a cancellation. One that a later version tells otherwise (the
    money has moved by then) is told again in that revision.
    """

    type: ClassVar[str] = "br.esteira.order.refunded.v1"
    topic: ClassVar[str] = "orders.refunded.v1"

    refund: Refund
    currency: str

    @property
    def stage(self) -> str:
        """One version of an order may hold several refunds."""
        return self.refund.refund_id
