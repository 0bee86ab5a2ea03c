"""What buyers, the seller and the platform do to a purchase: pure changes of its documents.

An act means the whole purchase, or one pack or one order where the control asked for it by its
own id. Every change is told, whether or not something visible came of it: five notifications for
one sale of one item.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from sandbox.channels.channel import Act, ActRefusedError, Document, Options, Webhook
from sandbox.channels.documents import copied, overlay
from sandbox.channels.mercadolivre.basket import fee
from sandbox.channels.mercadolivre.notices import (
    is_gone,
    order_changed,
    payments_changed,
    shipment_changed,
)
from sandbox.channels.mercadolivre.order import retag
from sandbox.channels.mercadolivre.payment import approve, drop, give_back, refundable
from sandbox.channels.mercadolivre.sale import boxed, carried, orders_of
from sandbox.channels.mercadolivre.shapes import amount, local, number, packed
from sandbox.channels.mercadolivre.shipment import settle
from sandbox.channels.mercadolivre.split import split
from sandbox.channels.money import rounded

_Changed = tuple[Document, list[Webhook]]

_BUYER = ("buyer", "cancel_purchase_by_buyer", "buyer")
_CAUSES = {
    "customer": _BUYER,
    "buyer": _BUYER,
    "fraud": ("fraud", "fraud", "Mercado Livre"),
    "inventory": ("item", "item_out_of_stock", "seller"),
    "mediation": ("mediations", "claim_refund", "Mercado Livre"),
}
_NOT_CONCLUDED = "seller"
_ACCOUNT_MONEY = "account_money"


def pay(record: Document, options: Options, _: Iterator[int], at: datetime) -> _Changed:
    """The money comes in; once all of a box is paid its address is shown."""
    record, orders = _meant(record, options)
    waiting = [one for one in orders if one["status"] == "payment_in_process"]
    if not waiting:
        raise ActRefusedError("only an order that waits for its money can be paid")
    for one in waiting:
        _receive(one, at)
    told = [webhook for one in waiting for webhook in [*payments_changed(one), order_changed(one)]]
    for kept in _boxes(record, waiting):
        if all(one["status"] == "paid" for one in carried(record, kept["document"]["id"])):
            settle(kept, "ready_to_ship", "invoice_pending", at)
            told.append(shipment_changed(kept))
    _follow(record, at)
    return record, [*told, *(order_changed(one) for one in waiting)]


def cancel(record: Document, options: Options, _: Iterator[int], at: datetime) -> _Changed:
    """The sale is off. `reason`: customer, fraud, inventory, mediation, or seller.

    Where the seller says that the sale was not concluded, its status is `confirmed` again.
    `refund` false leaves the money for now (`pending_cancel`); "account_money" gives it back
    outside the order, which stays paid.
    """
    reason, refunding = options.get("reason", "customer"), options.get("refund", True)
    if reason not in {*_CAUSES, _NOT_CONCLUDED}:
        raise ActRefusedError(f"reason is one of {', '.join((*_CAUSES, _NOT_CONCLUDED))}")
    record, orders = _meant(record, options)
    alive = [one for one in orders if not is_gone(one)]
    if not alive:
        raise ActRefusedError("the order is cancelled already")
    for one in alive:
        if refunding == _ACCOUNT_MONEY and one["status"] != "payment_in_process":
            _refund_outside(one, at)
        else:
            _end(one, reason, at, refunding=bool(refunding))
    return record, _told_of_end(record, alive, at)


def refund(record: Document, options: Options, _: Iterator[int], at: datetime) -> _Changed:
    """Money goes back: an `amount`, or all of it, and then the order is cancelled."""
    record, orders = _meant(record, options)
    left = sum((refundable(paid) for one in orders for paid in one["payments"]), Decimal(0))
    wanted = rounded(Decimal(str(options["amount"]))) if "amount" in options else left
    if not 0 < wanted <= left:
        raise ActRefusedError(f"a refund must be above zero and at most {left:.2f}")
    touched = []
    for one in orders:
        share = min(wanted, sum((refundable(paid) for paid in one["payments"]), Decimal(0)))
        if share:
            touched.append(one)
            wanted -= share
            _return(one, share, at)
    return record, _told_of_end(record, touched, at)


def fraud(record: Document, options: Options, _: Iterator[int], at: datetime) -> _Changed:
    """The bank warns after the payment was approved: the order is tagged and must not be sent."""
    record, orders = _meant(record, options)
    for one in orders:
        retag(one, add="fraud_risk_detected")
        one["last_updated"] = local(at)
    return record, [order_changed(one) for one in orders]


def edit(record: Document, options: Options, _: Iterator[int], at: datetime) -> _Changed:
    """Something else changes: `set` replaces fields of the orders meant."""
    record, orders = _meant(record, options)
    for one in orders:
        overlay(one, options.get("set", {}))
        one["last_updated"] = local(at)
    return record, [order_changed(one) for one in orders]


def ship(record: Document, options: Options, _: Iterator[int], at: datetime) -> _Changed:
    """The parcel moves on: `status` (shipped unless told), `substatus`."""
    record, orders = _meant(record, options)
    boxes = _boxes(record, orders)
    for kept in boxes:
        settle(kept, options.get("status", "shipped"), options.get("substatus"), at)
    return record, [shipment_changed(kept) for kept in boxes]


ACTS: Mapping[str, Act] = {
    "pay": pay,
    "cancel": cancel,
    "refund": refund,
    "edit": edit,
    "fraud": fraud,
    "ship": ship,
    "split": split,
}


def _meant(record: Document, options: Options) -> tuple[Document, list[Document]]:
    """A copy of the record, and in it the orders that the act is about."""
    record = copied(record)
    return record, orders_of(record, options.get("target"))


def _boxes(record: Document, orders: Sequence[Document]) -> list[Document]:
    found = (boxed(record, number) for number in dict.fromkeys(o["shipping"]["id"] for o in orders))
    return [kept for kept in found if kept is not None]


def _receive(one: Document, at: datetime) -> None:
    units = 0.0
    for item in one["order_items"]:
        item["sale_fee"] = number(fee(amount(item["unit_price"])))
        units += item["sale_fee"] * item["quantity"]  # binary dust, as in the platform's answers
    for paid in one["payments"]:
        approve(paid, units, at)
    one["paid_amount"] = sum(paid["total_paid_amount"] for paid in one["payments"])
    one |= {"status": "paid", "date_closed": local(at), "last_updated": local(at)}
    retag(one, remove="not_paid", add="paid")


def _end(one: Document, reason: str, at: datetime, *, refunding: bool) -> None:
    """The order is off, its money given back or still to be."""
    one["last_updated"] = local(at)
    held = [paid for paid in one["payments"] if refundable(paid)]
    for paid in one["payments"]:
        if paid["status"] == "pending":
            drop(paid, at)
        elif paid in held and refunding:
            give_back(paid, refundable(paid), at)
    if reason == _NOT_CONCLUDED and refunding:
        one["status"] = "confirmed"
        return
    group, code, by = _CAUSES.get(reason, _BUYER)
    one["status"] = "cancelled" if refunding or not held else "pending_cancel"
    one["cancel_detail"] = {
        "group": group,
        "code": code,
        "description": "Compra cancelada",
        "requested_by": by,
        "date": local(at),
        "application_id": None,
    }


def _refund_outside(one: Document, at: datetime) -> None:
    one["last_updated"] = local(at)
    retag(one, add="unfulfilled")
    for paid in one["payments"]:
        paid |= {"tags": ["refund_account_money"], "date_last_modified": local(at)}


def _return(one: Document, share: Decimal, at: datetime) -> None:
    for paid in one["payments"]:
        part = min(share, refundable(paid))
        if part:
            give_back(paid, part, at)
            share -= part
    one |= {"last_updated": local(at), "status": "partially_refunded"}
    if not any(refundable(paid) for paid in one["payments"]):
        _end(one, "mediation", at, refunding=True)


def _told_of_end(record: Document, orders: Sequence[Document], at: datetime) -> list[Webhook]:
    """Boxes of which nothing is left are off too; who is told of what changed."""
    told = [webhook for one in orders for webhook in [order_changed(one), *payments_changed(one)]]
    for kept in _boxes(record, orders):
        if all(is_gone(one) for one in carried(record, kept["document"]["id"])):
            settle(kept, "cancelled", None, at)
            told.append(shipment_changed(kept))
    _follow(record, at)
    return told


def _follow(record: Document, at: datetime) -> None:
    """Packs follow their orders: released once all are paid, cancelled once all are off."""
    for one in record["packs"]:
        inside = [order for order in record["orders"] if order["pack_id"] == one["id"]]
        status = one["status"]
        if all(is_gone(order) for order in inside):
            status = "cancelled"
        elif status == "pending" and all(order["status"] == "paid" for order in inside):
            status = "released"
        if status != one["status"]:
            one |= {"status": status, "last_updated": packed(at)}
