"""Whatever a channel answers about listings: what can be read is read, the rest is counted."""

import asyncio
import copy
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from capture.channels.channel import Shop, TokenRefused, Unreachable, Unreadable
from capture.channels.shelf import ShelfPage
from capture.channels.shelves import SHELVES
from contracts.stores import StoreSettings

DOMAINS = {"shopify": "loja.myshopify.com", "nuvemshop": "4512887", "mercadolivre": "779432305"}
PRODUCTS: dict[str, dict[str, Any]] = {
    "shopify": {
        "id": "gid://shopify/Product/1", "legacyResourceId": "1", "title": "Caneca",
        "handle": "caneca", "status": "ACTIVE", "createdAt": "2026-03-01T12:00:00Z",
        "publishedAt": None,
        "variants": {
            "nodes": [{"legacyResourceId": "2", "title": "Azul", "sku": "A", "price": "10.00"}],
            "pageInfo": {"hasNextPage": False, "endCursor": None},
        },
    },
    "nuvemshop": {
        "id": 1, "name": {"pt": "Caneca"}, "published": True,
        "canonical_url": "https://loja.test/caneca", "created_at": "2026-03-01T12:00:00+0000",
        "variants": [{"id": 2, "sku": "A", "price": "10.00", "values": [{"pt": "Azul"}]}],
    },
    "mercadolivre": {
        "id": "MLB1", "title": "Caneca", "status": "active", "price": 10,
        "permalink": "https://produto.mercadolivre.com.br/MLB-1",
        "start_time": "2026-03-01T12:00:00.000Z", "attributes": [],
        "variations": [
            {"id": 2, "price": 10, "attributes": [{"id": "SELLER_SKU", "value_name": "A"}],
             "attribute_combinations": [{"id": "COLOR", "value_name": "Azul"}]},
        ],
    },
}  # fmt: skip

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.text(max_size=8)
    | st.floats(allow_nan=False, allow_infinity=False)
)
ANYTHING = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=5,
)


def places(document: Any, way: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The way to every value in a document."""
    keys = list(document) if isinstance(document, dict) else (
        range(len(document)) if isinstance(document, list) else ()
    )  # fmt: skip
    return [found for key in keys for found in ((*way, key), *places(document[key], (*way, key)))]


def changed(document: dict[str, Any], way: tuple[Any, ...], value: Any) -> dict[str, Any]:
    found = copy.deepcopy(document)
    inner: Any = found
    for key in way[:-1]:
        inner = inner[key]
    inner[way[-1]] = value
    return found


def answers(channel: str, product: Any) -> Any:
    """The channel's answers about this one product."""

    def answer(request: httpx.Request) -> httpx.Response:
        if channel == "shopify":
            page = {"nodes": [product], "pageInfo": {"hasNextPage": False}}
            return httpx.Response(200, json={"data": {"products": page}})
        if channel == "nuvemshop":
            return httpx.Response(200, json=[product])
        if request.url.path.endswith("}/items"):
            return httpx.Response(200, json=[{"code": 200, "body": product}])
        return httpx.Response(200, json={"results": ["MLB1"], "scroll_id": "s"})

    return httpx.MockTransport(answer)


async def read(channel: str, product: Any) -> ShelfPage | None:
    shop = Shop("loja", "omie-1", DOMAINS[channel], "token", StoreSettings())
    async with httpx.AsyncClient(transport=answers(channel, product)) as http:
        try:
            return await SHELVES[channel](http, "https://api.test/{shop}").page(shop, "")
        except (Unreadable, Unreachable, TokenRefused):
            return None


@pytest.mark.parametrize("channel", PRODUCTS)
def test_the_product_itself_is_read_whole(channel: str):
    page = asyncio.run(read(channel, PRODUCTS[channel]))

    assert page is not None
    [offer] = page.offers
    [variation] = offer.variations
    assert (offer.title, variation.name, variation.sku) == ("Caneca", "Azul", "A")


@pytest.mark.parametrize("channel", PRODUCTS)
@given(data=st.data())
def test_a_product_with_anything_anywhere_is_read_or_counted(channel: str, data: st.DataObject):
    product = PRODUCTS[channel]
    way = data.draw(st.sampled_from(places(product)))

    page = asyncio.run(read(channel, changed(product, way, data.draw(ANYTHING))))

    assert page is None or len(page.offers) + page.unreadable == 1
