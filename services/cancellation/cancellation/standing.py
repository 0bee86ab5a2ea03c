"""Where one order stands: what the channel and the ERP last said of it. Pure.

Two facts matter: that the channel cancelled the order, and what the ERP holds. They come from two
topics, in any order and more than once; each keeps its newest word, so the result is the same.
"""

from contracts.envelope import Event, Message
from contracts.events import ErpStanding, OrderCaptured, OrderPosted
from contracts.order import OrderStatus
from contracts.value import Instant, Value


class Cancellation(Value):
    """The channel cancelled the order, in this revision of it."""

    revision: int
    heard_at: Instant
    cancelled_at: Instant
    reason: str | None = None


class Posting(Value):
    """The sales order in the ERP; `message` is the ERP's words where it refused to cancel."""

    revision: int
    attempt: int
    standing: ErpStanding
    heard_at: Instant
    erp_order_id: int
    erp_order_number: str
    message: str = ""


class Standing(Value):
    """All that this service knows of one order. A paid order nobody posted is not kept."""

    order_id: str
    store_id: str
    account_id: str
    cancellation: Cancellation | None = None
    posting: Posting | None = None


def concerns_us(message: Message) -> bool:
    """Only a cancelled copy of an order, and the ERP's word on one, change anything."""
    if isinstance(message, OrderCaptured):
        return message.order.status is OrderStatus.CANCELLED
    return isinstance(message, OrderPosted)


def hear(known: Standing | None, event: Event) -> Standing:
    """What we know of the order after this event; the same object when it says nothing new."""
    standing = known or Standing(
        order_id=event.order_id, store_id=event.store_id, account_id=event.account_id
    )
    if isinstance(event, OrderPosted):
        return _with_posting(standing, _posting(event))
    if isinstance(event, OrderCaptured):
        return _with_cancellation(standing, _cancellation(event))
    return standing


def _with_cancellation(standing: Standing, heard: Cancellation) -> Standing:
    seen = standing.cancellation
    if seen is not None and seen.revision >= heard.revision:
        return standing
    return standing.model_copy(update={"cancellation": heard})


def _with_posting(standing: Standing, heard: Posting) -> Standing:
    seen = standing.posting
    if seen is not None and _rank(seen) >= _rank(heard):
        return standing
    return standing.model_copy(update={"posting": heard})


def _rank(posting: Posting) -> tuple[bool, int, int, bool]:
    """Cancelled in the ERP is final; otherwise the newest attempt, and its last word."""
    return (
        posting.standing is ErpStanding.CANCELLED,
        posting.revision,
        posting.attempt,
        posting.standing is not ErpStanding.OPEN,
    )


def _cancellation(event: OrderCaptured) -> Cancellation:
    return Cancellation(
        revision=event.revision,
        heard_at=event.occurred_at,
        cancelled_at=event.order.cancelled_at or event.order.updated_at,
        reason=event.order.cancel_reason,
    )


def _posting(event: OrderPosted) -> Posting:
    return Posting(
        revision=event.revision,
        attempt=event.attempt,
        standing=event.standing,
        heard_at=event.occurred_at,
        erp_order_id=event.erp_order_id,
        erp_order_number=event.erp_order_number,
        message=event.erp_message,
    )
