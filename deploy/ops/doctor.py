"""What a healthy installation needs, looked at one by one; every trouble says how to end it."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import httpx
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError
from pydantic import SecretStr
from pymongo.errors import PyMongoError

from chassis import store
from chassis.clock import utc_now
from chassis.patience import Unavailable
from chassis.vault import Sealed, Vault
from contracts.connections import ChannelAccess, StoreChecked
from contracts.stores import StoreConfigured
from contracts.topics import TOPICS
from contracts.wire import Undecodable, decode
from embedded import topics
from omie.client import Omie
from omie.envelope import Account
from omie.faults import Fault, FaultKind
from omie.http import client
from omie.pacing import Pacing
from ops.log import KafkaLog
from ops.settings import Settings

SKEW_S: Final = 2.0
_TIMEOUT_S: Final = 5.0
_MAJORITY: Final = "majority"


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at: `ok`, what was seen, and, where it is not, how to put it right."""

    name: str
    ok: bool
    seen: str
    fix: str = ""

    def shown(self) -> dict[str, Any]:
        """As it is printed."""
        return {"check": self.name, "ok": self.ok, "seen": self.seen, "fix": self.fix}


async def examine(settings: Settings) -> AsyncIterator[Check]:
    """Look at everything; a trouble with one part does not hide the others."""
    broker = await _broker(settings)
    yield broker
    if broker.ok:
        yield await _topics(settings)
    for check in await _database(settings):
        yield check
    known = await _known(settings) if broker.ok else Known({}, {})
    accounts: dict[str, Account] = {}
    for one in known.active:
        yield keys(one, settings.secret_key, accounts)
        yield channel(one, known.checked.get(one.store_id))
    for app_key, account in accounts.items():
        yield await _erp(settings, app_key, account)
    yield await _capture(settings)


def create_topics(settings: Settings) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Create the topics that are missing; which those were, and how older ones differ."""
    outcome = topics.create(settings.kafka)
    return outcome.created, outcome.differences


def keys(one: StoreConfigured, secret_key: str, accounts: dict[str, Account]) -> Check:
    """Whether this installation's key opens a store's credentials; notes its ERP account."""
    name = f"credentials of {one.store_id}"
    if not secret_key:
        return Check(name, False, "no key", "set ESTEIRA_SECRET_KEY to the services' key")
    sealed = {"erp_app_secret": [one.erp_app_secret], "channel_token": [one.channel_token]}
    sealed["webhook_secret"] = [*one.webhook_secrets]
    try:
        vault = Vault(secret_key)
        for field, values in sealed.items():
            for value in filter(None, values):
                opened = vault.open(value, f"{one.store_id}:{field}")
                if field == "erp_app_secret" and one.erp_app_key:
                    accounts[one.erp_app_key] = Account(one.erp_app_key, SecretStr(opened))
    except (Sealed, ValueError) as error:
        fix = "give the services' own ESTEIRA_SECRET_KEY, or enter the credentials again (Lojas)"
        return Check(name, False, str(error), fix)
    return Check(name, True, "opened")


def channel(one: StoreConfigured, checked: StoreChecked | None) -> Check:
    """What capture found when it last looked at a store's access and webhooks."""
    name = f"channel of {one.store_id}"
    if checked is None or checked.store_version < one.version:
        fix = "start capture, and look again in a minute: it looks at every store it is told of"
        return Check(name, False, "capture has not looked at it as it is set up now", fix)
    at = f"{checked.occurred_at:%Y-%m-%d %H:%M} UTC"
    why = f" ({checked.cause})" if checked.cause else ""
    if checked.access is not ChannelAccess.GRANTED:
        refused = checked.access is ChannelAccess.REFUSED
        fix = "connect the store again (Lojas)" if refused else "capture asks again by itself"
        return Check(name, False, f"access {checked.access.value} at {at}{why}", fix)
    if checked.webhooks_missing:
        missing = ", ".join(checked.webhooks_missing)
        fix = (
            "give the app its permissions and the address from outside, then connect again (Lojas)"
        )
        return Check(name, False, f"no webhooks for {missing} at {at}{why}", fix)
    return Check(name, True, f"access and webhooks in order at {at}")


def database(hello: dict[str, Any], default_write: Any, now: datetime) -> list[Check]:
    """What MongoDB says of itself: a replica set, majority writes, and about the same time."""
    members = len(hello.get("hosts", ()))
    skew = abs((now - hello["localTime"].replace(tzinfo=UTC)).total_seconds())
    return [
        Check(
            "mongodb is a replica set",
            "setName" in hello,
            f"{hello.get('setName', 'no set')}, {members} members",
            "start mongod with --replSet and run rs.initiate()",
        ),
        Check(
            "mongodb writes to a majority",
            default_write in (None, _MAJORITY) and not hello.get("arbiters"),
            f"default {default_write or _MAJORITY}, {len(hello.get('arbiters', ()))} arbiters",
            "remove arbiters and run db.adminCommand({setDefaultRWConcern: 1, "
            'defaultWriteConcern: {w: "majority"}})',
        ),
        Check(
            "clocks agree",
            skew <= SKEW_S,
            f"mongodb is {skew:.1f} s away",
            "let NTP set the clock of both machines",
        ),
    ]


