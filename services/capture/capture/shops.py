"""The stores as they are now, each with its channel and its secrets in the clear."""

from collections.abc import Mapping
from dataclasses import dataclass

from capture.channels.channel import Channel, Shop
from capture.keyring import Keyring
from chassis.table import Table
from contracts.stores import StoreConfigured


@dataclass(frozen=True, slots=True)
class Shops:
    """What capture knows of stores; `channels` are by their names."""

    stores: Table[StoreConfigured]
    keyring: Keyring
    channels: Mapping[str, Channel]

    def store(self, store_id: str) -> StoreConfigured | None:
        """The store, if this process has heard of it."""
        return self.stores.get(store_id)

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
        )
