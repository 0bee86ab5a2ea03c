"""Stores connected: the errand to the channel, and what the store becomes when it comes back.

Capture owns everything that touches a channel; the panel makes this one exchange because the code
in the browser's hand dies within seconds, and whoever holds the browser wants to know at once
(docs/decisions/0017). What was granted goes to everybody sealed, with the store.
"""

import re
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum
from itertools import chain, count
from typing import Any, Final

from pydantic import SecretStr, ValidationError

from chassis.clock import Clock
from chassis.patience import Unavailable
from chassis.store import Documents, Kept
from chassis.vault import Sealed
from contracts.stores import StoreConfigured
from panel.connecting.consent import Application, Consent, Errand, Granted, TokenQuestion, Untrue
from panel.connecting.exchange import CodeRefused
from panel.connecting.pending import Pending, Wish, begun, id_of, number_in, state_of
from panel.stores import StoreChange, StoreMovedOn, Stores, fits

_LONGEST_ID: Final = 56
_MOST_SECRETS: Final = 2
"""The one that signs now, and the one before it: some webhooks are still signed with that."""


Allowed = Callable[[str | None], bool]
"""Whether whoever asks may connect this store; None stands for a new one."""


class Why(StrEnum):
    """Why a store was not connected."""

    STRANGE = "strange"
    """Nobody of this session is on this way any more: too late, twice, or from elsewhere."""
    DENIED = "denied"
    UNTRUE = "untrue"
    REFUSED = "refused"
    AWAY = "away"
    OTHER_SHOP = "other_shop"
    KEYS_GONE = "keys_gone"


class NotConnected(Exception):  # noqa: N818 - it names what the store is
    """The store is as it was; `why` is the reason. `store_id` where one was to be reconnected."""

    def __init__(self, why: Why, store_id: str = "") -> None:
        super().__init__(why.value)
        self.why, self.store_id = why, store_id


@dataclass(frozen=True, slots=True)
class Access:
    """What opens a shop's API, and what its webhooks are signed with."""

    domain: str
    granted: Granted
    app: Application


