"""All facts in memory: every store's settings, every account's catalogue, and how sure of it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum, auto
from typing import Final

from chassis.table import Table
from contracts.stores import StoreConfigured
from validation.catalogue import Catalogue
from validation.facts import Facts, no_link
from validation.parts import Links

NEVER: Final = datetime.min.replace(tzinfo=UTC)


class Access(Enum):
    """How the last conversation with an account's ERP ended."""

    UNKNOWN = auto()
    READABLE = auto()
    DOWN = auto()
    REFUSED = auto()
    """It refuses the credentials."""
    KEYLESS = auto()
    """No store of the account has credentials."""


@dataclass(slots=True)
class _Standing:
    access: Access = Access.UNKNOWN
    catalogue: Catalogue | None = None


Watcher = Callable[[str, bool], None]
"""Called with a store whose orders to look at again; False: only those that wait unjudged."""


class Knowledge:
    """What the rules may know. `max_age` is how long an unread catalogue's "no" is believed.

    `links` finds the link of a listing as it is at the moment.
    """

    def __init__(
        self, stores: Table[StoreConfigured], max_age: timedelta, links: Links = no_link
    ) -> None:
        self._stores = stores
        self._max_age = max_age
        self._links = links
        self._accounts: dict[str, _Standing] = {}
        self._facts: dict[str, Facts | None] = {}
        self._watchers: list[Watcher] = []
        stores.watch(lambda store: self._forget(store.store_id))

    def facts_of(self, store_id: str) -> Facts | None:
        """A store's facts; None while it, or its ERP account, was never heard of."""
        if store_id not in self._facts:
            self._facts[store_id] = self._build(store_id)
        return self._facts[store_id]

    def catalogue(self, account_id: str) -> Catalogue | None:
        """The account's catalogue as it was read last, whole or product by product."""
        return self._standing(account_id).catalogue

    def refused(self, account_id: str) -> bool:
        """Whether the account's ERP refused our credentials when it was last asked."""
        return self._standing(account_id).access is Access.REFUSED

    def watch(self, watcher: Watcher) -> None:
        """Call `watcher` when something was learnt that concerns a store."""
        self._watchers.append(watcher)

    def adopt(self, catalogue: Catalogue) -> None:
        """The whole account was read."""
        standing = self._standing(catalogue.account_id)
        known = standing.catalogue
        if known is not None:
            catalogue.keep_answers(known)
        news = known is None or not catalogue.same_as(known)
        standing.catalogue = catalogue
        regained = self._enter(catalogue.account_id, Access.READABLE)
        self._say(catalogue.account_id, everything=news or regained)

    def answered(self, account_id: str) -> None:
        """Products of the account were looked up: its catalogue has learnt of them."""
        self._enter(account_id, Access.READABLE)
        self._say(account_id, everything=True)

    def failed(self, account_id: str, access: Access) -> None:
        """The account could not be read. What was told of its orders stands."""
        if self._enter(account_id, access) and access is not Access.DOWN:
            self._say(account_id, everything=False)

    def _enter(self, account_id: str, access: Access) -> bool:
        standing = self._standing(account_id)
        changed, standing.access = standing.access is not access, access
        for store_id in self._stores_of(account_id):
            self._forget(store_id)
        return changed

    def _say(self, account_id: str, *, everything: bool) -> None:
        for store_id in self._stores_of(account_id):
            for watcher in self._watchers:
                watcher(store_id, everything)

    def _stores_of(self, account_id: str) -> list[str]:
        return [store.store_id for store in self._stores if store.account_id == account_id]

    def _forget(self, store_id: str) -> None:
        self._facts.pop(store_id, None)

    def _standing(self, account_id: str) -> _Standing:
        return self._accounts.setdefault(account_id, _Standing())

    def _build(self, store_id: str) -> Facts | None:
        store = self._stores.get(store_id)
        if store is None:
            return None
        standing = self._standing(store.account_id)
        access, catalogue = standing.access, standing.catalogue
        if access in {Access.REFUSED, Access.KEYLESS}:
            refused = access is Access.REFUSED
            return Facts(
                store, None, NEVER, refused=refused, keyless=not refused, links=self._links
            )
        if catalogue is None:
            return None
        believed = access is Access.READABLE
        trusted_until = catalogue.read_at + self._max_age if believed else NEVER
        return Facts(store, catalogue, trusted_until, links=self._links)
