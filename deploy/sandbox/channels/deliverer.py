"""Delivers webhooks as the channels do: within their timeouts, retried on their schedules."""

import asyncio
import heapq
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace

import aiohttp

from sandbox.channels.archive import Archive
from sandbox.channels.channel import DeliveryRules
from sandbox.channels.clock import SandboxClock
from sandbox.channels.outbox import Attempt, Delivery, Outbox
from sandbox.channels.subscriptions import Subscriptions

Post = Callable[[Delivery, DeliveryRules], Awaitable[int]]


class Deliverer:
    """One loop that starts each delivery when it is due, a bounded number of them at a time."""

    def __init__(
        self,
        *,
        archive: Archive,
        outbox: Outbox,
        subscriptions: Subscriptions,
        rules: Mapping[str, DeliveryRules],
        clock: SandboxClock,
        concurrency: int = 64,
    ) -> None:
        self._archive = archive
        self._outbox = outbox
        self._subscriptions = subscriptions
        self._rules = rules
        self._clock = clock
        self._slots = asyncio.Semaphore(concurrency)
        self._due: list[tuple[float, int]] = []
        self._news = asyncio.Event()
        self._first_attempts: dict[int, list[asyncio.Future[Attempt]]] = defaultdict(list)

    def add(self, delivery_id: int) -> None:
        """Deliver this one now; it is in the outbox already."""
        heapq.heappush(self._due, (self._clock.seconds(), delivery_id))
        self._news.set()

    def hurry(self) -> None:
        """Make every waiting retry now, whatever its schedule says."""
        now = self._clock.seconds()
        self._outbox.hurry(now)
        self._due = [(min(due, now), delivery_id) for due, delivery_id in self._due]
        heapq.heapify(self._due)
        self._news.set()

    def clock_changed(self) -> None:
        """Look again at what is due."""
        self._news.set()

    async def first_attempts(self, delivery_ids: Sequence[int]) -> list[Attempt]:
        """The outcome of the next attempt of each delivery."""
        loop = asyncio.get_running_loop()
        outcomes: list[asyncio.Future[Attempt]] = [loop.create_future() for _ in delivery_ids]
        for delivery_id, outcome in zip(delivery_ids, outcomes, strict=True):
            self._first_attempts[delivery_id].append(outcome)
        return await asyncio.gather(*outcomes)

    async def run(self, post: Post) -> None:
        """Deliver until cancelled, beginning with what an earlier run left behind."""
        self._due = self._outbox.pending()
        async with asyncio.TaskGroup() as attempts:
            while True:
                while self._due and self._due[0][0] <= self._clock.seconds():
                    await self._slots.acquire()
                    _, delivery_id = heapq.heappop(self._due)
                    attempts.create_task(self._attempt(delivery_id, post))
                await self._until_due()

    async def _until_due(self) -> None:
        """Wait for news, or for the moment at which the next delivery is due."""
        self._news.clear()
        wait = self._clock.real_seconds_until(self._due[0][0]) if self._due else None
        try:
            async with asyncio.timeout(wait):
                await self._news.wait()
        except TimeoutError:
            return

    async def _attempt(self, delivery_id: int, post: Post) -> None:
        delivery = self._outbox.get(delivery_id)
        rules = self._rules[delivery.channel]
        if delivery.failures:
            told = rules.retold(delivery.body, delivery.failures + 1, self._clock())
            delivery = replace(delivery, body=told)
        started = time.perf_counter()
        status, error = await _status_or_error(post(delivery, rules))
        self._slots.release()
        taken = (time.perf_counter() - started) * 1000
        attempt = Attempt(
            self._clock.seconds(), status, error, round(taken, 1), status in rules.accepted
        )
        self._record(delivery, rules, attempt)
        for outcome in self._first_attempts.pop(delivery_id, []):
            if not outcome.done():
                outcome.set_result(attempt)

    def _record(self, delivery: Delivery, rules: DeliveryRules, attempt: Attempt) -> None:
        """Write the outcome down and plan the retry.

        Which failures count towards the loss of a subscription is not published in detail: here,
        all retries of a delivery failed and nothing else got through since it fired.
        """
        next_due = None
        if not attempt.succeeded and delivery.failures < len(rules.pauses):
            next_due = attempt.at + rules.pauses[delivery.failures]
        with self._archive.transaction():
            self._outbox.record(delivery.id, attempt, next_due)
            if attempt.succeeded:
                self._subscriptions.answered(delivery.store_id, delivery.topic, attempt.at)
            elif next_due is None:
                self._subscriptions.lost(
                    delivery.store_id, delivery.topic, delivery.created_at, rules.tolerated_losses
                )
        if next_due is not None:
            heapq.heappush(self._due, (next_due, delivery.id))
            self._news.set()


async def _status_or_error(answer: Awaitable[int]) -> tuple[int | None, str | None]:
    try:
        return await answer, None
    except (aiohttp.ClientError, OSError, ValueError) as failure:
        return None, type(failure).__name__


def over(session: aiohttp.ClientSession) -> Post:
    """Posts over HTTP: the status once the whole answer is there; redirections are not followed."""

    async def post(delivery: Delivery, rules: DeliveryRules) -> int:
        limits = aiohttp.ClientTimeout(
            total=rules.total_timeout, sock_connect=rules.connect_timeout
        )
        async with session.post(
            delivery.url,
            data=delivery.body,
            headers=delivery.headers,
            timeout=limits,
            allow_redirects=False,
        ) as answer:
            await answer.read()
            return answer.status

    return post
