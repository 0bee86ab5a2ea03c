"""The ERP writer on the sandbox ERP, in memory and in virtual time; it can be killed anywhere."""

import asyncio
import base64
import json
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import httpx

from chassis.flow import Flow, Record
from chassis.store import Kept
from chassis.table import Table
from chassis.vault import Vault
from contracts.accounts import AccountCondition
from contracts.envelope import Message
from contracts.events import ItemTerms, OrderValidated
from contracts.order import Order
from contracts.stores import StoreConfigured
from contracts.topics import PARTITIONS
from contracts.wire import Outgoing
from contracts.wire import encode as encode_message
from erp_writer.accounts import Accounts
from erp_writer.conditions import Conditions
from erp_writer.customers import Customers, Known
from erp_writer.dispatcher import Dispatcher
from erp_writer.entry import Entry
from erp_writer.erp import Erp
from erp_writer.handlers import flow
from erp_writer.mongo import decode, encode
from erp_writer.ownership import Ownership
from erp_writer.posting import Posting
from erp_writer.salespeople import Salespeople
from erp_writer.undo import Undoing
from erp_writer.worker import Worker
from omie.client import Omie
from omie.envelope import Account
from omie.pacing import Pacing
from sandbox.erp.app import create_app
from sandbox.erp.companies import Company
from sandbox.erp.products import PRODUCTS
from sandbox.erp.registers import ACCOUNTS, LOCATIONS
from sandbox.erp.seed import seed_company
from tests.support.belt import NOON
from tests.support.builders import a_store, validated
from tests.support.memory import MemoryDocuments, MemoryLog

APP_KEY, SECRET = "4107733109921", "0f3c9d1b7a5e4c2d8f6b1a0e9d7c5b3a"
VAULT = Vault(base64.b64encode(bytes(32)).decode())
M = TypeVar("M", bound=Message)


class Killed(BaseException):
    """The process dies here. Nobody catches it."""


@dataclass
class Fuse:
    """Counts the steps a process takes and kills it at the chosen one: nothing of it goes on.

    `then` says what else happens when a step is reached, once, while the process stands still.
    """

    at: int = 0
    steps: list[str] = field(default_factory=list)
    then: dict[str, Callable[[], Awaitable[object]]] = field(default_factory=dict)

    async def step(self, name: str) -> None:
        self.steps.append(name)
        if 0 < self.at <= len(self.steps):
            raise Killed(name)
        if happens := self.then.pop(name, None):
            await happens()


class MemoryLedger(MemoryDocuments[Entry]):
    """The ledger in a dict, with the same promises."""

    async def due(self, account_id: str, now: datetime, most: int) -> list[Kept[Entry]]:
        found = [
            kept
            for kept in self.kept.values()
            if kept.state.account_id == account_id
            and kept.state.work is not None
            and kept.state.due_at <= now
        ]
        found.sort(key=lambda kept: (kept.state.work or 0, kept.state.since))
        return found[:most]

    async def accounts_due(self, partitions: Collection[int], now: datetime) -> list[str]:
        entries = [kept.state for kept in self.kept.values()]
        return sorted(
            {
                e.account_id
                for e in entries
                if e.partition in partitions and e.work is not None and e.due_at <= now
            }
        )


@dataclass
class FusedLedger(MemoryLedger):
    """A ledger that may kill the process just before and just after a write."""

    fuse: Fuse = field(default_factory=Fuse)

    async def save(self, changes: Mapping[str, Kept[Entry]]) -> bool:
        what = "+".join(kept.state.state for kept in changes.values())
        await self.fuse.step(f"before saving {what}")
        # What is saved has to survive the way into the database and back.
        assert all(decode(encode(kept.state)) == kept.state for kept in changes.values())
        saved = await super().save(changes)
        await self.fuse.step(f"after saving {what}")
        return saved


@dataclass
class FusedLog(MemoryLog):
    """A log that may kill the process just before and just after a publication.

    What is told of accounts is in the table at once.
    """

    fuse: Fuse = field(default_factory=Fuse)
    told: Table[AccountCondition] = field(default_factory=lambda: Table(AccountCondition))

    async def publish(self, records: Sequence[Outgoing]) -> None:
        await self.fuse.step("before publish")
        await super().publish(records)
        for record in records:
            if record.topic == AccountCondition.topic:
                self.told.put(AccountCondition.model_validate_json(record.value))
        await self.fuse.step("after publish")


