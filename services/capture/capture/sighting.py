"""Which copy of an order is news: the one decision of capture. Pure.

Webhooks come twice, late and out of order. Of each order we keep the newest moment the channel
has told us of and a hash of what was captured last; from these follows whether a copy is a new
revision, the first telling of a known one, or nothing.
"""

import hashlib
from collections.abc import Sequence
from enum import StrEnum
from typing import Final

from capture.channels.channel import Money
from capture.messages import Deleted, Erase, Left, Seen
from contracts.envelope import Message
from contracts.events import OrderCaptured, OrderErased, StoreDisconnected
from contracts.order import Gap, Order, OrderStatus
from contracts.value import Instant, Value

_UNTOLD: Final = frozenset({Gap.CHANNEL_TOKEN_REFUSED, Gap.DETAILS_UNREADABLE})


class Ignored(StrEnum):
    """Why a copy of an order is not captured."""

    ERASED = "erased"
    TEST_ORDER = "test_order"
    SOLD_ELSEWHERE = "sold_elsewhere"
    ALREADY_CANCELLED = "already_cancelled"
    OLDER_COPY = "older_copy"
    NOT_PAID = "not_paid"
    BEFORE_STORE_START = "before_store_start"
    BEFORE_PUBLICATION = "before_publication"
    EXCLUDED_TAG = "excluded_tag"
    EXCLUDED_SOURCE = "excluded_source"
    SAME_CONTENT = "same_content"
    POORER_COPY = "poorer_copy"


class Sighting(Value):
    """What capture knows of one order.

    `revision` counts its captured versions, 0 while there is none; `content`, `status`, `gaps`,
    `copy_id` and `dated` (the channel's clock on it) are of the latest. `updated_at` is that clock
    on the newest copy seen, captured or not. `ignored` says why the last copy that was not
    captured was not. `placed_at` is the newest copy's, `asked_by` the last sweep or run that had
    the order read.
    """

    order_id: str
    store_id: str
    account_id: str
    revision: int = 0
    content: str = ""
    status: OrderStatus | None = None
    gaps: tuple[Gap, ...] = ()
    copy_id: str = ""
    dated: Instant | None = None
    updated_at: Instant | None = None
    ignored: Ignored | None = None
    deleted: bool = False
    erased_at: Instant | None = None
    placed_at: Instant | None = None
    asked_by: str = ""


Step = tuple[Sighting | None, Sequence[Message]]


def step(known: Sighting | None, message: Message) -> Step:
    """What is known after this message, and what to tell."""
    match message:
        case Seen():
            return _see(known or _unseen(message, message.order.order_id), message)
        case Erase():
            return _erase(known or _unseen(message, message.order_id), message)
        case Deleted():
            sighting = known or _unseen(message, message.order_id)
            return sighting.model_copy(update={"deleted": True}), ()
        case Left():
            return known, (_disconnected(message),)
        case _:
            return known, ()


def content_of(order: Order) -> str:
    """A hash of all that the order says, save when the channel touched it last.

    That the goods left is no news of a sale that stands: it is told with the next version. Who
    cancelled comes with the cancellation: learned later, it does not make it another one.
    Fields at their default do not count: a field added to the contract is no news of old orders.
    """
    unsaid = {"updated_at", "shipped", "cancelled_by"}
    said = order.model_dump_json(exclude=unsaid, exclude_defaults=True)
    return hashlib.sha256(said.encode()).hexdigest()


def _unseen(message: Seen | Erase | Deleted, order_id: str) -> Sighting:
    return Sighting(order_id=order_id, store_id=message.store_id, account_id=message.account_id)


def _see(known: Sighting, seen: Seen) -> tuple[Sighting, Sequence[Message]]:
    content = content_of(seen.order)
    if not known.erased_at and (known.copy_id, known.content) == (seen.copy_id, content):
        return known, (_captured(known, seen),)
    newest = max(known.updated_at or seen.order.updated_at, seen.order.updated_at)
    met = {
        "updated_at": newest,
        "placed_at": known.placed_at if newest > seen.order.updated_at else seen.order.placed_at,
        "asked_by": seen.asked_by or known.asked_by,
    }
    if reason := _why_not(known, seen, content):
        return known.model_copy(update=met | {"ignored": reason}), ()
    taken = known.model_copy(
        update=met
        | {
            # An order stays with the ERP account it first went to.
            "account_id": known.account_id if known.revision else seen.account_id,
            "revision": known.revision + 1,
            "content": content,
            "status": seen.order.status,
            "gaps": seen.order.gaps,
            "copy_id": seen.copy_id,
            "dated": seen.order.updated_at,
        }
    )
    return taken, (_captured(taken, seen),)


