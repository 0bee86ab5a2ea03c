"""Lines, freight and totals, to the cent."""

import json
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_EVEN, Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from capture.channels.channel import Unreadable
from capture.channels.shopify.amounts import CENT, Reckoning, exact, reckon
from capture.channels.shopify.payload import Order, order_in
from tests.support.shopify import a_line, a_payload, money


def order(**changes: Any) -> Order:
    return Order.model_validate(a_payload(**changes))


def standing(**changes: Any) -> Reckoning:
    return reckon(order(**changes), as_sold=False)


def sold(**changes: Any) -> Reckoning:
    return reckon(order(**changes), as_sold=True)


def closes(reckoning: Reckoning) -> bool:
    t = reckoning.totals
    return t.items - t.discount + t.shipping + t.other == t.total


def current(total: str) -> dict[str, Any]:
    return {"current_total_price": total, "current_total_price_set": money(total)}


def taken(total: str) -> dict[str, Any]:
    """An order whose total never changed."""
    return {"total_price": total, "total_price_set": money(total)} | current(total)


def test_a_plain_order_adds_up():
    found = standing()

    assert [str(n) for n in found.totals.model_dump().values()] == [
        "129.80", "9.80", "18.50", "0.00", "138.50",
    ]  # fmt: skip
    assert closes(found)


def test_equal_amounts_are_written_alike():
    assert [str(exact(Decimal(n))) for n in ("5.5", "5.50", "5", "5.500", "0")] == [
        "5.50", "5.50", "5.00", "5.50", "0.00",
    ]  # fmt: skip
    assert str(exact(Decimal("0.125"))) == "0.125"
    assert str(exact(None)) == "0.00"


def test_a_line_taken_off_is_gone_and_its_discount_with_it():
    found = standing(
        line_items=[a_line(11), a_line(12, current_quantity=0, price="10.00", price_set=None)]
    )

    assert [item.item_id for item in found.items] == ["11"]
    assert closes(found)


def test_a_line_that_was_never_any_stays_for_the_rules_to_see():
    found = standing(line_items=[a_line(quantity=0, current_quantity=0)])

    assert [item.quantity for item in found.items] == [0]


@pytest.mark.parametrize(("left", "total", "kept"), [(2, "13.34", "6.66"), (1, "6.66", "3.34")])
def test_the_discount_of_what_is_left_of_a_line_is_shared_and_closes(
    left: int, total: str, kept: str
):
    """Three pieces at 10.00 less 10.00; one goes back: Shopify keeps 6.66, not 6.67.

    Two go back: it keeps a cent more than the third.
    """
    line = a_line(
        quantity=3, current_quantity=left, price="10.00", price_set=money("10.00"),
        discount_allocations=[{"amount": "10.00", "amount_set": money("10.00")}],
    )  # fmt: skip

    found = standing(line_items=[line], shipping_lines=[], **current(total))

    assert [str(item.discount) for item in found.items] == [kept]
    assert closes(found)


@given(
    st.lists(
        st.tuples(
            st.integers(1, 5), st.integers(0, 5), st.integers(0, 9999), st.integers(0, 100),
            st.sampled_from([ROUND_FLOOR, ROUND_CEILING, ROUND_HALF_EVEN]),
        ),
        min_size=1, max_size=6,
    ),
    st.integers(0, 5000),
)  # fmt: skip
def test_totals_close_however_the_channel_rounds_a_shared_discount(
    lines: list[tuple[int, int, int, int, str]], freight: int
):
    """What stands costs what Shopify says, whichever way it rounds each line's share."""
    payloads, total = [], Decimal(freight) * CENT
    for i, (quantity, most_left, cents, percent, rounding) in enumerate(lines):
        left = min(most_left, quantity)
        price = Decimal(cents) * CENT
        discount = (price * quantity * percent / 100).quantize(CENT)
        share = (discount * left / quantity).quantize(CENT, rounding)
        total += (price * left - share) if left else 0
        payloads.append(
            a_line(
                i, quantity=quantity, current_quantity=left, price=str(price),
                price_set=money(str(price)),
                discount_allocations=[{"amount": str(discount)}],
            )
        )  # fmt: skip
    shipping = {"title": "PAC", "price": str(Decimal(freight) * CENT)}

    found = standing(line_items=payloads, shipping_lines=[shipping], **current(str(total)))

    assert closes(found)
    for item in found.items:
        assert 0 <= item.discount <= item.unit_price * item.quantity
    assert found.totals.total == total


@pytest.mark.parametrize("lowered", ["128.50", "138.50"])
def test_money_given_back_for_no_goods_leaves_the_sale_as_it_was(lowered: str):
    """Whether or not the channel takes it off the current total."""
    back = {"kind": "refund", "status": "success", "amount": "10.00", "currency": "BRL"}
    found = standing(refunds=[{"id": 7, "transactions": [back]}], **current(lowered))

    assert closes(found)
    assert found.totals.total == Decimal("138.50")


def a_tip(amount: str = "4.50", **changes: Any) -> dict[str, Any]:
    """A tip as Shopify writes it among the lines: no product, and how it was tendered."""
    return {
        "id": 99, "product_id": None, "variant_id": None, "sku": None, "name": "Tip",
        "quantity": 1, "price": amount, "price_set": money(amount), "product_exists": False,
        "tip_payment_gateway": None, "tip_payment_method": None,
    } | changes  # fmt: skip


def test_a_tip_is_no_product_and_counts_once():
    """Its line and the total of tips are the same money."""
    found = standing(line_items=[a_tip(), a_line()], total_tip_received="4.50", **taken("143.00"))

    assert [item.item_id for item in found.items] == ["11"]
    assert str(found.totals.other) == "4.50"
    assert closes(found)


