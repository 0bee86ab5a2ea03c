"""Which keys open which ERP account: from the stores, sealed until they are used."""

from collections.abc import Callable

import structlog
from pydantic import SecretStr

from chassis.table import Table
from chassis.vault import Sealed, Vault
from contracts.stores import StoreConfigured
from erp_writer.erp import Erp
from omie.envelope import Account

log = structlog.get_logger()


class Accounts:
    """The ERP account of every store. Several stores may share one: the newest keys rule.

    `connect` makes a client for an account's keys; new keys get a new one.
    """

    def __init__(
        self,
        stores: Table[StoreConfigured],
        vault: Vault,
        connect: Callable[[str, Account], Erp],
        changed: Callable[[], None] = lambda: None,
    ) -> None:
        self._vault = vault
        self._connect = connect
        self._changed = changed
        self._keys: dict[str, StoreConfigured] = {}
        self._erps: dict[str, tuple[Account, Erp]] = {}
        for store in stores:
            self._take(store)
        stores.watch(self._take)

    def erp(self, account_id: str) -> Erp | None:
        """The account, or None while no store has keys for it that can be opened."""
        return found[1] if (found := self._erps.get(account_id)) else None

    def _take(self, store: StoreConfigured) -> None:
        if not store.erp_app_key or not store.erp_app_secret:
            return
        known = self._keys.get(store.account_id)
        newest = known is None or known.store_id == store.store_id
        if not newest and known is not None and store.occurred_at < known.occurred_at:
            return
        self._keys[store.account_id] = store
        account = self._opened(store)
        current = self._erps.get(store.account_id)
        if account is None or (current is not None and current[0] == account):
            return
        self._erps[store.account_id] = (account, self._connect(store.account_id, account))
        self._changed()

    def _opened(self, store: StoreConfigured) -> Account | None:
        try:
            secret = self._vault.open(store.erp_app_secret, f"{store.store_id}:erp_app_secret")
        except Sealed:
            log.error("erp_keys_sealed", store_id=store.store_id, account_id=store.account_id)  # noqa: TRY400 - the cause is the word itself
            return None
        return Account(store.erp_app_key, SecretStr(secret))
