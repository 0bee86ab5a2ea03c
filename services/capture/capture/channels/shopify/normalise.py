"""Shopify's order as the canonical one. Pure."""

from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal

from pydantic import ValidationError

from capture.channels.channel import Copy, Money, Shop, Unreadable
from capture.channels.marks import Marks
from capture.channels.shopify import payload
from capture.channels.shopify.amounts import exact, moved, reckon
from capture.channels.shopify.buyer import addresses_of, buyer_of, withheld
from capture.channels.shopify.details import Details
from capture.channels.shopify.payload import amount
from capture.channels.shopify.payment import payments_of
from contracts.order import Canceller, Gap, Order, OrderStatus, Refund, RefundLine
from contracts.value import ZERO
from contracts.wire import describe

_MONEY = {
    "paid": Money.RECEIVED,
    "partially_refunded": Money.RECEIVED,
    "refunded": Money.RETURNED,
}
"""By `financial_status`; in any other the money is not there, or not all of it."""

_LEFT = frozenset({"partial", "fulfilled"})
"""By `fulfillment_status`: at least some of the goods are on their way."""

REFUNDED = "refunded"


def normalise(
    shop: Shop, order: payload.Order, details: Details | None, gaps: Sequence[Gap]
) -> Copy:
    """The canonical order and what decides about its capture. Raises Unreadable."""
    try:
        return _normalise(shop, order, details or Details(), gaps)
    except (ValidationError, ArithmeticError) as error:
        why = describe(error) if isinstance(error, ValidationError) else type(error).__name__
        raise Unreadable(f"impossible order: {why}") from None


def money_of(order: payload.Order) -> Money:
    """Whether the buyer's money is there."""
    return _MONEY.get(order.financial_status.lower(), Money.AWAITED)


def is_cancelled(order: payload.Order) -> bool:
    """Whether the sale no longer stands: cancelled, or all its money given back."""
    return order.cancelled_at is not None or money_of(order) is Money.RETURNED


def marks_of(order: payload.Order) -> Marks:
    """Its tags, and the app or channel it came by."""
    return Marks(order.tags, order.source_name)


def progress_of(order: payload.Order) -> int:
    """How far the order has come: awaited, paid, undone. It never goes back within a second."""
    return is_cancelled(order) * 2 + (money_of(order) is not Money.AWAITED)


def _normalise(shop: Shop, order: payload.Order, details: Details, gaps: Sequence[Gap]) -> Copy:
    cancelled, money = is_cancelled(order), money_of(order)
    items, shipping, totals = reckon(order, as_sold=cancelled)
    shipping_address, billing_address = addresses_of(order)
    refunds = tuple(_refund(refund, order) for refund in order.refunds)
    paid = money is not Money.AWAITED
    payments = payments_of(order, details.transactions, totals.total) if paid else ()
    canonical = Order(
        order_id=f"{shop.store_id}:{order.id}",
        store_id=shop.store_id,
        channel="shopify",
        channel_order_id=order.id,
        number=order.name or f"#{order.order_number or order.id}",
        status=OrderStatus.CANCELLED if cancelled else OrderStatus.PAID,
        currency=order.currency,
        buyer=buyer_of(order, details.localized, shop.settings.document_keys),
        shipping_address=shipping_address,
        billing_address=billing_address,
        items=items,
        shipping=shipping,
        payments=payments,
        totals=totals,
        refunds=refunds,
        placed_at=_utc(order.processed_at or order.created_at),
        paid_at=max((p.paid_at for p in payments if p.paid_at), default=None),
        updated_at=_utc(order.updated_at),
        cancelled_at=_cancelled_at(order, refunds) if cancelled else None,
        cancel_reason=_cancel_reason(order) if cancelled else None,
        cancelled_by=_cancelled_by(order) if cancelled else None,
        shipped=order.fulfillment_status.lower() in _LEFT,
        gaps=_gaps(order, gaps),
    )
    return Copy(canonical, money, test=bool(order.test), marks=marks_of(order))


def _gaps(order: payload.Order, gaps: Sequence[Gap]) -> tuple[Gap, ...]:
    found = {*gaps, *((Gap.BUYER_DATA_WITHHELD,) if withheld(order) else ())}
    return tuple(gap for gap in Gap if gap in found)


def _cancelled_at(order: payload.Order, refunds: Sequence[Refund]) -> datetime:
    """Shopify's moment; a refund of everything counts as cancelled when it was made."""
    if order.cancelled_at:
        return _utc(order.cancelled_at)
    moments = (refund.refunded_at for refund in refunds if refund.refunded_at)
    return max(moments, default=_utc(order.updated_at))


def _cancel_reason(order: payload.Order) -> str | None:
    return order.cancel_reason if order.cancelled_at else REFUNDED


def _cancelled_by(order: payload.Order) -> Canceller | None:
    """Of Shopify's reasons one says who wanted it; the others say why."""
    asked = order.cancelled_at and order.cancel_reason == "customer"
    return Canceller.BUYER if asked else None


def _refund(refund: payload.Refund, order: payload.Order) -> Refund:
    lines = tuple(
        _refund_line(line, bool(order.taxes_included)) for line in refund.refund_line_items
    )
    at = refund.processed_at or refund.created_at
    return Refund(
        refund_id=refund.id,
        amount=_returned(refund, lines, order.currency),
        lines=lines,
        refunded_at=_utc(at) if at else None,
    )


def _refund_line(line: payload.RefundLine, taxes_included: bool) -> RefundLine:
    tax = ZERO if taxes_included else exact(amount(line.total_tax_set, line.total_tax))
    return RefundLine(
        item_id=line.line_item_id,
        quantity=line.quantity,
        amount=exact(amount(line.subtotal_set, line.subtotal)) + tax,
    )


def _returned(refund: payload.Refund, lines: Sequence[RefundLine], currency: str) -> Decimal:
    """The money that moved: nothing yet where no transaction succeeded.

    Transactions may be in the buyer's currency; then the lines, in the shop's, tell.
    """
    returned = moved(refund)
    if any(t.currency not in {"", currency} for t in returned):
        return sum((line.amount for line in lines), exact(ZERO))
    return sum((exact(t.amount) for t in returned), exact(ZERO))


def _utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC)
