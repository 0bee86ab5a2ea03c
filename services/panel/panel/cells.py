"""What each event says of an order: one cell of its row. Pure; a cell is a plain document.

A cell's `rank` orders the facts of its kind; the row keeps the highest. Ranks are lists, as the
database gives them back, and moments are text. Cells are light: an order's body is kept beside.
"""

from datetime import UTC, datetime
from typing import Any, Final

from contracts.cancellations import OrderCancelled, Undoing
from contracts.events import (
    ErpStanding,
    OrderCaptured,
    OrderPending,
    OrderPosted,
    OrderValidated,
    PendingStage,
)
from contracts.order import Order
from contracts.reasons import ReasonCode
from panel import mask, search
from panel.invoiced import Invoiced

Cell = dict[str, Any]

_BY_PARKING: Final = {PendingStage.VALIDATION: 0, PendingStage.ERP: 1}
_BY_UNDOING: Final = {
    Undoing.NOT_NEEDED: 0,
    Undoing.REQUESTED: 1,
    Undoing.CHECKING: 2,
    Undoing.NEEDS_ACTION: 3,
    Undoing.KEPT: 4,
    Undoing.DONE: 5,
}
_NOBODY: Final[Cell] = {"buyer": {"name": "", "document": None}, "found_by": []}


def moment(at: datetime) -> str:
    """A moment as text that sorts by time: UTC, whole milliseconds."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds")


def captured(event: OrderCaptured) -> Cell:
    """The channel's word."""
    order = event.order
    return {
        "rank": [event.revision],
        "at": moment(event.occurred_at),
        "status": order.status.value,
        "cancelled_at": moment(order.cancelled_at or order.updated_at),
        "cancel_reason": order.cancel_reason,
        "cancelled_by": order.cancelled_by,
        "order": _listed(order),
    }


def judged(event: OrderValidated | OrderPending) -> Cell:
    """The order as it was judged, the corrections merged in."""
    parked = _BY_PARKING[event.parked_by] if isinstance(event, OrderPending) else 0
    return {"rank": [event.revision, event.attempt, parked], "order": _listed(event.order)}


def validated(event: OrderValidated) -> Cell:
    """It may go to the ERP."""
    return {"rank": [event.revision, event.attempt], "at": moment(event.occurred_at)}


def pending(event: OrderPending) -> Cell:
    """It waits, and why. `changed` means that the channel changed an order already posted."""
    changed = any(r.code is ReasonCode.ORDER_CHANGED_AT_CHANNEL for r in event.reasons)
    return {
        "rank": [event.revision, event.attempt, _BY_PARKING[event.parked_by]],
        "at": moment(event.occurred_at),
        "reasons": [r.model_dump(mode="json") for r in event.reasons],
        "changed": changed and event.parked_by is PendingStage.ERP,
    }


def posted(event: OrderPosted) -> Cell:
    """The sales order in the ERP. One that is cancelled there stays so."""
    return {
        "rank": [
            int(event.standing is ErpStanding.CANCELLED),
            event.revision,
            event.attempt,
            int(event.standing is not ErpStanding.OPEN),
            event.decision,
        ],
        "at": moment(event.occurred_at),
        "erp": {
            "order_id": event.erp_order_id,
            "number": event.erp_order_number,
            "customer_id": event.erp_customer_id,
            "stage": event.stage_code,
            "standing": event.standing.value,
            "integration_code": event.integration_code,
            "total": str(event.total),
            "message": event.erp_message,
            "posted_at": moment(event.posted_at),
        },
    }


def cancelled(event: OrderCancelled) -> Cell:
    """The channel cancelled it, and what that undid in the ERP."""
    return {
        "rank": [event.revision, event.decision, _BY_UNDOING[event.undoing]],
        "at": moment(event.occurred_at),
        "cancellation": {
            "undoing": event.undoing.value,
            "cancelled_at": moment(event.cancelled_at),
            "reason": event.cancel_reason,
            "by": event.cancelled_by,
            "choices": list(event.choices),
            "detail": event.detail,
            "shipped": event.shipped,
            "decision": event.decision,
            "choice": event.choice,
            "decided_by": event.decided_by,
            "decided_at": event.decided_at and moment(event.decided_at),
        },
    }


def invoiced(message: Invoiced) -> Cell:
    """The NF-e that it became."""
    return {"rank": [moment(message.occurred_at)], "nfe_number": message.nfe_number}


def forgotten(cell: Cell) -> Cell:
    """The cell without the buyer."""
    return cell | {"order": cell["order"] | _NOBODY} if "order" in cell else cell


def _listed(order: Order) -> Cell:
    """What a list shows and searches of an order; the document masked where it is shown."""
    known = (order.buyer.document, order.buyer.email)
    return {
        "channel": order.channel,
        "number": order.number,
        "buyer": {
            "name": order.buyer.name,
            "document": mask.document(order.buyer.document),
        },
        "items": sum(item.quantity for item in order.items),
        "found_by": [search.exact(text) for text in known if text and text.strip()],
        "skus": sorted({item.sku for item in order.items if item.sku}),
        "total": str(order.totals.total),
        "currency": order.currency,
        "refunded": bool(order.refunds),
        "placed_at": moment(order.placed_at),
        "paid_at": order.paid_at and moment(order.paid_at),
        **({"replaces": order.replaces} if order.replaces else {}),
    }
