"""Shopify's lists of orders: what to ask for, and what a page says. Pure.

REST lists the orders whole, so that a page of them costs one call; GraphQL alone finds one by its
name. Source: shopify.dev, REST `orders.json` and GraphQL `orders(query:)`.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, Final

import orjson
from pydantic import BeforeValidator, Field, ValidationError

from capture.channels.channel import Money, Unreachable, Unreadable
from capture.channels.listed import By, Listed, Page, Period
from capture.channels.part import Part
from capture.channels.shopify.normalise import is_cancelled, marks_of, money_of
from capture.channels.shopify.payload import Id, Order, order_in
from contracts.wire import describe

PAGE: Final = 50
"""Of 250 at most: a page is read in one go, and webhooks wait meanwhile."""
NAMED: Final = """
query OrdersNamed($query: String!) {
  orders(first: 5, query: $query) { nodes { legacyResourceId } }
}
""".strip()
_NEXT: Final = re.compile(r'<[^>]*[?&]page_info=([^&>]+)[^>]*>;\s*rel="?next"?')
_FIELDS: Final = {By.CHANGED: "updated_at", By.PLACED: "processed_at"}
_SORTED: Final = {By.CHANGED: "updated_at asc", By.PLACED: "created_at asc"}


def parameters(period: Period, after: str) -> dict[str, str]:
    """The question for a page; none of its filters may go with the mark of a later one."""
    if after:
        return {"limit": str(PAGE), "page_info": after}
    field = _FIELDS[period.by]
    asked = {
        "status": "any",
        "limit": str(PAGE),
        "order": _SORTED[period.by],
        f"{field}_min": _written(period.since),
    }
    return asked | ({f"{field}_max": _written(period.until)} if period.until else {})


def page_in(document: bytes, link: str) -> Page:
    """The orders of an answer, and where its `Link` header goes on. Raises Unreadable."""
    try:
        found: Any = orjson.loads(document)["orders"]
    except (orjson.JSONDecodeError, KeyError, TypeError):
        raise Unreadable("not a list of orders") from None
    orders, unreadable = [], 0
    for each in found if isinstance(found, list) else ():
        text = orjson.dumps(each)
        try:
            orders.append(listed(order_in(text), text))
        except Unreadable:
            unreadable += 1
    following = _NEXT.search(link)
    return Page(tuple(orders), following[1] if following else "", unreadable=unreadable)


def listed(order: Order, document: bytes) -> Listed:
    """One order as a list has it."""
    return Listed(
        order_id=order.id,
        number=order.name or f"#{order.order_number or order.id}",
        placed_at=(order.processed_at or order.created_at).astimezone(UTC),
        touched_at=order.updated_at.astimezone(UTC),
        paid=money_of(order) is not Money.AWAITED,
        cancelled=is_cancelled(order),
        test=bool(order.test),
        listing_ids=tuple(line.product_id for line in order.line_items if line.product_id),
        marks=marks_of(order),
        document=document,
    )


def question(number: str) -> Mapping[str, str]:
    """The variables of `NAMED`; what would end the quotation is left out."""
    return {"query": f'name:"{re.sub(r"[^0-9A-Za-z#._-]", "", number)}"'}


class _Node(Part):
    id: Id = Field(alias="legacyResourceId")


def _nodes(value: Any) -> Any:
    return value.get("nodes") or () if isinstance(value, dict) else ()


class _Data(Part):
    orders: Annotated[tuple[_Node, ...], BeforeValidator(_nodes)] = ()


class _Answer(Part):
    data: _Data | None = None


def ids_in(document: bytes) -> tuple[str, ...]:
    """The ids in the answer to `NAMED`. Raises Unreachable where there is none."""
    try:
        data = _Answer.model_validate_json(document).data
    except ValidationError as error:
        raise Unreachable(f"unreadable answer: {describe(error)}") from None
    if data is None:
        raise Unreachable("graphql refused the query")
    return tuple(node.id for node in data.orders)


def _written(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