@dataclass
class MemoryCustomers:
    """The customers' memory in a dict; what is learnt waits for `until`."""

    known: dict[str, Known] = field(default_factory=dict)
    until: Callable[[], Awaitable[object]] = lambda: asyncio.sleep(0)

    async def find(self, key: str) -> Known | None:
        return self.known.get(key)

    async def learn(self, key: str, known: Known) -> None:
        await self.until()
        self.known[key] = known

    async def forget(self, key: str) -> None:
        self.known.pop(key, None)


class Wire(httpx.AsyncBaseTransport):
    """To the sandbox in memory; a cut connection looks as it does on a real one."""

    def __init__(self, app: Any, fuse: Fuse) -> None:
        self._inner = httpx.ASGITransport(app, raise_app_exceptions=True)
        self._fuse = fuse

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        api = "/api/" in request.url.path
        if api:
            call = json.loads(await request.aread())["call"]
            await self._fuse.step(f"before {call}")
        try:
            response = await self._inner.handle_async_request(request)
        except ConnectionResetError as error:
            raise httpx.ReadError("cut") from error
        if api:
            await self._fuse.step(f"after {call}")
        return response


@dataclass
class ErpBench:
    """One ERP account, its books, the ledger and the log; `worker` is the process that may die."""

    data: Path
    fuse: Fuse = field(default_factory=Fuse)

    def __post_init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self.app = create_app(self.data, self.clock)
        self.company = seed_company(self.app.state.companies, APP_KEY, SECRET)
        self.locations = [r["codigo_local_estoque"] for r in self.company.select(LOCATIONS)]
        self.bank_accounts = [r["nCodCC"] for r in self.company.select(ACCOUNTS)]
        wire = Wire(self.app, self.fuse)
        self.http = httpx.AsyncClient(transport=wire, base_url="http://erp.test/api/v1/")
        self.ledger = FusedLedger(fuse=self.fuse)
        self.log = FusedLog(fuse=self.fuse)
        self.book = MemoryCustomers()
        self.stores: Table[StoreConfigured] = Table(StoreConfigured)
        self.stores.put(a_keyed_store())
        self.start()

    def clock(self) -> datetime:
        return NOON + timedelta(seconds=self._loop.time())

    def start(self, *, delete: bool = False, per_ip: int = 960) -> None:
        """A fresh process: nothing remembered but what is stored."""
        pacing = Pacing(self._loop.time, asyncio.sleep, per_ip=per_ip)
        self.woken = asyncio.Event()
        self.ownership = Ownership(self.woken.set)
        self.ownership.partitions = frozenset(range(PARTITIONS))

        self.conditions = Conditions(self.log.told, self.log, self.clock)

        def connect(account_id: str, account: Account) -> Erp:
            omie = Omie(self.http, account, pacing, clock=self.clock)
            turned = partial(self.conditions.turned, account_id)
            breaker = self.conditions.inherited(account_id, self._loop.time())
            return Erp(omie, self._loop.time, turned, breaker)

        def changed(account_id: str) -> None:
            self.conditions.doubt(account_id)
            self.woken.set()

        self.accounts = Accounts(self.stores, VAULT, connect, changed)
        self.worker = Worker(
            ledger=self.ledger,
            accounts=self.accounts,
            conditions=self.conditions,
            posting=Posting(Customers(self.book, b"secret"), Salespeople(), self.clock),
            undoing=Undoing(self.clock, delete=delete),
            publisher=self.log,
            clock=self.clock,
            ownership=self.ownership,
        )
        self.dispatcher = Dispatcher(
            self.ledger,
            self.worker.drain,
            self.clock,
            self.ownership,
            self.woken,
            doubted=self.conditions.doubted,
        )
        begin = self.dispatcher.begin
        self.flow: Flow[Entry] = flow(self.ledger, self.log, self.clock, begin)

    def product(self, sku: str) -> int:
        """The ERP's id of a product."""
        return product_of(self.company, sku)

    def validated(
        self,
        order: Order,
        revision: int = 1,
        attempt: int = 1,
        company: Company | None = None,
        **terms: Any,
    ) -> OrderValidated:
        """This version of the order, with terms that this company's ERP knows."""
        company = company or self.company
        [location, *_] = company.select(LOCATIONS)
        [bank_account, *_] = company.select(ACCOUNTS)
        lines = tuple(
            ItemTerms(
                item_id=item.item_id,
                erp_product_id=product_of(company, item.sku or ""),
                stock_location_code=location["codigo_local_estoque"],
            )
            for item in order.items
        )
        terms = {"bank_account_code": bank_account["nCodCC"], "items": lines} | terms
        return validated(order, revision, attempt, **terms)

    async def put(self, *messages: Message) -> None:
        """Hand messages to the intake, as one batch."""
        out = [encode_message(m, "test") for m in messages]
        records = [
            Record(o.topic, 0, n, o.key, o.value, dict(o.headers)) for n, o in enumerate(out)
        ]
        await self.flow.handle(records)

    async def turn(self) -> None:
        """Whatever is due now."""
        owned = self.ownership.partitions
        for account_id in await self.ledger.accounts_due(owned, self.clock()):
            await self.worker.drain(account_id)
        await self.conditions.tell()

    async def settle(self, within_s: float = 3600) -> float:
        """Work until nothing is left to do; the seconds it took."""
        began = self._loop.time()
        while True:
            await self.turn()
            if all(kept.state.work is None for kept in self.ledger.kept.values()):
                return self._loop.time() - began
            if self._loop.time() - began > within_s:
                raise AssertionError("there is still work in the ledger")
            await asyncio.sleep(1)

    def seen(self, kind: type[M]) -> list[M]:
        """Every message of this kind the writer told."""
        return self.log.messages(kind)  # type: ignore[return-value]

    async def control(self, method: str, path: str, body: Any = None) -> Any:
        """The sandbox's own routes."""
        answer = await self.http.request(method, f"http://erp.test/_control/{path}", json=body)
        answer.raise_for_status()
        return json.loads(answer.content)

    async def break_(self, kind: str, call: str = "IncluirPedido", **more: Any) -> None:
        """Something goes wrong with the next call."""
        await self.control("POST", "faults", {"kind": kind, "call": call, **more})

    async def orders(self) -> list[dict[str, Any]]:
        """The sales orders in the ERP."""
        return [o["pedido_venda_produto"] for o in (await self.control("GET", "orders"))["orders"]]

    async def open_orders(self) -> list[dict[str, Any]]:
        """Those that are not cancelled."""
        return [o for o in await self.orders() if o["infoCadastro"]["cancelado"] == "N"]

    async def calls(self) -> list[str]:
        """The API methods called so far, in order."""
        return [r["call"] for r in (await self.control("GET", "requests"))["requests"]]


def product_of(company: Company, sku: str) -> int:
    """The id of a product in this company's books."""
    found = company.find(PRODUCTS, "sku", sku)
    assert found is not None, sku
    return int(found["codigo_produto"])


@asynccontextmanager
async def a_bench() -> AsyncIterator[ErpBench]:
    """A bench whose books are gone afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        bench = ErpBench(Path(folder))
        async with bench.app.router.lifespan_context(bench.app), bench.http:
            yield bench


@asynccontextmanager
async def at_work(bench: ErpBench) -> AsyncIterator[None]:
    """The writer runs by itself: its dispatcher, and who tells how accounts are doing."""
    running = [asyncio.create_task(work()) for work in (bench.dispatcher.run, bench.conditions.run)]
    await asyncio.sleep(0)
    try:
        yield
    finally:
        for task in running:
            task.cancel()
        await asyncio.wait(running)


def a_keyed_store(secret: str = SECRET, **changes: Any) -> StoreConfigured:
    store = a_store(**changes)
    sealed = VAULT.seal(secret, f"{store.store_id}:erp_app_secret")
    return store.model_copy(update={"erp_app_secret": sealed})
