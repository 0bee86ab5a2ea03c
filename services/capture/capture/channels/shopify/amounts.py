"""An order's lines, freight and totals, exact to the cent. Pure.

Two views of one order: what still stands, by Shopify's `current` fields, which is what the buyer
pays for and what goes to the ERP; and what was sold, which is what a cancelled order is about
(once all is given back nothing stands any more, and Shopify's current quantities say 0).
"""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Final, NamedTuple

from capture.channels.brazil import clean
from capture.channels.shopify.payload import (
    Line,
    Order,
    Refund,
    RefundTransaction,
    ShippingLine,
    amount,
)
from contracts.order import Item, Shipping, Totals
from contracts.value import ZERO

CENT: Final = Decimal("0.01")


class Reckoning(NamedTuple):
    """The parts of the order that are about money."""

    items: tuple[Item, ...]
    shipping: Shipping
    totals: Totals


def reckon(order: Order, *, as_sold: bool) -> Reckoning:
    """Lines, freight and totals of one view.

    Where the channel took back part of a line, that line's discount is shared by quantity; the
    cent that rounding leaves goes to such lines, and to them only. Money given back for no goods
    leaves the sale as it was, though Shopify takes it off the current total. Sums that do not close
    for another reason are left open, for a person to see.
    """
    tips = _tips(order)
    goods = [line for line in order.line_items if line not in tips]
    lines = [(line, item) for line in goods if (item := _item(line, as_sold))]
    items = [item for _, item in lines]
    partial = [i for i, (line, item) in enumerate(lines) if item.quantity != line.quantity]
    shipping = _shipping(order.shipping_lines, as_sold)
    other, total = _other(order, as_sold), exact(_total(order, as_sold))
    missing = _gross(items) - _discount(items) + shipping.amount + other - total
    if missing == (given := _courtesies(order)):
        total, missing = total + given, ZERO
    items = _share_cents(items, partial, missing)
    totals = Totals(
        items=_gross(items),
        discount=_discount(items),
        shipping=shipping.amount,
        other=other,
        total=total,
    )
    return Reckoning(tuple(items), shipping, totals)


def moved(refund: Refund) -> list[RefundTransaction]:
    """The money of a refund that went back: none yet where no transaction succeeded."""
    return [
        t
        for t in refund.transactions
        if t.kind.lower() == "refund" and t.status.lower() == "success"
    ]


def exact(value: Decimal | None) -> Decimal:
    """The same amount with at least two places, so that equal amounts are written alike."""
    value = value or ZERO
    cents = value.quantize(CENT)
    return cents if cents == value else value


def _tips(order: Order) -> list[Line]:
    """The lines that the order's tips are also written into, beside the total of them."""
    return [line for line in order.line_items if line.is_tip] if order.total_tip_received else []


def _tipped(order: Order, as_sold: bool) -> Decimal | None:
    """What the tips come to: by their lines, which follow refunds, where there are any."""
    tips = _tips(order)
    if not tips:
        return order.total_tip_received
    return sum((exact(_price(tip)) * _quantity(tip, as_sold) for tip in tips), ZERO)


def _price(line: Line) -> Decimal | None:
    return amount(line.price_set, line.price)


def _quantity(line: Line, as_sold: bool) -> int:
    stands = line.current_quantity
    return line.quantity if as_sold or stands is None else stands


def _item(line: Line, as_sold: bool) -> Item | None:
    """The line as an item; None when it was taken off the order whole."""
    quantity = _quantity(line, as_sold)
    if quantity == 0 and line.quantity != 0:
        return None
    return Item(
        item_id=line.id,
        listing_id=line.product_id,
        variation_id=line.variant_id,
        sku=clean(line.sku) or None,
        title=clean(line.name or line.title),
        quantity=quantity,
        unit_price=exact(_price(line)),
        discount=_line_discount(line, quantity),
        deleted_at_channel=line.product_exists is False,
        bundle_id=line.sales_line_item_group_id,
    )


def _line_discount(line: Line, quantity: int) -> Decimal:
    """The discount on this many. Allocations hold all discounts; very old orders have none."""
    shares = [exact(amount(a.amount_set, a.amount)) for a in line.discount_allocations]
    whole = sum(shares, ZERO) or exact(amount(line.total_discount_set, line.total_discount))
    if quantity == line.quantity or not line.quantity:
        return whole
    return (whole * quantity / line.quantity).quantize(CENT, ROUND_HALF_UP)


def _share_cents(items: Sequence[Item], partial: Sequence[int], missing: Decimal) -> list[Item]:
    """Move up to a cent onto each shared discount until the sums close; all or nothing."""
    if missing == 0 or abs(missing) > CENT * len(partial):
        return list(items)
    step = CENT if missing > 0 else -CENT
    shared = list(items)
    for i in partial:
        item = shared[i]
        discount = item.discount + step
        if missing and 0 <= discount <= item.unit_price * item.quantity:
            shared[i] = item.model_copy(update={"discount": discount})
            missing -= step
    return shared if missing == 0 else list(items)


def _shipping(lines: Sequence[ShippingLine], as_sold: bool) -> Shipping:
    kept = [line for line in lines if not line.is_removed]
    titles = dict.fromkeys(line.title.strip() or line.code.strip() for line in kept)
    carrier = next((line.carrier_identifier.strip() for line in kept), "")
    return Shipping(
        amount=sum((_freight(line, as_sold) for line in kept), exact(ZERO)),
        method=" + ".join(filter(None, titles)) or None,
        carrier=carrier or None,
    )


def _courtesies(order: Order) -> Decimal:
    """What was given back without taking any goods back."""
    courtesies = (refund for refund in order.refunds if not refund.refund_line_items)
    return sum((exact(t.amount) for refund in courtesies for t in moved(refund)), ZERO)


def _freight(line: ShippingLine, as_sold: bool) -> Decimal:
    """What the buyer pays for this way, after discounts and, if it still stands, refunds."""
    price = amount(line.discounted_price_set, line.discounted_price)
    if not as_sold:
        price = amount(line.current_discounted_price_set, price)
    if price is None:
        shares = (exact(amount(a.amount_set, a.amount)) for a in line.discount_allocations)
        price = exact(amount(line.price_set, line.price)) - sum(shares, ZERO)
    return exact(price)


def _other(order: Order, as_sold: bool) -> Decimal:
    """What comes on top of goods and freight: tax outside the prices, tips, duties, fees."""
    tax = amount(order.total_tax_set, order.total_tax)
    duties, fees = order.original_total_duties_set, order.original_total_additional_fees_set
    if not as_sold:
        tax = amount(order.current_total_tax_set, _or(order.current_total_tax, tax))
        duties = order.current_total_duties_set or duties
        fees = order.current_total_additional_fees_set or fees
    parts = (
        None if order.taxes_included else tax,
        None if order.duties_included else amount(duties, None),
        amount(fees, None),
        _tipped(order, as_sold),
    )
    return sum(map(exact, parts), ZERO)


def _total(order: Order, as_sold: bool) -> Decimal:
    sold = _or(amount(order.total_price_set, None), order.total_price)
    if as_sold:
        return exact(sold)
    return exact(amount(order.current_total_price_set, _or(order.current_total_price, sold)))


def _or(first: Decimal | None, second: Decimal | None) -> Decimal | None:
    return second if first is None else first


def _gross(items: Sequence[Item]) -> Decimal:
    return sum((item.unit_price * item.quantity for item in items), exact(ZERO))


def _discount(items: Sequence[Item]) -> Decimal:
    return sum((item.discount for item in items), exact(ZERO))
