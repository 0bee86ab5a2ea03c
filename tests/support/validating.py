"""The validation service in memory, reading the sandbox ERP, in virtual time."""

import asyncio
import itertools
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx

from chassis.flow import Flow
from chassis.table import Table
from chassis.vault import Vault
from contracts.listings import ListingLinked
from contracts.stores import StoreConfigured, StoreSettings
from contracts.wire import Outgoing
from omie.client import Omie
from omie.pacing import Pacing
from sandbox.erp.app import create_app
from sandbox.erp.seed import seed_company
from tests.support.belt import NOON, Belt
from tests.support.builders import ACCOUNT, a_store
from tests.support.memory import MemoryDocuments, MemoryLog
from tests.support.sandbox_erp import KEY, SECRET, Erp
from validation.case import Case, Waiting
from validation.catalogue import Catalogue
from validation.connections import Connections
from validation.handlers import flow
from validation.keeper import Keeper
from validation.knowledge import Knowledge
from validation.refresh import Refresh
from validation.revisits import Revisits

EVERY_S = 300.0
VAULT = Vault("MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=")


class MemoryShelf:
    """Catalogues in a dict, which outlives the service."""

    def __init__(self) -> None:
        self.kept: dict[str, Catalogue] = {}
        self.claimed: dict[str, tuple[str, datetime]] = {}

    async def load(self, account_id: str, after: datetime | None) -> Catalogue | None:
        kept = self.kept.get(account_id)
        if kept is None or (after is not None and kept.read_at <= after):
            return None
        return kept

    async def save(self, catalogue: Catalogue, *, changed: bool) -> None:
        self.kept[catalogue.account_id] = Catalogue.of(
            catalogue.account_id, catalogue.read_at, catalogue, catalogue.registers
        )

    async def claim(self, account_id: str, now: datetime, lasting: timedelta) -> bool:
        owner, until = self.claimed.get(account_id, ("me", now))
        if owner == "me" or until <= now:
            self.claimed[account_id] = ("me", now + lasting)
            return True
        return False


class FragileLog(MemoryLog):
    """A log whose writer may die before it has written."""

    killed = False

    async def publish(self, records: Sequence[Outgoing]) -> None:
        if self.killed:
            raise RuntimeError("killed")
        await super().publish(records)


class MemoryOpenCases:
    """The open cases of a `MemoryDocuments`."""

    def __init__(self, documents: MemoryDocuments[Case]) -> None:
        self._documents = documents

    async def find(self, store_id: str, *, everything: bool) -> Sequence[str]:
        return [
            id_
            for id_, kept in sorted(self._documents.kept.items())
            if kept.state.open
            and kept.state.store_id == store_id
            and (everything or isinstance(kept.state.verdict, Waiting))
        ]


BANK_ACCOUNT, STOCK_LOCATION = 7700000002, 7700000014
"""The first of the demo company's."""


def sealed(
    secret: str = SECRET, version: int = 1, chosen: dict[str, Any] | None = None, **changes: Any
) -> StoreConfigured:
    """The demo store, set up for the demo company; `chosen` are other settings."""
    settings = {
        "erp_stage_code": "20",
        "erp_category_code": "1.01.03",
        "bank_account_code": BANK_ACCOUNT,
        "stock_location_code": STOCK_LOCATION,
    }
    store = a_store(
        settings=StoreSettings(**(settings | (chosen or {}))),
        version=version,
        occurred_at=NOON + timedelta(seconds=version),
        **changes,
    )
    owner = f"{store.store_id}:erp_app_secret"
    return store.model_copy(update={"erp_app_secret": VAULT.seal(secret, owner)})


