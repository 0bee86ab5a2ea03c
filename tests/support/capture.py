"""The whole capture service in memory: its door, its inbox, its flow."""

import asyncio
import inspect
import itertools
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any

import httpx

from capture.appender import Appender
from capture.asking import Asking
from capture.channels import CHANNELS, RENEWALS
from capture.channels.channel import PrivacyRequest
from capture.deferrals import Deferred, bring_back
from capture.grants import Grant
from capture.handlers import flow
from capture.intake import Intake
from capture.keyring import Keyring
from capture.listing_hints import ListingHints
from capture.oauth import TokenEndpoints
from capture.privacy import PrivacyDuties
from capture.shops import Shops
from capture.sighting import Sighting
from capture.tally import Tally
from capture.tokens import Tokens
from capture.webhooks import Door
from chassis.flow import Record
from chassis.table import Table
from chassis.vault import Vault
from contracts.events import OrderCaptured
from contracts.order import OrderStatus
from contracts.stores import StoreConfigured
from contracts.topics import INBOX
from tests.support import mercadolivre, nuvemshop
from tests.support.belt import FakeClock
from tests.support.builders import STORE, a_store
from tests.support.memory import MemoryDocuments, MemoryLog
from tests.support.mercadolivre import FakeMercadoLivre
from tests.support.nuvemshop import FakeNuvemshop
from tests.support.shopify import DOMAIN, SECRET, TOKEN, FakeShopify, signed

VAULT = Vault("MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=")
ADDRESSES = {
    "shopify": "https://{shop}",
    "nuvemshop": "https://api.nuvemshop.test",
    "mercadolivre": "https://api.mercadolivre.test",
}


def a_shop(*secrets: str, token: str = TOKEN, **changes: Any) -> StoreConfigured:
    """The demo store with these webhook secrets, sealed."""
    store_id = changes.get("store_id", STORE)
    return a_store(
        **{
            "domain": DOMAIN,
            "channel_token": VAULT.seal(token, f"{store_id}:channel_token"),
            "webhook_secrets": tuple(
                VAULT.seal(secret, f"{store_id}:webhook_secret") for secret in secrets or (SECRET,)
            ),
        }
        | changes
    )


def a_nuvemshop(**changes: Any) -> StoreConfigured:
    """The demo store at Nuvemshop."""
    of = {"channel": "nuvemshop", "domain": nuvemshop.STORE_NUMBER}
    return a_shop(nuvemshop.SECRET, token=nuvemshop.TOKEN, **of | changes)


def a_seller(**changes: Any) -> StoreConfigured:
    """The demo store at Mercado Livre, with the grant it was connected with."""
    store_id = changes.get("store_id", STORE)
    secrets = {
        "channel_token": changes.pop("token", mercadolivre.ACCESS),
        "channel_client_secret": mercadolivre.APP_SECRET,
        "channel_refresh_token": changes.pop("refresh", mercadolivre.REFRESH),
    }
    sealed = {name: VAULT.seal(text, f"{store_id}:{name}") for name, text in secrets.items()}
    fixed = {
        "channel": "mercadolivre",
        "domain": mercadolivre.SELLER,
        "channel_client_id": mercadolivre.APP,
    }
    return a_store(**(fixed | sealed | changes))


@dataclass
class Seconds:
    """A monotonic clock that moves when somebody sleeps by it."""

    now: float = 1000.0

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.now += seconds
        await asyncio.sleep(0)


@dataclass
class MemoryDeferrals:
    """Deferrals in a dict."""

    kept: dict[str, Deferred] = field(default_factory=dict)

    async def put(self, *deferred: Deferred) -> None:
        self.kept |= {each.id: each for each in deferred}

    async def due(self, now: datetime, most: int) -> list[Deferred]:
        due = [d for d in self.kept.values() if d.due_at <= now]
        return sorted(due, key=lambda d: d.due_at)[:most]

    async def drop(self, ids: list[str]) -> None:
        for id_ in ids:
            self.kept.pop(id_, None)

    async def release(self, store_id: str, now: datetime) -> None:
        for id_, d in self.kept.items():
            if d.store_id == store_id and d.for_token:
                self.kept[id_] = Deferred(d.id, store_id, d.record, min(d.due_at, now), True)


@dataclass
class MemoryPrivacyBook:
    """A PrivacyBook in a dict."""

    kept: dict[str, PrivacyRequest] = field(default_factory=dict)

    async def record(self, store_id: str, asked: PrivacyRequest, at: datetime) -> None:
        self.kept.setdefault(f"{store_id}:{asked.kind.value}:{asked.request_id}", asked)


@dataclass
class MemoryPublications:
    """Publications in a dict."""

    dates: dict[str, datetime] = field(default_factory=dict)

    async def of(self, keys: Collection[str]) -> dict[str, datetime]:
        return {key: self.dates[key] for key in keys if key in self.dates}


class MemorySightings(MemoryDocuments[Sighting]):
    """Sightings in a dict, with the question which are of one store."""

    async def after(self, store_id: str, order_id: str, most: int) -> list[str]:
        of_store = (id_ for id_, kept in self.kept.items() if kept.state.store_id == store_id)
        return sorted(id_ for id_ in of_store if id_ > order_id)[:most]

    async def standing(self, store_id: str, since: datetime, until: datetime) -> list[str]:
        return [
            id_
            for id_, kept in self.kept.items()
            if kept.state.store_id == store_id
            and kept.state.status is OrderStatus.PAID
            and kept.state.placed_at
            and since <= kept.state.placed_at <= until
        ]


