"""Where one order stands: what the channel, the ERP and people last said of it. Pure.

Three things matter: that the channel cancelled the order, what the ERP holds, and what people chose
to do about it. They come from three topics, in any order and more than once; each keeps its newest
word, so the result is the same. Refunds are kept beside them, each with its own last word.
"""

from contracts.cancellations import CancellationChoice
from contracts.commands import ResolveCancellation
from contracts.envelope import Event, Message
from contracts.events import CapturedOrder, ErpFinding, ErpStanding, OrderPosted
from contracts.order import Canceller, OrderStatus, Refund
from contracts.value import Instant, Value


class Cancellation(Value):
    """The channel cancelled the order, in this revision of it; `shipped`: the goods had left."""

    revision: int
    heard_at: Instant
    cancelled_at: Instant
    reason: str | None = None
    by: Canceller | None = None
    shipped: bool = False


class Posting(Value):
    """The sales order in the ERP; `message` says why it was not cancelled there.

    `found` is what the ERP showed when it was to be cancelled, after so many of a person's
    decisions.
    """

    revision: int
    attempt: int
    standing: ErpStanding
    heard_at: Instant
    erp_order_id: int
    erp_order_number: str
    message: str = ""
    found: ErpFinding | None = None
    decision: int = 0


class Decision(Value):
    """What a person chose about the sale that the ERP still holds; the first is number 1."""

    number: int
    choice: CancellationChoice
    by: str
    at: Instant


class Refunded(Value):
    """A refund as the newest version that tells it differently has it."""

    revision: int
    heard_at: Instant
    refund: Refund
    currency: str


class Standing(Value):
    """All that this service knows of one order.

    A paid order that nobody posted, and of which nothing was given back, is not kept.
    """

    order_id: str
    store_id: str
    account_id: str
    cancellation: Cancellation | None = None
    posting: Posting | None = None
    decisions: tuple[Decision, ...] = ()
    refunds: tuple[Refunded, ...] = ()

    @property
    def decided(self) -> int:
        """How many decisions count: none after a missing one, nor after the sale was kept."""
        for count, decision in enumerate(self.decisions):
            if decision.number != count + 1:
                return count
            if decision.choice is CancellationChoice.KEEP:
                return count + 1
        return len(self.decisions)

    @property
    def latest(self) -> Decision | None:
        """The last decision that counts."""
        return self.decisions[self.decided - 1] if self.decided else None


def concerns_us(message: Message) -> bool:
    """Only a copy that is cancelled or partly refunded, the ERP's word, and choices change us."""
    if isinstance(message, CapturedOrder):
        return message.order.status is OrderStatus.CANCELLED or bool(message.order.refunds)
    return isinstance(message, OrderPosted | ResolveCancellation)


def hear(known: Standing | None, message: Event | ResolveCancellation) -> Standing:
    """What we know of the order after this message; the same object when it says nothing new."""
    standing = known or Standing(
        order_id=message.order_id, store_id=message.store_id, account_id=message.account_id
    )
    if isinstance(message, OrderPosted):
        return _with_posting(standing, _posting(message))
    if isinstance(message, ResolveCancellation):
        return _with_decision(standing, _decision(message))
    if isinstance(message, CapturedOrder):
        standing = _with_refunds(standing, message)
        if message.order.status is OrderStatus.CANCELLED:
            return _with_cancellation(standing, _cancellation(message))
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


def _with_decision(standing: Standing, heard: Decision) -> Standing:
    """Of two people who decide at once, the first is obeyed."""
    if any(seen.number == heard.number for seen in standing.decisions):
        return standing
    decisions = sorted((*standing.decisions, heard), key=lambda decision: decision.number)
    return standing.model_copy(update={"decisions": tuple(decisions)})


def _with_refunds(standing: Standing, event: CapturedOrder) -> Standing:
    """Each refund in the words of the newest version, dated by the first that used them."""
    known = {each.refund.refund_id: each for each in standing.refunds}
    for refund in event.order.refunds:
        seen = known.get(refund.refund_id)
        if seen is None or (seen.revision < event.revision and seen.refund != refund):
            known[refund.refund_id] = Refunded(
                revision=event.revision,
                heard_at=event.occurred_at,
                refund=refund,
                currency=event.order.currency,
            )
    refunds = tuple(known[refund_id] for refund_id in sorted(known))
    if refunds == standing.refunds:
        return standing
    return standing.model_copy(update={"refunds": refunds})


def _rank(posting: Posting) -> tuple[bool, int, int, bool, int]:
    """Cancelled in the ERP is final; otherwise the newest attempt, and its last word."""
    return (
        posting.standing is ErpStanding.CANCELLED,
        posting.revision,
        posting.attempt,
        posting.standing is not ErpStanding.OPEN,
        posting.decision,
    )


def _cancellation(event: CapturedOrder) -> Cancellation:
    return Cancellation(
        revision=event.revision,
        heard_at=event.occurred_at,
        cancelled_at=event.order.cancelled_at or event.order.updated_at,
        reason=event.order.cancel_reason,
        by=event.order.cancelled_by,
        shipped=event.order.shipped,
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
        found=event.found,
        decision=event.decision,
    )


def _decision(command: ResolveCancellation) -> Decision:
    return Decision(
        number=command.decision,
        choice=command.choice,
        by=command.requested_by,
        at=command.occurred_at,
    )