def test_a_tip_is_known_by_its_name_where_nothing_says_how_it_was_tendered():
    tip = a_tip(title="Gorjeta")
    del tip["tip_payment_gateway"]
    found = standing(line_items=[tip, a_line()], total_tip_received="4.50", **taken("143.00"))

    assert [item.item_id for item in found.items] == ["11"]
    assert closes(found)


def test_a_tip_that_was_given_back_is_gone():
    tip = a_tip(current_quantity=0)
    found = standing(line_items=[tip, a_line()], total_tip_received="4.50", **current("138.50"))

    assert str(found.totals.other) == "0.00"
    assert closes(found)


def test_a_line_without_a_product_is_an_item_where_nobody_tipped():
    found = standing(line_items=[a_tip(), a_line()], **taken("143.00"))

    assert [item.item_id for item in found.items] == ["99", "11"]
    assert closes(found)


def test_a_line_that_grew_from_none_keeps_its_discount():
    found = standing(line_items=[a_line(quantity=0, current_quantity=2)])

    assert [(item.quantity, str(item.discount)) for item in found.items] == [(2, "9.80")]


def test_sums_that_do_not_close_are_left_open_for_a_person():
    found = standing(**current("138.49"))

    assert not closes(found)
    assert str(found.items[0].discount) == "9.80"


def test_discounts_before_allocations_existed_count_too():
    old = {"discount_allocations": None, "total_discount": "9.80"}

    assert closes(standing(line_items=[a_line(**old)]))


def test_allocations_are_all_discounts_so_the_line_s_own_is_not_added():
    assert closes(standing(line_items=[a_line(total_discount="9.80")]))


@pytest.mark.parametrize(
    ("shipping", "amount"),
    [
        ({"price": "20.00", "discounted_price": "18.50"}, "18.50"),
        ({"price": "20.00", "discount_allocations": [{"amount": "1.50"}]}, "18.50"),
        ({"price": "18.50"}, "18.50"),
        ({"price": "18.50", "is_removed": True}, "0.00"),
        ({"price": "18.50", "discounted_price": "18.50",
          "current_discounted_price_set": money("0.00")}, "0.00"),
        ({"price": "9.99", "price_set": money("18.50")}, "18.50"),
    ],
)  # fmt: skip
def test_freight_is_what_the_buyer_pays_for_it(shipping: dict[str, Any], amount: str):
    assert str(standing(shipping_lines=[shipping]).shipping.amount) == amount


def test_several_ways_of_shipping_are_one_freight():
    found = standing(
        shipping_lines=[
            {"title": "PAC", "price": "10.00", "carrier_identifier": "abc"},
            {"title": "Sedex", "price": "8.50"},
            {"title": "Motoboy", "price": "5.00", "is_removed": True},
        ]
    ).shipping

    assert (str(found.amount), found.method, found.carrier) == ("18.50", "PAC + Sedex", "abc")


def test_tax_outside_the_prices_tips_duties_and_fees_come_on_top():
    extra = {
        "total_tax": "1.00",
        "total_tip_received": "2.00",
        "current_total_duties_set": money("4.00"),
        "current_total_additional_fees_set": money("8.00"),
    }

    assert str(standing(taxes_included=False, **extra).totals.other) == "15.00"
    assert str(standing(taxes_included=True, **extra).totals.other) == "14.00"
    assert str(standing(duties_included=True, **extra).totals.other) == "10.00"


def test_the_current_tax_counts_where_an_edit_changed_it():
    tax = {"taxes_included": False, "total_tax": "11.94", "current_total_tax": "3.98"}

    assert str(standing(**tax).totals.other) == "3.98"
    assert str(sold(**tax).totals.other) == "11.94"


def test_what_was_sold_ignores_what_was_given_back():
    gone = a_line(current_quantity=0)

    found = sold(line_items=[gone], **taken("138.50") | current("0.00"))

    assert [item.quantity for item in found.items] == [2]
    assert closes(found)


def test_a_charge_without_product_is_an_item_like_any_other():
    charge = a_line(
        12, product_id=None, variant_id=None, sku=None, name="Acréscimo", quantity=1,
        current_quantity=1, price="3.20", price_set=money("3.20"), discount_allocations=[],
        product_exists=False,
    )  # fmt: skip

    found = standing(line_items=[a_line(), charge], **taken("141.70"))

    assert found.items[1].sku is None
    assert found.items[1].deleted_at_channel
    assert closes(found)


def test_the_shop_s_money_counts_not_the_buyer_s():
    both = {
        "shop_money": {"amount": "64.90", "currency_code": "BRL"},
        "presentment_money": {"amount": "11.80", "currency_code": "USD"},
    }

    assert closes(standing(line_items=[a_line(price="11.80", price_set=both)]))


@pytest.mark.parametrize(
    "amount", ["example string", "NaN", "Infinity", "1e400", "1,50", "", "9" * 16, [], {}]
)
def test_an_amount_that_is_none_is_refused(amount: Any):
    with pytest.raises(Unreadable) as refused:
        order_in(json.dumps(a_payload(total_price=amount)).encode())

    assert "total_price" in str(refused.value)
    assert str(amount) not in str(refused.value) or not amount


@pytest.mark.parametrize("amount", ["138.50", 138.5, "138.5", " 138.50 "])
def test_an_amount_may_be_text_or_number(amount: Any):
    found = order_in(json.dumps(a_payload(total_price=amount, total_price_set=None)).encode())

    assert found.total_price == Decimal("138.50")
