"""What a cancellation at the channel undoes, at each stage. The table, and nothing else; pure.

| in the ERP, as far as we know | what is told | who acts |
|---|---|---|
| not there | `NOT_NEEDED` | nobody: it never goes |
| there, open | `REQUESTED` | the ERP writer cancels it |
| cancelled there | `DONE` | nobody |
| it refused to cancel (invoiced, …) | `NEEDS_ACTION` | a person picks one of `CHOICES` |
"""

from collections.abc import Sequence
from typing import Final

from cancellation.standing import Posting, Standing, concerns_us, hear
from contracts.envelope import Event, Message
from contracts.events import ErpStanding, OrderCancelled, Undoing

CHOICES: Final = ("cancelar NF-e e pedido", "manter", "registrar devolução")
"""What a person may do about a sales order that the ERP will not cancel."""

_UNDOING: Final = {
    ErpStanding.OPEN: Undoing.REQUESTED,
    ErpStanding.CANCELLED: Undoing.DONE,
    ErpStanding.CANCEL_REFUSED: Undoing.NEEDS_ACTION,
}


def step(known: Standing | None, message: Message) -> tuple[Standing | None, Sequence[Message]]:
    """Hear the message; whichever of the two facts comes last triggers the undoing.

    A repeated message tells the same again, and a late one tells how things stand now.
    """
    if not isinstance(message, Event) or not concerns_us(message):
        return known, ()
    standing = hear(known, message)
    verdict = judge(standing)
    return standing, () if verdict is None else (verdict,)


def judge(standing: Standing) -> OrderCancelled | None:
    """What is to be told of this order; None while the channel has not cancelled it."""
    cancelled, posting = standing.cancellation, standing.posting
    if cancelled is None:
        return None
    undoing = _UNDOING[posting.standing] if posting else Undoing.NOT_NEEDED
    heard_at = max(cancelled.heard_at, posting.heard_at) if posting else cancelled.heard_at
    return OrderCancelled(
        order_id=standing.order_id,
        store_id=standing.store_id,
        account_id=standing.account_id,
        revision=cancelled.revision,
        occurred_at=heard_at,
        undoing=undoing,
        cancelled_at=cancelled.cancelled_at,
        cancel_reason=cancelled.reason,
        choices=CHOICES if undoing is Undoing.NEEDS_ACTION else (),
        detail=_detail(posting) if undoing is Undoing.NEEDS_ACTION and posting else "",
        erp_order_id=posting.erp_order_id if posting else None,
    )


def _detail(posting: Posting) -> str:
    said = f": {posting.message}" if posting.message else "."
    return f"O ERP não cancelou o pedido de venda {posting.erp_order_number}{said}"
