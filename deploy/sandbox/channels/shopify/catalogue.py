"""The shop's products, as REST and as GraphQL list them: what a hub makes listings of."""

import zlib
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sandbox.channels.channel import Document
from sandbox.channels.generator import Product
from sandbox.channels.shopify.paging import connection
from sandbox.channels.shopify.shapes import gid, local_time

_FIRST_PRODUCT, _FIRST_VARIANT = 8_100_000_000_000, 45_600_000_000_000
_SINCE = datetime(2026, 1, 5, 12, tzinfo=UTC)  # the shop opened with all it sells
_STOCK = 100


def product_id(title: str) -> int:
    """The product's id; an order's line has the same."""
    return _FIRST_PRODUCT + zlib.crc32(title.encode())


def variant_id(sku: str | None, title: str) -> int:
    """The id of its only variant."""
    return _FIRST_VARIANT + zlib.crc32((sku or title).encode())


class Products:
    """The shop's products, in the order of their ids."""

    def __init__(self, catalogue: Sequence[Product]) -> None:
        self._sold = sorted(catalogue, key=lambda sold: product_id(sold.title))

    def listed(self, given: Mapping[str, str]) -> list[Document]:
        """`products.json`: those after `since_id`, or of these `ids`."""
        since = int(given.get("since_id", "0"))
        ids = {int(one) for one in given.get("ids", "").split(",") if one.isdecimal()}
        found = [_rest(sold) for sold in self._sold]
        return [one for one in found if one["id"] > since and (not ids or one["id"] in ids)]

    def one(self, number: str) -> Document | None:
        """`products/{id}.json`."""
        return next((one for one in map(_rest, self._sold) if str(one["id"]) == number), None)

    def fields(self) -> Mapping[str, Callable[..., Any]]:
        """The fields of QueryRoot about products."""
        every = [(sold, *_graphql(sold)) for sold in self._sold]

        def product(_: Any, *, id: str) -> Document | None:  # noqa: A002 - the schema's name
            return next((node for _, node, _ in every if node["id"] == id), None)

        def products(_: Any, **asked: Any) -> Document:
            return _page([(sold, node) for sold, node, _ in every], asked)

        def variants(_: Any, **asked: Any) -> Document:
            return _page([(sold, node) for sold, _, node in every], asked)

        return {"product": product, "products": products, "productVariants": variants}


def _page(sold: Sequence[tuple[Product, Document]], asked: Mapping[str, Any]) -> Document:
    """A page of a connection; the terms `sku:`, `title:` and `status:` of its `query` filter."""
    words = [word.partition(":") for word in (asked.get("query") or "").split() if word != "AND"]
    found = [
        node
        for one, node in sold
        if all(_fits(one, name, text.strip("'\"*")) for name, _, text in words)
    ]
    window = {name: asked[name] for name in ("first", "last", "after", "before") if name in asked}
    return connection(found)(None, reverse=asked.get("reverse", False), **window)


def _fits(sold: Product, name: str, text: str) -> bool:
    match name:
        case "sku":
            return sold.sku == text
        case "status":
            return text.upper() == "ACTIVE"
        case "title":
            return text.lower() in sold.title.lower()
        case _:
            return name.lower() in f"{sold.title} {sold.sku}".lower()


def _rest(sold: Product) -> Document:
    number, at = product_id(sold.title), local_time(_SINCE)
    return {
        "id": number,
        "title": sold.title,
        "handle": _handle(sold),
        "status": "active",
        "published_scope": "global",
        "published_at": at,
        "created_at": at,
        "updated_at": at,
        "admin_graphql_api_id": gid("Product", number),
        "variants": [
            {
                "id": variant_id(sold.sku, sold.title),
                "product_id": number,
                "title": "Default Title",
                "sku": sold.sku,
                "barcode": None,
                "price": f"{sold.unit_price:.2f}",
                "compare_at_price": None,
                "inventory_quantity": _STOCK,
                "created_at": at,
                "updated_at": at,
            }
        ],
    }


def _graphql(sold: Product) -> tuple[Document, Document]:
    """The product and its only variant, each of which knows the other."""
    number, variant = product_id(sold.title), variant_id(sold.sku, sold.title)
    dated = dict.fromkeys(("createdAt", "updatedAt"), f"{_SINCE:%Y-%m-%dT%H:%M:%SZ}")
    product: Document = {
        "id": gid("Product", number),
        "legacyResourceId": str(number),
        "title": sold.title,
        "handle": _handle(sold),
        "status": "ACTIVE",
        "publishedAt": dated["createdAt"],
        **dated,
    }
    only: Document = {
        "id": gid("ProductVariant", variant),
        "legacyResourceId": str(variant),
        "title": "Default Title",
        "sku": sold.sku,
        "barcode": None,
        "price": f"{sold.unit_price:.2f}",
        "compareAtPrice": None,
        "inventoryQuantity": _STOCK,
        "product": product,
        **dated,
    }
    product["variants"] = connection([only])
    return product, only


def _handle(sold: Product) -> str:
    return sold.title.lower().replace(" ", "-")
