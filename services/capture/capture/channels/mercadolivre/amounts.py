"""A purchase's lines, freight and totals, exact to the cent. Pure.

Source: developers.mercadolivre.com.br, "Gerenciamento de vendas": the total is the items after
discounts, plus taxes, plus what the buyer pays of the freight.
"""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Final, NamedTuple

from capture.channels.brazil import clean
from capture.channels.mercadolivre.listing import Listing
from capture.channels.mercadolivre.payload import Line, Order
from capture.channels.mercadolivre.shipment import Costs, Shipment
from contracts.order import Item, Shipping, Totals

NOTHING: Final = Decimal("0.00")


class Box(NamedTuple):
    """A shipment, and who pays how much of it where it does not say so itself."""

    shipment: Shipment
    costs: Costs | None


class Reckoning(NamedTuple):
    """The parts of the order that are about money."""

    items: tuple[Item, ...]
    shipping: Shipping
    totals: Totals


def reckon(
    orders: Sequence[Order], boxes: Sequence[Box], listings: Mapping[str, Listing]
) -> Reckoning:
    """Lines, freight and totals. Sums that do not close are left open, for a person to see."""
    items = tuple(item for order in orders for item in _items(order, listings))
    shipping = _shipping(boxes)
    other = sum((order.taxes.amount for order in orders if order.taxes), NOTHING)
    stated = sum((order.total_amount for order in orders), NOTHING)
    totals = Totals(
        items=sum((item.unit_price * item.quantity for item in items), NOTHING),
        discount=sum((item.discount for item in items), NOTHING),
        shipping=shipping.amount,
        other=other,
        total=stated + other + shipping.amount,
    )
    return Reckoning(items, shipping, totals)


def freight(box: Box) -> Decimal:
    """What the buyer pays of a shipment: the lead time says it, else the costs."""
    priced = stated_freight(box.shipment)
    if priced is None and box.costs and box.costs.receiver:
        priced = box.costs.receiver.cost
    return NOTHING if priced is None else priced


def stated_freight(shipment: Shipment) -> Decimal | None:
    """What the shipment itself says that the buyer pays, in either format."""
    if shipment.lead_time and shipment.lead_time.cost is not None:
        return shipment.lead_time.cost
    return shipment.shipping_option.cost if shipment.shipping_option else None


def sku_of(line: Line, listings: Mapping[str, Listing]) -> str | None:
    """The line's own SKU; where it has none, its listing's."""
    own = clean(line.item.seller_sku) or clean(line.item.seller_custom_field)
    listing = listings.get(line.item.id)
    return own or (listing.sku(line.item.variation_id) if listing else None)


def _items(order: Order, listings: Mapping[str, Listing]) -> Iterator[Item]:
    for position, line in enumerate(order.order_items, 1):
        full = _full_price(line)
        yield Item(
            item_id=f"{order.id}-{position}",
            listing_id=line.item.id or None,
            variation_id=line.item.variation_id or None,
            sku=sku_of(line, listings),
            title=clean(line.item.title),
            quantity=line.quantity,
            unit_price=full,
            discount=(full - line.unit_price) * line.quantity,
            bundle_id=_kit_of(line),
        )


def _full_price(line: Line) -> Decimal:
    """One unit before discounts.

    The whole discount counts, the platform's part of it too, as the order's total has it. Which
    part the seller's invoice should show is for an accountant to say; this is the place.
    """
    if line.full_unit_price is not None:
        return max(line.full_unit_price, line.unit_price)
    taken = sum((d.amounts.full for d in line.discounts if d.amounts), NOTHING)
    return line.unit_price + taken


def _kit_of(line: Line) -> str | None:
    parent = line.bundle.parent_item if line.bundle else None
    if isinstance(parent, dict):
        parent = parent.get("id")
    return str(parent) if isinstance(parent, str | int) and parent else None


def _shipping(boxes: Sequence[Box]) -> Shipping:
    ways = dict.fromkeys(filter(None, (_way(box.shipment) for box in boxes)))
    kinds = (b.shipment.logistic.type if b.shipment.logistic else "" for b in boxes)
    kinds = (kind or b.shipment.logistic_type for kind, b in zip(kinds, boxes, strict=True))
    return Shipping(
        amount=sum(map(freight, boxes), NOTHING),
        method=" + ".join(ways) or None,
        carrier=next(filter(None, kinds), None),
    )


def _way(shipment: Shipment) -> str:
    if shipment.lead_time and shipment.lead_time.shipping_method:
        return clean(shipment.lead_time.shipping_method.name)
    return clean(shipment.shipping_option.name) if shipment.shipping_option else ""
