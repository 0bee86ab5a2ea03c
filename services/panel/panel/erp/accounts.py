"""Who we are at each store's ERP: a client per account, made anew when its keys change."""

from collections.abc import Callable
from dataclasses import dataclass, field

from pydantic import SecretStr

from chassis.vault import Sealed, Vault
from contracts.stores import StoreConfigured
from omie.client import Omie
from omie.envelope import Account


@dataclass(slots=True)
class Accounts:
    """Clients by account. `open_client` makes one for a pair of keys."""

    vault: Vault
    open_client: Callable[[Account], Omie]
    _clients: dict[str, tuple[str, Omie]] = field(default_factory=dict, init=False)

    def of(self, store: StoreConfigured) -> Omie | None:
        """The client of this store's account; None without keys that can be opened."""
        if not (store.erp_app_key and store.erp_app_secret):
            return None
        try:
            secret = self.vault.open(store.erp_app_secret, f"{store.store_id}:erp_app_secret")
        except Sealed:
            return None
        known = self._clients.get(store.account_id)
        if known is None or known[0] != secret:
            account = Account(store.erp_app_key, SecretStr(secret))
            known = (secret, self.open_client(account))
            self._clients[store.account_id] = known
        return known[1]
