"""A shop in the sandbox and a hub that listens to it."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from sandbox.channels.channel import Store
from tests.support.shop import TOKEN, Hub, opened


@pytest.fixture
async def hub() -> AsyncIterator[Hub]:
    hub = Hub()
    app = web.Application()
    app.router.add_post("/webhooks/shopify/loja", hub.take)
    server = TestServer(app)
    await server.start_server()
    hub.url = str(server.make_url("/webhooks/shopify/loja"))
    yield hub
    await server.close()


@pytest.fixture
def store(hub: Hub) -> Store:
    return Store(
        id="loja",
        channel="shopify",
        shop_domain="loja.myshopify.com",
        access_token=TOKEN,
        webhook_secret="test_secret_key",
        webhook_url=hub.url,
    )


@pytest.fixture
async def channels(tmp_path: Path, store: Store) -> AsyncIterator[httpx.AsyncClient]:
    """The channels with one shop that the hub listens to."""
    async with opened(tmp_path, store) as client:
        yield client
