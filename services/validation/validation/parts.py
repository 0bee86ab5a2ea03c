"""Lines that are other ERP products than their SKU says, or several: from links to lines. Pure.

What a person decided about a listing goes below what they corrected on the order itself.
"""

from collections.abc import Callable, Sequence
from decimal import ROUND_CEILING, ROUND_DOWN, ROUND_HALF_UP, Decimal
from typing import Final

from contracts.listings import ListingLinked, link_key
from contracts.order import Item, Order
from contracts.value import ZERO

CENT: Final = Decimal("0.01")

Links = Callable[[str], ListingLinked | None]
"""A listing's link by its key, if somebody ever made one."""


def with_links(order: Order, links: Links) -> Order:
    """The order with the ERP products that its listings are linked to; itself where none is."""
    items = tuple(_linked(order.store_id, item, links) for item in order.items)
    changed = any(new is not old for new, old in zip(items, order.items, strict=True))
    return order.model_copy(update={"items": items}) if changed else order


def _linked(store_id: str, item: Item, links: Links) -> Item:
    if item.listing_id is None:
        return item
    link = links(link_key(store_id, item.listing_id, item.variation_id or ""))
    if link is None or not link.parts:
        return item
    first = link.parts[0]
    if len(link.parts) == 1 and first.quantity == 1:
        return item.model_copy(update={"erp_product_id": first.erp_product_id})
    return item.model_copy(update={"parts": link.parts})


def lines(item: Item) -> tuple[Item, ...]:
    """The item as lines of one ERP product each; together they cost what the item does.

    A part's price is its share in whole cents; what does not divide by its pieces is on the
    price and comes off as discount again.
    """
    if not item.parts:
        return (item,)
    weights = [part.share for part in item.parts]
    goods = (item.unit_price * item.quantity).quantize(CENT, ROUND_HALF_UP)
    paid = shared(goods - item.discount, weights)
    discounts = shared(item.discount, weights)
    found = []
    for part, net, discount in zip(item.parts, paid, discounts, strict=True):
        pieces, gross = part.quantity * item.quantity, net + discount
        price = (gross / pieces).quantize(CENT, ROUND_CEILING) if pieces else ZERO
        change = {
            "erp_product_id": part.erp_product_id,
            "parts": (),
            "quantity": pieces,
            "unit_price": price,
            "discount": discount + price * pieces - gross,
        }
        found.append(item.model_copy(update=change))
    return tuple(found)


def shared(total: Decimal, weights: Sequence[Decimal]) -> list[Decimal]:
    """The total by these weights, in whole cents; the heaviest takes what is left over."""
    whole = sum(weights, ZERO)
    if not whole:
        return shared(total, [Decimal(1)] * len(weights))
    found = [(total * weight / whole).quantize(CENT, ROUND_DOWN) for weight in weights]
    found[weights.index(max(weights))] += total - sum(found, ZERO)
    return found
