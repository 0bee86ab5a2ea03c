"""What buyers and merchants do to an order: pure changes of its documents.

Which events go out with which act is published for edits alone; the rest is told here, in each
act's last line.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from decimal import Decimal

from sandbox.channels.channel import Act, ActRefusedError, Document, Options, Webhook
from sandbox.channels.documents import copied, overlay
from sandbox.channels.money import rounded
from sandbox.channels.nuvemshop.events import told
from sandbox.channels.nuvemshop.payment import captured, refundable, refunded, voided
from sandbox.channels.nuvemshop.shapes import moment, money

_Changed = tuple[Document, list[Webhook]]
_UNPAID = ("pending", "authorized")


def pay(record: Document, _: Options, __: Iterator[int], at: datetime) -> _Changed:
    """The money comes in; refused for an order that is paid or cancelled."""
    record = _open(record, "a cancelled order cannot be paid")
    order = record["order"]
    if order["payment_status"] not in _UNPAID:
        raise ActRefusedError("only a pending order can be paid")
    captured(record["transactions"][0], at)
    order |= {"payment_status": "paid", "paid_at": moment(at), "updated_at": moment(at)}
    order |= {"total_paid_by_customer": order["total"], "next_action": "waiting_packing"}
    return record, told(record, "paid", "updated")


def void(record: Document, _: Options, __: Iterator[int], at: datetime) -> _Changed:
    """The payment is undone before the money came."""
    record = _open(record, "the order is cancelled")
    if record["order"]["payment_status"] not in _UNPAID:
        raise ActRefusedError("only a pending payment can be voided")
    voided(record["transactions"][0], at)
    record["order"] |= {"payment_status": "voided", "updated_at": moment(at)}
    return record, told(record, "voided", "updated")


def cancel(record: Document, options: Options, _: Iterator[int], at: datetime) -> _Changed:
    """The order is off; it still says paid and `updated_at` does not move, as in the docs' sample.

    `reason` is customer, fraud, inventory or other. With `refund` the money goes back too, with
    `touch` alone `updated_at` moves.
    """
    record = _open(record, "the order is cancelled already")
    order = record["order"]
    order |= {"status": "cancelled", "cancelled_at": moment(at), "next_action": "noop"}
    order["cancel_reason"] = options.get("reason", "customer")
    if options.get("touch"):
        order["updated_at"] = moment(at)
    if options.get("refund") and refundable(record["transactions"][0]):
        _give_back(record, refundable(record["transactions"][0]), at)
        return record, told(record, "cancelled", "updated")
    return record, told(record, "cancelled")


def refund(record: Document, options: Options, _: Iterator[int], at: datetime) -> _Changed:
    """Money goes back: `lines` {line id: quantity}, or an `amount`, or all of it.

    There is no refund event: the order changes, and its transactions tell the rest.
    """
    record = copied(record)
    left = refundable(record["transactions"][0])
    amount = _asked_back(record["order"], options, left)
    if not 0 < amount <= left:
        raise ActRefusedError(f"a refund must be above zero and at most {left:.2f}")
    _give_back(record, amount, at)
    return record, told(record, "updated")


def edit(record: Document, options: Options, _: Iterator[int], at: datetime) -> _Changed:
    """The merchant changes the order: `set` replaces fields, `quantities` {line id: units left}.

    Lines can be edited while nothing is packed; discount and totals follow.
    """
    record = copied(record)
    order = record["order"]
    overlay(order, options.get("set", {}))
    order["updated_at"] = moment(at)
    wanted = {int(line_id): int(left) for line_id, left in options.get("quantities", {}).items()}
    if not wanted:
        return record, told(record, "updated")
    if order["shipping_status"] != "unpacked":
        raise ActRefusedError("only an unpacked order can be edited")
    _change_quantities(order, wanted)
    return record, told(record, "edited", "updated")


def pack(record: Document, _: Options, __: Iterator[int], at: datetime) -> _Changed:
    """The parcel is packed."""
    return _moved(record, ("unpacked", "unshipped"), "PACKED", at), told(record, "packed")


def unpack(record: Document, _: Options, __: Iterator[int], at: datetime) -> _Changed:
    """The parcel is unpacked again."""
    return _moved(record, ("unshipped", "unpacked"), "UNPACKED", at), told(record, "unpacked")


def fulfil(record: Document, _: Options, __: Iterator[int], at: datetime) -> _Changed:
    """The parcel is on its way."""
    record = _moved(record, ("unshipped", "shipped"), "DISPATCHED", at)
    record["order"]["shipped_at"] = moment(at)
    return record, told(record, "fulfilled")


ACTS: Mapping[str, Act] = {
    "pay": pay,
    "void": void,
    "cancel": cancel,
    "refund": refund,
    "edit": edit,
    "pack": pack,
    "unpack": unpack,
    "fulfil": fulfil,
}


def _open(record: Document, refusal: str) -> Document:
    if record["order"]["status"] == "cancelled":
        raise ActRefusedError(refusal)
    return copied(record)


def _give_back(record: Document, amount: Decimal, at: datetime) -> None:
    paid = record["transactions"][0]
    refunded(paid, amount, at)
    record["order"] |= {"payment_status": paid["status"], "updated_at": moment(at)}


def _asked_back(order: Document, options: Options, left: Decimal) -> Decimal:
    if "amount" in options:
        return rounded(Decimal(str(options["amount"])))
    if "lines" not in options:
        return left
    prices = {line["id"]: Decimal(line["price"]) for line in order["products"]}
    units = {int(line_id): int(count) for line_id, count in options["lines"].items()}
    gross = sum((prices[i] * count for i, count in units.items() if i in prices), Decimal(0))
    return gross - _discount_on(order, gross)


def _discount_on(order: Document, gross: Decimal) -> Decimal:
    """The part of the order's discount that falls on lines of this worth."""
    subtotal = Decimal(order["subtotal"])
    return rounded(Decimal(order["discount"]) * gross / subtotal) if subtotal else Decimal(0)


def _change_quantities(order: Document, wanted: Mapping[int, int]) -> None:
    """Set the units of each line; one without units is gone."""
    before = Decimal(order["total"]) - Decimal(order["subtotal"]) + Decimal(order["discount"])
    for line in order["products"]:
        line["quantity"] = wanted.get(line["id"], int(line["quantity"]))
    order["products"] = [line for line in order["products"] if line["quantity"] > 0]
    subtotal = sum(
        (Decimal(line["price"]) * line["quantity"] for line in order["products"]), Decimal(0)
    )
    discount = _discount_on(order, subtotal)
    order |= {"subtotal": money(subtotal), "discount": money(discount)}
    order |= {"discount_coupon": money(discount), "total": money(subtotal - discount + before)}
    received = Decimal(order["total_paid_by_customer"])
    if order["payment_status"] == "paid" and Decimal(order["total"]) > received:
        order["payment_status"] = "partially_paid"


def _moved(record: Document, way: tuple[str, str], status: str, at: datetime) -> Document:
    """The order's parcel one step on; refused where it is not at the step before."""
    record, (before, after) = _open(record, "the order is cancelled"), way
    if record["order"]["shipping_status"] != before:
        raise ActRefusedError(f"the order is not {before}")
    record["order"] |= {"shipping_status": after, "updated_at": moment(at)}
    for parcel in record["fulfillment_orders"]:
        parcel |= {"status": status, "updated_at": moment(at)}
    return record
