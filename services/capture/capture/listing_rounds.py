"""Rounds through every store's listings: page by page, told where they changed, kept.

What was told is kept after it was written to the topic: a crash in between tells the same again. A
round that came to its end knows which listings its channel no longer has. Rounds are background
work: a page at a time per store, with a pause after each, and whatever goes wrong with one store
is put off for that store alone.
"""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

import structlog

from capture.channels.channel import Throttled, TokenRefused, Unreachable, Unreadable
from capture.channels.shelf import Shelf, ShelfPage
from capture.listing_book import ListingBook, Rounds
from capture.listings import removed, seen
from capture.shops import Shops
from capture.tally import Tally
from capture.tokens import Tokens
from chassis.clock import Clock
from chassis.flow import Publishes
from chassis.patience import patiently
from contracts.listings import ListingSeen, ListingsWanted
from contracts.stores import StoreConfigured
from contracts.wire import encode

LEASE: Final = timedelta(minutes=2)
LOOK_EVERY_S: Final = 15.0
PAUSE_S: Final = 1.0
AGAIN_AFTER: Final = timedelta(minutes=2)
"""A round that its channel broke off is begun again."""
LOOK_AGAIN_AFTER: Final = timedelta(minutes=1)
"""At a store that is not due, or that another process reads."""
STORES_AT_ONCE: Final = 4
TRIES: Final = 4
_REMOVED_AT_ONCE: Final = 100

log = structlog.get_logger()


class _GivenUp(Exception):  # noqa: N818 - it names what happened to the round
    """The channel could not be read to the end."""


@dataclass(slots=True)
class ListingRounds:
    """Reads the listings of every active store each `every`. `shelves` are by channel."""

    shops: Shops
    shelves: Mapping[str, Shelf]
    tokens: Tokens
    book: ListingBook
    rounds: Rounds
    publisher: Publishes
    tally: Tally
    clock: Clock
    every: timedelta
    new_round: Callable[[], str]
    service: str
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
            while True:
                self._woken.clear()
                for store in self.shops.stores:
                    running = self._running.get(store.store_id)
                    if running is None or running.done():
                        task = group.create_task(self.visit(store))
                        self._running[store.store_id] = task
                try:
                    async with asyncio.timeout(LOOK_EVERY_S):
                        await self._woken.wait()
                except TimeoutError:
                    continue

    async def want(self, wish: ListingsWanted) -> None:
        """Read the store's listings now, unless this wish was heard before. Raises Unavailable."""
        await self.rounds.wanted(wish.store_id, wish.occurred_at)
        self._later.pop(wish.store_id, None)
        self._woken.set()

    async def visit(self, store: StoreConfigured) -> None:
        """Read the store's listings if they are due and nobody else reads them."""
        shelf = self.shelves.get(store.channel)
        if shelf is None or not store.active or self._knows_better(store):
            return
        async with self._room:
            if not await self._claim(store):
                self._not_before(store, LOOK_AGAIN_AFTER)
                return
            try:
                met = await self._round(store, shelf)
            except (_GivenUp, Unreadable) as trouble:
                log.warning("listings_not_read", store_id=store.store_id, why=str(trouble))
                await self._ended(store, AGAIN_AFTER)
                return
            except TokenRefused:
                log.warning("listings_not_read", store_id=store.store_id, why="token refused")
                await self._ended(store, self.every)
                return
            log.info("listings_read", store_id=store.store_id, listings=met)
            await self._ended(store, self.every)

    async def _round(self, store: StoreConfigured, shelf: Shelf) -> int:
        """From the first page to the last; how many listings there are."""
        round_, after, met, unreadable = self.new_round(), "", 0, 0
        while True:
            page = await self._page(store, shelf, after)
            await self._take(store, page, round_)
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

    async def _take(self, store: StoreConfigured, page: ShelfPage, round_: str) -> None:
        keys = [f"{store.store_id}:{offer.listing_id}" for offer in page.offers]
        known = await patiently(lambda: self.book.known(keys), "reading listings")
        now = self.clock()
        met = {
            key: seen(known.get(key), offer, store, now)
            for key, offer in zip(keys, page.offers, strict=True)
        }
        await self._keep(list(met.values()), known.values(), round_)

    async def _forget_missing(self, store: StoreConfigured, round_: str) -> None:
        while True:
            gone = await patiently(
                lambda: self.book.missing(store.store_id, round_, _REMOVED_AT_ONCE),
                "finding listings that are gone",
            )
            if not gone:
                return
            now = self.clock()
            await self._keep([removed(listing, now) for listing in gone], gone, round_)

    async def _keep(
        self, met: Sequence[ListingSeen], known: Iterable[ListingSeen], round_: str
    ) -> None:
        """Tell what is news, then keep all of it."""
        old = {(listing.key, listing.revision) for listing in known}
        news = [one for one in met if (one.key, one.revision) not in old]
        if told := [encode(listing, self.service) for listing in news]:
            await patiently(lambda: self.publisher.publish(told), "telling listings")
        await patiently(lambda: self.book.keep(met, round_), "keeping listings")

    async def _page(self, store: StoreConfigured, shelf: Shelf, after: str) -> ShelfPage:
        """One page, asked for a few times. Raises TokenRefused, Unreadable and _GivenUp."""
        pause = PAUSE_S
        for left in reversed(range(TRIES)):
            try:
                return await self._with_token(store, shelf, after)
            except Unreachable as trouble:
                wait = max(pause, trouble.wait_s)
                if isinstance(trouble, Throttled):
                    self.tally.throttled(store.store_id, wait)
                if not left:
                    raise _GivenUp(str(trouble)) from None
                await self.sleep(wait)
            pause *= 2
        raise AssertionError("unreachable")

    async def _with_token(self, store: StoreConfigured, shelf: Shelf, after: str) -> ShelfPage:
        shop = self.shops.shop(store)
        token = await self.tokens.of(store.channel, shop)
        try:
            return await shelf.page(replace(shop, token=token), after)
        except TokenRefused:
            other = await self.tokens.instead(store.channel, shop, token)
            if other is None:
                raise
            return await shelf.page(replace(shop, token=other), after)

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
