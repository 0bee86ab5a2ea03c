"""One order: one listing bought, one or more units of it."""

from datetime import datetime, timedelta
from decimal import Decimal

from sandbox.channels.channel import Document
from sandbox.channels.generator import Line, Sale
from sandbox.channels.mercadolivre.basket import coupon_amount, order_item
from sandbox.channels.mercadolivre.shapes import amount, local, number

_EXPIRES_AFTER = timedelta(days=28)


def order(sold: Sale, line: Line, order_id: int, at: datetime) -> Document:
    """The order of a line, unpaid; ids of buyer, seller, pack and shipment are to be filled in."""
    item, coupon = order_item(sold, line), coupon_amount(sold, line)
    total = amount(item["unit_price"]) * line.quantity
    tags = ["order_has_discount"] if item["discounts"] else []
    return {
        "id": order_id,
        "date_created": local(at),
        "last_updated": local(at),
        "date_closed": None,
        "expiration_date": local(at + _EXPIRES_AFTER),
        "pack_id": None,
        "fulfilled": None,
        "buying_mode": "buy_equals_pay",
        "shipping_cost": 0.0,
        "mediations": [],
        "total_amount": number(total),
        "paid_amount": 0.0,
        "coupon": {"id": order_id % 10**9 if coupon else None, "amount": number(coupon)},
        "order_items": [item],
        "currency_id": sold.currency,
        "payments": [],
        "shipping": {"id": None},
        "status": "payment_in_process",
        "status_detail": None,
        "tags": [*tags, *(["test_order"] if sold.test else []), "not_paid", "not_delivered"],
        "feedback": {"seller": None, "buyer": None},
        "context": {"channel": "marketplace", "site": "MLB", "flows": []},
        "seller": _user(),
        "buyer": _user(),
        "taxes": {"amount": None, "currency_id": None, "id": None},
        "cancel_detail": None,
        "manufacturing_ending_date": None,
        "order_request": {"change": None, "return": None},
    }


def retag(document: Document, remove: str = "", add: str = "") -> None:
    """Take one tag off the order and put another on."""
    kept = [tag for tag in document["tags"] if tag not in {remove, add}]
    document["tags"] = [*kept, add] if add else kept


def discounts(document: Document) -> Document:
    """The order's discounts, each with the part that the seller bears."""
    [bought] = document["order_items"][:1]
    listing, units = bought["item"]["id"], bought["quantity"]

    def item(total: Decimal, seller: Decimal) -> Document:
        amounts = {"total": number(total), "seller": number(seller)}
        return {"id": listing, "quantity": units, "amounts": amounts}

    details = [
        {
            "type": "discount",
            "supplier": {"offer_id": f"OFFER-{listing}-1", "funding_mode": "sale_fee"},
            "items": [
                item(
                    amount(one["amounts"]["full"]) * units,
                    amount(one["amounts"]["seller"]) * units,
                )
            ],
        }
        for one in bought["discounts"]
    ]
    if coupon := amount(document["coupon"]["amount"]):
        details.append(
            {
                "type": "coupon",
                "coupon": {"id": document["coupon"]["id"]},
                "supplier": {"meli_campaign": "P-MLB4944001"},
                "items": [item(coupon, Decimal(0))],
            }
        )
    return {"details": details}


def _user() -> Document:
    return {"id": None, "user_type": None, "tags": [], "status": None, "buy_restrictions": []}
