"""A purchase at Mercado Livre as the canonical order. Pure."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

from pydantic import ValidationError

from capture.channels.channel import Copy, Shop, Unreadable
from capture.channels.mercadolivre import payload
from capture.channels.mercadolivre.amounts import reckon
from capture.channels.mercadolivre.buyer import billing_address, buyer_of, shipping_address
from capture.channels.mercadolivre.payment import payments_of, refunds_of
from capture.channels.mercadolivre.purchase import Purchase
from capture.channels.mercadolivre.standing import Verdict, judge, marks_of, who_cancelled, why_gone
from contracts.order import Gap, Order, OrderStatus
from contracts.wire import describe

NAME: Final = "mercadolivre"
_LEFT: Final = frozenset({"shipped", "delivered", "not_delivered"})
"""A shipment's statuses once the goods are on their way."""


def normalise(shop: Shop, purchase: Purchase) -> Copy:
    """The canonical order and what decides about its capture. Raises Unreadable."""
    try:
        verdict = judge(purchase.orders)
        order = _normalise(shop, purchase, verdict)
    except (ValidationError, ArithmeticError) as error:
        why = describe(error) if isinstance(error, ValidationError) else type(error).__name__
        raise Unreadable(f"impossible order: {why}") from None
    marks = marks_of(purchase.orders)
    return Copy(order, verdict.money, test=verdict.test, marks=marks)


def _normalise(shop: Shop, purchase: Purchase, verdict: Verdict) -> Order:
    orders, cancelled = verdict.orders, verdict.cancelled
    items, shipping, totals = reckon(orders, purchase.boxes, purchase.listings)
    payments = payments_of(orders, shipping.amount, cancelled=cancelled)
    return Order(
        order_id=f"{shop.store_id}:{purchase.id}",
        store_id=shop.store_id,
        channel=NAME,
        channel_order_id=purchase.id,
        number=purchase.id,
        status=OrderStatus.CANCELLED if cancelled else OrderStatus.PAID,
        currency=_currency(orders),
        buyer=buyer_of(orders, purchase.billing, purchase.boxes),
        shipping_address=shipping_address(orders, purchase.boxes),
        billing_address=billing_address(purchase.billing),
        items=items,
        shipping=shipping,
        payments=payments,
        totals=totals,
        refunds=refunds_of(orders),
        placed_at=_utc(min(order.date_closed or order.date_created for order in orders)),
        paid_at=max((p.paid_at for p in payments if p.paid_at), default=None),
        updated_at=_utc(purchase.touched_at),
        cancelled_at=_cancelled_at(orders) if cancelled else None,
        cancel_reason=why_gone(_last(orders)) if cancelled else None,
        cancelled_by=who_cancelled(_last(orders)) if cancelled else None,
        shipped=any(box.shipment.status in _LEFT for box in purchase.boxes),
        replaces=f"{shop.store_id}:{purchase.replaces}" if purchase.replaces else None,
        gaps=(Gap.BUYER_DATA_WITHHELD,) if purchase.withheld else (),
    )


def _currency(orders: Sequence[payload.Order]) -> str:
    currencies = {order.currency_id for order in orders}
    if len(currencies) > 1:
        raise Unreadable("the orders of the pack are in several currencies")
    return currencies.pop()


def _cancelled_at(orders: Sequence[payload.Order]) -> datetime:
    details = (order.cancel_detail for order in orders)
    moments = [detail.date for detail in details if detail and detail.date]
    return _utc(max(moments or [order.touched_at for order in orders]))


def _last(orders: Sequence[payload.Order]) -> payload.Order:
    """The one that was touched last: with it went the whole."""
    return max(orders, key=lambda order: order.touched_at)


def _utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC)
