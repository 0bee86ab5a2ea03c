"""Refunds: of whole lines, of some units, of an amount without lines, of everything."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from sandbox.channels.channel import ActRefusedError, Document
from sandbox.channels.documents import copied
from sandbox.channels.money import rounded
from sandbox.channels.shopify.shapes import bag, gid, local_time, priced


def refunded(
    record: Document, options: Mapping[str, Any], ids: Iterator[int], at: datetime
) -> tuple[Document, Document]:
    """The record after a refund, and the refund; ActRefusedError when there is no money to return.

    `options`: `lines` {line id: quantity}; or `amount`, which moves money without lines; or
    neither, for all that is left, freight included. `restock_type` and `note` go into the refund.
    """
    record = copied(record)
    order, when = record["order"], local_time(at)
    left = refundable(record)
    if not left:
        raise ActRefusedError("there is no money to give back")
    refund = _blank(order, next(ids), options.get("note"), when)
    amount = _fill(refund, order, options, left, ids)
    if not 0 < amount <= left:
        raise ActRefusedError(f"a refund must be above zero and at most {left:.2f}")
    refund["transactions"] = [_transaction(record, amount, next(ids), when)]
    order["refunds"].append(refund)
    record["transactions"].extend(refund["transactions"])
    order["financial_status"] = "refunded" if amount == left else "partially_refunded"
    order["updated_at"] = when
    _lower_current_amounts(order, amount, all_of_it=amount == left)
    return record, refund


def still_bought(line: Document) -> Decimal:
    """What the units that are still in the order cost, their share of discounts taken off."""
    return _worth(line, line["current_quantity"])


def refundable(record: Document) -> Decimal:
    """Money received and not yet given back."""
    moved = [t for t in record["transactions"] if t["status"] == "success"]
    signs = {"sale": 1, "capture": 1, "refund": -1}
    return sum((Decimal(t["amount"]) * signs.get(t["kind"], 0) for t in moved), Decimal(0))


def _fill(
    refund: Document,
    order: Document,
    options: Mapping[str, Any],
    left: Decimal,
    ids: Iterator[int],
) -> Decimal:
    """Write lines and adjustments into the refund; how much money it moves."""
    restock = options.get("restock_type", "no_restock")
    refund["restock"] = restock != "no_restock"
    if "amount" in options:
        amount = rounded(Decimal(str(options["amount"])))
        refund["order_adjustments"] = [_adjustment(refund, order, -amount, next(ids))]
        return amount
    units = _units(order, options.get("lines"))
    lines = [(line, units[line["id"]]) for line in order["line_items"] if units.get(line["id"])]
    refund["refund_line_items"] = [
        _refund_line(line, count, order["currency"], restock, next(ids)) for line, count in lines
    ]
    worth = sum((_worth(line, count) for line, count in lines), Decimal(0))
    for line, count in lines:
        line["current_quantity"] -= count
        if line["fulfillment_status"] != "fulfilled":
            line["fulfillable_quantity"] = line["current_quantity"]
    return worth if "lines" in options else left


def _units(order: Document, wanted: Mapping[str, int] | None) -> dict[int, int]:
    """How many units of each line go back, never more than are left."""
    bought = {line["id"]: int(line["current_quantity"]) for line in order["line_items"]}
    if wanted is None:
        return bought
    return {int(k): min(int(count), bought.get(int(k), 0)) for k, count in wanted.items()}


def _worth(line: Document, units: int) -> Decimal:
    discounts = sum((Decimal(a["amount"]) for a in line["discount_allocations"]), Decimal(0))
    net = Decimal(line["price"]) * line["quantity"] - discounts
    return rounded(net * units / line["quantity"])


def _lower_current_amounts(order: Document, amount: Decimal, *, all_of_it: bool) -> None:
    currency = order["currency"]
    subtotal = sum((still_bought(line) for line in order["line_items"]), Decimal(0))
    total = max(Decimal(0), Decimal(order["current_total_price"]) - amount)
    order |= priced("current_subtotal_price", Decimal(0) if all_of_it else subtotal, currency)
    order |= priced("current_total_price", total, currency)
    if all_of_it:
        order["current_shipping_price_set"] = bag(Decimal(0), currency)


def _blank(order: Document, refund_id: int, note: str | None, when: str) -> Document:
    return {
        "id": refund_id,
        "order_id": order["id"],
        "created_at": when,
        "note": note,
        "user_id": None,
        "processed_at": when,
        "duties": [],
        "total_duties_set": bag(Decimal(0), order["currency"]),
        "return": None,
        "restock": False,
        "refund_shipping_lines": [],
        "admin_graphql_api_id": gid("Refund", refund_id),
        "order_adjustments": [],
        "refund_line_items": [],
        "transactions": [],
    }


def _refund_line(line: Document, units: int, currency: str, restock: str, line_id: int) -> Document:
    """One line given back; `subtotal` and `total_tax` are numbers here, as the platform has it."""
    worth = _worth(line, units)
    return {
        "id": line_id,
        "quantity": units,
        "line_item_id": line["id"],
        "location_id": None,
        "restock_type": restock,
        "subtotal": float(worth),
        "total_tax": 0.0,
        "subtotal_set": bag(worth, currency),
        "total_tax_set": bag(Decimal(0), currency),
        "line_item": copied(line),
    }


def _adjustment(refund: Document, order: Document, amount: Decimal, line_id: int) -> Document:
    currency = order["currency"]
    return {
        "id": line_id,
        "order_id": order["id"],
        "refund_id": refund["id"],
        "kind": "refund_discrepancy",
        "reason": "Refund discrepancy",
        "amount": f"{amount:.2f}",
        "tax_amount": "0.00",
        "amount_set": bag(amount, currency),
        "tax_amount_set": bag(Decimal(0), currency),
    }


def _transaction(record: Document, amount: Decimal, transaction_id: int, when: str) -> Document:
    paid = record["transactions"][0]
    return {
        **paid,
        "id": transaction_id,
        "kind": "refund",
        "status": "success",
        "created_at": when,
        "processed_at": when,
        "parent_id": paid["id"],
        "receipt": {},
        "amount": f"{amount:.2f}",
        "payment_id": f"c{record['order']['id']}.{len(record['transactions']) + 1}",
        "admin_graphql_api_id": gid("OrderTransaction", transaction_id),
    }
