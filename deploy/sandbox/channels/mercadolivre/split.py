"""A pack divided in two boxes: what was is cancelled, and born again under new ids.

Source: the page on shipments, "Crear paquetes de envío adicionales". It looks like a cancellation
by the buyer and is none: nothing is refunded, and the new shipments name the old one.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime

from sandbox.channels.channel import ActRefusedError, Document, Options, Webhook
from sandbox.channels.documents import copied
from sandbox.channels.mercadolivre.notices import order_changed, shipment_changed
from sandbox.channels.mercadolivre.order import retag
from sandbox.channels.mercadolivre.sale import SPLIT, boxed, orders_of, pack
from sandbox.channels.mercadolivre.shapes import local, order_id, packed, shipment_id
from sandbox.channels.mercadolivre.shipment import settle

_TAG = "source_pack_split"


def split(
    record: Document, options: Options, ids: Iterator[int], at: datetime
) -> tuple[Document, list[Webhook]]:
    """Two boxes of one: `orders` are the ids of those set apart (the last one), `reason` is why."""
    record = copied(record)
    orders = [one for one in orders_of(record, options.get("target")) if one["status"] == "paid"]
    packs = {one["pack_id"] for one in orders}
    if len(packs) != 1 or None in packs:
        raise ActRefusedError("only one pack of paid orders can be split")
    apart = {int(number) for number in options.get("orders", [orders[-1]["id"]])}
    halves = [[o for o in orders if o["id"] not in apart], [o for o in orders if o["id"] in apart]]
    if not all(halves):
        raise ActRefusedError("each of the two boxes must have an order")
    old_box = boxed(record, orders[0]["shipping"]["id"])
    if old_box is None:
        raise ActRefusedError("there is no box to split")
    reason = options.get("reason", "OTHER_MOTIVE")
    told = []
    for position, half in enumerate(halves):
        box = _new_box(old_box, shipment_id(next(ids)), reason, at)
        if position:
            box["document"]["lead_time"]["cost"] = 0.0  # the freight was paid once
        told += _move(record, half, box, ids, at)
    _close(record, orders, packs, at)
    settle(old_box, "cancelled", SPLIT, at)
    return record, [*map(order_changed, orders), shipment_changed(old_box), *told]


def _move(
    record: Document,
    half: Sequence[Document],
    box: Document,
    ids: Iterator[int],
    at: datetime,
) -> list[Webhook]:
    """The same orders under new ids, in a new pack and the new box."""
    born = [_reborn(one, order_id(next(ids)), at) for one in half]
    tied = pack(order_id(next(ids)), born, box, born[0]["buyer"]["id"], at)
    record["packs"].append({**tied, "status": "released"})
    record["shipments"].append(box)
    record["orders"].extend(born)
    return [*map(order_changed, born), shipment_changed(box)]


def _reborn(old: Document, number: int, at: datetime) -> Document:
    born = copied(old)
    born |= {"id": number, "date_created": local(at), "last_updated": local(at)}
    for paid in born["payments"]:
        paid["order_id"] = number
    retag(born, add=_TAG)
    return born


def _new_box(old: Document, number: int, reason: str, at: datetime) -> Document:
    box = copied(old)
    shown = box["document"]
    shown |= {"id": number, "date_created": local(at), "tags": [*shown["tags"], _TAG]}
    shown["sibling"] = {
        "reason": reason,
        "sibling_id": old["document"]["id"],
        "description": None,
        "source": "split",
        "date_created": local(at),
        "last_updated": local(at),
    }
    return box


def _close(
    record: Document, orders: Sequence[Document], packs: set[int | None], at: datetime
) -> None:
    for one in orders:
        one |= {"status": "cancelled", "last_updated": local(at)}
        one["cancel_detail"] = {
            "group": "internal",
            "code": SPLIT,
            "description": "Pack splitted",
            "requested_by": "seller",
            "date": local(at),
            "application_id": None,
        }
    for one in record["packs"]:
        if one["id"] in packs:
            one |= {"status": "cancelled", "status_detail": "splitted", "last_updated": packed(at)}
