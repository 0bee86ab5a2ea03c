"""The shop's products, as REST and as GraphQL list them: what a hub makes listings of."""

import zlib
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sandbox.channels.channel import Document
from sandbox.channels.generator import Product, by_title
from sandbox.channels.shopify.paging import connection
from sandbox.channels.shopify.shapes import gid, local_time

_FIRST_PRODUCT, _FIRST_VARIANT = 8_100_000_000_000, 45_600_000_000_000
_SINCE = datetime(2026, 1, 5, 12, tzinfo=UTC)  # the shop opened with all it sells
_STOCK = 100


def product_id(title: str) -> int:
    """The product's id; an order's line has the same."""
    return _FIRST_PRODUCT + zlib.crc32(title.encode())


def variant_id(sku: str | None, title: str) -> int:
    """The id of a variant; of the only one that a product has as well."""
    return _FIRST_VARIANT + zlib.crc32((sku or title).encode())


class Products:
    """The shop's products, in the order of their ids, each with its variants."""

    def __init__(self, catalogue: Sequence[Product]) -> None:
        listed = by_title(catalogue).values()
        self._sold = sorted(listed, key=lambda sold: product_id(sold[0].title))

    def listed(self, given: Mapping[str, str]) -> list[Document]:
        """`products.json`: those after `since_id`, or of these `ids`."""
        since = int(given.get("since_id", "0"))
        ids = {int(one) for one in given.get("ids", "").split(",") if one.isdecimal()}
        found = [product_of(sold) for sold in self._sold]
        return [one for one in found if one["id"] > since and (not ids or one["id"] in ids)]

    def one(self, number: str) -> Document | None:
        """`products/{id}.json`."""
        return next((one for one in map(product_of, self._sold) if str(one["id"]) == number), None)

    def fields(self) -> Mapping[str, Callable[..., Any]]:
        """The fields of QueryRoot about products."""
        every = [(sold, *_graphql(sold)) for sold in self._sold]
        nodes = {node["id"]: node for _, node, _ in every}

        def product(_: Any, *, id: str) -> Document | None:  # noqa: A002 - the schema's name
            return nodes.get(id)

        def products(_: Any, **asked: Any) -> Document:
            return _page([(sold, node) for sold, node, _ in every], asked)

        def variants(_: Any, **asked: Any) -> Document:
            found = [
                ([one], node)
                for sold, _, below in every
                for one, node in zip(sold, below, strict=True)
            ]
            return _page(found, asked)

        return {"product": product, "products": products, "productVariants": variants}


def _page(sold: Sequence[tuple[Sequence[Product], Document]], asked: Mapping[str, Any]) -> Document:
    """A page of a connection; the terms `sku:`, `title:` and `status:` of its `query` filter."""
    words = [word.partition(":") for word in (asked.get("query") or "").split() if word != "AND"]
    found = [
        node
        for variations, node in sold
        if all(_fits(variations, name, text.strip("'\"*")) for name, _, text in words)
    ]
    window = {name: asked[name] for name in ("first", "last", "after", "before") if name in asked}
    return connection(found)(None, reverse=asked.get("reverse", False), **window)


def _fits(variations: Sequence[Product], name: str, text: str) -> bool:
    match name:
        case "sku":
            return any(one.sku == text for one in variations)
        case "status":
            return text.upper() == "ACTIVE"
        case "title":
            return text.lower() in variations[0].title.lower()
        case _:
            told = " ".join(f"{one.title} {one.sku}" for one in variations)
            return name.lower() in told.lower()


def product_of(variations: Sequence[Product]) -> Document:
    """The product as REST and webhooks write it."""
    title, at = variations[0].title, local_time(_SINCE)
    number = product_id(title)
    return {
        "id": number,
        "title": title,
        "handle": _handle(title),
        "status": "active",
        "published_scope": "global",
        "published_at": at,
        "created_at": at,
        "updated_at": at,
        "admin_graphql_api_id": gid("Product", number),
        "options": [_option(variations)],
        "variants": [
            {
                "id": variant_id(one.sku, title),
                "product_id": number,
                "title": _chosen(one),
                "option1": _chosen(one),
                "sku": one.sku,
                "barcode": None,
                "price": f"{one.unit_price:.2f}",
                "compare_at_price": None,
                "inventory_quantity": _STOCK,
                "created_at": at,
                "updated_at": at,
            }
            for one in variations
        ],
    }


def _option(variations: Sequence[Product]) -> Document:
    """What one chooses by; a product that has nothing to choose has an option all the same."""
    first = variations[0].variation
    return {"name": first.option if first else "Title", "values": [*map(_chosen, variations)]}


def _chosen(sold: Product) -> str:
    return sold.variation.choice if sold.variation else "Default Title"


def _graphql(variations: Sequence[Product]) -> tuple[Document, list[Document]]:
    """The product and its variants, each of which knows the other."""
    title = variations[0].title
    number = product_id(title)
    dated = dict.fromkeys(("createdAt", "updatedAt"), f"{_SINCE:%Y-%m-%dT%H:%M:%SZ}")
    product: Document = {
        "id": gid("Product", number),
        "legacyResourceId": str(number),
        "title": title,
        "handle": _handle(title),
        "status": "ACTIVE",
        "publishedAt": dated["createdAt"],
        **dated,
    }
    variants = [_variant(one, product, dated) for one in variations]
    product["variants"] = connection(variants)
    return product, variants


def _variant(sold: Product, product: Document, dated: Document) -> Document:
    variant = variant_id(sold.sku, sold.title)
    return {
        "id": gid("ProductVariant", variant),
        "legacyResourceId": str(variant),
        "title": _chosen(sold),
        "sku": sold.sku,
        "barcode": None,
        "price": f"{sold.unit_price:.2f}",
        "compareAtPrice": None,
        "inventoryQuantity": _STOCK,
        "product": product,
        **dated,
    }


def _handle(title: str) -> str:
    return title.lower().replace(" ", "-")
