"""No webhook is trusted to arrive: every store is swept by last change, again and again.

A round lists what changed since the one before and has read what is ahead of what we know; takes
in the webhooks that the channel could not deliver; and once a day counts the orders of the last
weeks against the channel, which also finds what changed without a trace in any list. Whatever it
finds goes through the inbox like a webhook.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any, Final

import structlog

from capture import sweep as sweeps
from capture.channels.channel import Channel, Shop, TokenRefused, Unreachable, Unreadable
from capture.channels.listed import Listed, Period
from capture.lister import Lister, cut
from capture.orders import StandingOrders
from capture.outlook import Outlook
from capture.prospect import Prospect
from capture.questions import Questions, few
from capture.shops import Shops
from capture.sweep import Sweep
from chassis.clock import Clock
from chassis.flow import Publishes
from chassis.leases import Leases
from chassis.logs import raised_at
from chassis.patience import Unavailable, patiently
from chassis.store import Documents, Kept
from contracts.stores import StoreConfigured
from contracts.sweeps import StoreSwept, SweepCounts
from contracts.wire import encode

SERVICE: Final = "capture"
TROUBLES: Final = (TokenRefused, Unreachable, Unreadable, Unavailable)
"""Of the channel or the database: they pass, and the next sweep goes on from the last whole one."""
STORES_AT_ONCE: Final = 8

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Round:
    """One store's sweep, under way. `asked_by` is its name on the orders it has read."""

    store: StoreConfigured
    channel: Channel
    shop: Shop
    asked_by: str
    tally: Counter[str] = field(default_factory=Counter)


class SweepsWanted:
    """Stores to be swept at once: what they sold while their channel kept us out waits there."""

    def __init__(self) -> None:
        self._stores = set[str]()
        self._news = asyncio.Event()

    def add(self, store_id: str) -> None:
        """Have this store swept."""
        self._stores.add(store_id)
        self._news.set()

    async def take(self) -> set[str]:
        """The stores that are wanted, as soon as there are any."""
        await self._news.wait()
        self._news.clear()
        taken, self._stores = self._stores, set()
        return taken


