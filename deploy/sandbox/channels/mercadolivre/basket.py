"""Lines of a sale as order items: one order each, discounts per unit, fees per unit."""

from collections.abc import Mapping
from decimal import ROUND_DOWN, Decimal
from typing import Any

from sandbox.channels.channel import Document
from sandbox.channels.generator import Line, Sale, Variation
from sandbox.channels.mercadolivre.shapes import item_id, number, variation_id
from sandbox.channels.money import CENT, rounded

_COFUNDED = "OUTUBRO15"  # the campaign of which the platform pays half
_FEE = Decimal("0.12")
_ATTRIBUTES = {"Cor": "COLOR", "Tamanho": "SIZE"}
"""Other options are the seller's own and have no id."""


def basket(partial: Mapping[str, Any], sold: Sale) -> tuple[Line, ...]:
    """The lines of a partial order's `order_items`, completed from the sale's first line."""
    return tuple(_line(given, sold.lines[0]) for given in partial.get("order_items", []))


def _line(given: Mapping[str, Any], model: Line) -> Line:
    item = given.get("item", {})
    sku = item.get("seller_sku", model.sku)
    other = {"seller_sku", "seller_custom_field", "title"} & item.keys()
    return Line(
        sku=item.get("seller_custom_field") if sku is None else sku,
        title=item.get("title", model.title),
        quantity=int(given.get("quantity", 1)),
        unit_price=Decimal(str(given.get("unit_price", model.unit_price))),
        variation=None if other else model.variation,
    )


def order_item(sold: Sale, line: Line) -> Document:
    """One item; a percentage lowers `unit_price`, a coupon of the platform does not."""
    full, seller = _discount(sold, line)
    item = item_id(None if line.variation else line.sku, line.title)
    return {
        "item": {
            "id": item,
            "title": line.title,
            "category_id": "MLB188658",
            "variation_id": variation_id(line.sku) if line.variation else None,
            "seller_custom_field": None,
            "variation_attributes": [attribute(line.variation)] if line.variation else [],
            "warranty": "Garantia do vendedor: 90 dias",
            "condition": "new",
            "seller_sku": line.sku,
            "global_price": None,
            "net_weight": None,
            "user_product_id": item.replace("MLB", "MLBU"),
            "release_date": None,
        },
        "quantity": line.quantity,
        "requested_quantity": {"measure": "unit", "value": line.quantity},
        "picked_quantity": None,
        "unit_price": number(line.unit_price - full),
        "full_unit_price": number(line.unit_price),
        "gross_price": number(line.gross),
        "discounts": [{"amounts": {"full": number(full), "seller": number(seller)}}]
        if full
        else [],
        "currency_id": sold.currency,
        "manufacturing_days": None,
        "sale_fee": None,
        "listing_type_id": "gold_special",
        "base_exchange_rate": None,
        "base_currency_id": None,
        "bundle": None,
        "element_id": 1,
        "stock": [{"store_id": None, "network_node_id": None}],
    }


def attribute(chosen: Variation) -> Document:
    """What was chosen, as items and orders have it."""
    return {
        "id": _ATTRIBUTES.get(chosen.option),
        "name": chosen.option,
        "value_id": None,
        "value_name": chosen.choice,
    }


def fee(unit_price: Decimal) -> Decimal:
    """What the platform keeps of one unit."""
    return rounded(unit_price * _FEE)


def coupon_amount(sold: Sale, line: Line) -> Decimal:
    """What a coupon of the platform pays of this line."""
    platforms = sold.coupon is not None and sold.coupon.kind == "fixed_amount"
    return line.discount if platforms else Decimal(0)


def _discount(sold: Sale, line: Line) -> tuple[Decimal, Decimal]:
    """What is taken off each unit, and the part of it that the seller bears."""
    if sold.coupon is None or sold.coupon.kind != "percentage":
        return Decimal(0), Decimal(0)
    full = rounded(line.discount / line.quantity)
    borne = (full / 2).quantize(CENT, ROUND_DOWN) if sold.coupon.code == _COFUNDED else full
    return full, borne
