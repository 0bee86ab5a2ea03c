"""Lines, coupon, freight and totals of a sale in Nuvemshop's fields."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from sandbox.channels.channel import Document
from sandbox.channels.generator import Line, Sale
from sandbox.channels.nuvemshop.shapes import money, product_id, short, variant_id

_COUPON_TYPES = {"percentage": "percentage", "fixed_amount": "absolute", "shipping": "shipping"}
_DAYS = {"SEDEX": (1, 3), "Loggi Express": (1, 2)}
_USUAL_DAYS = (3, 8)


def basket(partial: Mapping[str, Any], sold: Sale) -> tuple[Line, ...]:
    """The lines of a partial order's `products`, completed from the sale's first line."""
    model = sold.lines[0]
    return tuple(
        Line(
            sku=line.get("sku", model.sku),
            title=line.get("name", model.title),
            quantity=int(line.get("quantity", 1)),
            unit_price=Decimal(str(line.get("price", model.unit_price))),
            variation=None if {"sku", "name"} & line.keys() else model.variation,
        )
        for line in partial.get("products", [])
    )


def products(sold: Sale, ids: Iterator[int]) -> list[Document]:
    """The lines as sold; a coupon does not show in them."""
    return [_line(line, next(ids)) for line in sold.lines]


def coupons(sold: Sale, ids: Iterator[int]) -> list[Document]:
    """The coupon, as the one element of `coupon`."""
    coupon = sold.coupon
    if coupon is None:
        return []
    return [
        {
            "id": short(next(ids)),
            "code": coupon.code,
            "type": _COUPON_TYPES[coupon.kind],
            "value": money(coupon.value),
            "valid": True,
            "used": 1,
        }
    ]


def totals(sold: Sale) -> Document:
    """The order's amounts: subtotal - discount + the customer's freight = total."""
    return {
        "subtotal": money(sold.gross),
        "discount": money(sold.discount),
        "discount_coupon": money(sold.discount),
        "discount_gateway": "0.00",
        "total": money(sold.total),
        "total_usd": "0.00",
        "total_paid_by_customer": "0.00",
        "currency": sold.currency,
    }


def freight(sold: Sale) -> Document:
    """The delivery as orders of v1 tell it; later versions have it in fulfilment orders."""
    first_day, last_day = days(sold)
    return {
        "shipping_min_days": first_day,
        "shipping_max_days": last_day,
        "shipping_cost_owner": money(sold.freight.price),
        "shipping_cost_customer": money(sold.freight.price - sold.freight.discount),
        "shipping": "table",
        "shipping_option": sold.freight.title,
        "shipping_option_code": sold.freight.code,
        "shipping_option_reference": None,
        "shipping_pickup_details": None,
        "shipping_tracking_number": None,
        "shipping_tracking_url": None,
        "shipping_store_branch_name": None,
        "shipping_pickup_type": "ship",
        "shipping_suboption": [],
        "shipped_at": None,
        "next_action": "waiting_manual_confirmation",
        "landing_url": None,
    }


FREIGHT_OF_V1 = (
    *("shipping_min_days", "shipping_max_days", "shipping_cost_owner", "shipping_cost_customer"),
    *("shipping", "shipping_option", "shipping_option_code", "shipping_option_reference"),
    *("shipping_pickup_details", "shipping_tracking_number", "shipping_tracking_url"),
    *("shipping_store_branch_name", "shipping_pickup_type", "shipping_suboption", "shipped_at"),
    *("next_action", "landing_url"),
)
"""The fields that an order has in v1 alone."""


def days(sold: Sale) -> tuple[int, int]:
    """How many working days the delivery takes, at least and at most."""
    return _DAYS.get(sold.freight.title, _USUAL_DAYS)


def _line(line: Line, line_id: int) -> Document:
    product = product_id(line.title)
    chosen = [line.variation.choice] if line.variation else []
    return {
        "id": line_id,
        "depth": "10.00",
        "height": "5.00",
        "name": f"{line.title} ({chosen[0]})" if chosen else line.title,
        "price": money(line.unit_price),
        "compare_at_price": money(line.unit_price),
        "product_id": product,
        "image": {"id": 0, "product_id": product, "src": "", "position": 1, "alt": []},
        "quantity": line.quantity,
        "free_shipping": False,
        "weight": "0.50",
        "width": "10.00",
        "variant_id": variant_id(line.sku, line.title),
        "variant_values": chosen,
        "properties": [],
        "sku": line.sku,
        "barcode": None,
    }
