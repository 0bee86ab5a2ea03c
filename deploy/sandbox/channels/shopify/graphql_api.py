"""Shopify's GraphQL Admin API: the real query language over a part of the real schema.

A field the schema lacks is refused as the platform refuses it, points are counted and given back.
"""

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import orjson
from graphql import (
    DocumentNode,
    GraphQLError,
    build_schema,
    execute_sync,
    get_operation_ast,
    parse,
    validate,
)

from sandbox.channels.bucket import Bucket
from sandbox.channels.channel import Document, Store
from sandbox.channels.orders import Cursor, OrderBook, Sorting
from sandbox.channels.shopify import refusals
from sandbox.channels.shopify.cost import actual_cost, requested_cost
from sandbox.channels.shopify.paging import page_of
from sandbox.channels.shopify.search import SearchRefusedError, of_query
from sandbox.channels.shopify.view import order_view

MAX_QUERY_COST = 1000  # widely stated, not on the platform's page of limits
_SCHEMA = build_schema(Path(__file__).with_name("admin.graphql").read_text(encoding="utf-8"))
_SORT_COLUMNS = {"ID": "id", "UPDATED_AT": "updated_at"}  # every other key sorts by creation


@dataclass(frozen=True, slots=True)
class Asked:
    """What a client posted."""

    query: str
    variables: Mapping[str, Any]
    operation_name: str | None


def answer(
    asked: Asked, store: Store, orders: OrderBook, others: Document, points: Bucket
) -> Document:
    """The JSON answer to a query; throttled and refused queries answer `errors` too.

    `others` are the root fields that are not about orders.
    """
    document, problems = _understood(asked.query)
    if document is None or problems:
        return {"errors": problems}
    operation = get_operation_ast(document, asked.operation_name)
    if operation is None:
        return {"errors": [{"message": "An operation name is required"}]}
    try:
        requested = requested_cost(_SCHEMA, document, operation, asked.variables)
    except GraphQLError as refused:
        return {"errors": [refused.formatted]}
    if requested > MAX_QUERY_COST:
        return _too_dear(requested)
    if not points.take(requested):
        return _throttled(requested, points)
    done = execute_sync(
        _SCHEMA,
        document,
        {**_root(store, orders), **others},
        variable_values=dict(asked.variables),
        operation_name=asked.operation_name,
    )
    actual = actual_cost(done.data, requested)
    points.give_back(requested - actual)
    return {**done.formatted, "extensions": {"cost": _cost(requested, actual, points)}}


@lru_cache(maxsize=256)
def _understood(query: str) -> tuple[DocumentNode | None, list[Document]]:
    """The parsed query and what is wrong with it; clients send few different ones."""
    try:
        document = parse(query)
    except GraphQLError as unreadable:
        return None, [dict(unreadable.formatted)]
    return document, [refusals.told(error, document) for error in validate(_SCHEMA, document)]


def _root(store: Store, orders: OrderBook) -> Document:
    """The fields of QueryRoot for this shop."""

    def order(_: Any, *, id: str) -> Document | None:  # noqa: A002 - the schema's name
        if not id.startswith("gid://shopify/"):
            raise refusals.invalid_id(id)
        number = id.rpartition("/")[2]
        record = orders.get(store.id, int(number)) if number.isdecimal() else None
        return order_view(record) if record else None

    def count(_: Any, *, query: str | None = None, **_limit: Any) -> Document:
        return {"count": orders.count(store.id, _searched(query).state), "precision": "EXACT"}

    return {
        "shop": {
            "id": "gid://shopify/Shop/1",
            "name": store.id,
            "myshopifyDomain": store.shop_domain,
            "currencyCode": "BRL",
            "ianaTimezone": "America/Sao_Paulo",
        },
        "currentAppInstallation": {
            "accessScopes": [{"handle": scope} for scope in store.scopes.split(",") if scope]
        },
        "order": order,
        "orders": lambda _, **arguments: _orders(store, orders, arguments),
        "ordersCount": count,
    }


def _orders(store: Store, orders: OrderBook, asked: Mapping[str, Any]) -> Document:
    """One page of the `orders` connection."""
    sorting = Sorting(_SORT_COLUMNS.get(asked["sortKey"], "created_at"), asked["reverse"])
    size = asked.get("first")
    if size is None:
        raise GraphQLError("the sandbox pages orders forwards only: give first and after")
    after = _cursor(asked["after"]) if asked.get("after") else None
    found = orders.find(store.id, _searched(asked.get("query")), sorting, after, size + 1)
    page = [(_cursor_text(one.cursor), order_view(one.record)) for one in found[:size]]
    return page_of(page, more=len(found) > size, fewer=after is not None)


def _searched(query: str | None) -> Any:
    try:
        return of_query(query)
    except SearchRefusedError as refused:
        raise GraphQLError(str(refused)) from refused


def _cursor_text(cursor: Cursor) -> str:
    return base64.b64encode(orjson.dumps([cursor.position, cursor.tie])).decode()


def _cursor(text: str) -> Cursor:
    try:
        position, tie = orjson.loads(base64.b64decode(text))
    except ValueError as unreadable:
        raise GraphQLError("Invalid cursor for current pagination sort.") from unreadable
    return Cursor(position, tie)


def _cost(requested: int, actual: int | None, points: Bucket) -> Document:
    return {
        "requestedQueryCost": requested,
        "actualQueryCost": actual,
        "throttleStatus": {
            "maximumAvailable": points.capacity,
            "currentlyAvailable": int(points.left),
            "restoreRate": points.rate,
        },
    }


def _throttled(requested: int, points: Bucket) -> Document:
    """HTTP 200 in practice, as far as is known."""
    error = {
        "message": "Throttled",
        "extensions": {
            "code": "THROTTLED",
            "documentation": "https://shopify.dev/api/usage/rate-limits",
        },
    }
    return {"errors": [error], "extensions": {"cost": _cost(requested, None, points)}}


def _too_dear(requested: int) -> Document:
    message = (
        f"Query cost is {requested}, which exceeds the single query max cost limit "
        f"({MAX_QUERY_COST})."
    )
    extensions = {"code": "MAX_COST_EXCEEDED", "cost": requested, "maxCost": MAX_QUERY_COST}
    return {"errors": [{"message": message, "extensions": extensions}]}
