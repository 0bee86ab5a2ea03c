"""Which keys open which ERP account: from the stores, sealed until they are used."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

import structlog
from pydantic import SecretStr

from chassis.table import Table
from chassis.vault import Sealed, Vault
from contracts.stores import StoreConfigured
from erp_writer.erp import Erp
from omie.envelope import Account
from omie.faults import FaultKind

log = structlog.get_logger()


@dataclass(slots=True)
class _Ring:
    """The keys that stores have for one account, which of them are in use, and which were refused.

    `by_store` tells whose they are and since when that store is as it is.
    """

    by_store: dict[str, tuple[datetime, Account]] = field(default_factory=dict)
    used: Account | None = None
    erp: Erp | None = None
    refused: set[Account] = field(default_factory=set)

    def newest_first(self) -> list[Account]:
        """Each of the keys once."""
        told = sorted(self.by_store.values(), key=lambda each: each[0], reverse=True)
        return list(dict.fromkeys(keys for _, keys in told))

    def is_newest(self, store: StoreConfigured) -> bool:
        """Whether no other store was configured later."""
        return all(store.occurred_at >= at for at, _ in self.by_store.values())


class Accounts:
    """The ERP account of every store. Several stores may share one, and tell it different secrets.

    New keys are used from the moment a store brings them. While they work, a store that is merely
    configured again does not bring old ones back; where they are refused, the others' are tried,
    and a store configured again is a reason to try at once. Keys that no store has any more are
    left, be it for others that were known before.
    `connect` makes a client for an account's keys; `changed` hears of accounts that got new ones.
    """

    def __init__(
        self,
        stores: Table[StoreConfigured],
        vault: Vault,
        connect: Callable[[str, Account], Erp],
        changed: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._vault = vault
        self._connect = connect
        self._rings: dict[str, _Ring] = {}
        self._changed: Callable[[str], None] = lambda _: None
        for store in stores:
            self._take(store)
        self._changed = changed
        stores.watch(self._take)

    def erp(self, account_id: str) -> Erp | None:
        """The account, or None while no store has keys for it that can be opened."""
        ring = self._rings.get(account_id)
        if ring is None or ring.used is None or ring.erp is None:
            return None
        if ring.erp.breaker.cause is FaultKind.AUTH and len(keys := ring.newest_first()) > 1:
            ring.refused.add(ring.used)
            if ring.refused.issuperset(keys) and not ring.erp.wait():
                ring.refused.clear()
            if left := [each for each in keys if each not in ring.refused]:
                self._use(account_id, ring, left[0])
        return ring.erp

    def _take(self, store: StoreConfigured) -> None:
        if not store.erp_app_key or not store.erp_app_secret:
            return
        keys = self._opened(store)
        if keys is None:
            return
        for account_id, ring in self._rings.items():
            if account_id != store.account_id:
                ring.by_store.pop(store.store_id, None)
        ring = self._rings.setdefault(store.account_id, _Ring())
        newest = ring.is_newest(store) or store.store_id in ring.by_store
        known = keys in ring.newest_first()
        ring.by_store[store.store_id] = (store.occurred_at, keys)
        is_held = ring.erp is not None and ring.erp.breaker.cause is FaultKind.AUTH
        given_up = ring.used not in ring.newest_first()
        if given_up or (newest and (is_held or not known)):
            ring.refused.clear()
            self._use(store.account_id, ring, keys)
            self._changed(store.account_id)

    def _use(self, account_id: str, ring: _Ring, keys: Account) -> None:
        ring.used, ring.erp = keys, self._connect(account_id, keys)

    def _opened(self, store: StoreConfigured) -> Account | None:
        try:
            secret = self._vault.open(store.erp_app_secret, f"{store.store_id}:erp_app_secret")
        except Sealed:
            log.error("erp_keys_sealed", store_id=store.store_id, account_id=store.account_id)  # noqa: TRY400 - the cause is the word itself
            return None
        return Account(store.erp_app_key, SecretStr(secret))