@dataclass(frozen=True, slots=True)
class Sweeper:
    """Sweeps stores. `standing` knows which captured orders stand."""

    shops: Shops
    lister: Lister
    questions: Questions
    outlook: Outlook
    standing: StandingOrders
    kept: Documents[Sweep]
    leases: Leases
    publisher: Publishes
    clock: Clock
    sleep: Callable[[float], Awaitable[None]]
    wanted: SweepsWanted = field(default_factory=SweepsWanted)
    begun: dict[str, datetime] = field(default_factory=dict, init=False)
    """When the last whole sweep of each store began that this process sweeps."""

    def ages(self) -> Mapping[tuple[str, ...], float]:
        """Seconds since then, by channel, of the store that is furthest behind."""
        now, found = self.clock(), dict[tuple[str, ...], float]()
        for store in self._connected():
            if begun := self.begun.get(store.store_id):
                age, channel = (now - begun).total_seconds(), (store.channel,)
                found[channel] = max(age, found.get(channel, 0.0))
        return found

    async def keep_sweeping(self, every_s: float) -> None:
        """Sweep all stores now and every so often, until cancelled; never, every 0 seconds.

        A store whose sweep takes longer is left out of the next ones, and holds nobody up. One that
        is wanted meanwhile is swept at once.
        """
        turns, swept_now = asyncio.Semaphore(STORES_AT_ONCE), set[str]()
        async with asyncio.TaskGroup() as group:

            def begin(stores: Sequence[StoreConfigured]) -> None:
                for store in stores:
                    if store.store_id not in swept_now:
                        swept_now.add(store.store_id)
                        task = group.create_task(self._in_turn(turns, store))
                        task.add_done_callback(partial(_discard, swept_now, store.store_id))

            if every_s > 0:
                group.create_task(self._sweep_wanted(begin))
            while every_s > 0:
                begin(self._connected())
                await self.sleep(every_s)

    async def _sweep_wanted(self, begin: Callable[[Sequence[StoreConfigured]], None]) -> None:
        while True:
            wanted = await self.wanted.take()
            begin([store for store in self._connected() if store.store_id in wanted])

    async def sweep_all(self) -> None:
        """Sweep every store that is connected, a few at a time."""
        turns = asyncio.Semaphore(STORES_AT_ONCE)
        await asyncio.gather(*(self._in_turn(turns, store) for store in self._connected()))

    async def sweep(self, store: StoreConfigured) -> None:
        """One round, unless another process is at it. What goes wrong waits for the next."""
        channel, shop = self.shops.channel(store, store.channel), self.shops.shop(store)
        if channel is None or not shop.token:
            return
        try:
            async with self.leases.held(f"sweep:{store.store_id}") as ours:
                if ours:
                    now = self.clock().isoformat()
                    await self._sweep(Round(store, channel, shop, f"sweep:{now}"))
                else:
                    self.begun.pop(store.store_id, None)
        except TROUBLES as trouble:
            _put_off("sweep_put_off", store, trouble)
        except Exception as error:
            # One store's bug must keep no other from being swept.
            what = f"{type(error).__name__} at {raised_at(error)}"
            log.exception("sweep_failed", store_id=store.store_id, error=what)

    def _connected(self) -> list[StoreConfigured]:
        return [store for store in self.shops.stores if store.active]

    async def _in_turn(self, turns: asyncio.Semaphore, store: StoreConfigured) -> None:
        async with turns:
            await self.sweep(store)

    async def _sweep(self, round_: Round) -> None:
        now, store_id = self.clock(), round_.store.store_id
        stored = (await self.kept.load([store_id])).get(store_id)
        kept = stored or Kept(sweeps.begun(round_.store, now))
        sweep = kept.state
        self.begun[store_id] = sweep.swept_until
        async for page in self.lister.pages(round_.channel, round_.shop, sweeps.changes(sweep)):
            await self._take_in(round_, page.orders)
        heard, missed = await self._missed(round_, sweep)
        log.info("swept", store_id=store_id, missed=missed, **round_.tally)
        kept = await self._note(kept, swept_until=now, heard=heard)
        self.begun[store_id] = now
        count = await self._counted(round_, sweep, now)
        await self._tell(round_, count, missed=missed)
        if count is not None:
            await self._note(kept, counted_at=now)

    async def _missed(self, round_: Round, sweep: Sweep) -> tuple[tuple[str, ...], int]:
        """Take the kept webhooks in; which the channel keeps now, and how many were new.

        A channel that does not say is asked again with the next sweep: its lists count more.
        """
        try:
            missed = await self.lister.missed(round_.channel, round_.shop)
        except TROUBLES as trouble:
            _put_off("missed_webhooks_put_off", round_.store, trouble)
            return sweep.heard, 0
        fresh = sweeps.unheard(sweep, missed)
        await self.questions.come_again(round_.store, fresh)
        return tuple(each.id for each in missed), len(fresh)

    async def _counted(self, round_: Round, sweep: Sweep, now: datetime) -> Round | None:
        """The daily count, if it is time for it and the channel lets us."""
        period = sweeps.countable(sweep, now)
        if period is None:
            return None
        count = Round(round_.store, round_.channel, round_.shop, f"count:{now.isoformat()}")
        try:
            await self._count(count, period)
        except TROUBLES as trouble:
            _put_off("count_put_off", round_.store, trouble)
            return None
        return count

    async def _note(self, kept: Kept[Sweep], **changed: Any) -> Kept[Sweep]:
        noted = Kept(kept.state.model_copy(update=changed), kept.version)
        await patiently(partial(self.kept.save, {noted.state.store_id: noted}), "noting a sweep")
        return Kept(noted.state, noted.version + 1)

    async def _tell(self, round_: Round, count: Round | None, *, missed: int) -> None:
        told = StoreSwept(
            store_id=round_.store.store_id,
            account_id=round_.store.account_id,
            changes=_counts(round_.tally),
            count=_counts(count.tally) if count else None,
            missed=missed,
            throttled=self.lister.tally.newly_throttled(round_.store.store_id),
            occurred_at=self.clock(),
        )
        record = encode(told, SERVICE)
        await patiently(lambda: self.publisher.publish([record]), "telling of a sweep")

    async def _take_in(self, round_: Round, orders: Sequence[Listed]) -> None:
        """Have those orders read that are ahead of what we know."""
        wanted = {}
        for order, expected, _ in await self.outlook.of(round_.store, orders):
            round_.tally["listed"] += 1
            round_.tally[expected.value] += 1
            if expected in {Prospect.NEW, Prospect.CHANGED}:
                wanted[order.order_id] = order.document
        for some in few(wanted):
            await self.questions.ask(round_.store, round_.channel, some, round_.asked_by)

    async def _count(self, round_: Round, period: Period) -> None:
        """Hold the orders we have against the channel's, day by day, and make up the difference.

        What the channel does not list any more is asked for as well: Mercado Livre hides
        cancelled orders, so an order of ours that is not there was cancelled.
        """
        store_id = round_.store.store_id
        for day in cut(period, self.clock()):
            listed: set[str] = set()
            async for page in self.lister.pages(round_.channel, round_.shop, day):
                listed |= {f"{store_id}:{order.order_id}" for order in page.orders}
                await self._take_in(round_, page.orders)
            ours = await self.standing.standing(store_id, day.since, day.until or self.clock())
            gone = [order_id for order_id in ours if order_id not in listed]
            round_.tally["vanished"] += len(gone)
            for some in few({order_id.removeprefix(f"{store_id}:"): b"" for order_id in gone}):
                await self.questions.ask(round_.store, round_.channel, some, round_.asked_by)
        log.info("counted", store_id=store_id, **round_.tally)


def _counts(tally: Counter[str]) -> SweepCounts:
    """What a round found; the names that are no field of the counts are reasons."""
    fields = SweepCounts.model_fields.keys() - {"ignored"}
    ignored = {name: number for name, number in tally.items() if name not in fields}
    return SweepCounts(**{name: tally[name] for name in fields}, ignored=ignored)


def _put_off(event: str, store: StoreConfigured, trouble: Exception) -> None:
    log.warning(event, store_id=store.store_id, cause=str(trouble) or type(trouble).__name__)


def _discard(swept: set[str], store_id: str, _: asyncio.Task[None]) -> None:
    swept.discard(store_id)
