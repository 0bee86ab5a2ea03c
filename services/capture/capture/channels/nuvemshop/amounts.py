"""An order's lines, freight and totals, exact to the cent. Pure."""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Final, NamedTuple

from capture.channels.brazil import clean
from capture.channels.nuvemshop.payload import Line, Order
from contracts.order import Item, Shipping, Totals
from contracts.value import ZERO

CENT: Final = Decimal("0.01")


class Reckoning(NamedTuple):
    """The parts of the order that are about money."""

    items: tuple[Item, ...]
    shipping: Shipping
    totals: Totals


def reckon(order: Order) -> Reckoning:
    """Lines, freight and totals. Sums that do not close are left open, for a person to see."""
    lines = [line for line in order.products if line.quantity]
    gross = [exact(line.price) * line.quantity for line in lines]
    discounts = shares(exact(order.discount), gross)
    items = tuple(
        _item(line, place, discount)
        for place, (line, discount) in enumerate(zip(lines, discounts, strict=True), 1)
    )
    goods, discount = sum(gross, exact(ZERO)), sum(discounts, exact(ZERO))
    shipping = _shipping(order, goods - discount)
    totals = Totals(
        items=goods, discount=discount, shipping=shipping.amount, total=exact(order.total)
    )
    return Reckoning(items, shipping, totals)


def shares(discount: Decimal, gross: Sequence[Decimal]) -> list[Decimal]:
    """The order's discount by lines, in proportion to their worth; no line gets more than that.

    Nuvemshop tells it of the whole order alone. Rounding is of the sums so far, so that the shares
    add up to the cent.
    """
    worth = sum(gross, ZERO)
    if not 0 < discount <= worth or any(value < 0 for value in gross):
        return [exact(ZERO) for _ in gross]
    found, passed, given = [], ZERO, ZERO
    for value in gross:
        passed += value
        whole = discount if passed == worth else _cents(discount * passed / worth)
        found.append(whole - given)
        given = whole
    return found


def exact(value: Decimal) -> Decimal:
    """The same amount with at least two places, so that equal amounts are written alike."""
    cents = value.quantize(CENT)
    return cents if cents == value else value


def _item(line: Line, place: int, discount: Decimal) -> Item:
    return Item(
        item_id=line.id or f"line-{place}",
        listing_id=line.product_id,
        variation_id=line.variant_id,
        sku=clean(line.sku) or None,
        title=clean(line.name),
        quantity=line.quantity,
        unit_price=exact(line.price),
        discount=discount,
    )


def _shipping(order: Order, goods: Decimal) -> Shipping:
    """The freight of all parcels; before 2025-03 the order's own.

    Where neither says what it cost, it is what the total holds beyond the goods.
    """
    parcels = [parcel.shipping for parcel in order.fulfillment_orders if parcel.shipping]
    costs = [parcel.consumer_cost.value for parcel in parcels if parcel.consumer_cost]
    options = [parcel.option.name for parcel in parcels if parcel.option]
    carriers = [parcel.carrier.name or parcel.carrier.code for parcel in parcels if parcel.carrier]
    if costs:
        cost = sum(costs, ZERO)
    elif order.shipping_cost_customer is not None:
        cost = order.shipping_cost_customer
    else:
        cost = max(ZERO, order.total - goods)
    return Shipping(
        amount=exact(cost),
        method=_joined(options) or order.shipping_option.strip() or None,
        carrier=_joined(carriers) or order.shipping.strip() or None,
    )


def _joined(names: Sequence[str]) -> str:
    return " + ".join(dict.fromkeys(filter(None, (name.strip() for name in names))))


def _cents(value: Decimal) -> Decimal:
    return value.quantize(CENT, ROUND_HALF_UP)
