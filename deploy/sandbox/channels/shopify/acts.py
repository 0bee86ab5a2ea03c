"""What buyers and merchants do to an order after it is placed: pure changes of its documents.

Each act gives the changed record and the webhooks it sets off, as (topic, body) pairs. Which
topics go out with which act is the platform's; their order of arrival is nobody's.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from sandbox.channels.channel import Act, ActRefusedError, Document, Options, Webhook
from sandbox.channels.documents import copied, overlay
from sandbox.channels.shopify.refund import refundable, refunded, still_bought
from sandbox.channels.shopify.shapes import local_time, priced

_Changed = tuple[Document, list[Webhook]]


def pay(record: Document, _: Options, __: Iterator[int], at: datetime) -> _Changed:
    """The money comes in; refused for an order that is paid or cancelled."""
    record = copied(record)
    order, when = record["order"], local_time(at)
    if order["financial_status"] != "pending" or order["cancelled_at"]:
        raise ActRefusedError("only a pending order can be paid")
    for transaction in record["transactions"]:
        transaction |= {"status": "success", "processed_at": when}
    order |= {"financial_status": "paid", "total_outstanding": "0.00", "updated_at": when}
    return record, [Webhook("orders/paid", order), Webhook("orders/updated", order)]


def cancel(record: Document, options: Options, ids: Iterator[int], at: datetime) -> _Changed:
    """The order is off; `refund` (default true) also gives the money back, `reason` says why.

    An unpaid order becomes voided. A paid one that is not refunded stays paid.
    """
    if record["order"]["cancelled_at"]:
        raise ActRefusedError("the order is cancelled already")
    webhooks: list[Webhook] = []
    record, when = copied(record), local_time(at)
    if record["order"]["financial_status"] == "pending":
        record["order"] |= {"financial_status": "voided", "total_outstanding": "0.00"}
    elif options.get("refund", True) and refundable(record):
        record, made = refunded(record, {"restock_type": "cancel"}, ids, at)
        webhooks.append(Webhook("refunds/create", made))
    reason = options.get("reason", "customer")
    order = record["order"]
    order |= {"cancelled_at": when, "cancel_reason": reason, "closed_at": when, "updated_at": when}
    return record, [
        Webhook("orders/cancelled", order),
        Webhook("orders/updated", order),
        *webhooks,
    ]


def refund(record: Document, options: Options, ids: Iterator[int], at: datetime) -> _Changed:
    """Money goes back: `lines` {line id: quantity}, or an `amount` without lines, or all of it."""
    record, made = refunded(record, options, ids, at)
    return record, [Webhook("refunds/create", made), Webhook("orders/updated", record["order"])]


def edit(record: Document, options: Options, ids: Iterator[int], at: datetime) -> _Changed:
    """The merchant changes the order: `set` replaces fields, `quantities` {line id: units left}."""
    record = merged_order(record, options.get("set", {}))
    order = record["order"]
    order["updated_at"] = local_time(at)
    wanted = {int(line_id): int(left) for line_id, left in options.get("quantities", {}).items()}
    if not wanted:
        return record, [Webhook("orders/updated", order)]
    changes = _change_quantities(order, wanted)
    delta = _order_edit(order, changes, next(ids))
    return record, [Webhook("orders/edited", delta), Webhook("orders/updated", order)]


def fulfil(record: Document, options: Options, ids: Iterator[int], at: datetime) -> _Changed:
    """All that is left of the order is sent: `tracking_company`, `tracking_number` if known.

    Refused for an order that is cancelled, or was sent already.
    """
    record = copied(record)
    order, when = record["order"], local_time(at)
    if order["cancelled_at"] or order["fulfillment_status"] == "fulfilled":
        raise ActRefusedError("only an open order is sent, and only once")
    sent = [line for line in order["line_items"] if line["current_quantity"]]
    for line in sent:
        line |= {"fulfillment_status": "fulfilled", "fulfillable_quantity": 0}
    parcel = _fulfilment(order, sent, next(ids), options) | {"created_at": when, "updated_at": when}
    order["fulfillments"].append(parcel)
    order |= {"fulfillment_status": "fulfilled", "updated_at": when}
    return record, [Webhook("orders/fulfilled", order), Webhook("orders/updated", order)]


def _fulfilment(
    order: Document, sent: list[Document], fulfilment_id: int, options: Options
) -> Document:
    number = options.get("tracking_number")
    numbers = [str(number)] if number else []
    return {
        "id": fulfilment_id,
        "admin_graphql_api_id": f"gid://shopify/Fulfillment/{fulfilment_id}",
        "order_id": order["id"],
        "name": f"{order['name']}.{len(order['fulfillments']) + 1}",
        "status": "success",
        "service": "manual",
        "shipment_status": None,
        "location_id": None,
        "origin_address": {},
        "receipt": {},
        "tracking_company": options.get("tracking_company"),
        "tracking_number": numbers[0] if numbers else None,
        "tracking_numbers": numbers,
        "tracking_url": None,
        "tracking_urls": [],
        "line_items": copied({"lines": sent})["lines"],
    }


ACTS: Mapping[str, Act] = {
    "pay": pay,
    "cancel": cancel,
    "refund": refund,
    "edit": edit,
    "fulfil": fulfil,
}


def merged_order(record: Document, changes: Mapping[str, Any]) -> Document:
    """The record with these fields of the order replaced; objects, alone or listed, are merged."""
    record = copied(record)
    overlay(record["order"], changes)
    return record


def _change_quantities(order: Document, wanted: Mapping[int, int]) -> dict[int, int]:
    """Set the units left of each line and the amounts that follow; the change per line."""
    changes = {}
    for line in order["line_items"]:
        left = wanted.get(line["id"], line["current_quantity"])
        changes[line["id"]] = left - line["current_quantity"]
        line |= {"current_quantity": left, "fulfillable_quantity": left}
    currency, paid = order["currency"], _paid(order)
    subtotal = sum((still_bought(line) for line in order["line_items"]), Decimal(0))
    freight = Decimal(order["current_shipping_price_set"]["shop_money"]["amount"])
    order |= priced("current_subtotal_price", subtotal, currency)
    order |= priced("current_total_price", subtotal + freight, currency)
    outstanding = max(Decimal(0), subtotal + freight - paid)
    order["total_outstanding"] = f"{outstanding:.2f}"
    if outstanding and order["financial_status"] == "paid":
        order["financial_status"] = "partially_paid"
    return {line_id: change for line_id, change in changes.items() if change}


def _paid(order: Document) -> Decimal:
    unpaid = ("pending", "voided")
    return Decimal(0) if order["financial_status"] in unpaid else Decimal(order["total_price"])


def _order_edit(order: Document, changes: Mapping[int, int], edit_id: int) -> Document:
    """The body of orders/edited: what was added and removed, not the order."""
    when = order["updated_at"]
    added = [{"id": line, "delta": change} for line, change in changes.items() if change > 0]
    removed = [{"id": line, "delta": -change} for line, change in changes.items() if change < 0]
    return {
        "order_edit": {
            "id": edit_id,
            "app_id": None,
            "created_at": when,
            "committed_at": when,
            "notify_customer": False,
            "order_id": order["id"],
            "staff_note": "",
            "user_id": None,
            "line_items": {"additions": added, "removals": removed},
            "discounts": {"line_item": {"additions": [], "removals": []}},
            "shipping_lines": {"additions": [], "removals": []},
        }
    }
