"""The channels as one ASGI application: their APIs, their webhooks, and the control routes."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import aiohttp
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.channels.archive import Archive
from sandbox.channels.asked import EXCEPTION_HANDLERS
from sandbox.channels.assortment import Assortment
from sandbox.channels.background import Background
from sandbox.channels.backstage import Backstage
from sandbox.channels.channel import Store
from sandbox.channels.clock import SandboxClock
from sandbox.channels.deliverer import Deliverer, over
from sandbox.channels.first_dozen import FirstDozen
from sandbox.channels.generator import Product
from sandbox.channels.grants import Grants
from sandbox.channels.market import Market
from sandbox.channels.mercadolivre import MERCADO_LIVRE
from sandbox.channels.mercadolivre.api import MercadoLivreApi
from sandbox.channels.nuvemshop import NUVEMSHOP
from sandbox.channels.nuvemshop.api import NuvemshopApi
from sandbox.channels.orders import OrderBook
from sandbox.channels.outages import Outages
from sandbox.channels.outbox import Outbox
from sandbox.channels.parts import Parts
from sandbox.channels.shopify import SHOPIFY
from sandbox.channels.shopify.api import AdminApi
from sandbox.channels.storefront import Storefront
from sandbox.channels.subscriptions import Subscriptions
from sandbox.operator.shops import Shops

CHANNELS = {channel.name: channel for channel in (SHOPIFY, NUVEMSHOP, MERCADO_LIVRE)}

# Shorter than the five seconds after which common servers close an idle connection.
_IDLE_CONNECTION_SECONDS = 2.0


class _Memory:
    """What all parts of the sandbox's channels share: the file, and the views on it."""

    def __init__(self, data: Path, clock: SandboxClock) -> None:
        self.clock = clock
        self.archive = Archive(data / "channels")
        self.orders = OrderBook(self.archive)
        self.parts = Parts(self.archive)
        self.outbox = Outbox(self.archive)
        self.subscriptions = Subscriptions(self.archive)
        self.grants = Grants(self.archive, CHANNELS)
        self.outages = Outages()


def create_app(
    data: Path,
    clock: SandboxClock,
    catalogue: Sequence[Product],
    stores: Sequence[Store] = (),
    concurrency: int = 64,
) -> Starlette:
    """The channels, remembering under `data`/channels, selling from `catalogue`.

    `stores` are registered at the start. At most `concurrency` webhooks are under way at once.
    """
    memory, background = _Memory(data, clock), Background()
    deliverer = Deliverer(
        archive=memory.archive,
        outbox=memory.outbox,
        subscriptions=memory.subscriptions,
        rules={name: channel.rules for name, channel in CHANNELS.items()},
        clock=clock,
        concurrency=concurrency,
    )
    assortment = Assortment(memory.archive, catalogue)
    market = Market(
        archive=memory.archive,
        orders=memory.orders,
        parts=memory.parts,
        outbox=memory.outbox,
        subscriptions=memory.subscriptions,
        deliverer=deliverer,
        channels=CHANNELS,
        assortment=assortment,
        clock=clock,
    )
    first_dozen = FirstDozen(memory.archive, market)
    storefront = _storefront(memory, market, deliverer)
    for store in stores:
        storefront.open(store)
    backstage = Backstage(
        archive=memory.archive,
        outbox=memory.outbox,
        deliverer=deliverer,
        first_dozen=first_dozen,
        outages=memory.outages,
        clock=clock,
        background=background,
    )
    return Starlette(
        routes=[
            *_health(background),
            *_pages(memory, market, deliverer).routes(),
            *storefront.routes(),
            *backstage.routes(),
            *_apis(memory, assortment),
        ],
        lifespan=_life(memory.archive, deliverer, first_dozen, background, concurrency),
        exception_handlers=EXCEPTION_HANDLERS,
    )


def _storefront(memory: _Memory, market: Market, deliverer: Deliverer) -> Storefront:
    return Storefront(
        archive=memory.archive,
        orders=memory.orders,
        subscriptions=memory.subscriptions,
        grants=memory.grants,
        market=market,
        deliverer=deliverer,
        channels=CHANNELS,
        clock=memory.clock,
    )


def _pages(memory: _Memory, market: Market, deliverer: Deliverer) -> Shops:
    """What a person sees at the channels' address."""
    return Shops(
        archive=memory.archive,
        orders=memory.orders,
        outbox=memory.outbox,
        market=market,
        deliverer=deliverer,
    )


def _apis(memory: _Memory, assortment: Assortment) -> list[Route]:
    """The channels' own APIs, as hubs call them."""
    shopify = AdminApi(
        archive=memory.archive,
        orders=memory.orders,
        subscriptions=memory.subscriptions,
        outages=memory.outages,
        grants=memory.grants,
        assortment=assortment,
        clock=memory.clock,
    )
    nuvemshop = NuvemshopApi(
        archive=memory.archive,
        orders=memory.orders,
        subscriptions=memory.subscriptions,
        grants=memory.grants,
        outages=memory.outages,
        assortment=assortment,
        clock=memory.clock,
    )
    mercadolivre = MercadoLivreApi(
        archive=memory.archive,
        parts=memory.parts,
        outbox=memory.outbox,
        subscriptions=memory.subscriptions,
        grants=memory.grants,
        outages=memory.outages,
        assortment=assortment,
        clock=memory.clock,
    )
    return [*shopify.routes(), *nuvemshop.routes(), *mercadolivre.routes()]


def _life(
    archive: Archive,
    deliverer: Deliverer,
    first_dozen: FirstDozen,
    background: Background,
    concurrency: int,
) -> Callable[[Starlette], AbstractAsyncContextManager[None]]:
    """Deliver and go on with what was begun, from the first request to the last."""

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        connector = aiohttp.TCPConnector(
            limit=concurrency, keepalive_timeout=_IDLE_CONNECTION_SECONDS
        )
        async with aiohttp.ClientSession(connector=connector) as session:
            background.start(deliverer.run(over(session)))
            for store in filter(first_dozen.has_regrets, archive.stores()):
                background.start(first_dozen.regret(store, after=0))
            yield
            await background.stop()
        archive.close()

    return lifespan


def _health(background: Background) -> list[Route]:
    async def live(_: Request) -> Response:
        return JSONResponse({"status": "live"})

    async def ready(_: Request) -> Response:
        status, code = ("broken", 503) if background.broken else ("ready", 200)
        return JSONResponse({"status": status}, code)

    return [Route("/healthz/live", live), Route("/healthz/ready", ready)]
