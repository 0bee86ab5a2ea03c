"""Listings: what the shop offers, and what was sold though the catalogue does not have it."""

from collections.abc import Mapping, Sequence

from sandbox.channels.channel import Document, Store, Webhook
from sandbox.channels.generator import Product, by_title
from sandbox.channels.mercadolivre.answer import Answer, error
from sandbox.channels.mercadolivre.basket import attribute
from sandbox.channels.mercadolivre.sale import seller_id
from sandbox.channels.mercadolivre.shapes import item_id, number, variation_id
from sandbox.channels.parts import Parts

_SINCE = "2026-01-05T12:00:00.000Z"  # the shop opened with all it has
_UNTIL = "2046-01-05T12:00:00.000Z"
_STOCK = 100
_AT_ONCE = 20
_DEFAULT, _MOST = 50, 100


class Items:
    """/items and the list of a seller's items."""

    def __init__(self, catalogue: Sequence[Product], parts: Parts) -> None:
        self._parts = parts
        self._offered = {
            listing_of(variations): variations for variations in by_title(catalogue).values()
        }

    def one(self, store: Store, listing: str) -> Answer:
        """The listing of this id."""
        if offered := self._offered.get(listing):
            return Answer(_offered(store, listing, offered))
        record = self._parts.sale_of(store.id, ("items",), listing)
        for order in record["orders"] if record else ():
            for sold in order["order_items"]:
                if sold["item"]["id"] == listing:
                    sku = sold["item"]["seller_sku"] or sold["item"]["seller_custom_field"]
                    title, price = sold["item"]["title"], sold["full_unit_price"]
                    return Answer(_item(store, listing, title, sku, price))
        return error(404, "not_found", f"Item with id {listing} not found")

    def several(self, store: Store, listings: str) -> Answer:
        """Up to twenty listings, each with a status of its own."""
        wanted = listings.split(",")
        if len(wanted) > _AT_ONCE:
            return error(400, "bad_request", f"ids must be at most {_AT_ONCE}")
        answers = [self.one(store, listing) for listing in wanted]
        return Answer([{"code": one.status, "body": one.body} for one in answers])

    def of_seller(self, store: Store, given: Mapping[str, str]) -> Answer:
        """The ids of what the seller offers: by offset, or to any depth by scan."""
        if scan := given.get("search_type") == "scan":
            given = {**given, "offset": given.get("scroll_id") or "0"}
        offset, limit = given.get("offset", "0"), given.get("limit", str(_DEFAULT))
        if not (offset.isdecimal() and limit.isdecimal()):
            return error(400, "bad_request", "Invalid offset or limit")
        first, size, ids = int(offset), min(int(limit), _MOST), sorted(self._offered)
        return Answer(
            {
                "seller_id": store.shop_domain,
                "results": ids[first : first + size],
                "paging": {"limit": size, "offset": first, "total": len(ids)},
                **({"scroll_id": str(first + size)} if scan else {}),
                "query": None,
                "orders": [],
                "available_orders": [],
            }
        )


def listing_of(variations: Sequence[Product]) -> str:
    """The id of the listing that a product is sold by."""
    first = variations[0]
    return item_id(None if first.variation else first.sku, first.title)


def product_told(variations: Sequence[Product], _: bool) -> Webhook:
    """A listing was changed or closed: the notification only points at it."""
    return Webhook("items", f"/items/{listing_of(variations)}")


def _offered(store: Store, listing: str, variations: Sequence[Product]) -> Document:
    """What is on sale; each variation has a SKU of its own, and the listing none."""
    first = variations[0]
    prices = [number(one.unit_price) for one in variations]
    if first.variation is None:
        return _item(store, listing, first.title, first.sku, prices[0])
    told = [
        {
            "id": variation_id(one.sku),
            "price": price,
            "attribute_combinations": [attribute(one.variation)] if one.variation else [],
            "attributes": [_sku(one.sku)],
            "available_quantity": _STOCK,
            "sold_quantity": 0,
            "seller_custom_field": None,
            "picture_ids": [],
        }
        for one, price in zip(variations, prices, strict=True)
    ]
    return _item(store, listing, first.title, None, min(prices)) | {"variations": told}


def _sku(sku: str) -> Document:
    return {"id": "SELLER_SKU", "name": "SKU", "value_name": sku}


def _item(store: Store, listing: str, title: str, sku: str | None, price: float) -> Document:
    """The SKU is an attribute; the listing's own field for it is older, and empty here."""
    attributes = [{"id": "ITEM_CONDITION", "name": "Condição do item", "value_name": "Novo"}]
    if sku is not None:
        attributes.append(_sku(sku))
    return {
        "id": listing,
        "site_id": "MLB",
        "title": title,
        "family_name": title,
        "seller_id": seller_id(store),
        "category_id": "MLB188658",
        "user_product_id": listing.replace("MLB", "MLBU"),
        "price": price,
        "base_price": price,
        "original_price": None,
        "currency_id": "BRL",
        "initial_quantity": _STOCK,
        "available_quantity": _STOCK,
        "sold_quantity": 0,
        "buying_mode": "buy_it_now",
        "listing_type_id": "gold_special",
        "start_time": _SINCE,
        "historical_start_time": _SINCE,
        "stop_time": _UNTIL,
        "end_time": _UNTIL,
        "condition": "new",
        "permalink": f"https://produto.mercadolivre.com.br/{listing.replace('MLB', 'MLB-')}-_JM",
        "attributes": attributes,
        "variations": [],
        "status": "active",
        "sub_status": [],
        "tags": ["immediate_payment"],
        "catalog_product_id": None,
        "catalog_listing": False,
        "seller_custom_field": None,
        "date_created": _SINCE,
        "last_updated": _SINCE,
    }