class Capture:
    """Capture with one store, a Shopify that answers as told, and Kafka in memory."""

    def __init__(
        self,
        *stores: StoreConfigured,
        max_bytes: int = 2**21,
        erased_at_once: int = 1000,
        seconds: Seconds | None = None,
        clock: FakeClock | None = None,
    ) -> None:
        self.shopify = FakeShopify()
        self.nuvemshop = FakeNuvemshop()
        self.mercadolivre = FakeMercadoLivre()
        self.log = MemoryLog()
        self.sightings = MemorySightings()
        self.deferrals = MemoryDeferrals()
        self.privacy = MemoryPrivacyBook()
        self.publications = MemoryPublications()
        self.hints = ListingHints()
        self.tally = Tally()
        self.clock = clock or FakeClock()
        self.seconds = seconds or Seconds()
        self.silent: dict[str, float] = {}
        self.stores = Table(StoreConfigured)
        for store in stores or (a_shop(),):
            self.stores.put(store)
        keyring = Keyring(VAULT)
        http = httpx.AsyncClient(transport=httpx.MockTransport(self._outside))
        channels = {name: channel(http, ADDRESSES[name]) for name, channel in CHANNELS.items()}
        self.grants = MemoryDocuments[Grant]()
        self.tokens = Tokens(
            grants=self.grants,
            exchange=TokenEndpoints(http).renew,
            renewals={n: partial(request, ADDRESSES[n]) for n, request in RENEWALS.items()},
            clock=self.clock,
            sleep=self.seconds.sleep,
        )
        shops = Shops(self.stores, keyring, channels)
        self.door = Door(
            shops=shops,
            append=Appender(self.log, self.seconds).append,
            clock=self.clock,
            random_bytes=lambda n: bytes(range(n)),
            max_bytes=max_bytes,
            is_open=True,
        )
        self.intake = Intake(
            shops=shops,
            asking=Asking(self.tokens, self.seconds, self.seconds.sleep, self.tally),
            deferrals=self.deferrals,
            privacy=PrivacyDuties(
                book=self.privacy,
                orders=self.sightings,
                deferrals=self.deferrals,
                clock=self.clock,
                erased_at_once=erased_at_once,
            ),
            tally=self.tally,
            clock=self.clock,
            publications=self.publications,
            hints=self.hints,
        )
        self.flow = flow(self.intake, self.sightings, self.log, self.tally, self.clock)
        self._offsets = itertools.count()
        self._read = 0

    async def _outside(self, request: httpx.Request) -> httpx.Response:
        """What the channels answer, some only after so many seconds of silence."""
        await asyncio.sleep(self.silent.get(request.url.host, 0))
        outside = {
            "api.nuvemshop.test": self.nuvemshop.answer,
            "api.mercadolivre.test": self.mercadolivre.answer,
        }
        answer = outside.get(request.url.host, self.shopify.answer)(request)
        return await answer if inspect.isawaitable(answer) else answer

    def http(self) -> httpx.AsyncClient:
        """A client at the door."""
        return httpx.AsyncClient(
            transport=httpx.ASGITransport(app=self.door), base_url="http://capture.test"
        )

    async def notify(self, topic: str, payload: Any, store: str = STORE, **headers: str) -> int:
        """A webhook comes to the door; gives the answer's status."""
        body = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
        return await self.post(f"/webhooks/shopify/{store}", body, signed(body, topic, **headers))

    async def post(self, path: str, body: bytes, headers: Mapping[str, str]) -> int:
        """Any request comes to the door; gives the answer's status."""
        async with self.http() as http:
            answer = await http.post(path, content=body, headers=dict(headers))
        return answer.status_code

    async def drain(self) -> None:
        """Let the flow read the inbox to its end, as one batch."""
        records = self.log.topics[INBOX][self._read :]
        self._read += len(records)
        if records:
            await self.flow.handle(records)

    async def tell(self, topic: str, payload: Any, **headers: str) -> Sequence[OrderCaptured]:
        """A webhook comes and is worked off; gives what was captured by it."""
        before = len(self.captured)
        assert await self.notify(topic, payload, **headers) == 200
        await self.drain()
        return self.captured[before:]

    async def hear(self, body: bytes) -> None:
        """A webhook of Nuvemshop comes and is worked off."""
        path = f"/webhooks/nuvemshop/{STORE}"
        assert await self.post(path, body, nuvemshop.signed(body)) == 200
        await self.drain()

    async def notified(self, *bodies: bytes) -> Sequence[OrderCaptured]:
        """Notifications of Mercado Livre come, and are worked off as one batch; what they told."""
        before = len(self.captured)
        for body in bodies:
            assert await self.post("/webhooks/mercadolivre", body, {}) == 200
        await self.drain()
        return self.captured[before:]

    async def bring_back(self) -> None:
        """What is due comes back to the inbox and is worked off."""
        await bring_back(self.deferrals, self.log, self.clock)
        await self.drain()

    async def later(self, seconds: float) -> Sequence[OrderCaptured]:
        """Time passes, and what is due then is worked off; gives what was captured by it."""
        before = len(self.captured)
        self.clock.advance(seconds=seconds)
        await self.bring_back()
        return self.captured[before:]

    def replay(self) -> None:
        """Read the inbox again from its start, as after a crash."""
        self._read = 0

    @property
    def captured(self) -> list[OrderCaptured]:
        return self.log.messages(OrderCaptured)  # type: ignore[return-value]

    @property
    def dead(self) -> list[Record]:
        return self.log.topics["capture.dead.v1"]

    def sighting(self, order_id: int) -> Sighting | None:
        return self.sightings.state(f"{STORE}:{order_id}")
