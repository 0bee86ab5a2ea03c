"""A Mercado Livre seller in the sandbox and a hub that listens to the app's notifications."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from sandbox.channels.channel import Store
from tests.support.shop import Hub, opened


@pytest.fixture
async def hub() -> AsyncIterator[Hub]:
    hub = Hub()
    app = web.Application()
    app.router.add_post("/webhooks/mercadolivre/loja", hub.take)
    server = TestServer(app)
    await server.start_server()
    hub.url = str(server.make_url("/webhooks/mercadolivre/loja"))
    yield hub
    await server.close()


@pytest.fixture
def store(hub: Hub) -> Store:
    return Store(
        id="loja",
        channel="mercadolivre",
        shop_domain="779432305",
        access_token="APP_USR-seeded",
        refresh_token="TG-seeded",
        webhook_secret="app_client_secret",
        client_id="5503910054141466",
        webhook_url=hub.url,
    )


@pytest.fixture
async def channels(tmp_path: Path, store: Store) -> AsyncIterator[httpx.AsyncClient]:
    """The channels with one seller; the client calls with the seller's token."""
    async with opened(tmp_path, store) as client:
        client.headers["Authorization"] = "Bearer APP_USR-seeded"
        yield client
