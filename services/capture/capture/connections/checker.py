"""One look at a store's connection: the token is tried, missing webhooks are registered again."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, TypeVar

from capture.channels.channel import Shop, TokenRefused, Unreachable
from capture.channels.registrar import Registrar, Registration
from capture.shops import Shops
from capture.tokens import Tokens
from chassis.clock import Clock
from contracts.connections import ChannelAccess, StoreChecked
from contracts.stores import StoreConfigured

OTHER_TOKENS: Final = 2
_MOST_WORDS: Final = 300

T = TypeVar("T")


@dataclass(slots=True)
class _Found:
    """What was found so far."""

    access: ChannelAccess = ChannelAccess.GRANTED
    restored: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    cause: str = ""


@dataclass(frozen=True, slots=True)
class Checker:
    """Looks at stores. `registrars` are by channel.

    Webhook addresses begin with `webhook_url`; where that is empty none is registered.
    """

    shops: Shops
    tokens: Tokens
    registrars: Mapping[str, Registrar]
    webhook_url: str
    clock: Clock

    def can_look(self, store: StoreConfigured) -> bool:
        """Whether there is anything to look at: a store in use that has a token."""
        return store.active and bool(store.channel_token) and store.channel in self.registrars

    async def look(self, store: StoreConfigured) -> StoreChecked:
        """What there is to say of the store's connection now."""
        found = _Found()
        try:
            await self._look(store, found)
        except TokenRefused:
            found.access = ChannelAccess.REFUSED
        except Unreachable as trouble:
            found.access, found.cause = ChannelAccess.UNKNOWN, str(trouble)
        lasts = bool(store.channel_refresh_token) and store.channel in self.tokens.renewable
        return StoreChecked(
            store_id=store.store_id,
            account_id=store.account_id,
            store_version=store.version,
            occurred_at=self.clock(),
            access=found.access,
            ends_at=None if lasts else store.channel_token_expires_at,
            webhooks_restored=tuple(found.restored),
            webhooks_missing=tuple(found.missing),
            cause=found.cause[:_MOST_WORDS],
        )

    async def _look(self, store: StoreConfigured, found: _Found) -> None:
        registrar = self.registrars[store.channel]
        known = await self._with_token(store, registrar.registered)
        for wanted in missing(registrar.topics, self._address(store), known):

            async def register(shop: Shop, wanted: Registration = wanted) -> str:
                return await registrar.register(shop, wanted)

            if refusal := await self._with_token(store, register):
                found.missing.append(wanted.topic)
                found.cause = refusal
            else:
                found.restored.append(wanted.topic)

    async def _with_token(self, store: StoreConfigured, ask: Callable[[Shop], Awaitable[T]]) -> T:
        """Ask with the store's token; refused, with another one if there is one to be had."""
        shop = self.shops.shop(store)
        token = await self.tokens.of(store.channel, shop)
        for _ in range(OTHER_TOKENS):
            try:
                return await ask(replace(shop, token=token))
            except TokenRefused:
                other = await self.tokens.instead(store.channel, shop, token)
                if other is None:
                    raise
                token = other
        return await ask(replace(shop, token=token))

    def _address(self, store: StoreConfigured) -> str:
        if not self.webhook_url:
            return ""
        return f"{self.webhook_url.rstrip('/')}/webhooks/{store.channel}/{store.store_id}"


def missing(
    topics: Sequence[str], address: str, known: Sequence[Registration]
) -> list[Registration]:
    """What has to be registered, so that each topic comes to the address; nothing without one."""
    wanted = [Registration(topic, address) for topic in topics] if address else []
    return [one for one in wanted if one not in set(known)]
