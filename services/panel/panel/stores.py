"""The stores as they are configured: read from the compacted topic, changed by writing to it.

Secrets come in open, leave for the topic sealed, and are never shown again.
"""

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Final, Literal, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, SecretStr, model_validator

from chassis.clock import Clock
from chassis.flow import Publishes
from chassis.patience import Unavailable
from chassis.table import Table
from chassis.vault import Sealed, Vault
from contracts.stores import StoreConfigured, StoreSettings
from panel.goods import stock_movements
from panel.telling import PATIENCE_S, tell

_SHOPIFY: Final = r"[a-z0-9][a-z0-9-]{0,62}\.myshopify\.com"
_NUMBER: Final = r"[1-9][0-9]{0,19}"


class Channel(StrEnum):
    """A channel that a store can be connected to: how people call it, what its domains look like.

    Nuvemshop numbers its stores, Mercado Livre its sellers.
    """

    called: str
    domains: str

    def __new__(cls, name: str, called: str, domains: str) -> Self:
        """The channel by its name in events."""
        channel = str.__new__(cls, name)
        channel._value_ = name
        channel.called, channel.domains = called, domains
        return channel

    SHOPIFY = "shopify", "Shopify", _SHOPIFY
    NUVEMSHOP = "nuvemshop", "Nuvemshop", _NUMBER
    MERCADOLIVRE = "mercadolivre", "Mercado Livre", _NUMBER


CHANNELS: Final = {channel.value: channel.called for channel in Channel}
"""The channels by name, as people call them."""
_DOMAINS: Final = {channel.value: channel.domains for channel in Channel}

_LARGEST: Final = 2**53
Line = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f]+$")]
Key = Annotated[str, Field(pattern=r"^[0-9A-Za-z]{4,64}$")]
Domain = Annotated[str, Field(pattern=f"^(?:{_SHOPIFY}|{_NUMBER})$")]
Secret = Annotated[SecretStr, Field(max_length=1_000)]
ClientId = Annotated[str, Field(max_length=200, pattern=r"^[!-~]*$")]
SECRETS: Final = ("channel_token", "channel_client_secret", "channel_refresh_token")
"""The sealed fields of a store's access to its channel, by their names in both worlds."""


class ErpKeys(BaseModel):
    """The merchant's Omie application. Without `app_secret` the stored one is kept."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    app_key: Key
    app_secret: Secret | None = None


class SettingsChange(StoreSettings):
    """The ERP options to change; those left out are kept."""

    model_config = ConfigDict(extra="forbid")

    payment_source: Literal["channel", "default"] = "channel"
    margin_base: Literal["none", "cost", "sale"] = "none"
    missing_email: Annotated[str, Field(max_length=500, pattern=r"^[^\s@]+@[^\s@]+$")] | None = None

    @model_validator(mode="after")
    def _stock_moves_as_is_known(self) -> Self:
        if self.stock_movement_mode not in stock_movements():
            raise ValueError("stock_movement_mode is none of those that are known")
        return self

    @model_validator(mode="after")
    def _numbers_fit(self) -> Self:
        codes = [v for v in self.__dict__.values() if isinstance(v, int)]
        if any(abs(code) > _LARGEST for code in [*codes, *self.carriers.values()]):
            raise ValueError("a code is at most 2^53")
        return self


class StoreChange(BaseModel):
    """A store to create, or what to change of one; what is left out is kept.

    A token comes with when it ends; left out, nobody knows. `version` is the one that was read:
    the change is refused if the store has moved on since.
    """

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    name: Line | None = None
    channel: Channel | None = None
    domain: Domain | None = None
    erp: ErpKeys | None = None
    channel_token: Secret | None = None
    channel_client_id: ClientId | None = None
    channel_client_secret: Secret | None = None
    channel_refresh_token: Secret | None = None
    channel_token_expires_at: AwareDatetime | None = None
    webhook_secrets: Annotated[tuple[Secret, ...], Field(max_length=5)] | None = None
    active: bool | None = None
    settings: SettingsChange | None = None
    version: Annotated[int, Field(ge=0, le=2**31)] | None = None

    def touches_keys(self) -> bool:
        """Whether it changes any key, or which company or shop the store's keys are of."""
        keys = ("domain", "erp", "channel_client_id", *SECRETS, "webhook_secrets")
        return any(getattr(self, name) is not None for name in keys)


class StoreMovedOn(Exception):  # noqa: N818 - it names what the store did
    """Somebody else changed the store since it was read."""


class Incomplete(Exception):  # noqa: N818 - it names what the change is
    """A store cannot be without these fields."""

    def __init__(self, missing: Sequence[str]) -> None:
        super().__init__(", ".join(missing))
        self.missing = missing


class WrongAddress(Exception):  # noqa: N818 - it names what the domain is
    """The store's domain is none of its channel."""


def fits(channel: str, domain: str) -> bool:
    """Whether a shop of this channel may have this address."""
    return re.fullmatch(_DOMAINS[channel], domain) is not None


