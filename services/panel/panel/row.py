"""One order on the panel: the fold of everything that was ever told of it. Pure.

A row keeps the newest fact of each kind, so that any order of arrival and any repeat of the same
events give the same row. What lists show is derived from it when it is stored.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, Final

from contracts.cancellations import OrderCancelled
from contracts.commands import Command, ReprocessOrder
from contracts.envelope import Event, Message
from contracts.events import OrderCaptured, OrderErased, OrderPending, OrderPosted, OrderValidated
from contracts.order import Buyer, Order
from panel import cells, summary
from panel.cells import Cell, moment
from panel.heard import Heard, Place
from panel.invoiced import Invoiced
from panel.timeline import Entry, entry, place, with_entry

Document = dict[str, Any]
MOST_REQUESTS: Final = 50
"""Requests for reprocessing kept with their corrections, the newest."""

_NEVER: Final = moment(datetime(1970, 1, 1, tzinfo=UTC))
_NO_BUYER: Final[Document] = {
    "buyer": Buyer().model_dump(mode="json"),
    "shipping_address": None,
    "billing_address": None,
}
_CELLS: Final[dict[type[Message], dict[str, Callable[[Any], Cell]]]] = {
    OrderCaptured: {"captured": cells.captured},
    OrderValidated: {"judged": cells.judged, "validated": cells.validated},
    OrderPending: {"judged": cells.judged, "pending": cells.pending},
    OrderPosted: {"posted": cells.posted},
    OrderCancelled: {"cancelled": cells.cancelled},
    Invoiced: {"invoiced": cells.invoiced},
}
"""The kinds of cells each event fills. Those with an `order` in them have its body beside them."""


class ForeignOrder(ValueError):  # noqa: N818 - it names what the order is
    """The order's id says another store than the message does."""


@dataclass(frozen=True, slots=True)
class Row:
    """What is known of one order.

    `orders` are the bodies of the captured and of the judged order, and the terms of the validated
    one, that were told since the row was read: they are heavy, no decision needs them, and so they
    are written but never loaded. `requests` are the reprocessings asked for. An `erased` row holds
    no buyer.
    """

    order_id: str
    store_id: str
    cells: Mapping[str, Cell] = field(default_factory=dict)
    orders: Mapping[str, Document] = field(default_factory=dict)
    timeline: list[Entry] = field(default_factory=list)
    requests: list[Entry] = field(default_factory=list)
    erased: bool = False
    updated_at: str = _NEVER


def step(row: Row | None, message: Message) -> tuple[Row | None, Sequence[Message]]:
    """Fold a message into the row. The panel tells nothing back. Raises ForeignOrder."""
    place = message.place if isinstance(message, Heard) else None
    message = message.message if isinstance(message, Heard) else message
    if not isinstance(message, Event | Command):
        return row, ()
    return fold(row or _blank(message), message, place), ()


def fold(row: Row, message: Event | Command, heard_at: Place | None = None) -> Row:
    """The row after this message; an equal one when it says nothing new."""
    at = moment(message.occurred_at)
    if isinstance(message, ReprocessOrder):
        row = replace(row, requests=_with_request(row, message, at))
    elif isinstance(message, OrderErased):
        row = _erasure(row)
    new = entry(message, at, heard_at)
    kept, bodies = _facts(row, message)
    return Row(
        order_id=row.order_id,
        store_id=row.store_id,
        cells=kept,
        orders=bodies,
        timeline=with_entry(row.timeline, new) if new else row.timeline,
        requests=row.requests,
        erased=row.erased,
        updated_at=max(at, row.updated_at),
    )


def encode(row: Row) -> Document:
    """The row as its document: what lists show, the bodies told, and the facts they come from."""
    return summary.of(row.order_id, row.cells) | {
        "store_id": row.store_id,
        "updated_at": datetime.fromisoformat(row.updated_at),
        "reprocessing": _is_reprocessing(row),
        "erased": row.erased,
        "orders": row.orders if not row.erased else _erased_orders(row),
        "cells": row.cells,
        "timeline": row.timeline,
        "requests": row.requests,
    }


def decode(document: Document) -> Row:
    """The row again; what is derived is left aside, and so are the bodies."""
    return Row(
        order_id=document["_id"],
        store_id=document["store_id"],
        cells=document["cells"],
        timeline=document["timeline"],
        requests=document["requests"],
        erased=document["erased"],
        updated_at=moment(document["updated_at"]),
    )


def _blank(message: Event | Command) -> Row:
    if not message.order_id.startswith(f"{message.store_id}:"):
        raise ForeignOrder("the order's id names another store")
    return Row(order_id=message.order_id, store_id=message.store_id)


def _facts(row: Row, message: Message) -> tuple[Mapping[str, Cell], Mapping[str, Document]]:
    """The cells with those that the message fills anew, and the bodies of their orders."""
    kept, bodies = row.cells, row.orders
    for kind, cell_of in _CELLS.get(type(message), {}).items():
        cell = cell_of(message)
        seen = kept.get(kind)
        if seen is not None and seen["rank"] >= cell["rank"]:
            continue
        kept = {**kept, kind: cells.forgotten(cell) if row.erased else cell}
        if isinstance(message, OrderCaptured | OrderValidated | OrderPending) and "order" in cell:
            bodies = {**bodies, kind: _body(message.order, erased=row.erased)}
        elif isinstance(message, OrderValidated):
            bodies = {**bodies, kind: message.terms.model_dump(mode="json")}
    return kept, bodies


def _body(order: Order, *, erased: bool) -> Document:
    """The canonical order as a document: amounts and dates as text."""
    document = order.model_dump(mode="json")
    return document | _NO_BUYER if erased else document


def _with_request(row: Row, command: ReprocessOrder, at: str) -> list[Entry]:
    if any(seen["id"] == command.command_id for seen in row.requests):
        return row.requests
    corrections = command.corrections.model_dump(mode="json", exclude_none=True)
    request = {
        "id": command.command_id,
        "at": at,
        "by": command.requested_by,
        "corrections": {} if row.erased else corrections,
    }
    return sorted([*row.requests, request], key=place)[-MOST_REQUESTS:]


def _erasure(row: Row) -> Row:
    return replace(
        row,
        erased=True,
        cells={kind: cells.forgotten(cell) for kind, cell in row.cells.items()},
        orders={
            kind: body | _NO_BUYER if "buyer" in body else body for kind, body in row.orders.items()
        },
        requests=[request | {"corrections": {}} for request in row.requests],
    )


def _erased_orders(row: Row) -> Document:
    """The bodies told, and, for those stored earlier, the paths of what is to be overwritten."""
    stored = [k for k, cell in row.cells.items() if "order" in cell and k not in row.orders]
    paths = {f"{kind}.{part}": none for kind in stored for part, none in _NO_BUYER.items()}
    return {**row.orders, **paths}


def _is_reprocessing(row: Row) -> bool:
    """A person asked, and validation has not judged since."""
    judged = [row.cells[kind]["at"] for kind in ("validated", "pending") if kind in row.cells]
    return bool(row.requests) and bool(row.requests[-1]["at"] > max(judged, default=_NEVER))
