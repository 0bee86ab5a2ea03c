"""What a healthy installation needs, looked at one by one; every trouble says how to end it."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Final

from pydantic import SecretStr

from chassis.clock import utc_now
from chassis.patience import Unavailable
from chassis.vault import Sealed, Vault
from contracts.connections import ChannelAccess, StoreChecked
from contracts.stores import StoreConfigured
from contracts.wire import Undecodable, decode
from omie.client import Omie
from omie.envelope import Account
from omie.faults import Fault, FaultKind
from omie.http import client
from omie.pacing import Pacing
from ops import belt, servers
from ops.checks import Check
from ops.exits import Stop
from ops.log import KafkaLog
from ops.settings import Settings


async def examine(settings: Settings) -> AsyncIterator[Check]:
    """Look at everything; a trouble with one part does not hide the others."""
    of_kafka, of_mongodb = await servers.broker(settings), await servers.database(settings)
    for check in (*of_kafka, *of_mongodb):
        yield check
    if settings.data is not None:
        yield belt.disk(settings.data)
    async for check in belt.health(settings, utc_now):
        yield check
    if not of_kafka[0].ok:
        return
    async for check in belt.reading(settings):
        yield check
    yield await belt.dead(settings)
    try:
        known, accounts = await _known(settings), dict[str, Account]()
    except (Unavailable, Stop) as error:
        yield Check("stores are known", False, str(error), "look again once Kafka is in order")
        return
    for one in known.active:
        yield keys(one, settings.secret_key, accounts)
        yield channel(one, known.checked.get(one.store_id))
    for app_key, account in accounts.items():
        yield await _erp(settings, app_key, account)


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
_AWAY: Final = {FaultKind.TRANSIENT, FaultKind.UNCLEAR}


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
        if fault.kind in _AWAY:
            fix = f"orders go on by themselves once {settings.erp_url} (ESTEIRA_ERP_URL) answers"
        return Check(name, False, fault.kind.value, fix)
    finally:
        await http.aclose()
    return Check(name, True, "answers with these credentials")
