"""A Nuvemshop store in the sandbox and a hub that listens to it."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from sandbox.channels.channel import Store
from tests.support.shop import Hub, opened

SECRET = "app_client_secret"
HEADERS = {"Authorization": "Bearer token-of-loja", "User-Agent": "Hub (hub@example.com)"}


@pytest.fixture
async def hub() -> AsyncIterator[Hub]:
    hub = Hub()
    app = web.Application()
    app.router.add_post("/webhooks/nuvemshop/loja", hub.take)
    app.router.add_post("/elsewhere", hub.take)
    server = TestServer(app)
    await server.start_server()
    hub.url = str(server.make_url("/webhooks/nuvemshop/loja"))
    yield hub
    await server.close()


@pytest.fixture
def store(hub: Hub) -> Store:
    return Store(
        id="loja",
        channel="nuvemshop",
        shop_domain="4512887",
        access_token="token-of-loja",
        webhook_secret=SECRET,
        client_id="2181",
        webhook_url=hub.url,
    )


@pytest.fixture
async def channels(tmp_path: Path, store: Store) -> AsyncIterator[httpx.AsyncClient]:
    """The channels with one store that the hub listens to; the client calls as the hub's app."""
    async with opened(tmp_path, store) as client:
        client.headers.update(HEADERS)
        yield client
