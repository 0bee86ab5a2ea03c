"""A merchant changes what a shop sells: its API and sales follow, and the channel tells of it."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from capture.channels.channel import Shop
from capture.channels.shelf import Offer
from capture.channels.shelves import SHELVES
from contracts.stores import StoreSettings
from sandbox.channels.channel import Store
from tests.support.shop import Hub, opened

AT = {
    "shopify": "http://channels/shopify/{shop}",
    "nuvemshop": "http://channels/nuvemshop",
    "mercadolivre": "http://channels/mercadolivre",
}
DOMAINS = {"shopify": "loja.myshopify.com", "nuvemshop": "4512887", "mercadolivre": "779432305"}


@pytest.fixture(params=AT)
async def shop(request: pytest.FixtureRequest, tmp_path: Path, hub: Hub) -> AsyncIterator["At"]:
    channel = request.param
    store = Store(
        id="loja",
        channel=channel,
        shop_domain=DOMAINS[channel],
        access_token="token",
        webhook_secret="secret",
        webhook_url=hub.url,
    )
    async with opened(tmp_path, store) as channels:
        yield At(channels, channel)


class At:
    """A shop at its channel, as its merchant and as a hub see it."""

    def __init__(self, channels: httpx.AsyncClient, channel: str) -> None:
        self.channels, self.channel = channels, channel
        self.shelf = SHELVES[channel](channels, AT[channel])
        self.shop = Shop("loja", "omie-1", DOMAINS[channel], "token", StoreSettings())

    async def changes(self, sku: str, **change: Any) -> httpx.Response:
        return await self.channels.post(f"/_control/stores/loja/products/{sku}", json=change)

    async def offers(self) -> dict[str, Offer]:
        found: list[Offer] = []
        after = "-"
        while after:
            page = await self.shelf.page(self.shop, "" if after == "-" else after)
            found, after = found + list(page.offers), page.after
        return {offer.title: offer for offer in found}

    def named(self, hub: Hub) -> str:
        """The listing that the webhook that came last is about, however it says so."""
        told = hub.told[-1]
        return str(told.get("resource", told.get("id"))).removeprefix("/items/")


async def test_another_price_shows_in_the_listing_and_is_told(shop: At, hub: Hub):
    before = (await shop.offers())["Avental"]

    answer = await shop.changes("AVE-G", price="99.50")

    assert answer.json()["webhooks"] == 1
    await hub.got(1)
    after = (await shop.offers())["Avental"]
    assert {v.sku: str(v.price) for v in after.variations} == {"AVE-P": "79.90", "AVE-G": "99.50"}
    assert shop.named(hub) == after.listing_id == before.listing_id


async def test_what_is_taken_off_the_shelf_is_gone_and_may_come_back(shop: At, hub: Hub):
    pan = (await shop.offers())["Panela de ferro"]
    await shop.changes("PAN-24", removed=True)
    await hub.got(1)
    assert shop.named(hub) == pan.listing_id
    assert "Panela de ferro" not in await shop.offers()
    assert await shop.shelf.some(shop.shop, [pan.listing_id]) == {pan.listing_id: None}

    await shop.changes("PAN-24")
    assert (await shop.offers())["Panela de ferro"] == pan


async def test_one_variation_taken_off_leaves_the_others(shop: At):
    await shop.changes("AVE-P", removed=True)

    left = (await shop.offers())["Avental"]
    assert [v.sku for v in left.variations] == ["AVE-G"]


async def test_what_is_not_sold_cannot_be_changed_nor_can_a_price_be_nothing(shop: At):
    assert (await shop.changes("NOBODY-S", price="1.00")).status_code == 404
    assert (await shop.changes("PAN-24", price="0")).status_code == 422
