"""Rounds through every store's listings, page by page; between them, those that channels tell of.

A round that came to its end knows which listings its channel no longer has. Rounds are background
work: a page at a time per store, with a pause after each, and whatever goes wrong with one store
is put off for that store alone. While a store is read by one process, no other reads any of it.
"""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Final

import structlog

from capture.channels.channel import TokenRefused, Unreadable
from capture.channels.shelf import Shelf
from capture.listing_book import Rounds
from capture.listing_hints import MOST, ListingHints
from capture.listing_teller import ListingTeller
from capture.shelf_reader import PAUSE_S, GivenUp, ShelfReader
from capture.shops import Shops
from chassis.clock import Clock
from chassis.patience import patiently
from contracts.listings import ListingsWanted
from contracts.stores import StoreConfigured

LEASE: Final = timedelta(minutes=2)
LOOK_EVERY_S: Final = 15.0
GATHER_S: Final = 1.0
"""Channels tell of one change several times: hints are gathered for so long."""
AGAIN_AFTER: Final = timedelta(minutes=2)
"""A round that its channel broke off is begun again."""
LOOK_AGAIN_AFTER: Final = timedelta(minutes=1)
"""At a store that is not due, or that another process reads."""
STORES_AT_ONCE: Final = 4
_REMOVED_AT_ONCE: Final = 100

log = structlog.get_logger()


