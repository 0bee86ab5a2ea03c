"""The stores as they are now, each with its channel and its secrets in the clear."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from capture.channels.channel import Application, Channel, Shop
from capture.keyring import Keyring
from chassis.table import Table
from contracts.stores import StoreConfigured


@dataclass(frozen=True, slots=True)
class Shops:
    """What capture knows of stores; `channels` are by their names."""

    stores: Table[StoreConfigured]
    keyring: Keyring
    channels: Mapping[str, Channel]
    _at: dict[tuple[str, str], dict[str, None]] = field(
        default_factory=lambda: defaultdict(dict), init=False
    )
    """The ids of the stores that were ever at a channel's address, in the order they came."""

    def __post_init__(self) -> None:
        """Note where every store is, now and whenever it changes."""
        for store in self.stores:
            self._note(store)
        self.stores.watch(self._note)

    def store(self, store_id: str) -> StoreConfigured | None:
        """The store, if this process has heard of it."""
        return self.stores.get(store_id)

    def at(self, channel: str, domain: str) -> Sequence[StoreConfigured]:
        """Every store at this address of the channel; one shop may be connected more than once."""
        place = (channel, domain.lower())
        known = (self.stores.get(store_id) for store_id in self._at.get(place, ()))
        return [store for store in known if store and _place(store) == place]

    def channel(self, store: StoreConfigured, name: str) -> Channel | None:
        """The channel of this name, if it is the store's."""
        return self.channels.get(name) if store.channel == name else None

    def webhook_secrets(self, store: StoreConfigured) -> tuple[bytes, ...]:
        """Every secret the store's webhooks may be signed with."""
        return self.keyring.webhook_secrets(store)

    def shop(self, store: StoreConfigured) -> Shop:
        """The store as its channel is asked about it."""
        return Shop(
            store_id=store.store_id,
            account_id=store.account_id,
            domain=store.domain,
            token=self.keyring.channel_token(store),
            settings=store.settings,
            app=Application(store.channel_client_id, self.keyring.client_secret(store)),
            refresh_token=self.keyring.refresh_token(store),
            version=store.version,
            token_ends_at=store.channel_token_expires_at,
        )

    def _note(self, store: StoreConfigured) -> None:
        self._at[_place(store)][store.store_id] = None


def _place(store: StoreConfigured) -> tuple[str, str]:
    return store.channel, store.domain.lower()
