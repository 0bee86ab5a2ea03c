"""Shopify's REST Admin API for orders: legacy, and still what many hubs read."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass

import orjson

from sandbox.channels.channel import Document, Store
from sandbox.channels.orders import Cursor, OrderBook, Sorting
from sandbox.channels.shopify.catalogue import Products
from sandbox.channels.shopify.search import SearchRefusedError, of_parameters

_DEFAULT_LIMIT, _MAX_LIMIT = 50, 250
_SORT_KEYS = ("id", "created_at", "updated_at")


@dataclass(frozen=True, slots=True)
class Answer:
    """A status, a JSON body, and the `page_info` of the next page if there is one."""

    body: Document
    status: int = 200
    next_page: str | None = None


NOT_FOUND = Answer({"errors": "Not Found"}, status=404)


def answer(
    path: str, given: Mapping[str, str], store: Store, orders: OrderBook, products: Products
) -> Answer:
    """The answer to GET `path` (without `/admin/api/<version>/`)."""
    match path.partition(".")[0].split("/"):
        case ["shop"]:
            return Answer({"shop": shop(store)})
        case ["products"] | ["products", _]:
            return _about_products(path.removeprefix("products"), given, products)
        case ["orders", *_]:
            return _about_orders(path.split("/"), given, store, orders)
        case _:
            return NOT_FOUND


def _about_orders(
    path: list[str], given: Mapping[str, str], store: Store, orders: OrderBook
) -> Answer:
    """`orders.json` and what is below `orders/`."""
    match path:
        case ["orders.json"]:
            return _listed(given, store, orders)
        case ["orders", "count.json"]:
            return Answer({"count": orders.count(store.id, given.get("status", "open"))})
        case ["orders", name]:
            return _one(name.removesuffix(".json"), given, store, orders)
        case ["orders", number, "transactions.json"] if number.isdecimal():
            record = orders.get(store.id, int(number))
            return Answer({"transactions": record["transactions"]}) if record else NOT_FOUND
        case _:
            return NOT_FOUND


def _one(number: str, given: Mapping[str, str], store: Store, orders: OrderBook) -> Answer:
    record = orders.get(store.id, int(number)) if number.isdecimal() else None
    if record is None:
        return NOT_FOUND
    return Answer({"order": _only(record["order"], given.get("fields"))})


def _listed(given: Mapping[str, str], store: Store, orders: OrderBook) -> Answer:
    """One page; with `page_info`, the page after the one that gave it."""
    try:
        cursor, filters = _resumed(given)
        search = of_parameters(filters)
        limit = int(given.get("limit", filters.get("limit", _DEFAULT_LIMIT)))
    except (SearchRefusedError, ValueError):
        return Answer({"errors": "Invalid parameter"}, status=400)
    limit = min(max(limit, 1), _MAX_LIMIT)
    found = orders.find(store.id, search, _sorting(filters), cursor, limit + 1)
    page = found[:limit]
    body = {"orders": [_only(one.record["order"], filters.get("fields")) for one in page]}
    more = len(found) > limit
    return Answer(body, next_page=_page_info(page[-1].cursor, filters, limit) if more else None)


def _about_products(path: str, given: Mapping[str, str], products: Products) -> Answer:
    """`products.json`, `products/count.json` and `products/{id}.json`."""
    if path == ".json":
        return _products(given, products)
    name = path.removeprefix("/").removesuffix(".json")
    if name == "count":
        return Answer({"count": len(products.listed({}))})
    product = products.one(name)
    return Answer({"product": _only(product, given.get("fields"))}) if product else NOT_FOUND


def _products(given: Mapping[str, str], products: Products) -> Answer:
    """The products; with more than a page of them, `page_info` goes on from the last id."""
    try:
        kept = (
            dict(orjson.loads(base64.urlsafe_b64decode(given["page_info"])))
            if ("page_info" in given)
            else dict(given)
        )
        limit = min(max(int(given.get("limit", kept.get("limit", _DEFAULT_LIMIT))), 1), _MAX_LIMIT)
        found = products.listed(kept)
    except (ValueError, TypeError):
        return Answer({"errors": "Invalid parameter"}, status=400)
    page = found[:limit]
    body = {"products": [_only(one, kept.get("fields")) for one in page]}
    if len(found) <= limit:
        return Answer(body)
    after = kept | {"since_id": str(page[-1]["id"]), "limit": str(limit)}
    return Answer(body, next_page=base64.urlsafe_b64encode(orjson.dumps(after)).decode())


def _sorting(filters: Mapping[str, str]) -> Sorting:
    """Newest first, as the platform lists; from a `since_id` upwards."""
    if "since_id" in filters:
        return Sorting("id")
    key, _, direction = filters.get("order", "id desc").partition(" ")
    return Sorting(key if key in _SORT_KEYS else "id", direction.strip().lower() != "asc")


def _resumed(given: Mapping[str, str]) -> tuple[Cursor | None, Mapping[str, str]]:
    """Where to go on and the filters of the first page, which a client may not repeat."""
    if "page_info" not in given:
        return None, given
    if set(given) - {"page_info", "limit", "fields"}:
        raise SearchRefusedError("no filter may accompany page_info")
    position, tie, filters = orjson.loads(base64.urlsafe_b64decode(given["page_info"]))
    return Cursor(position, tie), filters


def _page_info(cursor: Cursor, filters: Mapping[str, str], limit: int) -> str:
    kept = {**filters, "limit": str(limit)}
    text = orjson.dumps([cursor.position, cursor.tie, kept])
    return base64.urlsafe_b64encode(text).decode()


def _only(order: Document, names: str | None) -> Document:
    """The order, or only the fields asked for."""
    if names is None:
        return order
    wanted = {name.strip() for name in names.split(",")}
    return {key: value for key, value in order.items() if key in wanted}


def shop(store: Store) -> Document:
    """The shop resource."""
    return {
        "id": 1,
        "name": store.id,
        "domain": store.shop_domain,
        "myshopify_domain": store.shop_domain,
        "country_code": "BR",
        "currency": "BRL",
        "iana_timezone": "America/Sao_Paulo",
    }
