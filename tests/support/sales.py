"""Any sale at all whose sums close, for properties about money."""

from decimal import Decimal

from hypothesis import strategies as st

from contracts.order import Order, Payment, PaymentMethod, Shipping, Totals
from tests.support.builders import an_item, an_order

SKUS = ("CAN-350-AZ", "VAS-CER-G", "KIT-CAFE-2", "EMB-PRE-M")
"""Of the sandbox ERP's catalogue, a kit among them."""
CENT = Decimal("0.01")

prices = st.decimals(CENT, Decimal("9999.99"), places=2)
cents = st.decimals(Decimal(0), Decimal("500.00"), places=2)
discounts = st.one_of(st.just(Decimal(0)), st.decimals(Decimal(0), Decimal(1), places=4))


@st.composite
def sales(draw: st.DrawFn) -> Order:
    """Any order whose totals close and that somebody paid for, in up to three ways."""
    items = []
    for n in range(draw(st.integers(1, 6))):
        quantity, price = draw(st.integers(1, 50)), draw(prices)
        discount = (quantity * price * draw(discounts)).quantize(CENT)
        items.append(
            an_item(
                draw(st.sampled_from(SKUS)),
                str(n),
                quantity=quantity,
                unit_price=price,
                discount=min(discount, quantity * price),
            )
        )
    gross = sum((i.quantity * i.unit_price for i in items), Decimal(0))
    off = sum((i.discount for i in items), Decimal(0))
    # Something is left to pay, however large the discount.
    shipping, other = draw(cents) + (CENT if gross == off else 0), draw(cents)
    total = gross - off + shipping + other
    return an_order(
        1001,
        *items,
        totals=Totals(items=gross, discount=off, shipping=shipping, other=other, total=total),
        shipping=Shipping(amount=shipping),
        payments=draw(payments(total)),
    )


@st.composite
def payments(draw: st.DrawFn, total: Decimal) -> tuple[Payment, ...]:
    """One to three payments of this total."""
    ways = []
    left = total
    for last in [False] * draw(st.integers(0, 2)) + [True]:
        amount = left if last else draw(st.decimals(Decimal(0), left, places=2))
        left -= amount
        method = draw(st.sampled_from(PaymentMethod))
        parts = draw(st.none() | st.integers(1, 24))
        if amount or last:
            ways.append(Payment(method=method, amount=amount, installments=parts))
    return tuple(way for way in ways if way.amount) or (Payment(amount=total),)