@dataclass(slots=True)
class ListingRounds:
    """Reads the listings of every active store each `every`. `shelves` are by channel."""

    shops: Shops
    shelves: Mapping[str, Shelf]
    reader: ShelfReader
    teller: ListingTeller
    rounds: Rounds
    hints: ListingHints
    clock: Clock
    every: timedelta
    new_round: Callable[[], str]
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    _running: dict[str, asyncio.Task[None]] = field(default_factory=dict, init=False)
    _later: dict[str, tuple[str, datetime]] = field(default_factory=dict, init=False)
    _woken: asyncio.Event = field(default_factory=asyncio.Event, init=False)
    _room: asyncio.Semaphore = field(
        default_factory=lambda: asyncio.Semaphore(STORES_AT_ONCE), init=False
    )

    async def run(self) -> None:
        """Go round for ever; a store that is connected anew is read at once."""
        self.shops.stores.watch(lambda _: self._woken.set())
        async with asyncio.TaskGroup() as group:
            group.create_task(self._follow_hints(group))
            while True:
                self._woken.clear()
                for store in self.shops.stores:
                    self._begin(group, store)
                try:
                    async with asyncio.timeout(LOOK_EVERY_S):
                        await self._woken.wait()
                except TimeoutError:
                    continue

    async def _follow_hints(self, group: asyncio.TaskGroup) -> None:
        """Look at the stores whose channels told something, and at no other."""
        while True:
            await self.hints.news.wait()
            await self.sleep(GATHER_S)
            for store_id in self.hints.stores():
                if store := self.shops.store(store_id):
                    self._begin(group, store)
                else:
                    self.hints.take(store_id)

    def _begin(self, group: asyncio.TaskGroup, store: StoreConfigured) -> None:
        """Visit the store, unless it is being visited."""
        running = self._running.get(store.store_id)
        if running is None or running.done():
            self._running[store.store_id] = group.create_task(self.visit(store))

    async def want(self, wish: ListingsWanted) -> None:
        """Read the store's listings now, unless this wish was heard before. Raises Unavailable."""
        await self.rounds.wanted(wish.store_id, wish.occurred_at)
        self._later.pop(wish.store_id, None)
        self._woken.set()

    async def visit(self, store: StoreConfigured) -> None:
        """Read what is hinted at, and all listings if they are due; unless others read them."""
        told = self.hints.take(store.store_id)
        shelf = self.shelves.get(store.channel)
        if shelf is None or not store.active:
            return
        if told:
            await self._look(store, shelf, told)
        if self._knows_better(store):
            return
        async with self._room:
            if not await self._claim(store):
                self._not_before(store, LOOK_AGAIN_AFTER)
                return
            read = partial(self._round, store, shelf)
            met, refused = await self._guarded(store, read)
            if met is not None:
                log.info("listings_read", store_id=store.store_id, listings=met)
            again = AGAIN_AFTER if met is None and not refused else self.every
            await self._ended(store, again)

    async def _look(self, store: StoreConfigured, shelf: Shelf, listing_ids: set[str]) -> None:
        """See what became of these listings; of too many, by way of a round."""
        if len(listing_ids) > MOST:
            await self._make_due(store)
            return
        async with self._room:
            held = await patiently(
                lambda: self.rounds.hold(store.store_id, self.clock(), LEASE),
                "holding a store's listings",
            )
            if not held:
                # Whoever reads them may have passed these: they are looked at once that is done.
                for listing_id in listing_ids:
                    self.hints.add(store.store_id, listing_id)
                return
            await self._guarded(store, partial(self._looked, store, shelf, sorted(listing_ids)))
            await patiently(lambda: self.rounds.let_go(store.store_id), "letting listings go")

    async def _looked(self, store: StoreConfigured, shelf: Shelf, listing_ids: list[str]) -> int:
        for begin in range(0, len(listing_ids), shelf.at_once):
            if begin:
                await self.sleep(PAUSE_S)
            some = listing_ids[begin : begin + shelf.at_once]
            found = await self.reader.ask(store, partial(shelf.some, listing_ids=some))
            await self.teller.met(store, [offer for offer in found.values() if offer], "")
            await self.teller.gone_by_id(store, (id_ for id_, offer in found.items() if not offer))
        log.info("listings_looked_at", store_id=store.store_id, listings=len(listing_ids))
        return len(listing_ids)

    async def _guarded(
        self, store: StoreConfigured, work: Callable[[], Awaitable[int]]
    ) -> tuple[int | None, bool]:
        """How many listings were read, None where it went wrong; and whether it was refused."""
        try:
            return await work(), False
        except (GivenUp, Unreadable) as trouble:
            log.warning("listings_not_read", store_id=store.store_id, why=str(trouble))
            return None, False
        except TokenRefused:
            log.warning("listings_not_read", store_id=store.store_id, why="token refused")
            return None, True

    async def _round(self, store: StoreConfigured, shelf: Shelf) -> int:
        """From the first page to the last; how many listings there are."""
        round_, after, met, unreadable = self.new_round(), "", 0, 0
        while True:
            page = await self.reader.ask(store, partial(shelf.page, after=after))
            await self.teller.met(store, page.offers, round_)
            met, unreadable = met + len(page.offers), unreadable + page.unreadable
            after = page.after
            if not after:
                break
            await self.sleep(PAUSE_S)
            await self._claim(store)
        if unreadable:
            log.warning("listings_unreadable", store_id=store.store_id, listings=unreadable)
        else:
            await self._forget_missing(store, round_)
        return met

    async def _forget_missing(self, store: StoreConfigured, round_: str) -> None:
        missing = self.teller.book.missing
        while gone := await patiently(
            lambda: missing(store.store_id, round_, _REMOVED_AT_ONCE),
            "finding listings that are gone",
        ):
            await self.teller.gone(gone, round_)

    async def _make_due(self, store: StoreConfigured) -> None:
        """Have the whole shelf read as soon as it can be."""
        await patiently(
            lambda: self.rounds.wanted(store.store_id, self.clock()), "asking for listings"
        )
        self._later.pop(store.store_id, None)

    async def _claim(self, store: StoreConfigured) -> bool:
        return await patiently(
            lambda: self.rounds.claim(store.store_id, _access(store), self.clock(), LEASE),
            "claiming a store's listings",
        )

    async def _ended(self, store: StoreConfigured, pause: timedelta) -> None:
        due_at = self._not_before(store, pause)
        await patiently(
            lambda: self.rounds.ended(store.store_id, _access(store), due_at),
            "ending a round of listings",
        )

    def _not_before(self, store: StoreConfigured, pause: timedelta) -> datetime:
        """Leave the store alone for so long, unless its access changes; until when that is."""
        until = self.clock() + pause
        self._later[store.store_id] = (_access(store), until)
        return until

    def _knows_better(self, store: StoreConfigured) -> bool:
        """Whether the store was found not to be due, so that the database need not be asked."""
        access, until = self._later.get(store.store_id, ("", self.clock()))
        return access == _access(store) and self.clock() < until


def _access(store: StoreConfigured) -> str:
    """A hash of where and with what the store is read: after another access it is read at once."""
    told = f"{store.channel}|{store.domain}|{store.channel_token}|{store.channel_refresh_token}"
    return hashlib.sha256(told.encode()).hexdigest()
