"""Nuvemshop's lists of orders: what to ask for, and what a page says. Pure.

Source: the platform's page on orders. Pages are numbered from 1; beyond the last comes a 404.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

import orjson

from capture.channels.channel import Money, Unreadable
from capture.channels.listed import By, Listed, Page, Period
from capture.channels.marks import Marks
from capture.channels.nuvemshop.normalise import (
    is_cancelled,
    is_sold_elsewhere,
    money_of,
    touched_at,
)
from capture.channels.nuvemshop.payload import Order, order_in

PAGE: Final = 50
"""Of 200 at most: a page is read in one go, and webhooks wait meanwhile."""
TOTAL: Final = "x-total-count"
_FIELDS: Final = {By.CHANGED: "updated_at", By.PLACED: "created_at"}


def parameters(period: Period, after: str) -> dict[str, str]:
    """The question for a page; `after` is its number."""
    field = _FIELDS[period.by]
    asked = _paged(after) | {f"{field}_min": _written(period.since)}
    return asked | ({f"{field}_max": _written(period.until)} if period.until else {})


def numbered(number: str) -> dict[str, str]:
    """The question for orders in which this number stands; it also finds others."""
    return _paged("") | {"q": number}


def page_in(document: bytes, headers: Mapping[str, str], after: str) -> Page:
    """The orders of an answer. Raises Unreadable."""
    try:
        found: Any = orjson.loads(document)
    except orjson.JSONDecodeError:
        found = None
    if not isinstance(found, list):
        raise Unreadable("not a list of orders")
    orders, unreadable = [], 0
    for each in found:
        text = orjson.dumps(each)
        try:
            orders.append(listed(order_in(text), text))
        except Unreadable:
            unreadable += 1
    total, number = headers.get(TOTAL, ""), int(after or 1)
    more = number * PAGE < int(total) if total.isdigit() else len(found) == PAGE
    return Page(
        orders=tuple(orders),
        after=str(number + 1) if more else "",
        total=int(total) if total.isdigit() else None,
        unreadable=unreadable,
    )


def listed(order: Order, document: bytes) -> Listed:
    """One order as a list has it."""
    return Listed(
        order_id=order.id,
        number=f"#{order.number or order.id}",
        placed_at=order.created_at.astimezone(UTC),
        touched_at=touched_at(order),
        paid=money_of(order) is not Money.AWAITED,
        cancelled=is_cancelled(order),
        sold_elsewhere=is_sold_elsewhere(order),
        listing_ids=tuple(line.product_id for line in order.products if line.product_id),
        marks=Marks(source=order.storefront),
        document=document,
    )


def _paged(after: str) -> dict[str, str]:
    return {
        "page": after or "1",
        "per_page": str(PAGE),
        "aggregates": "fulfillment_orders",
    }


def _written(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S+0000")
