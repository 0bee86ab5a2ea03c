"""An order as one version of the API shows it.

Types are not stable on the platform: samples have `quantity` "1" and 2, `store_id` as text and as
a number. Here every second order has texts, so that a reader of one kind alone is found out.
"""

from collections.abc import Mapping
from typing import Any

from sandbox.channels.channel import Document
from sandbox.channels.documents import copied
from sandbox.channels.nuvemshop.basket import FREIGHT_OF_V1

_ONLY_LATER = ("fulfillments",)


def shown(record: Document, version: str, given: Mapping[str, str]) -> Document:
    """The order; `fields` and `aggregates` are the caller's parameters."""
    order = copied(record["order"])
    for name in _ONLY_LATER if version == "v1" else FREIGHT_OF_V1:
        order.pop(name, None)
    if order["number"] % 2:
        _written_as_texts(order)
    aggregates = _listed(given.get("aggregates"))
    if "fulfillment_orders" in aggregates and version != "v1":
        order["fulfillment_orders"] = record["fulfillment_orders"]
    if "custom_fields" in aggregates:
        order["custom_fields"] = []
    return only(order, given)


def only(document: Document, given: Mapping[str, str]) -> Document:
    """The document, or only the `fields` asked for."""
    wanted = _listed(given.get("fields"))
    return {k: v for k, v in document.items() if k in wanted} if wanted else document


def _written_as_texts(order: Document) -> None:
    order["store_id"] = _text(order["store_id"])
    order["payment_details"]["installments"] = _text(order["payment_details"]["installments"])
    for line in order["products"]:
        for name in ("quantity", "variant_id"):
            line[name] = _text(line.get(name))


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


def _listed(names: str | None) -> set[str]:
    return {name.strip() for name in (names or "").split(",") if name.strip()}
