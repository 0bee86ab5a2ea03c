"""A panel in memory: its board, its topics, and a browser or a program in front of it."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from html.parser import HTMLParser
from itertools import count

import httpx
from fastapi import FastAPI
from pydantic import SecretStr
from starlette.types import ASGIApp

from chassis.flow import Record
from chassis.patience import Unavailable
from chassis.store import Kept
from chassis.table import Table
from chassis.vault import Vault
from contracts.accounts import AccountCondition
from contracts.envelope import Message
from contracts.listings import ListingLinked, PublicationDateSet
from contracts.stores import StoreConfigured
from contracts.wire import Outgoing, decode, encode
from panel import totp
from panel.access import Role
from panel.api import app
from panel.api_tokens import ApiToken
from panel.audit import READS, Entry
from panel.channel_check import ChannelCheck
from panel.connection import Connection
from panel.desk import Desk
from panel.devices import Device, Devices
from panel.disconnection import Disconnection
from panel.erp.accounts import Accounts
from panel.erp.catalogue import CatalogueReader, Shelf
from panel.erp.lists import Lists
from panel.erp.orders import OrderReader
from panel.erp.reader import Reader
from panel.erp.stages import StageReader
from panel.erp.window import Window
from panel.heard import Heard
from panel.lateness import Lateness
from panel.listings.choices import Choices
from panel.listings.offers import Offers
from panel.live import Live
from panel.pages.guard import Page
from panel.passwords import Hashing
from panel.people import Grant, People, SecondFactor, User
from panel.sessions import Session, Sessions
from panel.staff import staffed
from panel.stores import Stores
from panel.throttle import Throttle
from panel.workbench import Workbench
from tests.support.belt import FakeClock
from tests.support.memory import MemoryDocuments, MemoryLog
from tests.support.memory_board import MemoryBoard, MemoryLedger
from tests.support.panel_consents import FakeConsents
from tests.support.panel_erp import FakeErp, FakeShopify
from tests.support.panel_fetches import MemoryFetchBook
from tests.support.panel_listings import MemoryListings

TOKEN = "est_a-token-of-the-tests"
PLAIN = Hashing(
    hash=lambda password: f"hash of {password}",
    check=lambda kept, given: kept == f"hash of {given}",
)
"""Passwords that cost nothing to check."""
APP_KEY = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
MANAGER = Grant(everywhere=Role.MANAGER)
ADMIN = Grant(admin=True, everywhere=Role.MANAGER)
KEY = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="


@dataclass
class Topics(MemoryLog):
    """The log; what is told of a store is in the table at once, unless nobody follows it."""

    table: Table[StoreConfigured] = field(default_factory=lambda: Table(StoreConfigured))
    links: Table[ListingLinked] = field(default_factory=lambda: Table(ListingLinked))
    dates: Table[PublicationDateSet] = field(default_factory=lambda: Table(PublicationDateSet))
    away: bool = False
    followed: bool = True

    async def publish(self, records: Sequence[Outgoing]) -> None:
        if self.away:
            raise Unavailable("kafka: away")
        await super().publish(records)
        for record in records if self.followed else ():
            message = decode(record.topic, dict(record.headers), record.value)
            if isinstance(message, StoreConfigured):
                self.table.put(message)
            elif isinstance(message, ListingLinked):
                self.links.put(message)
            elif isinstance(message, PublicationDateSet):
                self.dates.put(message)

    async def find(self, topic: str, partition: int, offset: int) -> Record | None:
        if self.away:
            raise Unavailable("kafka: away")
        return await super().find(topic, partition, offset)


@dataclass
class MemorySessions:
    """Sessions in a dict."""

    kept: dict[str, Session] = field(default_factory=dict)

    async def put(self, session: Session) -> None:
        self.kept[session.id] = session

    async def get(self, id_: str) -> Session | None:
        return self.kept.get(id_)

    async def drop(self, id_: str) -> None:
        self.kept.pop(id_, None)

    async def drop_of(self, user: str, but: str = "") -> None:
        for session in await self.of_user(user):
            if session.id != but:
                del self.kept[session.id]

    async def of_user(self, user: str) -> list[Session]:
        found = [s for s in self.kept.values() if s.user == user]
        return sorted(found, key=lambda s: s.seen_at, reverse=True)

    async def set_news(self, user: str, *, news: bool) -> None:
        for session in await self.of_user(user):
            self.kept[session.id] = replace(session, news=news)


@dataclass
class MemoryDevices:
    """Devices in a dict."""

    kept: dict[str, Device] = field(default_factory=dict)

    async def put(self, device: Device) -> None:
        self.kept[device.id] = device

    async def get(self, id_: str) -> Device | None:
        return self.kept.get(id_)

    async def of(self, user: str) -> list[Device]:
        found = [d for d in self.kept.values() if d.user == user]
        return sorted(found, key=lambda d: d.last_at, reverse=True)

    async def drop_of(self, user: str) -> None:
        self.kept = {id_: d for id_, d in self.kept.items() if d.user != user}


@dataclass
class MemoryTokens:
    """Tokens in a dict."""

    kept: dict[str, ApiToken] = field(default_factory=dict)

    async def put(self, token: ApiToken) -> None:
        self.kept[token.id] = token

    async def used(self, id_: str, at: datetime) -> None:
        self.kept[id_] = replace(self.kept[id_], used_at=at)

    async def get(self, id_: str) -> ApiToken | None:
        return self.kept.get(id_)

    async def of(self, user: str) -> list[ApiToken]:
        return [token for token in self.kept.values() if token.user == user]

    async def drop(self, user: str, id_: str) -> bool:
        own = id_ in {token.id for token in await self.of(user)}
        return own and self.kept.pop(id_) is not None

    async def drop_of(self, user: str) -> None:
        for token in await self.of(user):
            del self.kept[token.id]


@dataclass
class MemoryUsers(MemoryDocuments[User]):
    """Users in a dict."""

    async def everybody(self) -> list[User]:
        return [self.kept[login].state for login in sorted(self.kept)]

    async def by_link(self, link: str) -> Kept[User] | None:
        return next((k for k in self.kept.values() if k.state.link == link), None)


@dataclass
class MemoryAudit:
    """The audit in a list."""

    entries: list[Entry] = field(default_factory=list)

    async def note(self, entry: Entry) -> None:
        self.entries.append(entry)

    async def latest(self, most: int) -> list[Entry]:
        return [entry for entry in self.entries if entry.what not in READS][::-1][:most]


@dataclass
class MemoryChanges:
    """Changes that a test tells; with `None` there is nothing more to hear for a while."""

    told: asyncio.Queue[str | None] = field(default_factory=asyncio.Queue)

    async def follow(self) -> AsyncGenerator[str, None]:
        while (order_id := await self.told.get()) is not None:
            yield order_id


@dataclass
class Office:
    """A desk on memory, with all that a test wants to look into."""

    board: MemoryBoard = field(default_factory=MemoryBoard)
    topics: Topics = field(default_factory=Topics)
    clock: FakeClock = field(default_factory=FakeClock)
    disconnections: MemoryDocuments[Disconnection] = field(default_factory=MemoryDocuments)
    connections: MemoryDocuments[Connection] = field(default_factory=MemoryDocuments)
    vault: Vault = field(default_factory=lambda: Vault(KEY))
    conditions: Table[AccountCondition] = field(default_factory=lambda: Table(AccountCondition))
    kept_sessions: MemorySessions = field(default_factory=MemorySessions)
    devices: MemoryDevices = field(default_factory=MemoryDevices)
    tokens: MemoryTokens = field(default_factory=MemoryTokens)
    users: MemoryUsers = field(default_factory=MemoryUsers)
    audit: MemoryAudit = field(default_factory=MemoryAudit)
    erp: FakeErp = field(default_factory=FakeErp)
    shopify: FakeShopify = field(default_factory=FakeShopify)
    lists: MemoryDocuments[Lists] = field(default_factory=MemoryDocuments)
    listings: MemoryListings = field(default_factory=MemoryListings)
    erp_products: MemoryDocuments[Shelf] = field(default_factory=MemoryDocuments)
    patience_s: float = 0.05
    changes: MemoryChanges = field(default_factory=MemoryChanges)
    fetches: MemoryFetchBook = field(default_factory=MemoryFetchBook)

    def __post_init__(self) -> None:
        numbers = count(1)
        self.lateness = Lateness(self.clock)
        stores = Stores(
            self.topics.table, self.topics, self.vault, self.clock, patience_s=self.patience_s
        )
        self.desk = Desk(
            board=self.board,
            stores=stores,
            disconnections=self.disconnections,
            connections=self.connections,
            publisher=self.topics,
            clock=self.clock,
            new_id=lambda: f"command-{next(numbers)}",
            records=self.topics,
            conditions=self.conditions,
            lateness=self.lateness,
        )
        accounts = Accounts(self.vault, lambda account: self.erp.client(account, self.clock))
        self.window = Window(
            accounts,
            Reader(accounts, self.lists, self.clock, patience_s=self.patience_s),
            StageReader(accounts, self.clock, patience_s=self.patience_s),
            OrderReader(accounts, self.clock, patience_s=self.patience_s),
            ChannelCheck(self.shopify.client(), self.vault, "https://{shop}"),
            close=_nothing,
        )
        self.offers = Offers(
            self.listings,
            Choices(
                self.topics.links,
                self.topics.dates,
                self.topics,
                self.clock,
                patience_s=self.patience_s,
            ),
            CatalogueReader(accounts, self.erp_products, self.clock, patience_s=self.patience_s),
        )
        self.consents = FakeConsents()
        self.connector = self.consents.connector(stores, self.clock)
        self.ledger = MemoryLedger(self.board)
        self.bench = Workbench(
            views=MemoryDocuments(),
            claims=MemoryDocuments(),
            batches=MemoryDocuments(),
            live=Live(self.changes, 0.1, 0),
            fetches=self.fetches,
        )
        self.people = People(self.users, self.kept_sessions, self.audit, self.clock)
        self.sessions = Sessions(self.kept_sessions, self.clock)
        patience = Throttle(MemoryDocuments(), self.clock)
        devices = Devices(self.devices, self.clock)
        self.staff = staffed(
            self.people,
            self.sessions,
            devices,
            tokens=self.tokens,
            patience=patience,
            vault=self.vault,
            hashing=PLAIN,
        )
        self.login = self.staff.login

    def api(self, token: SecretStr | None, *, ready: bool = True) -> FastAPI:
        """The API in front of it, for this token of the installation and those of users."""
        return app.app(
            self.desk, token, lambda: ready, tokens=self.staff.tokens, offers=self.offers
        )

    async def hear(self, *messages: Message) -> None:
        """Tell messages on their topics, and fold them into rows as they are read there."""
        for message in messages:
            await self.topics.publish([encode(message, "test")])
            place = (0, len(self.topics.topics[message.topic]) - 1)
            self.board.tell(Heard(occurred_at=message.occurred_at, message=message, place=place))

    def hire(self, login: str, grant: Grant, password: str = "certa") -> None:  # noqa: S107 - of the tests
        """A user who has set their password; an administrator has an app with APP_KEY too."""
        user = User(login, grant, password_hash=PLAIN.hash(password))
        if grant.admin:
            key = self.vault.seal(APP_KEY, f"{login}:totp")
            user = replace(user, factor=SecondFactor(key, 0, (PLAIN.hash("abcde12345"),)))
        self.users.kept[login] = Kept(user, 1)

    def code(self, login: str) -> str:
        """The next code of the user's app that was not used yet."""
        factor = self.users.kept[login].state.factor
        used = factor.step if factor else 0
        return totp.code(APP_KEY, max(totp.step_of(self.clock()), used + 1))

    async def let_in(self, http: httpx.AsyncClient, login: str, target: str = "") -> httpx.Response:
        """Log in, with a code where one is asked for; the answer that opened the session."""
        typed = {"usuario": login, "senha": "certa", "ir": target}
        answer = await http.post("/entrar", data=typed)
        if answer.headers.get("location", "").startswith("/entrar/codigo"):
            code = {"codigo": self.code(login), "ir": target}
            answer = await http.post("/entrar/codigo", data=code)
        assert answer.status_code == 303, answer.text
        return answer


