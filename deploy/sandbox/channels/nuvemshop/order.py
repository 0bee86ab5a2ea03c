"""A sale as Nuvemshop's documents: the order, its fulfilment order, its transaction."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from sandbox.channels.channel import Document, Store
from sandbox.channels.documents import copied, overlay
from sandbox.channels.generator import Sale
from sandbox.channels.nuvemshop import basket, buyer
from sandbox.channels.nuvemshop.fulfilment import fulfilment_order
from sandbox.channels.nuvemshop.payment import payment, transaction
from sandbox.channels.nuvemshop.shapes import completed, moment, short

_NUMBERS_BEFORE_THE_FIRST = 99  # a store's first order is number 100


def rendered(sold: Sale, store: Store, ids: Iterator[int], number: int, at: datetime) -> Document:
    """All that Nuvemshop keeps of a sale, unpaid yet.

    `order` has the fields of every version; beside it `fulfillment_orders` and `transactions`.
    `number` counts the shop's orders from 1; `ids` yields ids that nothing else has.
    """
    order_id = next(ids)
    order = _identity(sold, short(order_id), store, number, at)
    order |= buyer.contact(sold) | buyer.billing(sold) | basket.totals(sold)
    order |= basket.freight(sold) | payment(sold, ids) | _dates_and_states(at)
    order |= {
        "coupon": basket.coupons(sold, ids),
        "customer": buyer.customer(sold, order["id"], ids, at),
        "products": basket.products(sold, ids),
        "shipping_address": buyer.shipping_address(sold, at),
    }
    if sold.withheld:
        del order["customer"]
    return {
        "order": order,
        "fulfillment_orders": [fulfilment_order(sold, order, order_id, at)],
        "transactions": [transaction(sold, order, at)],
    }


def merged(record: Document, partial: Mapping[str, Any]) -> Document:
    """The record with these fields of the order replaced; objects, alone or listed, are merged."""
    record = copied(record)
    overlay(record["order"], partial)
    return record


def store_number(store: Store) -> int:
    """The store's id as a number."""
    return int(store.shop_domain) if store.shop_domain.isdecimal() else 0


def _identity(sold: Sale, order_id: int, store: Store, number: int, at: datetime) -> Document:
    return {
        "id": order_id,
        "token": f"{order_id:040x}",
        "store_id": store_number(store),
        "number": _NUMBERS_BEFORE_THE_FIRST + number,
        "promotional_discount": {
            "id": None,
            "store_id": store_number(store),
            "order_id": str(order_id),
            "created_at": moment(at),
            "total_discount_amount": "0.00",
            "contents": [],
            "promotions_applied": [],
        },
        "checkout_enabled": True,
        "weight": f"{sum(line.quantity for line in sold.lines) * 0.5:.3f}",
        "language": "pt",
        "extra": {},
        "storefront": "store",
        "note": "",
        "owner_note": None,
        "attributes": [],
        "same_billing_and_shipping_address": True,
        "fulfillments": [],
        "client_details": {"browser_ip": None, "user_agent": None},
        "app_id": None,
    }


def _dates_and_states(at: datetime) -> Document:
    when = moment(at)
    return {
        "created_at": when,
        "updated_at": when,
        "completed_at": completed(at),
        "paid_at": None,
        "cancelled_at": None,
        "closed_at": None,
        "read_at": None,
        "status": "open",
        "payment_status": "pending",
        "shipping_status": "unpacked",
        "cancel_reason": None,
    }
