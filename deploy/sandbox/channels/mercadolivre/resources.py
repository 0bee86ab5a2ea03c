"""Which document a path means, and what it answers to the seller whose token asks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sandbox.channels.archive import Archive
from sandbox.channels.assortment import Assortment, Shelves
from sandbox.channels.channel import Document, Store
from sandbox.channels.mercadolivre import payment, shipment_view
from sandbox.channels.mercadolivre.answer import (
    INVALID_ORDER_ID,
    NOT_OWNED,
    ORDER_NOT_FOUND,
    RESOURCE_NOT_FOUND,
    Answer,
    error,
)
from sandbox.channels.mercadolivre.items import Items
from sandbox.channels.mercadolivre.missed import missed
from sandbox.channels.mercadolivre.notices import application_id
from sandbox.channels.mercadolivre.order import discounts
from sandbox.channels.mercadolivre.sale import boxed, carried, seller_id
from sandbox.channels.mercadolivre.search import searched
from sandbox.channels.outbox import Outbox
from sandbox.channels.parts import Parts


@dataclass(frozen=True, slots=True)
class Asked:
    """One GET: `path` in its pieces, the parameters, the headers, and when."""

    path: Sequence[str]
    given: Mapping[str, str]
    headers: Mapping[str, str]
    at: datetime


class Resources:
    """Everything that a seller's token opens."""

    def __init__(
        self, archive: Archive, parts: Parts, outbox: Outbox, assortment: Assortment
    ) -> None:
        self._archive = archive
        self._parts = parts
        self._outbox = outbox
        self._items = Shelves(assortment, lambda sold: Items(sold, parts))

    def answer(self, store: Store, asked: Asked) -> Answer:
        """The answer to one GET."""
        match asked.path:
            case ["orders", *rest]:
                return self._order(store, asked, rest)
            case ["packs", number]:
                return self._pack(store, number)
            case ["shipments", number, *rest]:
                return self._shipment(store, asked, number, rest)
            case ["collections" | "payments", number] | ["v1", "payments", number]:
                return self._payment(store, number)
            case ["missed_feeds"]:
                stores, now = self._archive.stores(), asked.at.timestamp()
                return missed(asked.given, store, stores, self._outbox, now)
            case _:
                return self._beside_orders(store, asked)

    def _beside_orders(self, store: Store, asked: Asked) -> Answer:
        match asked.path:
            case ["items"]:
                return self._items.of(store.id).several(store, asked.given.get("ids", ""))
            case ["items", listing]:
                return self._items.of(store.id).one(store, listing)
            case ["users", "me" | store.shop_domain]:
                return Answer(_user(store))
            case ["users", store.shop_domain, "items", "search"]:
                return self._items.of(store.id).of_seller(store, asked.given)
            case ["users", store.shop_domain, "applications", store.client_id]:
                return Answer(_grant(store))
            case _:
                return RESOURCE_NOT_FOUND

    def _order(self, store: Store, asked: Asked, rest: Sequence[str]) -> Answer:
        match rest:
            case ["search"]:
                return searched(store, asked.given, self._parts, asked.at)
            case ["billing-info", "MLB", number]:
                return self._billing_info(store, number)
            case [number, *below]:
                record = self._parts.sale_of(store.id, ("orders",), number)
                if record is None:
                    return self._no_order(number)
                [found] = [one for one in record["orders"] if str(one["id"]) == number]
                return _of_order(record, found, below)
            case _:
                return error(400, "empty_order_id", "The order id is empty")

    def _no_order(self, number: str) -> Answer:
        if not number.isdecimal():
            return INVALID_ORDER_ID
        return NOT_OWNED if self._parts.owner("orders", number) else ORDER_NOT_FOUND

    def _billing_info(self, store: Store, number: str) -> Answer:
        record = self._parts.sale_of(store.id, ("billing_infos",), number)
        return Answer(record["billing_info"]["document"]) if record else RESOURCE_NOT_FOUND

    def _pack(self, store: Store, number: str) -> Answer:
        record = self._parts.sale_of(store.id, ("packs",), number)
        found = [one for one in record["packs"] if str(one["id"]) == number] if record else []
        if found:
            return Answer(found[0])
        if self._parts.owner("packs", number):
            return error(403, "forbidden", "The user has not access to the order")
        return error(404, "not_found", "Order do not exists")

    def _shipment(self, store: Store, asked: Asked, number: str, rest: Sequence[str]) -> Answer:
        record = self._parts.sale_of(store.id, ("shipments",), number)
        kept = boxed(record, int(number)) if record else None
        if record is None or kept is None:
            return error(404, "not_found", f"Not found shipment with id {number}")
        orders = carried(record, int(number))
        match rest:
            case [] if asked.headers.get("x-format-new", "").lower() == "true":
                return Answer(shipment_view.new_format(kept))
            case []:
                return Answer(shipment_view.old_format(kept, orders))
            case ["costs"]:
                return Answer(shipment_view.costs(kept, orders))
            case ["items"]:
                return Answer(shipment_view.items(kept, orders))
            case _:
                return RESOURCE_NOT_FOUND

    def _payment(self, store: Store, number: str) -> Answer:
        """The newest order that has it: a split leaves a copy in the old one."""
        record = self._parts.sale_of(store.id, ("payments",), number)
        orders = reversed(record["orders"]) if record else ()
        paid = (one for order in orders for one in order["payments"] if str(one["id"]) == number)
        found = next(paid, None)
        return Answer(payment.resource(found)) if found else RESOURCE_NOT_FOUND


def _of_order(record: Document, found: Document, below: Sequence[str]) -> Answer:
    match below:
        case [] if record["withheld"]:
            return Answer({**found, "buyer": {}}, 206, {"X-Content-Missing": "buyer"})
        case []:
            return Answer(found)
        case ["shipments"] if found["shipping"]["id"] is None:
            return Answer(None, 204)
        case ["shipments"]:
            return Answer([{"id": found["shipping"]["id"], "type": "forward"}])
        case ["discounts"]:
            return Answer(discounts(found))
        case _:  # also `billing_info`, which is switched off
            return RESOURCE_NOT_FOUND


def _user(store: Store) -> Document:
    return {
        "id": seller_id(store),
        "nickname": store.id.upper(),
        "country_id": "BR",
        "site_id": "MLB",
        "user_type": "normal",
        "status": {"site_status": "active"},
    }


def _grant(store: Store) -> Document:
    return {
        "user_id": seller_id(store),
        "app_id": application_id(store),
        "date_created": "2026-01-05T12:00:00.000-04:00",
        "scopes": ["read", "write", "offline_access"],
    }
