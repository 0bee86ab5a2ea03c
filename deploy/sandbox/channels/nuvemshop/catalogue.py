"""The store's products: what orders refer to by product, variant and SKU."""

from collections.abc import Mapping, Sequence

from sandbox.channels.channel import Document
from sandbox.channels.generator import Product, by_title
from sandbox.channels.nuvemshop.answer import Answer, refusal
from sandbox.channels.nuvemshop.paging import page_of, paged, since_of
from sandbox.channels.nuvemshop.shapes import money, product_id, variant_id
from sandbox.channels.nuvemshop.view import only

_SINCE = "2026-01-05T12:00:00+0000"  # the store opened with all it has
_STOCK = 100


class ProductsApi:
    """GET /products and what is below it."""

    def __init__(self, catalogue: Sequence[Product]) -> None:
        listed = map(_product, by_title(catalogue).values())
        self._products = sorted(listed, key=lambda product: product["id"])

    def listed(self, url: str, given: Mapping[str, str]) -> Answer:
        """One page of the products."""
        page, since = page_of(given), since_of(given)
        found = [
            product
            for product in self._products
            if product["id"] > since and _contains(product, given.get("q", ""))
        ]
        shown = [only(product, given) for product in found[page.offset : page.offset + page.size]]
        return paged(shown, len(found), page, url, given)

    def one(self, number: str, given: Mapping[str, str]) -> Answer:
        """The product of this id."""
        found = [product for product in self._products if str(product["id"]) == number]
        return Answer(only(found[0], given)) if found else _no_product()

    def of_sku(self, sku: str, given: Mapping[str, str]) -> Answer:
        """The product that has a variant of this SKU."""
        found = [one for one in self._products if any(v["sku"] == sku for v in one["variants"])]
        return Answer(only(found[0], given)) if found else _no_product()


def _no_product() -> Answer:
    return refusal(404, "Product with such id does not exist")


def _contains(product: Document, text: str) -> bool:
    told = [product["name"]["pt"], *(variant["sku"] for variant in product["variants"])]
    return text.lower() in " ".join(told).lower()


def _product(variations: Sequence[Product]) -> Document:
    sold = variations[0]
    product = product_id(sold.title)
    return {
        "id": product,
        "name": {"pt": sold.title},
        "description": {"pt": ""},
        "handle": {"pt": sold.title.lower().replace(" ", "-")},
        "attributes": [{"pt": sold.variation.option}] if sold.variation else [],
        "published": True,
        "free_shipping": False,
        "brand": None,
        "video_url": None,
        "seo_title": {"pt": ""},
        "seo_description": {"pt": ""},
        "created_at": _SINCE,
        "updated_at": _SINCE,
        "images": [],
        "categories": [],
        "variants": [_variant(one, product) for one in variations],
    }


def _variant(sold: Product, product: int) -> Document:
    return {
        "id": variant_id(sold.sku, sold.title),
        "product_id": product,
        "price": money(sold.unit_price),
        "promotional_price": None,
        "cost": None,
        "stock_management": True,
        "stock": _STOCK,
        "sku": sold.sku,
        "barcode": None,
        "values": [{"pt": sold.variation.choice}] if sold.variation else [],
        "weight": "0.500",
        "width": "10.00",
        "height": "5.00",
        "depth": "10.00",
        "created_at": _SINCE,
        "updated_at": _SINCE,
    }
