"""One look at a store's connection: the token is tried, webhooks are registered where they go."""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
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


@dataclass(frozen=True, slots=True)
class Look:
    """What was seen. `addresses` are those of ours, old ones too, where webhooks may still go."""

    checked: StoreChecked
    addresses: tuple[str, ...] = ()
    removed: int = 0


@dataclass(slots=True)
class _Found:
    """What was found so far."""

    access: ChannelAccess = ChannelAccess.GRANTED
    restored: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    cause: str = ""
    removed: int = 0


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

    async def look(self, store: StoreConfigured, formerly: Sequence[str] = ()) -> Look:
        """What there is to say of the store's connection now.

        `formerly` are the addresses that looks before registered. Once all webhooks come to the
        one of now, none is left at another of these; what somebody else registered is not touched.
        """
        found, address = _Found(), self._address(store)
        addresses = tuple(dict.fromkeys((*filter(None, (address,)), *formerly)))
        try:
            if await self._look(store, found, set(addresses) - {address}) and address:
                addresses = (address,)
        except TokenRefused:
            found.access = ChannelAccess.REFUSED
        except Unreachable as trouble:
            found.access, found.cause = ChannelAccess.UNKNOWN, str(trouble)
        return Look(self._checked(store, found), addresses, found.removed)

    def _checked(self, store: StoreConfigured, found: _Found) -> StoreChecked:
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

    async def _look(self, store: StoreConfigured, found: _Found, old: Collection[str]) -> bool:
        """Register what is missing, remove what is old; whether nothing old is left."""
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
        if found.missing or not self.webhook_url:
            return False
        for useless in (one for one in known if one.url in old):

            async def remove(shop: Shop, useless: Registration = useless) -> None:
                await registrar.remove(shop, useless)

            await self._with_token(store, remove)
            found.removed += 1
        return True

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