class Service:
    """Everything but Kafka and MongoDB is real. `stores.put`, `links.put`: what people set."""

    def __init__(
        self, http: httpx.AsyncClient, documents: MemoryDocuments[Case], shelf: MemoryShelf
    ) -> None:
        loop = asyncio.get_running_loop()
        pacing = Pacing(loop.time, asyncio.sleep)
        self.documents, self.log = documents, FragileLog()
        self.belt = Belt(log=self.log)
        self.stores = Table(StoreConfigured)
        self.links = Table(ListingLinked)
        self.knowledge = Knowledge(self.stores, timedelta(seconds=3 * EVERY_S), self.links.get)
        connections = Connections(
            self.stores, VAULT, lambda account: Omie(http, account, pacing, clock=self.clock)
        )
        self.refresh = Refresh(
            lambda account_id: Keeper(
                account_id,
                self.knowledge,
                shelf,
                connections.of,
                clock=self.clock,
                every_s=EVERY_S,
            )
        )
        orders = self._flow()
        self.belt.add(orders)
        visits = itertools.count()
        self.revisits = Revisits(
            orders, MemoryOpenCases(documents), self.clock, lambda: f"v{next(visits)}"
        )
        self.stores.watch(self.refresh.configured)
        self.stores.watch(self.revisits.configured)
        self.links.watch(self.revisits.linked)
        self.knowledge.watch(self.revisits.want)

    @staticmethod
    def clock() -> datetime:
        """Noon, and what has passed on the loop since."""
        return NOON + timedelta(seconds=asyncio.get_running_loop().time())

    def _flow(self) -> Flow[Case]:
        return flow(self.knowledge.facts_of, self.refresh.ask, self.documents, self.log, self.clock)

    @asynccontextmanager
    async def running(self) -> AsyncIterator["Service"]:
        """The background work, on its way."""
        works = [asyncio.create_task(w()) for w in (self.refresh.run, self.revisits.run)]
        try:
            yield self
        finally:
            for work in works:
                work.cancel()
            await asyncio.gather(*works, return_exceptions=True)

    async def told(self, kind: Any, count: int = 1, within_s: float = 600) -> list[Any]:
        """The messages of a kind, once there are so many."""
        async with asyncio.timeout(within_s):
            while True:
                found = self.belt.seen(kind)
                if len(found) >= count:
                    return list(found)
                await asyncio.sleep(0.05)

    async def until_read(self, after: datetime = NOON - timedelta(days=999)) -> Catalogue:
        """The account's catalogue, once it was read after this moment."""
        async with asyncio.timeout(900):
            while True:
                known = self.knowledge.catalogue(ACCOUNT)
                if known is not None and known.read_at > after:
                    return known
                await asyncio.sleep(0.05)


class Ground(Erp):
    """The ERP, and `api`, the way our client sees it."""

    def __init__(self, http: httpx.AsyncClient, api: httpx.AsyncClient) -> None:
        super().__init__(http)
        self.api = api

    async def asked(self, call: str) -> int:
        """How often a method was called."""
        found = await self.control("requests", method="GET")
        return int(found["counts"].get(call, 0))


@asynccontextmanager
async def an_erp(*, products: list[dict[str, Any]] | None = None) -> AsyncIterator["Ground"]:
    """The sandbox ERP in virtual time, every limit on, with the demo company."""

    with tempfile.TemporaryDirectory() as folder:
        app = create_app(Path(folder), Service.clock)
        seed_company(app.state.companies, KEY, SECRET, products)
        transport = httpx.ASGITransport(app)
        async with (
            app.router.lifespan_context(app),
            httpx.AsyncClient(transport=transport, base_url="http://erp") as http,
            httpx.AsyncClient(transport=transport, base_url="http://erp/api/v1/") as api,
        ):
            yield Ground(http, api)


def a_service(
    erp: Ground,
    documents: MemoryDocuments[Case] | None = None,
    shelf: MemoryShelf | None = None,
) -> Service:
    """The service over this ERP, fresh or with what an earlier one left behind."""
    return Service(erp.api, documents or MemoryDocuments(), shelf or MemoryShelf())
