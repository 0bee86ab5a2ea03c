"""What a cancellation at the channel undoes, at each stage. The table, and nothing else; pure.

| in the ERP, as far as we know | what is told | who acts |
|---|---|---|
| not there | `NOT_NEEDED` | nobody: it never goes |
| there, open | `REQUESTED` | the ERP writer cancels it, or tells why not |
| cancelled, deleted or returned there | `DONE` | nobody |
| it would not be cancelled (invoiced, shipped, refused) | `NEEDS_ACTION` | a person chooses |
| a person says that it was undone by hand | `CHECKING` | the ERP writer looks again |
| a person wants the sale kept | `KEPT` | nobody |

A choice made closes nothing until the ERP shows it; only "manter" does.
"""

from collections.abc import Iterable, Sequence
from typing import Final

from cancellation.standing import Cancellation, Posting, Standing, concerns_us, hear
from contracts.cancellations import CancellationChoice, OrderCancelled, OrderRefunded, Undoing
from contracts.commands import ResolveCancellation
from contracts.envelope import Event, Message
from contracts.events import CapturedOrder, ErpFinding, ErpStanding

SHIPPED: Final = (CancellationChoice.REGISTER_RETURN, CancellationChoice.KEEP)
OPEN: Final = (CancellationChoice.CANCEL, CancellationChoice.KEEP)
INVOICED: Final = (
    CancellationChoice.CANCEL_INVOICED, CancellationChoice.KEEP, CancellationChoice.REGISTER_RETURN,
)  # fmt: skip

_ENDED: Final = {
    ErpFinding.DELETED: "O pedido de venda foi excluído no ERP.",
    ErpFinding.RETURNED: "A devolução está registrada no ERP.",
}


def step(known: Standing | None, message: Message) -> tuple[Standing | None, Sequence[Message]]:
    """Hear the message; whichever of the facts comes last triggers the undoing.

    A repeated message tells the same again, and a late one tells how things stand now.
    """
    if not isinstance(message, Event | ResolveCancellation) or not concerns_us(message):
        return known, ()
    standing = hear(known, message)
    verdict = judge(standing)
    return standing, (*_refunds(standing, message), *(() if verdict is None else (verdict,)))


def judge(standing: Standing) -> OrderCancelled | None:
    """What is to be told of this order; None while the channel has not cancelled it."""
    cancelled, posting, latest = standing.cancellation, standing.posting, standing.latest
    if cancelled is None:
        return None
    undoing = _undoing(standing)
    moments = (fact.heard_at for fact in (cancelled, posting) if fact is not None)
    return OrderCancelled(
        order_id=standing.order_id,
        store_id=standing.store_id,
        account_id=standing.account_id,
        revision=cancelled.revision,
        occurred_at=max((*moments, *((latest.at,) if latest else ()))),
        undoing=undoing,
        cancelled_at=cancelled.cancelled_at,
        cancel_reason=cancelled.reason,
        cancelled_by=cancelled.by,
        choices=_choices(cancelled, posting) if undoing is Undoing.NEEDS_ACTION else (),
        detail=_detail(standing, posting, undoing) if posting else "",
        erp_order_id=posting.erp_order_id if posting else None,
        shipped=cancelled.shipped,
        decision=standing.decided,
        choice=latest.choice if latest else None,
        decided_by=latest.by if latest else None,
        decided_at=latest.at if latest else None,
    )


def _undoing(standing: Standing) -> Undoing:
    posting, latest = standing.posting, standing.latest
    if posting is None:
        return Undoing.NOT_NEEDED
    if posting.standing is ErpStanding.OPEN:
        return Undoing.REQUESTED
    if posting.standing is ErpStanding.CANCELLED:
        return Undoing.DONE
    if latest is not None and latest.choice is CancellationChoice.KEEP:
        return Undoing.KEPT
    looked = latest is None or latest.number <= posting.decision
    return Undoing.NEEDS_ACTION if looked else Undoing.CHECKING


def _choices(cancelled: Cancellation, posting: Posting | None) -> tuple[CancellationChoice, ...]:
    """What a person may do. An order whose goods have left can only come back."""
    found = posting.found if posting else None
    if cancelled.shipped or found is ErpFinding.SHIPPED:
        return SHIPPED
    return OPEN if found is ErpFinding.OPEN else INVOICED


def _detail(standing: Standing, posting: Posting, undoing: Undoing) -> str:
    if undoing is Undoing.DONE:
        return _ENDED.get(posting.found, "") if posting.found else ""
    if undoing is not Undoing.NEEDS_ACTION:
        return ""
    said = f": {posting.message}" if posting.message else "."
    if standing.latest is None:
        return f"O pedido de venda {posting.erp_order_number} não foi cancelado no ERP{said}"
    return (
        f"Depois de “{standing.latest.choice}”, o ERP ainda mostra "
        f"o pedido de venda {posting.erp_order_number}{said}"
    )


def _refunds(standing: Standing, message: Message) -> Iterable[OrderRefunded]:
    """The refunds that the message tells of, as they are known now."""
    if not isinstance(message, CapturedOrder):
        return
    told = {refund.refund_id for refund in message.order.refunds}
    for known in standing.refunds:
        if known.refund.refund_id in told:
            yield OrderRefunded(
                order_id=standing.order_id,
                store_id=standing.store_id,
                account_id=standing.account_id,
                revision=known.revision,
                occurred_at=known.heard_at,
                refund=known.refund,
                currency=known.currency,
            )