async def _broker(settings: Settings) -> Check:
    name, fix = "kafka answers", f"start Kafka, or set ESTEIRA_KAFKA (now {settings.kafka})"
    admin = AIOKafkaAdminClient(bootstrap_servers=settings.kafka, request_timeout_ms=5_000)
    try:
        await admin.start()
        brokers = len((await admin.describe_cluster())["brokers"])
    except (KafkaError, OSError) as error:
        return Check(name, False, type(error).__name__, fix)
    finally:
        await admin.close()
    return Check(name, True, f"{brokers} brokers")


async def _topics(settings: Settings) -> Check:
    name = "topics are as declared"
    admin = AIOKafkaAdminClient(bootstrap_servers=settings.kafka)
    await admin.start()
    try:
        there = set(await admin.list_topics())
        known = [topic for topic in TOPICS if topic.name in there]
        existing = await topics.describe(admin, [topic.name for topic in known])
    finally:
        await admin.close()
    missing = [f"{topic.name} is missing" for topic in TOPICS if topic.name not in there]
    wrong = [d for t in known for d in topics.differences(t, existing[t.name])]
    if not missing and not wrong:
        return Check(name, True, f"{len(known)} topics")
    fix = "esteira topics create makes the missing ones; kafka-configs.sh changes the others"
    return Check(name, False, "; ".join([*missing, *wrong]), fix)


async def _database(settings: Settings) -> list[Check]:
    mongo = store.connect(settings.mongodb)
    try:
        with store.translated():
            hello = await mongo.admin.command("hello")
            said = await mongo.admin.command("getDefaultRWConcern")
        default = said.get("defaultWriteConcern", {}).get("w")
        return database(hello, default, utc_now())
    except (Unavailable, PyMongoError) as error:
        fix = "start MongoDB, or set ESTEIRA_MONGODB"
        return [Check("mongodb answers", False, type(error).__name__, fix)]
    finally:
        mongo.close()


@dataclass(frozen=True, slots=True)
class Known:
    """What the topics say last: stores as they are set up, and what capture found of each."""

    stores: dict[str, StoreConfigured]
    checked: dict[str, StoreChecked]

    @property
    def active(self) -> list[StoreConfigured]:
        """The stores that take orders."""
        return [one for one in self.stores.values() if one.active]


async def _known(settings: Settings) -> Known:
    log, known = KafkaLog(settings.kafka), Known({}, {})
    await log.start()
    try:
        async for batch in log.read(await log.spans([StoreConfigured.topic, StoreChecked.topic])):
            for record in (logged.record for logged in batch):
                try:
                    found = decode(record.topic, record.headers, record.value)
                except Undecodable:
                    continue
                if isinstance(found, StoreConfigured):
                    known.stores[found.store_id] = found
                elif isinstance(found, StoreChecked):
                    known.checked[found.store_id] = found
    finally:
        await log.stop()
    return known


_ANSWERED: Final = {FaultKind.REDUNDANT, FaultKind.BUSY, FaultKind.THROTTLED}
"""How the ERP answers keys it accepts, when it is asked too often."""


async def _erp(settings: Settings, app_key: str, account: Account) -> Check:
    name = f"ERP account {app_key}"
    fix = "see Aplicativos at developer.omie.com.br; enter key and secret again (Lojas)"
    http = client(settings.erp_url)
    try:
        page = {"pagina": 1, "registros_por_pagina": 1}
        await Omie(http, account, Pacing()).call("geral/parcelas", "ListarParcelas", page)
    except Fault as fault:
        if fault.kind in _ANSWERED:
            return Check(name, True, "answers, and was asked the same a moment ago")
        return Check(name, False, fault.kind.value, fix)
    finally:
        await http.aclose()
    return Check(name, True, "answers with these credentials")


async def _capture(settings: Settings) -> Check:
    name = "capture takes webhooks"
    fix = f"start capture, or set ESTEIRA_CAPTURE_URL (now {settings.capture_url})"
    url = f"{settings.capture_url.rstrip('/')}/healthz/ready"
    return await _asked(name, fix, lambda http: http.get(url))


async def _asked(
    name: str, fix: str, ask: Callable[[httpx.AsyncClient], Awaitable[httpx.Response]]
) -> Check:
    async with httpx.AsyncClient(trust_env=False, timeout=_TIMEOUT_S) as http:
        try:
            status = (await ask(http)).status_code
        except httpx.HTTPError as error:
            return Check(name, False, type(error).__name__, fix)
    return Check(name, status == httpx.codes.OK, f"status {status}", fix)
