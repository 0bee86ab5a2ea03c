"""What the writer knows of one order: its line in the ledger, and what that line tells the belt."""

from datetime import UTC, datetime
from enum import IntEnum, StrEnum
from typing import Final

from contracts.envelope import Event
from contracts.events import (
    ErpFinding,
    ErpStanding,
    OrderPending,
    OrderPosted,
    OrderValidated,
    PendingStage,
    TextChange,
)
from contracts.reasons import Reason, ReasonCode, reason
from contracts.value import Amount, Instant, Value

AT_ONCE: Final = datetime(1970, 1, 1, tzinfo=UTC)
CHANGED_DETAIL: Final = (
    "O canal alterou o pedido depois que ele foi gravado no ERP. Confira o pedido {number} no ERP."
)


class State(StrEnum):
    """Where the order stands between the belt and the ERP."""

    QUEUED = "queued"
    SENDING = "sending"
    """Claimed: the call may have gone out. Found so by another process: as UNKNOWN."""
    UNKNOWN = "unknown"
    """The call went out and nobody knows what came of it: look it up."""
    POSTED = "posted"
    REFUSED = "refused"
    STOPPED = "stopped"
    """Cancelled or erased before it went. It never will."""


class Undo(StrEnum):
    """What became of a posted order's cancellation."""

    NONE = "none"
    DUE = "due"
    DONE = "done"
    REFUSED = "refused"


class Work(IntEnum):
    """What is to be done about an entry; the smaller, the sooner."""

    UNDO = 0
    TELL = 1
    LOOK_UP = 2
    POST = 3


class Sent(Value):
    """What was sent last: enough to recognise it in the ERP."""

    revision: int
    attempt: int
    material: str
    customer_id: int
    total: Amount
    stage_code: str
    at: Instant


class Posted(Value):
    """The sales order in the ERP. `material` is empty where it is not what we meant to send."""

    revision: int
    attempt: int
    material: str
    erp_order_id: int
    number: str
    customer_id: int
    total: Amount
    stage_code: str
    at: Instant


class Found(Value):
    """The sales order as the ERP holds it."""

    erp_order_id: int
    number: str
    customer_id: int
    total: Amount


class Entry(Value):
    """One order's line in the ledger.

    `revision` and `attempt` are the newest validated version's; `validated` is that version, kept
    only while it may still be sent or told. `due_at` is when it is next worth acting on.
    `customer_doubted`: the ERP no longer knew the customer we remembered. `contradicted`: it called
    the order a duplicate and then did not find it. Either is believed the second time.
    `text_changes` tells which texts of what was sent last are not the channel's.
    `shipped`: the goods had left when the channel cancelled. `undone_at`, `undo_words`, `found` and
    `found_stage` say when the cancellation ended, why it was not one, and what the ERP showed;
    `decision` is the latest choice of a person that it answers. `accepted` is the newest revision
    that a person let stand in the ERP as it is there.
    """

    order_id: str
    store_id: str
    account_id: str
    partition: int
    integration_code: str
    state: State = State.QUEUED
    revision: int = 0
    attempt: int = 0
    since: Instant
    due_at: Instant = AT_ONCE
    validated: OrderValidated | None = None
    sent: Sent | None = None
    posted: Posted | None = None
    reasons: tuple[Reason, ...] = ()
    refused_at: Instant | None = None
    text_changes: tuple[TextChange, ...] = ()
    customer_doubted: bool = False
    contradicted: bool = False
    cancelled: bool = False
    erased: bool = False
    undo: Undo = Undo.NONE
    undone_at: Instant | None = None
    undo_words: str = ""
    found: ErpFinding | None = None
    found_stage: str = ""
    shipped: bool = False
    decision: int = 0
    accepted: int = 0
    untold: bool = False

    @property
    def rank(self) -> tuple[int, int]:
        """The newest validated version."""
        return (self.revision, self.attempt)

    @property
    def work(self) -> Work | None:
        """What is to be done about it."""
        if self.state is State.POSTED and self.undo is Undo.DUE:
            return Work.UNDO
        if self.untold:
            return Work.TELL
        if self.state in (State.SENDING, State.UNKNOWN):
            return Work.LOOK_UP
        sendable = self.state is State.QUEUED and self.validated is not None
        return Work.POST if sendable else None


def outcome(entry: Entry) -> tuple[Event, ...]:
    """What the entry tells the belt as it stands: nothing while it is under way.

    The same entry always tells the same, so that telling it twice is harmless.
    """
    if entry.state is State.REFUSED and entry.refused_at is not None:
        return _pending(entry, entry.reasons, entry.refused_at)
    if entry.posted is None:
        return ()
    if entry.undo is Undo.DONE:
        return (_posted(entry, entry.posted, ErpStanding.CANCELLED),)
    if entry.undo is Undo.REFUSED:
        return (_posted(entry, entry.posted, ErpStanding.CANCEL_REFUSED),)
    if entry.validated is not None:
        detail = CHANGED_DETAIL.format(number=entry.posted.number)
        told_at = max(entry.posted.at, entry.since)
        changed = reason(ReasonCode.ORDER_CHANGED_AT_CHANNEL, detail=detail)
        return _pending(entry, (changed,), told_at)
    return (_posted(entry, entry.posted, ErpStanding.OPEN),)


def _posted(entry: Entry, posted: Posted, standing: ErpStanding) -> OrderPosted:
    return OrderPosted(
        order_id=entry.order_id,
        store_id=entry.store_id,
        account_id=entry.account_id,
        revision=entry.revision,
        attempt=entry.attempt,
        occurred_at=entry.undone_at or max(posted.at, entry.since),
        integration_code=entry.integration_code,
        erp_order_id=posted.erp_order_id,
        erp_order_number=posted.number,
        erp_customer_id=posted.customer_id,
        stage_code=entry.found_stage or posted.stage_code,
        total=posted.total,
        standing=standing,
        erp_message=entry.undo_words,
        found=entry.found,
        decision=entry.decision,
        posted_at=posted.at,
        changes=entry.text_changes,
    )


def _pending(entry: Entry, reasons: tuple[Reason, ...], at: datetime) -> tuple[Event, ...]:
    if entry.validated is None:
        return ()
    return (
        OrderPending(
            order_id=entry.order_id,
            store_id=entry.store_id,
            account_id=entry.account_id,
            revision=entry.revision,
            attempt=entry.attempt,
            occurred_at=at,
            order=entry.validated.order,
            reasons=reasons,
            parked_by=PendingStage.ERP,
        ),
    )
