"""Point 14 in general: amounts that add up to the cent, whatever was sold."""

from datetime import UTC, datetime
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from sandbox.erp.catalogue import gtin
from sandbox.erp.sales.amounts import price, spread, totals
from sandbox.erp.sales.billing import access_key
from sandbox.erp.sales.instalments import built, custom

CENTS = st.decimals(0, 99_999, places=2)
SOLD = st.builds(
    lambda quantity, price: {"quantidade": quantity, "valor_unitario": price},
    st.decimals("0.001", 500, places=3),
    CENTS,
)


@given(st.lists(SOLD, min_size=1, max_size=12), CENTS)
def test_a_spread_discount_is_neither_more_nor_less_than_given(products, discount):
    for product in products:
        price(product)
    goods = sum(product["valor_mercadoria"] for product in products)
    head = {"tipo_desconto_pedido": "V", "valor_desconto_pedido": discount}
    spread(head, products)

    given_off = sum(product.get("valor_desconto", 0) for product in products)
    assert given_off == (discount if discount <= goods else 0)
    assert all(product["valor_total"] >= 0 for product in products)
    summed = totals([{"produto": product} for product in products], {"valor_frete": Decimal(7)})
    assert summed["valor_total_pedido"] == goods - given_off + 7


@given(CENTS, st.lists(st.integers(0, 400), min_size=1, max_size=48, unique=True))
def test_built_instalments_are_complete_and_sum_to_the_total(total, days):
    rows = built(sorted(days), "31/01/2026", total, {})

    assert custom(rows, len(days), total) == rows
    assert all(row["valor"] >= 0 for row in rows)


def test_check_digits_of_gtin_and_access_key_are_right():
    assert gtin(100031550) == "7891000315507"
    key = access_key("47.508.411/0001-56", datetime(2026, 10, 21, tzinfo=UTC), 1, 7_700_000_077)
    assert len(key) == 44
    assert key[:2] == "35"
    assert key[2:6] == "2610"
    weights = [2, 3, 4, 5, 6, 7, 8, 9] * 6
    summed = sum(int(d) * w for d, w in zip(reversed(key[:-1]), weights, strict=False))
    assert int(key[-1]) == (11 - summed % 11) % 11 % 10