def changed(
    store: StoreConfigured | None, store_id: str, change: StoreChange, vault: Vault, at: datetime
) -> StoreConfigured:
    """The store with the change; an equal one but for its time when nothing changes.

    Raises Incomplete, StoreMovedOn, WrongAddress.
    """
    version = store.version if store else 0
    if change.version is not None and change.version != version:
        raise StoreMovedOn
    base = store or _blank(store_id, change, at)
    update: dict[str, Any] = _given(
        change, "name", "channel", "domain", "channel_client_id", "active"
    )
    if change.erp:
        update |= _erp(base, change.erp, vault)
    if change.channel_token is not None:
        update["channel_token_expires_at"] = change.channel_token_expires_at
    for name, secret in _given(change, *SECRETS).items():
        update[name] = _seal(vault, secret, f"{store_id}:{name}", getattr(base, name))
    if change.webhook_secrets is not None:
        update["webhook_secrets"] = tuple(
            _seal(vault, secret, f"{store_id}:webhook_secret", *base.webhook_secrets)
            for secret in change.webhook_secrets
        )
    if change.settings:
        given = {name: getattr(change.settings, name) for name in change.settings.model_fields_set}
        update["settings"] = base.settings.model_copy(update=given)
    new = base.model_copy(update=update)
    if update.keys() & {"channel", "domain"} and not fits(new.channel, new.domain):
        raise WrongAddress
    if store and new == store:
        return store
    return new.model_copy(update={"version": version + 1, "occurred_at": at})


def _blank(store_id: str, change: StoreChange, at: datetime) -> StoreConfigured:
    wanted: dict[str, object] = {
        "name": change.name,
        "channel": change.channel,
        "domain": change.domain,
        "erp.app_key": change.erp,
        "erp.app_secret": change.erp and change.erp.app_secret,
    }
    if missing := [field for field, value in wanted.items() if value is None]:
        raise Incomplete(missing)
    return StoreConfigured(
        store_id=store_id, name="", channel="", account_id="", version=0, occurred_at=at
    )


def _given(change: StoreChange, *names: str) -> dict[str, Any]:
    return {n: getattr(change, n) for n in names if getattr(change, n) is not None}


def _erp(store: StoreConfigured, keys: ErpKeys, vault: Vault) -> dict[str, Any]:
    """A secret belongs to its key: another key comes with another secret."""
    if keys.app_secret is None:
        if keys.app_key != store.erp_app_key:
            raise Incomplete(["erp.app_secret"])
        return {}
    owner = f"{store.store_id}:erp_app_secret"
    return {
        "erp_app_key": keys.app_key,
        "account_id": f"omie-{keys.app_key}",
        "erp_app_secret": _seal(vault, keys.app_secret, owner, store.erp_app_secret),
    }


def _seal(vault: Vault, secret: SecretStr, owner: str, *sealed: str) -> str:
    """The secret sealed: as it is stored already where it is the same, so that nothing changes."""
    wanted = secret.get_secret_value()
    if not wanted:
        return ""
    return next((s for s in sealed if _opened(vault, s, owner) == wanted), "") or vault.seal(
        wanted, owner
    )


def _opened(vault: Vault, sealed: str, owner: str) -> str | None:
    try:
        return vault.open(sealed, owner)
    except Sealed:
        return None


@dataclass(slots=True)
class Stores:
    """Reads and changes stores. One change at a time in this process.

    Two processes that change one store in the same instant write the same version; the later
    one on the topic stands, and the other's caller is told that the store moved on.
    """

    table: Table[StoreConfigured]
    publisher: Publishes
    vault: Vault
    clock: Clock
    patience_s: float = PATIENCE_S
    _one_at_a_time: asyncio.Lock = field(default_factory=asyncio.Lock, init=False)
    _news: asyncio.Event = field(default_factory=asyncio.Event, init=False)

    def __post_init__(self) -> None:
        """Hear of every change, our own too."""
        self.table.watch(lambda _: self._news.set())

    async def configure(self, store_id: str, change: StoreChange) -> tuple[StoreConfigured, bool]:
        """Change a store; answers with it, and whether it is new, once this process reads it back.

        Raises Incomplete, StoreMovedOn, WrongAddress, Unavailable.
        """
        async with self._one_at_a_time:
            store = self.table.get(store_id)
            new = changed(store, store_id, change, self.vault, self.clock())
            if new is not store:
                await tell(self.publisher, new, self.patience_s)
                await self._read_back(new)
            return new, store is None

    async def tell_again(self, store_id: str) -> None:
        """Tell a store as it is: whoever gave its keys up tries them at once.

        Raises StoreMovedOn, Unavailable.
        """
        async with self._one_at_a_time:
            store = self.table.get(store_id)
            if store is not None:
                now = {"version": store.version + 1, "occurred_at": self.clock()}
                new = store.model_copy(update=now)
                await tell(self.publisher, new, self.patience_s)
                await self._read_back(new)

    async def _read_back(self, new: StoreConfigured) -> None:
        try:
            async with asyncio.timeout(self.patience_s):
                while not self._has(new):
                    self._news.clear()
                    await self._news.wait()
        except TimeoutError:
            raise Unavailable("kafka: written, but not read back in time") from None
        if self.table.get(new.store_id) != new:
            raise StoreMovedOn

    def _has(self, new: StoreConfigured) -> bool:
        store = self.table.get(new.store_id)
        return store is not None and store.version >= new.version
