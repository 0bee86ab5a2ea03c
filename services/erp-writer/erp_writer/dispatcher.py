"""One task per account that has work, so that no account waits for another."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Iterable
from datetime import timedelta
from functools import partial
from typing import Final

from chassis.clock import Clock
from chassis.kafka import partition_of
from chassis.patience import patiently
from contracts.topics import PARTITIONS
from erp_writer.entry import AT_ONCE
from erp_writer.mongo import Ledger
from erp_writer.ownership import Ownership

TICK: Final = timedelta(seconds=1)
"""How late at most what is due by time, or was missed, is begun. News wake it at once."""
STOP_S: Final = 3.0
"""How long a call in flight may still take when the service stops."""


class Dispatcher:
    """Starts `drain` for every account that has something due, and never twice at a time.

    Also for those `doubted`, of which somebody has to find out how they are doing. News of accounts
    come by `begin`; whoever does not know of which ones sets `woken`.
    """

    def __init__(
        self,
        ledger: Ledger,
        drain: Callable[[str], Awaitable[None]],
        clock: Clock,
        ownership: Ownership,
        woken: asyncio.Event,
        *,
        doubted: Callable[[], Iterable[str]] = lambda: (),
    ) -> None:
        self._ledger = ledger
        self._drain = drain
        self._clock = clock
        self._ownership = ownership
        self._woken = woken
        self._doubted = doubted
        self._news: set[str] = set()
        self._look_again = AT_ONCE
        self._wanted: set[str] = set()
        self._running: dict[str, asyncio.Task[None]] = {}

    def begin(self, accounts: Iterable[str]) -> None:
        """These accounts have something due."""
        self._news.update(accounts)
        self._woken.set()

    async def run(self) -> None:
        """Dispatch until cancelled; then let the calls in flight end."""
        try:
            while True:
                await self._look()
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(TICK.total_seconds()):
                        await self._woken.wait()
        finally:
            await self._stop()

    async def _look(self) -> None:
        self._woken.clear()
        accounts, self._news = self._news, set()
        now = self._clock()
        if not accounts or now >= self._look_again:
            self._look_again = now + TICK
            due = partial(self._ledger.accounts_due, self._ownership.partitions, now)
            accounts.update(await patiently(due, "reading the ledger"))
        for account_id, task in list(self._running.items()):
            if task.done():
                del self._running[account_id]
                task.result()
        for account_id in self._ours({*accounts, *self._doubted()}):
            self._wanted.add(account_id)
            if account_id not in self._running:
                self._running[account_id] = asyncio.create_task(self._work(account_id))

    def _ours(self, accounts: Iterable[str]) -> list[str]:
        held = self._ownership.partitions
        return [each for each in accounts if partition_of(each, PARTITIONS) in held]

    async def _work(self, account_id: str) -> None:
        while account_id in self._wanted:
            self._wanted.discard(account_id)
            await self._drain(account_id)

    async def _stop(self) -> None:
        self._ownership.leave()
        self._wanted.clear()
        tasks = list(self._running.values())
        if tasks:
            await asyncio.wait(tasks, timeout=STOP_S)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
