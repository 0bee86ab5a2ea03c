"""The channels in this process, and a hub that takes or refuses their webhooks."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
from aiohttp import web

from sandbox.channels.app import create_app
from sandbox.channels.channel import Store
from sandbox.channels.clock import SandboxClock
from sandbox.channels.generator import Product, Variation

PATIENCE_S = 10.0
TOKEN = "shpat_for_tests"
SHOP = "/shopify/loja.myshopify.com/admin/api/2026-10"

CATALOGUE = (
    Product("CAN-AZ", "Caneca azul", Decimal("64.90")),
    Product("CAN-VD", "Caneca verde", Decimal("59.99")),
    Product("FIL-103", "Filtro de papel", Decimal("7.93")),
    Product("PAN-24", "Panela de ferro", Decimal("289.00")),
    Product("VEL-LAV", "Vela de lavanda", Decimal("0.35")),
    Product("AVE-P", "Avental", Decimal("79.90"), variation=Variation("Tamanho", "P")),
    Product("AVE-G", "Avental", Decimal("84.90"), variation=Variation("Tamanho", "G")),
    Product("LUM-RT", "Luminária retrô", Decimal("249.00"), active=False),
)


@dataclass
class Hub:
    """A receiver of webhooks; it answers `status`, and remembers what came."""

    url: str = ""
    status: int = 200
    hold: asyncio.Event | None = None
    deliveries: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    async def take(self, request: web.Request) -> web.Response:
        body = await request.read()
        headers = {name.lower(): value for name, value in request.headers.items()}
        self.deliveries.append((headers, body))
        if self.hold:
            await self.hold.wait()
        return web.Response(status=self.status)

    @property
    def topics(self) -> list[str]:
        return [headers["x-shopify-topic"] for headers, _ in self.deliveries]

    @property
    def told(self) -> list[Any]:
        """The bodies that came, for channels that name the topic there."""
        return [json.loads(body) for _, body in self.deliveries]

    def bodies(self, topic: str) -> list[Any]:
        return [json.loads(body) for h, body in self.deliveries if h["x-shopify-topic"] == topic]

    async def got(self, count: int) -> None:
        await until(lambda: len(self.deliveries) >= count)


@asynccontextmanager
async def opened(
    data: Path, *stores: Store, wall: Callable[[], float] = time.time
) -> AsyncIterator[httpx.AsyncClient]:
    """The channels for a while, by the time of `wall`; opened again on the same data they go on."""
    app = create_app(data, SandboxClock(wall=wall), CATALOGUE, stores)
    transport = httpx.ASGITransport(app)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(
            transport=transport,
            base_url="http://channels",
            headers={"X-Shopify-Access-Token": TOKEN},
        ) as client,
    ):
        yield client


async def until(condition: Callable[[], object]) -> None:
    """Return when the condition holds; fail when it does not within the patience."""
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline, "it never came true"
        await asyncio.sleep(0.005)


async def deliveries(channels: httpx.AsyncClient) -> list[dict[str, Any]]:
    """What the channel tried to deliver, the oldest first."""
    answer = await channels.get("/_control/deliveries")
    return list(reversed(answer.json()["deliveries"]))


async def settled(channels: httpx.AsyncClient, **counts: int) -> None:
    """Return when so many deliveries are in these states."""
    deadline = time.monotonic() + PATIENCE_S
    while True:
        answer = (await channels.get("/_control/deliveries")).json()["counts"]
        if counts.items() <= answer.items():
            return
        assert time.monotonic() < deadline, answer
        await asyncio.sleep(0.005)


async def placed(channels: httpx.AsyncClient, **purchase: Any) -> dict[str, Any]:
    """Someone buys."""
    answer = await channels.post("/_control/stores/loja/orders", json=purchase)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())
