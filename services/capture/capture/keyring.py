"""The stores' secrets in the clear, for as long as the process lives."""

from dataclasses import dataclass

import structlog

from chassis.vault import Sealed, Vault
from contracts.stores import StoreConfigured

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class _Opened:
    row: StoreConfigured
    webhook_secrets: tuple[bytes, ...]
    channel_token: str
    client_secret: str
    refresh_token: str


class Keyring:
    """Opens what a store keeps sealed, once per version of the store."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault
        self._opened: dict[str, _Opened] = {}

    def webhook_secrets(self, store: StoreConfigured) -> tuple[bytes, ...]:
        """Every secret the store's webhooks may be signed with."""
        return self._of(store).webhook_secrets

    def channel_token(self, store: StoreConfigured) -> str:
        """The token of the store's API; empty when there is none."""
        return self._of(store).channel_token

    def client_secret(self, store: StoreConfigured) -> str:
        """The secret of our application at the store's channel; empty when there is none."""
        return self._of(store).client_secret

    def refresh_token(self, store: StoreConfigured) -> str:
        """The refresh token that the store was connected with; empty when there is none."""
        return self._of(store).refresh_token

    def _of(self, store: StoreConfigured) -> _Opened:
        known = self._opened.get(store.store_id)
        if known is None or known.row is not store:
            known = self._opened[store.store_id] = self._open(store)
        return known

    def _open(self, store: StoreConfigured) -> _Opened:
        secrets = (self._secret(store, "webhook_secret", s) for s in store.webhook_secrets)
        return _Opened(
            row=store,
            webhook_secrets=tuple(secret.encode() for secret in secrets if secret),
            channel_token=self._secret(store, "channel_token", store.channel_token),
            client_secret=self._secret(store, "channel_client_secret", store.channel_client_secret),
            refresh_token=self._secret(store, "channel_refresh_token", store.channel_refresh_token),
        )

    def _secret(self, store: StoreConfigured, field: str, sealed: str) -> str:
        """One secret; an unreadable one is as good as none, and said so."""
        try:
            return self._vault.open(sealed, f"{store.store_id}:{field}") if sealed else ""
        except Sealed:
            log.exception("secret_unreadable", store_id=store.store_id, field=field)
            return ""
