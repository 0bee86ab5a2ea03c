"""Every channel's listings: as the sandbox offers them, and as recordings have them."""

import json
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest

from capture.channels.channel import Shop, TokenRefused, Unreachable, Unreadable
from capture.channels.mercadolivre.shelf import offer_of
from capture.channels.shelf import Offer, Shelf
from capture.channels.shelves import SHELVES
from capture.channels.shopify.shelf import ShopifyShelf
from contracts.listings import ListingState
from contracts.stores import StoreSettings
from sandbox.channels.channel import Store
from tests.support.at_sandbox import at_sandbox as at_sandbox_with_orders
from tests.support.shop import CATALOGUE, opened, placed
from tests.support.sweeping import Sweeping

RECORDINGS = Path(__file__).parent / "recordings"
DOMAINS = {"shopify": "loja.myshopify.com", "nuvemshop": "4512887", "mercadolivre": "779432305"}
AT_SANDBOX = {
    "shopify": "http://channels/shopify/{shop}",
    "nuvemshop": "http://channels/nuvemshop",
    "mercadolivre": "http://channels/mercadolivre",
}


def at_sandbox(channel: str) -> Store:
    return Store(
        id="loja",
        channel=channel,
        shop_domain=DOMAINS[channel],
        access_token="token-of-the-store",
        refresh_token="",
        webhook_secret="secret",
        webhook_url="",
    )


def a_shop(channel: str, token: str = "token-of-the-store") -> Shop:  # noqa: S107 - of the sandbox
    return Shop("loja", "omie-1", DOMAINS[channel], token, StoreSettings())


async def everything(shelf: Shelf, shop: Shop) -> list[Offer]:
    offers: list[Offer] = []
    after = ""
    while True:
        page = await shelf.page(shop, after)
        assert page.unreadable == 0
        offers += page.offers
        after = page.after
        if not after:
            return offers


@pytest.mark.parametrize("channel", AT_SANDBOX)
async def test_a_shelf_holds_what_the_shop_sells_with_sku_price_and_date(channel, tmp_path: Path):
    async with opened(tmp_path, at_sandbox(channel)) as sandbox:
        shelf = SHELVES[channel](sandbox, AT_SANDBOX[channel])

        offers = await everything(shelf, a_shop(channel))

    sold = {(one.title, one.sku, one.unit_price) for one in CATALOGUE}
    found = {(o.title, v.sku, v.price) for o in offers for v in o.variations}
    assert found == sold
    assert {offer.state for offer in offers} == {ListingState.ACTIVE}
    assert all(offer.published_at and offer.published_at.year == 2026 for offer in offers)


@pytest.mark.parametrize("channel", AT_SANDBOX)
async def test_a_listing_has_the_ids_that_orders_name(channel, tmp_path: Path):
    async with opened(tmp_path, at_sandbox(channel)) as sandbox:
        shelf = SHELVES[channel](sandbox, AT_SANDBOX[channel])
        sold = await placed(sandbox)
        record = (await sandbox.get(f"/_control/stores/loja/orders/{sold['id']}")).json()
        offers = await everything(shelf, a_shop(channel))

    known = {(o.listing_id, v.variation_id) for o in offers for v in o.variations}
    assert named(channel, record) <= known


def named(channel: str, record: dict[str, Any]) -> set[tuple[str, str]]:
    """The listings and variations in an order of the sandbox."""
    if channel == "mercadolivre":
        lines = [line["item"] for order in record["orders"] for line in order["order_items"]]
        return {(line["id"], str(line["variation_id"] or "")) for line in lines}
    order = record.get("order", record)
    lines = order.get("line_items") or order["products"]
    return {(str(line["product_id"]), str(line["variant_id"])) for line in lines}


@pytest.mark.parametrize("channel", AT_SANDBOX)
async def test_listings_asked_for_by_their_ids_are_those_of_the_pages(channel, tmp_path: Path):
    async with opened(tmp_path, at_sandbox(channel)) as sandbox:
        shelf = SHELVES[channel](sandbox, AT_SANDBOX[channel])
        offers = await everything(shelf, a_shop(channel))
        gone = "MLB1" if channel == "mercadolivre" else "1"
        ids = [offers[0].listing_id, gone, offers[-1].listing_id]

        found = await shelf.some(a_shop(channel), ids)

    assert found == {ids[0]: offers[0], gone: None, ids[2]: offers[-1]}


@pytest.mark.parametrize("channel", AT_SANDBOX)
async def test_variations_are_of_one_listing_and_orders_say_which_was_sold(channel, tmp_path: Path):
    async with at_sandbox_with_orders(tmp_path) as there:
        sweeping = Sweeping(there.capture)
        for seed in range(12):
            await there.sells(channel, seed=seed)
        await sweeping.sweep()
        shelf = SHELVES[channel](there.sandbox, AT_SANDBOX[channel])
        offers = await everything(shelf, there.shop(channel))

    [apron] = [offer for offer in offers if offer.title == "Avental"]
    assert {(v.name, v.sku) for v in apron.variations} == {("P", "AVE-P"), ("G", "AVE-G")}
    ids = {v.variation_id: v.sku for v in apron.variations}
    sold = [i for event in there.capture.captured for i in event.order.items]
    aprons = [item for item in sold if item.listing_id == apron.listing_id]
    assert {item.sku for item in aprons} == {"AVE-P", "AVE-G"}
    assert all(ids[item.variation_id or ""] == item.sku for item in aprons)


