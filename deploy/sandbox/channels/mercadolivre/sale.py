"""A sale as all that Mercado Livre keeps of it: orders, their packs, shipments, the billing info.

The record holds everything that one purchase became, also what a split left behind.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from sandbox.channels.channel import Document, Store
from sandbox.channels.documents import copied, overlay
from sandbox.channels.generator import Sale
from sandbox.channels.mercadolivre.billing import billing_info
from sandbox.channels.mercadolivre.order import order, retag
from sandbox.channels.mercadolivre.payment import pending
from sandbox.channels.mercadolivre.shapes import (
    amount,
    billing_info_id,
    number,
    order_id,
    packed,
    payment_id,
    shipment_id,
    user_id,
)
from sandbox.channels.mercadolivre.shipment import shipment

_WITHOUT_PACK = 4  # every fourth sale of one item has no pack, as older ones
SPLIT = "pack_splitted"


def rendered(sold: Sale, store: Store, ids: Iterator[int], number_: int, at: datetime) -> Document:
    """The purchase, unpaid yet: one order for each line, in one pack, in one box."""
    seller, buyer = seller_id(store), user_id(next(ids))
    info, box = billing_info_id(next(ids)), shipment(sold, shipment_id(next(ids)), at)
    orders = [order(sold, line, order_id(next(ids)), at) for line in sold.lines]
    lone = len(orders) == 1 and number_ % _WITHOUT_PACK == 0
    packs = [] if lone else [pack(order_id(next(ids)), orders, box, buyer, at)]
    if sold.unexplained:
        wrong = amount(orders[0]["total_amount"]) + sold.unexplained
        orders[0]["total_amount"] = number(wrong)
    for one in orders:
        one["seller"]["id"], one["buyer"]["id"] = seller, buyer
        one["buyer"] |= {"nickname": f"COMPRADOR{buyer % 10**6:06d}", "billing_info": {"id": info}}
        one["payments"] = [pending(sold, one, payment_id(next(ids)), at)]
    box["document"]["destination"]["receiver_id"] = buyer
    box["document"]["origin"]["sender_id"] = seller
    if lone:
        join(orders, None, box)
    return {
        "id": packs[0]["id"] if packs else orders[0]["id"],
        "orders": orders,
        "packs": packs,
        "shipments": [box],
        "billing_info": {"id": info, "document": billing_info(sold, buyer, seller)},
        "withheld": sold.withheld,
    }


def pack(pack_id: int, orders: list[Document], box: Document, buyer: int, at: datetime) -> Document:
    """The pack that ties these orders to this box; its status before payment is not published."""
    join(orders, pack_id, box)
    return {
        "shipment": {"id": box["document"]["id"]},
        "orders": [{"id": one["id"]} for one in orders],
        "id": pack_id,
        "status": "pending",
        "status_detail": None,
        "buyer": {"id": buyer},
        "date_created": packed(at),
        "last_updated": packed(at),
    }


def join(orders: list[Document], pack_id: int | None, box: Document) -> None:
    """Put the orders into a pack and a box."""
    for one in orders:
        one |= {"pack_id": pack_id, "shipping": {"id": box["document"]["id"]}}
        if pack_id:
            retag(one, add="pack_order")


def seller_id(store: Store) -> int:
    """The seller's user id as a number."""
    return int(store.shop_domain) if store.shop_domain.isdecimal() else 0


def merged(record: Document, partial: Mapping[str, Any]) -> Document:
    """The record with these fields of its orders replaced; `order_items` are one for each order.

    `shipment`, `billing_info` and `pack` are laid over those resources instead.
    """
    record, given = copied(record), dict(partial)
    overlay(record["shipments"][0]["document"], given.pop("shipment", {}))
    overlay(record["billing_info"]["document"], given.pop("billing_info", {}))
    for one in record["packs"]:
        overlay(one, given.pop("pack", {}))
    items = given.pop("order_items", [])
    for one, item in zip(record["orders"], items, strict=False):
        overlay(one, {"order_items": [item]})
    for one in record["orders"]:
        overlay(one, given)
    return record


def orders_of(record: Document, target: int | None) -> list[Document]:
    """The orders meant by the id of an order, of a pack, or of the whole sale (or by none).

    What a split left behind is meant by its own ids alone.
    """
    meant = [one for one in record["orders"] if target in {one["id"], one["pack_id"]}]
    if meant and target != record["id"]:
        return meant
    return [one for one in record["orders"] if not was_split(one)]


def was_split(document: Document) -> bool:
    """Whether the order ended because its pack was divided."""
    return (document["cancel_detail"] or {}).get("code") == SPLIT


def carried(record: Document, shipment_id: int) -> list[Document]:
    """The orders in this box."""
    return [one for one in record["orders"] if one["shipping"]["id"] == shipment_id]


def boxed(record: Document, shipment_id: int | None) -> Document | None:
    """What is kept of this shipment."""
    boxes = record["shipments"]
    return next((one for one in boxes if one["document"]["id"] == shipment_id), None)