async def _nothing() -> None:
    pass


PLACES = {
    "channel": "shopify", "order": "1001", "tab": "pendentes", "user": "gestor",
    "listing": "9001", "token": "nonsense",
}  # fmt: skip
"""What stands in the addresses of pages; whatever else a route asks for is `1`."""


def address(page: Page, store: str) -> str:
    """An address of this page, in this store."""
    places = dict.fromkeys(page.param_convertors, "1") | PLACES | {"store": store}
    return page.path_format.format_map(places)


def client(app: ASGIApp, token: str | None = TOKEN) -> httpx.AsyncClient:
    """A program that talks to the app; errors of ours come out as answers, as over HTTP."""
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return httpx.AsyncClient(transport=transport, base_url="http://panel.test", headers=headers)


@dataclass
class Form(HTMLParser):
    """The fields of a page's forms, as a browser would send them."""

    fields: dict[str, str] = field(default_factory=dict)
    select: str = ""

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if tag == "input" and ("checked" in found or found.get("type") != "checkbox"):
            self.fields[found["name"] or ""] = found.get("value") or ""
        if tag == "select":
            self.select = found["name"] or ""
        if tag == "option" and "selected" in found:
            self.fields[self.select] = found["value"] or ""


def fields_of(answer: httpx.Response) -> dict[str, str]:
    form = Form()
    form.feed(answer.text)
    return form.fields