@dataclass(frozen=True, slots=True)
class Connector:
    """Sends merchants off to channels, and connects stores with what they come back with.

    `apps` are our applications by channel; at a channel without one nobody can be asked.
    `redirects` begins the addresses that browsers come back to. `random` gives unguessable text.
    """

    apps: Mapping[str, Application]
    consents: Mapping[str, Consent]
    pending: Documents[Pending]
    ask: Callable[[TokenQuestion], Awaitable[Granted]]
    stores: Stores
    clock: Clock
    random: Callable[[], str]
    redirects: str

    def can_ask(self, channel: str) -> bool:
        """Whether a merchant of this channel can be asked."""
        return channel in self.apps and channel in self.consents

    async def send_off(self, wish: Wish, session_secret: str) -> str:
        """Where the merchant's browser must go. Raises Unavailable."""
        number = self.random()
        pending = begun(wish, number, self.random(), self.clock())
        await self.pending.save({pending.id: Kept(pending)})
        errand = self._errand(pending, state_of(number, session_secret))
        return self.consents[wish.channel].address(errand)

    async def connect(
        self, channel: str, told: Mapping[str, str], session_secret: str, allowed: Allowed
    ) -> tuple[StoreConfigured, bool]:
        """The store, connected, and whether it is new. Raises NotConnected, Unavailable."""
        pending = await self._taken(channel, told, session_secret)
        try:
            return await self._connect(pending, told, allowed)
        except NotConnected as error:
            raise NotConnected(error.why, pending.store_id) from None

    async def _connect(
        self, pending: Pending, told: Mapping[str, str], allowed: Allowed
    ) -> tuple[StoreConfigured, bool]:
        code, consent = told.get("code", ""), self.consents[pending.channel]
        if not code or "error" in told:
            raise NotConnected(Why.DENIED)
        errand = self._errand(pending, told.get("state", ""))
        try:
            consent.check(errand, told, self.clock())
            granted = await self.ask(consent.question(errand, code))
        except Untrue:
            raise NotConnected(Why.UNTRUE) from None
        except CodeRefused:
            raise NotConnected(Why.REFUSED) from None
        except Unavailable:
            raise NotConnected(Why.AWAY) from None
        access = Access(consent.domain(errand, granted), granted, errand.app)
        try:
            return await self.keep(pending.wish, access, allowed)
        except NotConnected as error:
            if error.why is Why.OTHER_SHOP:
                await self._renew(pending.channel, access, allowed)
            raise

    async def keep(
        self, wish: Wish, access: Access, allowed: Allowed
    ) -> tuple[StoreConfigured, bool]:
        """Tell everybody of the store with this access. Raises as `connect`.

        A shop that is connected already is connected anew, never twice.
        """
        if not fits(wish.channel, access.domain):
            raise NotConnected(Why.REFUSED)
        store = self._store(wish, access.domain)
        if not allowed(store.store_id if store else None):
            raise NotConnected(Why.OTHER_SHOP)
        store_id = store.store_id if store else self._new_id(wish.channel, access.domain)
        try:
            change = StoreChange.model_validate(self._change(wish, store, access))
        except ValidationError:
            raise NotConnected(Why.REFUSED) from None
        return await self.stores.configure(store_id, change)

    async def _renew(self, channel: str, access: Access, allowed: Allowed) -> None:
        """Keep what was granted for the store that it is of, where that is connected already.

        Its channel ended the tokens of before with these: thrown away, the store would be cut off.
        """
        store = self._connected(channel, access.domain)
        if store is None or not (store.active and allowed(store.store_id)):
            return
        if store.channel_client_id not in {"", access.app.client_id}:
            return
        with suppress(ValidationError, StoreMovedOn):
            tokens = StoreChange.model_validate(self._tokens(access))
            await self.stores.configure(store.store_id, tokens)

    def _connected(self, channel: str, domain: str) -> StoreConfigured | None:
        same = (s for s in self.stores.table if (s.channel, s.domain) == (channel, domain))
        return next(same, None)

    def _new_id(self, channel: str, domain: str) -> str:
        """A store's id, from the shop's name or number at its channel."""
        shop = re.sub(r"[^a-z0-9]+", "-", domain.lower().removesuffix(".myshopify.com"))
        wanted = f"{channel}-{shop.strip('-')}"[:_LONGEST_ID]
        others = (f"{wanted}-{number}" for number in count(2))
        return next(i for i in chain([wanted], others) if self.stores.table.get(i) is None)

    def _store(self, wish: Wish, domain: str) -> StoreConfigured | None:
        if wish.store_id:
            store = self.stores.table.get(wish.store_id)
            if store is None or store.domain.lower() != domain.lower():
                raise NotConnected(Why.OTHER_SHOP)
            return store
        return self._connected(wish.channel, domain)

    def _change(self, wish: Wish, store: StoreConfigured | None, access: Access) -> dict[str, Any]:
        """What changes; a new store also gets its name, its shop and the ERP's keys."""
        found = self._tokens(access) | {
            "active": True,
            "webhook_secrets": self._webhook_secrets(store, access.app),
        }
        if store is None:
            found |= {"name": wish.name, "channel": wish.channel, "domain": access.domain}
            found["erp"] = self._keys(wish)
        return found

    def _tokens(self, access: Access) -> dict[str, Any]:
        granted, app = access.granted, access.app
        life = timedelta(seconds=granted.expires_in) if granted.expires_in else None
        return {
            "channel_token": SecretStr(granted.access_token),
            "channel_token_expires_at": self.clock() + life if life else None,
            "channel_refresh_token": SecretStr(granted.refresh_token),
            "channel_client_id": app.client_id,
            "channel_client_secret": SecretStr(app.client_secret),
        }

    def _keys(self, wish: Wish) -> dict[str, Any]:
        if not wish.keys_of:
            return {"app_key": wish.app_key, "app_secret": SecretStr(wish.app_secret)}
        store = self.stores.table.get(wish.keys_of)
        secret = self._opened(store, "erp_app_secret", store.erp_app_secret) if store else ""
        if store is None or not secret:
            raise NotConnected(Why.KEYS_GONE)
        return {"app_key": store.erp_app_key, "app_secret": SecretStr(secret)}

    def _webhook_secrets(
        self, store: StoreConfigured | None, app: Application
    ) -> tuple[SecretStr, ...]:
        """The app's own first; the one in use before stays good while the channel changes over."""
        sealed = store.webhook_secrets if store else ()
        known = [self._opened(store, "webhook_secret", one) for one in sealed]
        secrets = dict.fromkeys(s for s in (app.client_secret, *known) if s)
        return tuple(SecretStr(secret) for secret in list(secrets)[:_MOST_SECRETS])

    def _opened(self, store: StoreConfigured | None, name: str, sealed: str) -> str:
        if store is None or not sealed:
            return ""
        try:
            return self.stores.vault.open(sealed, f"{store.store_id}:{name}")
        except Sealed:
            return ""

    async def _taken(self, channel: str, told: Mapping[str, str], session_secret: str) -> Pending:
        """The pending wish of a state, which is spent by this. Raises NotConnected, Unavailable."""
        number = number_in(told.get("state", ""), session_secret)
        if number is None or not self.can_ask(channel):
            raise NotConnected(Why.STRANGE)
        id_ = id_of(number)
        try:
            kept = (await self.pending.load([id_])).get(id_)
        except Sealed:
            kept = None
        if kept is None or kept.state.used or kept.state.channel != channel:
            raise NotConnected(Why.STRANGE)
        spent = Kept(replace(kept.state, used=True), kept.version)
        if kept.state.ends_at <= self.clock() or not await self.pending.save({id_: spent}):
            raise NotConnected(Why.STRANGE)
        return kept.state

    def _errand(self, pending: Pending, state: str) -> Errand:
        channel = pending.channel
        return Errand(
            app=self.apps[channel],
            redirect_url=f"{self.redirects.rstrip('/')}/conectar/{channel}/retorno",
            state=state,
            domain=pending.domain,
            verifier=pending.verifier,
        )
