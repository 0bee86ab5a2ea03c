"""What is being read from the ERP just now: one reading of an account at a time.

An account that answered with a fault is left alone for a minute, unless its keys changed meanwhile:
the ERP blocks keys that cause many.
"""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from chassis.clock import Clock
from contracts.stores import StoreConfigured
from omie.client import Omie
from omie.faults import FaultKind
from panel.erp.accounts import Accounts

REST: Final = timedelta(seconds=61)


@dataclass(slots=True)
class Readings:
    """Runs `read` beside everything else, at most once per account at a time."""

    accounts: Accounts
    read: Callable[[str, Omie], Coroutine[Any, Any, None]]
    clock: Clock
    _running: dict[str, asyncio.Task[None]] = field(default_factory=dict, init=False)
    _faulted: dict[str, tuple[Omie, datetime]] = field(default_factory=dict, init=False)
    _refused: dict[str, Omie] = field(default_factory=dict, init=False)

    def begin(self, store: StoreConfigured) -> asyncio.Task[None] | None:
        """The reading under way of the account, or a new one; None if none may begin."""
        running = self._running.get(store.account_id)
        if running is not None and not running.done():
            return running
        omie = self.accounts.of(store)
        if omie is None or self._rests(store.account_id, omie):
            return None
        reading = asyncio.create_task(self.read(store.account_id, omie))
        self._running[store.account_id] = reading
        return reading

    def fault(self, account_id: str, omie: Omie, kind: FaultKind | None = None) -> None:
        """The account answered with a fault: nothing more is asked with these keys for a minute."""
        self._faulted[account_id] = (omie, self.clock())
        if kind is FaultKind.AUTH:
            self._refused[account_id] = omie

    def answered(self, account_id: str) -> None:
        """The account answered: it takes its keys."""
        self._refused.pop(account_id, None)

    def refused(self, store: StoreConfigured) -> bool:
        """Whether the ERP refused the keys that the store has now, and has not answered since."""
        omie = self._refused.get(store.account_id)
        return omie is not None and omie is self.accounts.of(store)

    def _rests(self, account_id: str, omie: Omie) -> bool:
        faulted, at = self._faulted.get(account_id, (None, None))
        return at is not None and faulted is omie and self.clock() - at < REST

    async def stop(self) -> None:
        """Give up what is being read."""
        for reading in self._running.values():
            reading.cancel()
        await asyncio.gather(*self._running.values(), return_exceptions=True)
