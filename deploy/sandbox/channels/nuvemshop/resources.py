"""The resources below a store's address: which one a path means, and what it answers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sandbox.channels.assortment import Assortment, Shelves
from sandbox.channels.channel import Document, Store
from sandbox.channels.nuvemshop.answer import Answer, refusal
from sandbox.channels.nuvemshop.catalogue import ProductsApi
from sandbox.channels.nuvemshop.order import store_number
from sandbox.channels.nuvemshop.paging import page_of, paged
from sandbox.channels.nuvemshop.registrations import WebhooksApi
from sandbox.channels.nuvemshop.search import of_parameters, sorting_of
from sandbox.channels.nuvemshop.view import shown
from sandbox.channels.orders import OrderBook
from sandbox.channels.subscriptions import Subscriptions

_NOT_THERE = refusal(404, "Not Found")


@dataclass(frozen=True, slots=True)
class Asked:
    """One call: `path` is without version and store, `sent` the JSON body, `at` in seconds."""

    method: str
    version: str
    path: str
    url: str
    given: Mapping[str, str]
    sent: Any
    at: float


class Resources:
    """Everything that a store's token opens."""

    def __init__(
        self, orders: OrderBook, subscriptions: Subscriptions, assortment: Assortment
    ) -> None:
        self._orders = orders
        self._webhooks = WebhooksApi(subscriptions)
        self._products = Shelves(assortment, ProductsApi)

    def answer(self, store: Store, asked: Asked) -> Answer:
        """The answer to one call; InvalidFieldsError for what is sent wrong."""
        first, *rest = asked.path.split("/")
        if first == "webhooks":
            return self._webhook(store, asked, rest)
        if asked.method != "GET":
            return _NOT_THERE
        if first == "orders":
            return self._order(store, asked, rest)
        if first == "products":
            return _product(self._products.of(store.id), asked, rest)
        return Answer(_about(store)) if asked.path == "store" else _NOT_THERE

    def _order(self, store: Store, asked: Asked, rest: Sequence[str]) -> Answer:
        if not rest:
            return self._listed(store, asked)
        number, *below = rest
        record = self._orders.get(store.id, int(number)) if number.isdecimal() else None
        if record is None:
            return refusal(404, "Order with such id does not exist")
        return _of_order(record, asked, below)

    def _listed(self, store: Store, asked: Asked) -> Answer:
        page, search = page_of(asked.given), of_parameters(asked.given)
        found = self._orders.find(
            store.id, search, sorting_of(asked.given), None, page.size, offset=page.offset
        )
        listed = [shown(one.record, asked.version, asked.given) for one in found]
        total = self._orders.matching(store.id, search)
        return paged(listed, total, page, asked.url, asked.given)

    def _webhook(self, store: Store, asked: Asked, rest: Sequence[str]) -> Answer:
        match asked.method, rest:
            case "GET", []:
                return self._webhooks.listed(store, asked.url, asked.given)
            case "POST", []:
                return self._webhooks.created(store, asked.sent, asked.at)
            case "GET", [number]:
                return self._webhooks.one(store, number, asked.given)
            case "PUT", [number]:
                return self._webhooks.changed(store, number, asked.sent, asked.at)
            case "DELETE", [number]:
                return self._webhooks.removed(store, number)
            case _:
                return _NOT_THERE


def _product(products: ProductsApi, asked: Asked, rest: Sequence[str]) -> Answer:
    match rest:
        case []:
            return products.listed(asked.url, asked.given)
        case ["sku", sku]:
            return products.of_sku(sku, asked.given)
        case [number]:
            return products.one(number, asked.given)
        case _:
            return _NOT_THERE


def _of_order(record: Document, asked: Asked, below: Sequence[str]) -> Answer:
    match below:
        case []:
            return Answer(shown(record, asked.version, asked.given))
        case ["transactions"]:
            return Answer(record["transactions"])
        case ["fulfillment-orders"]:
            return Answer(record["fulfillment_orders"])
        case ["fulfillment-orders", parcel]:
            found = [one for one in record["fulfillment_orders"] if one["id"] == parcel]
            return Answer(found[0]) if found else _NOT_THERE
        case _:
            return _NOT_THERE


def _about(store: Store) -> Document:
    return {
        "id": store_number(store),
        "name": {"pt": store.id},
        "country": "BR",
        "main_currency": "BRL",
        "main_language": "pt",
        "languages": {"pt": {"currency": "BRL", "active": True}},
        "plan_name": store.plan,
        "original_domain": f"{store.id}.lojavirtualnuvem.com.br",
        "domains": [],
    }