@pytest.mark.parametrize("channel", AT_SANDBOX)
async def test_a_wrong_token_is_refused_and_says_nothing_of_the_shelf(channel, tmp_path: Path):
    async with opened(tmp_path, at_sandbox(channel)) as sandbox:
        shelf = SHELVES[channel](sandbox, AT_SANDBOX[channel])

        with pytest.raises(TokenRefused):
            await shelf.page(a_shop(channel, "wrong"), "")


def variant(number: int) -> dict[str, Any]:
    return {"legacyResourceId": str(number), "title": f"Cor {number}", "sku": f"S-{number}",
            "barcode": "7891234567895", "price": "10.00"}  # fmt: skip


async def test_a_product_with_more_variants_than_a_page_has_all_of_them():
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        body = orjson.loads(request.content)
        asked.append(body["operationName"])
        first = body["operationName"] == "Shelf"
        start = 0 if first else int(body["variables"]["later"])
        nodes = [variant(n) for n in range(start, min(start + 30, 70))]
        info = {"hasNextPage": start + 30 < 70, "endCursor": str(start + 30)}
        product = {
            "id": "gid://shopify/Product/1", "legacyResourceId": "1", "title": "Camiseta",
            "handle": "camiseta", "status": "DRAFT", "createdAt": "2026-03-01T12:00:00Z",
            "publishedAt": None, "variants": {"nodes": nodes, "pageInfo": info},
        }  # fmt: skip
        if not first:
            return httpx.Response(200, json={"data": {"product": product}})
        page = {"nodes": [product, {"broken": True}], "pageInfo": {"hasNextPage": False}}
        return httpx.Response(200, json={"data": {"products": page}})

    async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as http:
        page = await ShopifyShelf(http, "https://{shop}").page(a_shop("shopify"), "")

    [offer] = page.offers
    assert [v.variation_id for v in offer.variations] == [str(n) for n in range(70)]
    assert (offer.state, offer.url, page.unreadable) == (ListingState.PAUSED, None, 1)
    assert asked == ["Shelf", "ShelfRest", "ShelfRest"]


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ({"errors": [{"extensions": {"code": "THROTTLED"}}]}, Unreachable),
        ({"errors": [{"extensions": {"code": "ACCESS_DENIED"}}]}, TokenRefused),
        ({"errors": "Not found"}, Unreachable),
        ({"data": {"products": {"nodes": 7}}}, Unreadable),
    ],
)
async def test_an_answer_without_products_says_why(body: dict[str, Any], error: type[Exception]):
    transport = httpx.MockTransport(lambda _: httpx.Response(200, json=body))
    async with httpx.AsyncClient(transport=transport) as http:
        with pytest.raises(error):
            await ShopifyShelf(http, "https://{shop}").page(a_shop("shopify"), "")


async def test_a_product_of_nuvemshop_as_it_is_published_becomes_a_listing():
    text = (RECORDINGS / "nuvemshop/product_published.payload.json").read_text("utf-8")
    transport = httpx.MockTransport(lambda _: httpx.Response(200, json=[json.loads(text)]))
    async with httpx.AsyncClient(transport=transport) as http:
        page = await SHELVES["nuvemshop"](http, "https://api").page(a_shop("nuvemshop"), "")

    [offer] = page.offers
    assert (offer.title, offer.state) == ("Master Ball", ListingState.ACTIVE)
    assert [(v.variation_id, v.name, v.sku, str(v.price)) for v in offer.variations] == [
        ("101", "Small", "BSG1234A", "19.00"),
        ("112", "Small", "BSG1234B", "19.00"),
        ("133", "Small", "BSG1234C", "19.00"),
    ]


def test_an_item_of_mercado_livre_tells_when_it_was_first_on_sale():
    text = Path("tests/sandbox/channels/mercadolivre/recordings/item_listing_br.json")
    item = json.loads((Path(__file__).parents[2] / text).read_text("utf-8"))

    offer = offer_of(item | {"historical_start_time": "2019-01-02T00:00:00Z"})

    assert offer.published_at is not None
    assert offer.published_at.year == 2019
    [variation] = offer.variations
    assert (variation.variation_id, variation.sku, str(variation.price)) == ("", None, "10.00")


def test_a_variation_of_mercado_livre_has_its_own_sku_ean_and_name():
    item = {
        "id": "MLB1", "title": "Caneca", "status": "under_review", "price": 10.5,
        "attributes": [{"id": "SELLER_SKU", "value_name": "OF-ALL"}],
        "variations": [
            {
                "id": 178, "price": 12.25,
                "attribute_combinations": [{"id": "COLOR", "value_name": "Azul"}],
                "attributes": [{"id": "SELLER_SKU", "value_name": "AZ"},
                               {"id": "GTIN", "value_name": "7891234567895"}],
            },
            {"id": 179, "attribute_combinations": None},
        ],
    }  # fmt: skip

    offer = offer_of(item)

    assert offer.state is ListingState.PAUSED
    assert [(v.variation_id, v.name, v.sku, v.ean, str(v.price)) for v in offer.variations] == [
        ("178", "Azul", "AZ", "7891234567895", "12.25"),
        ("179", "", "OF-ALL", None, "10.50"),
    ]
