"""Who we are at each account's ERP: the client that goes with the credentials of its stores."""

from collections.abc import Callable

import structlog
from pydantic import SecretStr

from chassis.table import Table
from chassis.vault import Sealed, Vault
from contracts.stores import StoreConfigured
from omie.client import Omie
from omie.envelope import Account
from validation.knowledge import Access

log = structlog.get_logger()

Connect = Callable[[str], Omie | Access]
"""The account's client, or why there is none."""


class Connections:
    """One client per account, made anew when its credentials change."""

    def __init__(
        self, stores: Table[StoreConfigured], vault: Vault, open_client: Callable[[Account], Omie]
    ) -> None:
        self._stores = stores
        self._vault = vault
        self._open_client = open_client
        self._clients: dict[str, tuple[tuple[str, str], Omie]] = {}

    def of(self, account_id: str) -> Omie | Access:
        """See Connect. The store configured last speaks for the account."""
        store = max(
            (s for s in self._stores if s.account_id == account_id and s.erp_app_secret),
            key=lambda s: (s.occurred_at, s.store_id),
            default=None,
        )
        if store is None or not store.erp_app_key:
            return Access.KEYLESS
        try:
            secret = self._vault.open(store.erp_app_secret, f"{store.store_id}:erp_app_secret")
        except Sealed:
            log.warning("credentials_sealed_elsewhere", store_id=store.store_id)
            return Access.REFUSED
        known = self._clients.get(account_id)
        keys = (store.erp_app_key, secret)
        if known is None or known[0] != keys:
            known = (keys, self._open_client(Account(store.erp_app_key, SecretStr(secret))))
            self._clients[account_id] = known
        return known[1]
