"""Fetches carried out: listed, judged, asked for a few at a time, told as they go.

A command may come at any moment: it changes the stored fetch, and the next step finds it changed.
What is told is told before it is stored, so that no end of a fetch goes unsaid.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final, Protocol

import structlog

from capture.channels.channel import Channel, Shop, TokenRefused, Unreachable, Unreadable
from capture.channels.listed import By, Listed, Page, Period
from capture.fetch import UNDER_WAY, Fetch, counted, expectation, moved, outcome, progress
from capture.lister import Lister, cut
from capture.outlook import Outlook
from capture.prospect import Prospect
from capture.questions import Questions, few
from capture.shops import Shops
from capture.sighting import Ignored, Sighting
from chassis.clock import Clock
from chassis.flow import Publishes
from chassis.leases import Leases
from chassis.logs import raised_at
from chassis.patience import Unavailable, patiently
from chassis.store import Collection_, Documents, Kept, translated
from contracts.envelope import Message
from contracts.fetches import FetchCounts, FetchOutcome, FetchState, OrderFetched
from contracts.stores import StoreConfigured
from contracts.wire import encode

SERVICE: Final = "capture"
LOOK_EVERY_S: Final = 5.0
"""For fetches that another process heard of, or that a restart left behind."""
AT_ONCE: Final = 2
KEPT_S: Final = 90 * 24 * 60 * 60

Judged = tuple[Listed, Prospect | Ignored, Sighting | None]
log = structlog.get_logger()


class Waiting(Protocol):
    """Which fetches want work. Raises Unavailable."""

    async def under_way(self) -> list[str]:
        """Their ids, whichever was asked for first."""


class Changed(Exception):  # noqa: N818 - it names what happened to the fetch
    """Somebody paused or cancelled the fetch."""


@dataclass(slots=True)
class Work:
    """A fetch under way, as it is stored."""

    fetch: Fetch
    version: int
    store: StoreConfigured
    channel: Channel
    shop: Shop


@dataclass(frozen=True, slots=True)
class Fetcher:
    """Carries fetches out, one per store at a time. `wake` tells of a new command."""

    shops: Shops
    lister: Lister
    questions: Questions
    outlook: Outlook
    fetches: Documents[Fetch]
    waiting: Waiting
    leases: Leases
    publisher: Publishes
    clock: Clock
    wake: asyncio.Event = field(default_factory=asyncio.Event)

    async def keep_fetching(self) -> None:
        """Carry out whatever there is, a few at a time, until cancelled."""
        running: set[str] = set()
        async with asyncio.TaskGroup() as group:
            while True:
                self.wake.clear()
                for fetch_id in await patiently(self.waiting.under_way, "looking for fetches"):
                    if fetch_id in running or len(running) >= AT_ONCE:
                        continue
                    running.add(fetch_id)
                    task = group.create_task(self.carry_out(fetch_id))
                    task.add_done_callback(partial(_discard, running, fetch_id))
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self.wake.wait(), LOOK_EVERY_S)

    async def carry_out(self, fetch_id: str) -> None:
        """One fetch as far as it goes; what breaks in it ends it, with the cause."""
        try:
            kept = (await self.fetches.load([fetch_id])).get(fetch_id)
            if kept is None:
                return
            async with self.leases.held(f"fetch:{kept.state.store_id}") as ours:
                if ours:
                    await self._work(kept)
        except Unavailable as trouble:
            log.warning("fetch_put_off", fetch_id=fetch_id, cause=str(trouble))

    async def _work(self, kept: Kept[Fetch]) -> None:
        fetch = kept.state
        store = self.shops.store(fetch.store_id)
        channel = self.shops.channel(store, store.channel) if store and store.active else None
        if store is None or channel is None:
            await self._end(kept, "store_inactive")
            return
        work = Work(fetch, kept.version, store, channel, self.shops.shop(store))
        try:
            await (self._run(work) if fetch.looked else self._look(work))
        except Changed:
            return
        except TokenRefused:
            await self._fail(work, "token_refused")
        except Unreachable:
            # It stays under way: it is taken up again by itself.
            with contextlib.suppress(Changed):
                await self._step(work, cause="unreachable")
        except Unreadable:
            await self._fail(work, "unreadable")
        except Unavailable:
            raise
        except Exception as error:
            where = f"{type(error).__name__} at {raised_at(error)}"
            log.exception("fetch_failed", fetch_id=fetch.fetch_id, error=where)
            await self._fail(work, "broken")

    async def _look(self, work: Work) -> None:
        """Count what there is to expect, and wait for a person's word."""
        seen: set[str] = set()
        expected = FetchCounts()
        for period in self._days(work.fetch, from_start=True):
            async for page in self._pages(work, period):
                fresh = [o for o in page.orders if o.order_id not in seen]
                seen |= {order.order_id for order in fresh}
                judged = await self.outlook.of(work.store, fresh)
                expected = counted(expected, [expectation(each) for _, each, _ in judged])
                await self._step(work, expected=expected, cause="")
        done = {"looked": True, "state": FetchState.LOOKED, "cause": ""}
        await self._step(work, expected=expected, **done)

    async def _run(self, work: Work) -> None:
        """Have everything read that is news, day by day."""
        await self._step(work, counts=work.fetch.counts_reached)
        for period in self._days(work.fetch, from_start=False):
            seen: set[str] = set()
            async for page in self._pages(work, period):
                fresh = [o for o in page.orders if o.order_id not in seen]
                seen |= {order.order_id for order in fresh}
                await self._settle(work, await self.outlook.of(work.store, fresh))
            done = period.until if period else None
            await self._step(work, reached=done, counts_reached=work.fetch.counts)
        await self._step(work, state=FetchState.DONE, cause="")
        log.info("fetch_done", fetch_id=work.fetch.fetch_id, orders=work.fetch.counts.total)

    async def _settle(self, work: Work, judged: Sequence[Judged]) -> None:
        """Deal with the orders of a page: those that are news are asked for."""
        ours = work.fetch.fetch_id
        wanted: dict[str, Judged] = {}
        settled: list[tuple[Listed, FetchOutcome, str]] = []
        for each in judged:
            order, expected, sighting = each
            if sighting is not None and sighting.asked_by == ours:
                settled.append((order, *outcome(None, sighting)))
            elif expected in {Prospect.NEW, Prospect.CHANGED}:
                wanted[order.order_id] = each
            else:
                settled.append((order, *expectation(expected)))
        await self._tell_of(work, settled)
        for some in few({order_id: each[0].document for order_id, each in wanted.items()}):
            through = await self.questions.ask(work.store, work.channel, some, ours)
            asked = [wanted[order_id] for order_id in some]
            await self._tell_of(
                work, [(o, *outcome(was, through.get(o.order_id))) for o, _, was in asked]
            )

    async def _tell_of(
        self, work: Work, settled: Sequence[tuple[Listed, FetchOutcome, str]]
    ) -> None:
        fetch = work.fetch
        await self._tell(
            [
                OrderFetched(
                    fetch_id=fetch.fetch_id,
                    store_id=fetch.store_id,
                    account_id=fetch.account_id,
                    order_id=f"{fetch.store_id}:{order.order_id}",
                    number=order.number,
                    placed_at=order.placed_at,
                    outcome=became,
                    reason=reason,
                    occurred_at=self.clock(),
                )
                for order, became, reason in settled
            ]
        )
        found = [(became, reason) for _, became, reason in settled]
        await self._step(work, counts=counted(fetch.counts, found), cause="")

    async def _pages(self, work: Work, period: Period | None) -> AsyncIterator[Page]:
        if period is None:
            yield await self.lister.numbered(work.channel, work.shop, work.fetch.number)
            return
        async for page in self.lister.pages(work.channel, work.shop, period):
            yield page

    def _days(self, fetch: Fetch, *, from_start: bool) -> list[Period | None]:
        """The days to look at; a single None where it is about a number."""
        if fetch.number or fetch.since is None or fetch.until is None:
            return [None]
        since = fetch.since if from_start else fetch.reached or fetch.since
        until = min(fetch.until, self.clock())
        return [*cut(Period(since, until, By.PLACED), until)] if since <= until else []

    async def _step(self, work: Work, **changed: Any) -> None:
        """One step further, told and stored. Raises Changed where somebody was faster."""
        further = moved(work.fetch, **changed)
        await self._tell([progress(further, self.clock())])
        if await self.fetches.save({further.fetch_id: Kept(further, work.version)}):
            work.fetch, work.version = further, work.version + 1
            return
        kept = (await self.fetches.load([further.fetch_id]))[further.fetch_id]
        work.fetch = moved(kept.state, counts=further.counts)
        work.version = kept.version
        await self._tell([progress(work.fetch, self.clock())])
        await self.fetches.save({further.fetch_id: Kept(work.fetch, work.version)})
        if kept.state.state not in UNDER_WAY:
            raise Changed
        work.version += 1

    async def _fail(self, work: Work, cause: str) -> None:
        with contextlib.suppress(Changed):
            await self._step(work, state=FetchState.FAILED, cause=cause)

    async def _end(self, kept: Kept[Fetch], cause: str) -> None:
        failed = moved(kept.state, state=FetchState.FAILED, cause=cause)
        await self._tell([progress(failed, self.clock())])
        await self.fetches.save({failed.fetch_id: Kept(failed, kept.version)})

    async def _tell(self, messages: Sequence[Message]) -> None:
        if messages:
            records = [encode(message, SERVICE) for message in messages]
            await patiently(partial(self.publisher.publish, records), "telling of a fetch")


def _discard(running: set[str], fetch_id: str, _: asyncio.Task[None]) -> None:
    running.discard(fetch_id)


class MongoWaiting:
    """Looks for them in the collection of fetches."""

    def __init__(self, collection: Collection_[dict[str, Any]]) -> None:
        self._collection = collection

    async def index(self) -> None:
        """Make the indexes. Raises Unavailable."""
        with translated():
            await self._collection.create_index("state")
            await self._collection.create_index("kept_since", expireAfterSeconds=KEPT_S)

    async def under_way(self) -> list[str]:
        """See Waiting."""
        with translated():
            wanted = {"state": {"$in": list(UNDER_WAY)}}
            found = self._collection.find(wanted, {"_id": 1}).sort("asked_at")
            return [document["_id"] for document in await found.to_list(None)]
