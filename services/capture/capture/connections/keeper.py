"""Every store's connection, looked at in time; what is found goes to everybody.

That is when this process starts, when the store changes, when its token was refused, again and
again while it is, and once a day. Orders that wait for a refused access go on as soon as a look
finds it good.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Final

import structlog

from capture.connections.checker import Checker, Look
from capture.connections.looked import AT_MOST_EVERY, Looked, due_at, lets_in_again
from chassis.clock import Clock
from chassis.flow import Publishes
from chassis.leases import Leases
from chassis.patience import patiently
from chassis.store import Documents, Kept
from contracts.connections import ChannelAccess
from contracts.stores import StoreConfigured
from contracts.wire import encode

LOOK_EVERY_S: Final = 1.0
STORES_AT_ONCE: Final = 4
DOUBTED_AT_MOST_EVERY: Final = timedelta(hours=1)
"""What waits for an access that was doubted and is good goes on so often at most: a channel may
take us in and yet refuse us one kind of thing.
"""

Release = Callable[[str, datetime], Awaitable[None]]
"""Makes what waits for a store's access due at a moment."""

log = structlog.get_logger()


class Keeper:
    """Looks after all stores; `service` is who tells of it, `release` lets waiting orders go on."""

    def __init__(
        self,
        checker: Checker,
        documents: Documents[Looked],
        leases: Leases,
        publisher: Publishes,
        release: Release,
        *,
        clock: Clock,
        service: str,
    ) -> None:
        self._checker = checker
        self._documents = documents
        self._leases = leases
        self._publisher = publisher
        self._release = release
        self._clock = clock
        self._service = service
        self._known: dict[str, Looked] = {}
        self._doubted: set[str] = set()
        self._released: dict[str, datetime] = {}
        self._since: datetime = clock()
        self._room = asyncio.Semaphore(STORES_AT_ONCE)

    def doubt(self, store_id: str) -> None:
        """The store's token was refused just now: it is worth a look."""
        self._doubted.add(store_id)

    async def run(self, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep) -> None:
        """Look whenever a look is due, until cancelled."""
        while True:
            await self.round()
            await sleep(LOOK_EVERY_S)

    async def round(self) -> None:
        """Look at every store that is due."""
        due = [
            store
            for store in self._checker.shops.stores
            if self._checker.can_look(store) and self._is_due(store)
        ]
        await asyncio.gather(*(self._guarded(store) for store in due))

    async def _guarded(self, store: StoreConfigured) -> None:
        """One store that cannot be looked at must not keep the others from it."""
        async with self._room:
            try:
                await self._visit(store)
            except Exception:
                log.exception("connection_not_checked", store_id=store.store_id)

    async def _visit(self, store: StoreConfigured) -> None:
        """Look, unless another process does or just did."""
        async with self._leases.held(f"connection:{store.store_id}") as ours:
            if not ours:
                return
            load = partial(self._documents.load, [store.store_id])
            kept = (await patiently(load, "reading looks")).get(store.store_id)
            if kept:
                self._known[store.store_id] = kept.state
                if not self._is_due(store):
                    return
            formerly = kept.state.addresses if kept else ()
            look = await self._checker.look(store, formerly)
            tell = partial(self._publisher.publish, [encode(look.checked, self._service)])
            await patiently(tell, "telling of a connection")
            looked = Looked.after(look.checked, look.addresses)
            change = {store.store_id: Kept(looked, kept.version if kept else 0)}
            await patiently(partial(self._documents.save, change), "keeping a look")
            self._known[store.store_id] = looked
            await self._let_go_on(kept.state if kept else None, looked)
            self._doubted.discard(store.store_id)
            _say(look)

    async def _let_go_on(self, before: Looked | None, now: Looked) -> None:
        """Release what waits for the store's access, if there is reason to think that it helps."""
        store_id, released = now.store_id, self._released.get(now.store_id)
        doubted = store_id in self._doubted and now.access is ChannelAccess.GRANTED
        rested = released is None or released + DOUBTED_AT_MOST_EVERY <= now.at
        if lets_in_again(before, now) or (doubted and rested):
            release = partial(self._release, store_id, self._clock())
            await patiently(release, "releasing deferred records")
            self._released[store_id] = now.at

    def _is_due(self, store: StoreConfigured) -> bool:
        known = self._known.get(store.store_id)
        doubted = store.store_id in self._doubted or self._not_since_start(known)
        at = due_at(known, store, doubted=doubted)
        return at is None or at <= self._clock()

    def _not_since_start(self, known: Looked | None) -> bool:
        """At the start every store is looked at, unless somebody did so a moment before."""
        return known is not None and known.at + AT_MOST_EVERY <= self._since


def _say(look: Look) -> None:
    checked, of = look.checked, {"store_id": look.checked.store_id}
    if checked.access is ChannelAccess.REFUSED:
        log.error("channel_access_refused", **of)
    if checked.access is ChannelAccess.UNKNOWN:
        log.warning("channel_unreachable", cause=checked.cause, **of)
    if checked.webhooks_restored:
        log.info("webhooks_registered", topics=list(checked.webhooks_restored), **of)
    if look.removed:
        log.info("old_webhooks_removed", webhooks=look.removed, **of)
    if checked.webhooks_missing:
        log.error("webhooks_missing", topics=list(checked.webhooks_missing), **of)
