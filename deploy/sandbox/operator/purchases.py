"""An order of any channel as the buyer's page shows it, and how its lines are cancelled there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sandbox.channels.channel import Document, Store
from sandbox.channels.purchase import Notification

CHANNELS: Mapping[str, str] = {
    "shopify": "Shopify",
    "nuvemshop": "Nuvemshop",
    "mercadolivre": "Mercado Livre",
}
RESENDS: Mapping[str, Sequence[str]] = {
    "shopify": ("orders/paid", "orders/updated", "orders/cancelled"),
    "nuvemshop": ("order/paid", "order/updated", "order/cancelled"),
    "mercadolivre": ("orders_v2",),
}
"""The webhooks a person may send again."""
ACTS: Mapping[str, str] = {
    "pay": "Pagamento confirmado.",
    "cancel": "Pedido cancelado.",
    "send": "Pedido despachado.",
    "refund": "Reembolso feito.",
    "line": "Item cancelado.",
    "notify": "Webhook reenviado.",
}
"""What the pages offer, and how each says that it went well."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of an order; `id` is what its cancellation names."""

    id: int
    title: str
    sku: str
    quantity: int
    price: str


def lines(store: Store, record: Document) -> list[Line]:
    """The lines that are still in the order."""
    match store.channel:
        case "shopify":
            found = [_shopify(line) for line in record["order"]["line_items"]]
        case "nuvemshop":
            found = [_nuvemshop(line) for line in record["order"]["products"]]
        case _:
            found = [_mercadolivre(one) for one in record["orders"]]
    return [line for line in found if line.quantity > 0]


def cancelling(store: Store, order_id: int, line: Line) -> tuple[int, str, dict[str, Any]]:
    """Which order, act and options take one line out, in the way of the store's channel.

    Shopify refunds the line and takes it off, Nuvemshop edits the order, Mercado Livre cancels the
    one order of the pack.
    """
    match store.channel:
        case "shopify":
            options = {"lines": {str(line.id): line.quantity}, "restock_type": "cancel"}
            return order_id, "refund", options
        case "nuvemshop":
            return order_id, "edit", {"quantities": {str(line.id): 0}}
        case _:
            return line.id, "cancel", {}


def sending(store: Store, record: Document) -> Sequence[str]:
    """The acts by which the goods leave: Nuvemshop wants them packed before."""
    match store.channel:
        case "shopify":
            return ("fulfil",)
        case "nuvemshop":
            packed = record["order"]["shipping_status"] != "unpacked"
            return ("fulfil",) if packed else ("pack", "fulfil")
        case _:
            return ("ship",)


def resend(store: Store, record: Document, order_id: int, topic: str) -> list[Notification]:
    """The webhooks that tell of the order again."""
    match store.channel:
        case "shopify":
            return [Notification(topic=topic, payload=record["order"])]
        case "nuvemshop":
            return [Notification(topic=topic, about=order_id)]
        case _:
            return [
                Notification(topic=topic, about=f"/orders/{one['id']}") for one in record["orders"]
            ]


def _shopify(line: Document) -> Line:
    left = line["quantity"] if "current_quantity" not in line else line["current_quantity"]
    return Line(line["id"], line["title"], line["sku"] or "", left, line["price"])


def _nuvemshop(line: Document) -> Line:
    title = line["name"] if isinstance(line["name"], str) else next(iter(line["name"].values()))
    return Line(line["id"], title, line["sku"] or "", int(line["quantity"]), line["price"])


def _mercadolivre(one: Document) -> Line:
    [bought, *_] = one["order_items"]
    gone = one["status"] in ("cancelled", "pending_cancel")
    quantity = 0 if gone else bought["quantity"]
    sku = bought["item"].get("seller_sku") or ""
    return Line(one["id"], bought["item"]["title"], sku, quantity, str(bought["unit_price"]))
