"""Lines, freight, discounts and totals of a sale in Shopify's fields."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from sandbox.channels.channel import Document
from sandbox.channels.generator import Line, Sale
from sandbox.channels.shopify.catalogue import product_id, variant_id
from sandbox.channels.shopify.shapes import bag, gid, priced

_NOTHING = Decimal(0)


def basket(partial: Mapping[str, Any], sold: Sale) -> tuple[Line, ...]:
    """The lines of a partial order's `line_items`, completed from the sale's first line."""
    model = sold.lines[0]
    return tuple(
        Line(
            sku=line.get("sku", model.sku),
            title=line.get("title", model.title),
            quantity=int(line.get("quantity", 1)),
            unit_price=Decimal(str(line.get("price", model.unit_price))),
            variation=None if {"sku", "title"} & line.keys() else model.variation,
        )
        for line in partial.get("line_items", [])
    )


def line_items(sold: Sale, ids: Iterator[int]) -> list[Document]:
    """The basket; a coupon shows in `discount_allocations`, never in `total_discount`."""
    return [line_item(line, sold.currency, next(ids)) for line in sold.lines]


def line_item(line: Line, currency: str, line_id: int) -> Document:
    """One line as sold; products and variants get ids that follow from title and SKU."""
    allocated = [] if not line.discount else [_allocation(line.discount, currency)]
    return {
        "id": line_id,
        "admin_graphql_api_id": gid("LineItem", line_id),
        "attributed_staffs": [],
        "current_quantity": line.quantity,
        "fulfillable_quantity": line.quantity,
        "fulfillment_service": "manual",
        "fulfillment_status": None,
        "gift_card": False,
        "grams": 500,
        "name": _name(line),
        **priced("price", line.unit_price, currency),
        "product_exists": True,
        "product_id": product_id(line.title),
        "properties": [],
        "quantity": line.quantity,
        "requires_shipping": True,
        "sales_line_item_group_id": None,
        "sku": line.sku,
        "taxable": True,
        "title": line.title,
        **priced("total_discount", _NOTHING, currency),
        "variant_id": variant_id(line.sku, line.title),
        "variant_inventory_management": "shopify",
        "variant_title": line.variation and line.variation.choice,
        "vendor": "Loja Demo",
        "tax_lines": [],
        "duties": [],
        "discount_allocations": allocated,
    }


def _name(line: Line) -> str:
    """The title, with what was chosen behind it."""
    return f"{line.title} - {line.variation.choice}" if line.variation else line.title


def shipping_line(sold: Sale, line_id: int) -> Document:
    """The freight; a free shipping coupon lowers `discounted_price`."""
    freight, currency = sold.freight, sold.currency
    paid = freight.price - freight.discount
    allocated = [] if not freight.discount else [_allocation(freight.discount, currency)]
    return {
        "id": line_id,
        "carrier_identifier": None,
        "code": freight.code,
        "current_discounted_price_set": bag(paid, currency),
        **priced("discounted_price", paid, currency),
        "is_removed": False,
        "phone": None,
        **priced("price", freight.price, currency),
        "requested_fulfillment_service_id": None,
        "source": "shopify",
        "title": freight.title,
        "tax_lines": [],
        "discount_allocations": allocated,
    }


def discounts(sold: Sale) -> Document:
    """The coupon, as `discount_codes` and `discount_applications`."""
    coupon = sold.coupon
    if coupon is None:
        return {"discount_codes": [], "discount_applications": []}
    on_freight = coupon.kind == "shipping"
    application = {
        "target_type": "shipping_line" if on_freight else "line_item",
        "type": "discount_code",
        "value": f"{coupon.value:.1f}",
        "value_type": "fixed_amount" if coupon.kind == "fixed_amount" else "percentage",
        "allocation_method": "each" if on_freight else "across",
        "target_selection": "all",
        "code": coupon.code,
    }
    code = {"code": coupon.code, "amount": f"{coupon.amount:.2f}", "type": coupon.kind}
    return {"discount_codes": [code], "discount_applications": [application]}


def totals(sold: Sale) -> Document:
    """Every amount of the order; the `current_*` twins start equal to the originals."""
    currency, freight = sold.currency, sold.freight
    subtotal = sold.gross - sold.discount
    reduced = sold.discount + freight.discount
    return {
        "current_shipping_price_set": bag(freight.price - freight.discount, currency),
        **priced("current_subtotal_price", subtotal, currency),
        "current_total_additional_fees_set": None,
        **priced("current_total_discounts", reduced, currency),
        "current_total_duties_set": None,
        **priced("current_total_price", sold.total, currency),
        **priced("current_total_tax", _NOTHING, currency),
        **priced("subtotal_price", subtotal, currency),
        "total_cash_rounding_payment_adjustment_set": bag(_NOTHING, currency),
        "total_cash_rounding_refund_adjustment_set": bag(_NOTHING, currency),
        **priced("total_discounts", reduced, currency),
        **priced("total_line_items_price", sold.gross, currency),
        "total_outstanding": f"{sold.total:.2f}",
        **priced("total_price", sold.total, currency),
        "total_shipping_price_set": bag(freight.price, currency),
        **priced("total_tax", _NOTHING, currency),
        "total_tip_received": "0.00",
    }


def _allocation(amount: Decimal, currency: str) -> Document:
    return {"discount_application_index": 0, **priced("amount", amount, currency)}
