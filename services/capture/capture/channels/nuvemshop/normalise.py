"""Nuvemshop's order as the canonical one. Pure."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

from pydantic import ValidationError

from capture.channels.channel import Copy, Money, Shop, Unreadable
from capture.channels.marks import Marks
from capture.channels.methods import method_of
from capture.channels.nuvemshop import payload
from capture.channels.nuvemshop.amounts import exact, reckon
from capture.channels.nuvemshop.buyer import addresses_of, buyer_of
from contracts.order import Canceller, Gap, Order, OrderStatus, Payment, Refund, Totals
from contracts.wire import describe

NAME: Final = "nuvemshop"

_MONEY: Final = {
    "paid": Money.RECEIVED,
    "partially_refunded": Money.RECEIVED,
    "refunded": Money.RETURNED,
}
"""By `payment_status`; in any other the money is not there, or not all of it."""

_UNDONE: Final = frozenset({"refunded", "voided"})
"""By `payment_status`: the payment is undone whole, so that the sale no longer stands."""

_LEFT: Final = frozenset({"shipped", "fulfilled", "partially_fulfilled", "delivered"})
"""By `shipping_status`: at least some of the goods are on their way."""
_PARCEL_LEFT: Final = frozenset({"DISPATCHED", "DELIVERED"})

_ELSEWHERE: Final = frozenset({"meli"})
"""By `storefront`: brought in from Mercado Livre, which tells the hub of the sale itself."""

_MOST_INSTALMENTS: Final = 99


def normalise(
    shop: Shop,
    order: payload.Order,
    transactions: Sequence[payload.Transaction],
    gaps: Sequence[Gap],
) -> Copy:
    """The canonical order and what decides about its capture. Raises Unreadable."""
    try:
        return _normalise(shop, order, transactions, gaps)
    except (ValidationError, ArithmeticError) as error:
        why = describe(error) if isinstance(error, ValidationError) else type(error).__name__
        raise Unreadable(f"impossible order: {why}") from None


def money_of(order: payload.Order) -> Money:
    """Whether the buyer's money is there."""
    return _MONEY.get(order.payment_status, Money.AWAITED)


def is_cancelled(order: payload.Order) -> bool:
    """Whether the sale no longer stands: cancelled, or its payment undone whole."""
    return order.status == "cancelled" or order.payment_status in _UNDONE


def is_sold_elsewhere(order: payload.Order) -> bool:
    """Whether another channel tells of this sale."""
    return order.storefront in _ELSEWHERE


def gave_money_back(order: payload.Order) -> bool:
    """Whether its transactions tell of refunds."""
    return order.payment_status in {"refunded", "partially_refunded"}


def _normalise(
    shop: Shop,
    order: payload.Order,
    transactions: Sequence[payload.Transaction],
    gaps: Sequence[Gap],
) -> Copy:
    money, cancelled = money_of(order), is_cancelled(order)
    items, shipping, totals = reckon(order)
    shipping_address, billing_address = addresses_of(order)
    paid_at = _utc(order.paid_at) if order.paid_at else None
    canonical = Order(
        order_id=f"{shop.store_id}:{order.id}",
        store_id=shop.store_id,
        channel=NAME,
        channel_order_id=order.id,
        number=f"#{order.number or order.id}",
        status=OrderStatus.CANCELLED if cancelled else OrderStatus.PAID,
        currency=order.currency,
        buyer=buyer_of(order),
        shipping_address=shipping_address,
        billing_address=billing_address,
        items=items,
        shipping=shipping,
        payments=() if money is Money.AWAITED else (_payment(order, totals, paid_at),),
        totals=totals,
        refunds=tuple(_refund(each) for each in transactions if each.refunded > 0),
        placed_at=_utc(order.created_at),
        paid_at=paid_at,
        updated_at=touched_at(order),
        cancelled_at=_cancelled_at(order, transactions) if cancelled else None,
        cancel_reason=_cancel_reason(order) if cancelled else None,
        cancelled_by=_cancelled_by(order) if cancelled else None,
        shipped=_has_left(order),
        gaps=tuple(gaps),
    )
    return Copy(
        canonical,
        money,
        sold_elsewhere=is_sold_elsewhere(order),
        marks=Marks(source=order.storefront),
    )


def touched_at(order: payload.Order) -> datetime:
    """When the order last changed. A cancellation does not move `updated_at`, but has its own time.

    So a cancelled copy is always the newer one, in whatever order the copies are read.
    """
    moments = (order.created_at, order.updated_at, order.cancelled_at)
    return _utc(max(moment for moment in moments if moment))


def _payment(order: payload.Order, totals: Totals, paid_at: datetime | None) -> Payment:
    """The one payment of the order: Nuvemshop's order names a single gateway."""
    details = order.payment_details or payload.PaymentDetails()
    brand = details.credit_card_company.strip() or None
    parts = details.installments
    return Payment(
        method=method_of((details.method, order.gateway_name, order.gateway), brand),
        gateway=order.gateway_name.strip() or order.gateway.strip() or None,
        brand=brand,
        installments=parts if parts and 1 <= parts <= _MOST_INSTALMENTS else None,
        amount=totals.total,
        paid_at=paid_at,
        reference=order.gateway_id.strip() or None,
    )


def _refund(paid: payload.Transaction) -> Refund:
    """What of one payment went back; Nuvemshop tells of no lines."""
    return Refund(refund_id=paid.id, amount=exact(paid.refunded), refunded_at=_refunded_at((paid,)))


def _refunded_at(transactions: Sequence[payload.Transaction]) -> datetime | None:
    events = (event for paid in transactions for event in paid.events if event.type == "refund")
    moments = (event.happened_at or event.created_at for event in events)
    return max((_utc(moment) for moment in moments if moment), default=None)


def _cancelled_at(order: payload.Order, transactions: Sequence[payload.Transaction]) -> datetime:
    """Nuvemshop's moment; a payment undone whole counts as cancelled when that was done."""
    if order.cancelled_at:
        return _utc(order.cancelled_at)
    return _refunded_at(transactions) or touched_at(order)


def _cancel_reason(order: payload.Order) -> str | None:
    if order.status == "cancelled":
        return order.cancel_reason or None
    return order.payment_status


def _cancelled_by(order: payload.Order) -> Canceller | None:
    """Of Nuvemshop's reasons one says who wanted it; the others say why."""
    asked = order.status == "cancelled" and order.cancel_reason == "customer"
    return Canceller.BUYER if asked else None


def _has_left(order: payload.Order) -> bool:
    parcels = (parcel.status.upper() for parcel in order.fulfillment_orders)
    return order.shipping_status in _LEFT or any(status in _PARCEL_LEFT for status in parcels)


def _utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC)
