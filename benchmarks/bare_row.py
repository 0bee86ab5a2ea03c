"""A row of the panel as a bare loop would keep it: the shape and size of ours, nothing decided.

What comes last wins, whatever its revision; lists show whatever came last.
"""

from datetime import datetime
from typing import Any

from pymongo import InsertOne, UpdateOne

from contracts.events import OrderCaptured, OrderPosted, OrderValidated
from contracts.order import Order

Document = dict[str, Any]
Told = OrderCaptured | OrderValidated | OrderPosted


def new(event: Told) -> Document:
    """The row of an order that nobody has heard of."""
    return {
        "_id": event.order_id,
        "version": 0,
        "store_id": event.store_id,
        "number": event.order_id,
        "tab": None,
        "situation": "em_validacao",
        "reasons": [],
        "erp": None,
        "cancellation": None,
        "shown": None,
        "search": [],
        "reprocessing": False,
        "erased": False,
        "orders": {},
        "cells": {},
        "timeline": [],
        "requests": [],
    }


def put(row: Document, event: Told) -> None:
    """Put what the event says into the row."""
    at = event.occurred_at.isoformat(timespec="milliseconds")
    told: Document = {"revision": event.revision, "attempt": event.attempt}
    row |= told | {"updated_at": event.occurred_at}
    row["timeline"].append({"event": event.type, "at": at, "id": f"{event.type}.1.1.", **told})
    if isinstance(event, OrderPosted):
        _put_posted(row, event, at)
    elif isinstance(event, OrderCaptured):
        _put_order(row, "captured", event.order)
        row["captured_at"] = event.occurred_at
        row["cells"]["captured"] |= {
            "rank": [event.revision],
            "at": at,
            "status": event.order.status.value,
            "cancelled_at": at,
            "cancel_reason": event.order.cancel_reason,
        }
    else:
        _put_order(row, "judged", event.order)
        row["cells"]["judged"]["rank"] = [event.revision, event.attempt, 0]
        row["cells"]["validated"] = {"rank": [event.revision, event.attempt], "at": at}
        row["orders"]["validated"] = event.terms.model_dump(mode="json")
        row |= {"tab": "processed", "situation": "aguardando_erp"}


def write(row: Document) -> InsertOne[Document] | UpdateOne:
    """The row as one write, put only where nobody else has written meanwhile.

    The bodies of orders that are stored already stay as they are.
    """
    version = row["version"]
    row["version"] = version + 1
    if version == 0:
        return InsertOne(row)
    bodies = row.pop("orders", {})
    changed = row | {f"orders.{kind}": body for kind, body in bodies.items()}
    return UpdateOne({"_id": row["_id"], "version": version}, {"$set": changed})


def _put_posted(row: Document, event: OrderPosted, at: str) -> None:
    erp = {
        "order_id": event.erp_order_id,
        "number": event.erp_order_number,
        "customer_id": event.erp_customer_id,
        "stage": event.stage_code,
        "standing": event.standing.value,
        "integration_code": event.integration_code,
        "total": str(event.total),
        "message": event.erp_message,
        "posted_at": at,
    }
    rank = [0, event.revision, event.attempt, 0]
    row["cells"]["posted"] = {"rank": rank, "at": at, "erp": erp}
    row["search"].append(event.erp_order_number)
    row |= {"tab": "processed", "situation": "integrado", "erp": erp}
    row["posted_at"] = event.posted_at


def _put_order(row: Document, kind: str, order: Order) -> None:
    listed = _listed(order)
    row.setdefault("orders", {})[kind] = order.model_dump(mode="json")
    row["cells"][kind] = {"order": listed}
    row |= listed | {
        "placed_at": datetime.fromisoformat(listed["placed_at"]),
        "shown": kind,
        "paid_at": order.paid_at,
        "search": [order.number, *listed["skus"], *_found_by(order), *order.buyer.name.split()],
    }


def _found_by(order: Order) -> list[str]:
    return [f"={order.buyer.document}", f"={(order.buyer.email or '')[:20]}"]


def _listed(order: Order) -> Document:
    return {
        "channel": order.channel,
        "number": order.number,
        "buyer": {"name": order.buyer.name, "document": "***.000.000-**"},
        "items": sum(item.quantity for item in order.items),
        "skus": [item.sku for item in order.items],
        "total": str(order.totals.total),
        "currency": order.currency,
        "refunded": False,
        "found_by": _found_by(order),
        "placed_at": order.placed_at.isoformat(timespec="milliseconds"),
        "paid_at": order.paid_at and order.paid_at.isoformat(timespec="milliseconds"),
    }
