"""Delivers the ERP's webhooks: per address one after the other, by the sandbox's clock."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

import aiohttp

from sandbox.erp.clock import SandboxClock
from sandbox.erp.companies import Companies, Company
from sandbox.erp.hooks import book, outcome
from sandbox.erp.sales.billing import next_answer, settle_due
from sandbox.erp.store import Doc, dumps

Post = Callable[[str, bytes, float], Awaitable[int]]
"""Posts JSON to an address within so many real seconds; the HTTP status."""
PING: Doc = {"ping": "omie"}
"""What an address is asked when it is registered. That there is a ping is known, not its body."""
SHORTEST_WAIT_S = 0.005


class Courier:
    """One loop for all companies; a telling that fails holds back those behind it."""

    def __init__(self, companies: Companies, clock: SandboxClock, post: Post) -> None:
        self._companies = companies
        self._clock = clock
        self._post = post
        self._news = asyncio.Event()
        self._under_way: set[tuple[str, int, str]] = set()

    def wake(self) -> None:
        """There is something new to tell, or the clock was changed."""
        self._news.set()

    async def ping(self, url: str) -> Doc:
        """Whether an address answers as one that may be registered must."""
        return await self._try(url, PING, outcome.TIMEOUTS_S["main"])

    async def run(self) -> None:
        """Deliver until cancelled."""
        async with asyncio.TaskGroup() as attempts:
            while True:
                self._news.clear()
                soonest = None
                for company in tuple(self._companies):
                    due = self._start(company, attempts)
                    soonest = min(filter(None, (soonest, due)), default=None)
                await self._until(soonest)

    def _start(self, company: Company, attempts: asyncio.TaskGroup) -> datetime | None:
        """Begin what is due of a company, and say when the next of it will be."""
        if not book.has_listeners(company):
            return None
        settle_due(company)
        waiting = [due] if (due := next_answer(company)) else []
        now = _ms(self._clock())
        for hook, delivery in book.heads(company):
            lane = (company.app_key, hook["id"], delivery["queue"])
            if lane in self._under_way:
                continue
            if delivery["due"] > now:
                waiting.append(datetime.fromtimestamp(delivery["due"] / 1000, UTC))
                continue
            self._under_way.add(lane)
            attempts.create_task(self._deliver(company, hook, delivery, lane))
        return min(waiting, default=None)

    async def _until(self, moment: datetime | None) -> None:
        wait = None
        if moment is not None:
            wait = max(SHORTEST_WAIT_S, self._clock.real_seconds_until(moment))
        try:
            async with asyncio.timeout(wait):
                await self._news.wait()
        except TimeoutError:
            return

    async def _deliver(
        self, company: Company, hook: Doc, delivery: Doc, lane: tuple[str, int, str]
    ) -> None:
        limit = outcome.TIMEOUTS_S[delivery["queue"]]
        attempt = await self._try(hook["url"], delivery["body"], limit)
        if company.get(book.HOOKS, hook["id"]) is not None:
            with company.transaction():
                self._record(company, hook["id"], delivery, attempt)
        self._under_way.discard(lane)
        self.wake()

    def _record(self, company: Company, hook_id: int, delivery: Doc, attempt: Doc) -> None:
        hook = company.get(book.HOOKS, hook_id) or {}
        again = False
        if outcome.arrived(attempt) and not delivery.get("repeated"):
            hook["told"] += 1
            company.put(book.HOOKS, hook)
            every = hook["duplicate_every"]
            again = bool(every) and hook["told"] % every == 0
        company.put(book.DELIVERIES, outcome.after(delivery, attempt, again=again))

    async def _try(self, url: str, body: Doc, limit: float) -> Doc:
        at = _ms(self._clock())
        try:
            return {"at": at, "status": await self._post(url, dumps(body), limit)}
        except (aiohttp.ClientError, OSError, TimeoutError, ValueError) as failure:
            return {"at": at, "error": type(failure).__name__}


class Session:
    """Posts over HTTP, following no redirection; it is opened when first needed."""

    def __init__(self) -> None:
        self._session: aiohttp.ClientSession | None = None

    async def post(self, url: str, body: bytes, limit: float) -> int:
        """The HTTP status, once the whole answer is there."""
        self._session = self._session or aiohttp.ClientSession()
        async with self._session.post(
            url,
            data=body,
            headers={"Content-Type": "application/json"},
            timeout=aiohttp.ClientTimeout(total=limit),
            allow_redirects=False,
        ) as answer:
            await answer.read()
            return answer.status

    async def close(self) -> None:
        """Let the connections go."""
        if self._session is not None:
            await self._session.close()


def _ms(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)
