"""How Mercado Livre notifies: a pointer to a resource, unsigned, within half a second.

Source: the notifications page (01/06/2026): eight attempts within one hour, only 200 counts, then
`/missed_feeds` has it for two days; topics that fail are switched off.
"""

from datetime import datetime
from decimal import Decimal
from uuid import uuid4

import orjson

from sandbox.channels.channel import (
    DeliveryRules,
    Document,
    Part,
    Signing,
    Store,
    Summary,
    Webhook,
)
from sandbox.channels.mercadolivre.sale import orders_of, seller_id
from sandbox.channels.mercadolivre.shapes import amount, seconds, utc

TOPICS = ("orders_v2", "payments", "shipments", "items", "invoices", "post_purchase", "messages")
_WITH_ACTIONS = {"post_purchase": "claims", "messages": "created"}
_GONE = ("cancelled", "pending_cancel")


def _retold(body: bytes, attempt: int, at: datetime) -> bytes:
    """A retry counts its attempts and says when it was sent; what is no notification stays."""
    try:
        told = orjson.loads(body)
    except orjson.JSONDecodeError:
        return body
    if not isinstance(told, dict) or "attempts" not in told:
        return body
    return orjson.dumps({**told, "attempts": attempt, "sent": utc(at)})


# The number of attempts and the hour are published; the single pauses, and how many failures
# switch a topic off, are not.
RULES = DeliveryRules(
    connect_timeout=0.5,
    total_timeout=0.5,
    pauses=(60.0, 120.0, 240.0, 420.0, 660.0, 900.0, 1200.0),
    tolerated_losses=9,
    accepted=range(200, 201),
    retold=_retold,
)


def headers(_: Store, __: bytes, ___: Signing) -> dict[str, str]:
    """The headers of one notification: nothing in them can be verified."""
    return {"Content-Type": "application/json", "Accept": "application/json"}


def body(store: Store, webhook: Webhook, at: datetime) -> Document:
    """The notification about a resource, whose path is the webhook's payload."""
    action = _WITH_ACTIONS.get(webhook.topic)
    return {
        "id" if action else "_id": str(uuid4()),
        "resource": str(webhook.payload or ""),
        "user_id": seller_id(store),
        "topic": webhook.topic,
        **({"actions": [action]} if action else {}),
        "application_id": application_id(store),
        "attempts": 1,
        "sent": utc(at),
        "received": utc(at),
    }


def application_id(store: Store) -> int | str:
    """The app's number as notifications have it."""
    return int(store.client_id) if store.client_id.isdecimal() else store.client_id


def placed(record: Document) -> list[Webhook]:
    """What goes out when a buyer places an order; it is not paid yet."""
    return [order_changed(one) for one in record["orders"]]


def order_changed(document: Document) -> Webhook:
    """Something in an order is different."""
    return Webhook("orders_v2", f"/orders/{document['id']}")


def payments_changed(document: Document) -> list[Webhook]:
    """Something in an order's payments is different."""
    return [Webhook("payments", f"/collections/{one['id']}") for one in document["payments"]]


def shipment_changed(kept: Document) -> Webhook:
    """Something in a shipment is different."""
    return Webhook("shipments", f"/shipments/{kept['document']['id']}")


def is_gone(document: Document) -> bool:
    """Whether the order is off: also one that was paid and is merely confirmed again."""
    returned = any(amount(one["transaction_amount_refunded"]) for one in document["payments"])
    back = document["status"] == "confirmed" and returned
    return document["status"] in _GONE or back


def summary(record: Document) -> Summary:
    """The purchase in one line, and all that can be asked for by its own id."""
    orders = orders_of(record, None)
    gone = all(is_gone(one) for one in orders)
    changed = max(one["last_updated"] for one in record["orders"])
    statuses = dict.fromkeys(one["status"] for one in orders)
    return Summary(
        id=record["id"],
        name=str(record["id"]),
        total=f"{_total(record, orders):.2f}",
        currency=orders[0]["currency_id"],
        financial_status=",".join(statuses),
        cancelled_at=changed if gone else None,
        state="cancelled" if gone else "open",
        created_at=seconds(record["orders"][0]["date_created"]),
        updated_at=seconds(changed),
        parts=tuple(_parts(record)),
    )


def _total(record: Document, orders: list[Document]) -> Decimal:
    """What the buyer pays: the orders and the freight of their boxes."""
    boxes = {one["shipping"]["id"] for one in orders}
    freight = sum(
        amount(kept["document"]["lead_time"]["cost"])
        for kept in record["shipments"]
        if kept["document"]["id"] in boxes
    )
    return sum((amount(one["total_amount"]) for one in orders), Decimal(0)) + freight


def _parts(record: Document) -> list[Part]:
    listed = [
        *(("packs", one["id"]) for one in record["packs"]),
        *(("shipments", kept["document"]["id"]) for kept in record["shipments"]),
        *(("payments", paid["id"]) for one in record["orders"] for paid in one["payments"]),
        *(("items", item["item"]["id"]) for one in record["orders"] for item in one["order_items"]),
        ("billing_infos", record["billing_info"]["id"]),
    ]
    return [
        *(_order_part(one) for one in record["orders"]),
        *(Part(kind, str(part_id)) for kind, part_id in dict.fromkeys(listed)),
    ]


def _order_part(document: Document) -> Part:
    items = [one["item"] for one in document["order_items"]]
    words = [document["id"], document["buyer"].get("nickname", "")]
    words += [text for item in items for text in (item["id"], item["title"])]
    return Part(
        kind="orders",
        id=str(document["id"]),
        status=document["status"],
        created_at=seconds(document["date_created"]),
        closed_at=seconds(document["date_closed"]),
        updated_at=seconds(document["last_updated"]),
        tags=tuple(document["tags"]),
        text=" ".join(map(str, words)),
    )