def _why_not(known: Sighting, seen: Seen, content: str) -> Ignored | None:
    """The first reason not to capture this copy; None when it is news."""
    updated_at = seen.order.updated_at
    reasons = {
        Ignored.ERASED: known.erased_at is not None,
        Ignored.TEST_ORDER: seen.test,
        Ignored.SOLD_ELSEWHERE: seen.sold_elsewhere,
        Ignored.ALREADY_CANCELLED: known.status is OrderStatus.CANCELLED,
        Ignored.OLDER_COPY: _is_older(known, seen),
        Ignored.SAME_CONTENT: content == known.content,
        Ignored.NOT_PAID: seen.money is Money.AWAITED and not _owes_again(known, seen),
        Ignored.BEFORE_STORE_START: seen.before_store_start and known.revision == 0,
        Ignored.BEFORE_PUBLICATION: seen.before_publication and known.revision == 0,
        Ignored.EXCLUDED_TAG: seen.excluded_tag and known.revision == 0,
        Ignored.EXCLUDED_SOURCE: seen.excluded_source and known.revision == 0,
        Ignored.POORER_COPY: updated_at == known.updated_at and _lost_details(known, seen),
    }
    return next((reason for reason, holds in reasons.items() if holds), None)


def _is_older(known: Sighting, seen: Seen) -> bool:
    """Whether a newer copy was met before.

    A channel's clock may step back between an order and its payment, and the paid copy look older
    than the unpaid one for ever. What a sweep or a person's fetch finds paid is so now: an order
    that was never captured is taken then.
    """
    if known.updated_at is None or seen.order.updated_at >= known.updated_at:
        return False
    lost = known.revision == 0 and seen.asked_by and seen.money is Money.RECEIVED
    return not lost


def _owes_again(known: Sighting, seen: Seen) -> bool:
    """A captured order that was cancelled, or edited later so that money is due once more.

    An unpaid copy of the very moment of payment is the one from before it: the channel's clock
    counts seconds, and `orders/create` may arrive after `orders/paid`.
    """
    if known.revision == 0:
        return False
    later = known.updated_at is None or seen.order.updated_at > known.updated_at
    return later or seen.order.status is OrderStatus.CANCELLED


def _lost_details(known: Sighting, seen: Seen) -> bool:
    """The same version as captured, but read when the channel gave us no details of use."""
    lost, lacked = _UNTOLD.intersection(seen.order.gaps), _UNTOLD.intersection(known.gaps)
    return known.revision > 0 and bool(lost) and not lacked


def _captured(sighting: Sighting, seen: Seen) -> OrderCaptured:
    """The captured version told, for the first time or again with its first date."""
    order = seen.order
    dated = sighting.dated or order.updated_at
    if dated != order.updated_at:
        order = order.model_copy(update={"updated_at": dated})
    return OrderCaptured(
        order_id=sighting.order_id,
        store_id=sighting.store_id,
        account_id=sighting.account_id,
        revision=sighting.revision,
        occurred_at=dated,
        order=order,
        raw=seen.raw,
    )


def _erase(known: Sighting, asked: Erase) -> tuple[Sighting, Sequence[Message]]:
    """Leave a tombstone; whoever heard of the order hears that it is to be forgotten."""
    erased_at = known.erased_at or asked.occurred_at
    erased = known.model_copy(update={"erased_at": erased_at, "content": ""})
    if not erased.revision:
        return erased, ()
    forget = OrderErased(
        order_id=erased.order_id,
        store_id=erased.store_id,
        account_id=erased.account_id,
        revision=erased.revision,
        occurred_at=erased_at,
    )
    return erased, (forget,)


def _disconnected(left: Left) -> StoreDisconnected:
    return StoreDisconnected(
        store_id=left.store_id,
        account_id=left.account_id,
        occurred_at=left.occurred_at,
        cause=left.cause,
    )
