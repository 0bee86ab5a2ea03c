"""Capture in memory whose channels are the sandbox: one store of each, and time they share."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx

from capture.channels.channel import Channel, Shop
from contracts.stores import StoreConfigured
from sandbox.channels.channel import Store
from tests.support import mercadolivre, nuvemshop, shopify
from tests.support.belt import FakeClock
from tests.support.capture import Capture, a_nuvemshop, a_seller, a_shop
from tests.support.shop import opened

CHANNELS = ("shopify", "nuvemshop", "mercadolivre")
_STORES = {
    "shopify": Store(
        id="loja-shopify",
        channel="shopify",
        shop_domain=shopify.DOMAIN,
        access_token=shopify.TOKEN,
        webhook_secret=shopify.SECRET,
    ),
    "nuvemshop": Store(
        id="loja-nuvemshop",
        channel="nuvemshop",
        shop_domain=nuvemshop.STORE_NUMBER,
        access_token=nuvemshop.TOKEN,
        webhook_secret=nuvemshop.SECRET,
    ),
    "mercadolivre": Store(
        id="loja-mercadolivre",
        channel="mercadolivre",
        shop_domain=mercadolivre.SELLER,
        access_token=mercadolivre.ACCESS,
        refresh_token=mercadolivre.REFRESH,
        webhook_secret=mercadolivre.APP_SECRET,
        client_id=mercadolivre.APP,
        webhook_url="http://127.0.0.1:9/nobody-listens",
    ),
}
_OURS = {"shopify": a_shop, "nuvemshop": a_nuvemshop, "mercadolivre": a_seller}


class AtSandbox:
    """What a test does at the channels, and the capture that hears of it or does not."""

    def __init__(self, sandbox: httpx.AsyncClient, clock: FakeClock, **settings: Any) -> None:
        self.sandbox = sandbox
        self.stores = [_ours(name, clock.now, settings) for name in CHANNELS]
        self.capture = Capture(*self.stores, clock=clock)
        for channel in CHANNELS:
            setattr(self.capture, channel, _Outside(sandbox, channel))

    def store(self, channel: str) -> StoreConfigured:
        return next(store for store in self.stores if store.channel == channel)

    def shop(self, channel: str) -> Shop:
        return self.capture.intake.shops.shop(self.store(channel))

    def channel(self, name: str) -> Channel:
        return self.capture.intake.shops.channels[name]

    async def sells(self, channel: str, **how: Any) -> str:
        """A sale; gives the id that its order has with us."""
        answer = await self.sandbox.post(f"/_control/stores/loja-{channel}/orders", json=how)
        assert answer.status_code == 201, answer.text
        return f"loja-{channel}:{answer.json()['id']}"

    async def acts(self, order_id: str, verb: str, **how: Any) -> None:
        store_id, _, number = order_id.partition(":")
        path = f"/_control/stores/{store_id}/orders/{number}/{verb}"
        answer = await self.sandbox.post(path, json=how)
        assert answer.status_code == 200, answer.text

    async def passes(self, **time: float) -> None:
        """Time passes, here and there."""
        self.capture.clock.advance(**time)
        await self.sandbox.post("/_control/clock", json={"advance_s": 0})

    def standings(self) -> dict[str, str]:
        """What was captured last of each order."""
        return {event.order_id: event.order.status.value for event in self.capture.captured}


class _Outside:
    """The sandbox in the place of one channel's API."""

    def __init__(self, sandbox: httpx.AsyncClient, channel: str) -> None:
        self._sandbox = sandbox
        self._channel = channel

    async def answer(self, request: httpx.Request) -> httpx.Response:
        shop = f"/{request.url.host}" if self._channel == "shopify" else ""
        path = request.url.raw_path.decode()
        headers = {k: v for k, v in request.headers.items() if k != "host"}
        answer = await self._sandbox.request(
            request.method,
            f"/{self._channel}{shop}{path}",
            content=request.content,
            headers=headers,
        )
        return httpx.Response(answer.status_code, content=answer.content, headers=answer.headers)


@asynccontextmanager
async def at_sandbox(data: Path, **settings: Any) -> AsyncIterator[AtSandbox]:
    """The sandbox with a store of each channel, and capture connected to all of them.

    Both have one clock, which nothing but the test and its waits moves: what is sold now was never
    sold after the now of capture, however busy the machine is. It is a whole second, because
    channels write no less.
    """
    clock = FakeClock(datetime.now(UTC).replace(microsecond=0))
    async with opened(data, *_STORES.values(), wall=lambda: clock().timestamp()) as sandbox:
        yield AtSandbox(sandbox, clock, **settings)


def _ours(channel: str, now: datetime, settings: dict[str, Any]) -> StoreConfigured:
    store = _OURS[channel](store_id=f"loja-{channel}", occurred_at=now)
    changed = store.settings.model_copy(update=settings)
    return store.model_copy(update={"settings": changed})
