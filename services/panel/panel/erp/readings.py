"""What is being read from the ERP just now: one reading of an account at a time."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any

from contracts.stores import StoreConfigured
from omie.client import Omie
from panel.erp.accounts import Accounts


@dataclass(slots=True)
class Readings:
    """Runs `read` beside everything else, at most once per account at a time."""

    accounts: Accounts
    read: Callable[[str, Omie], Coroutine[Any, Any, None]]
    _running: dict[str, asyncio.Task[None]] = field(default_factory=dict, init=False)

    def begin(self, store: StoreConfigured) -> asyncio.Task[None] | None:
        """The reading under way of the store's account, or a new one; None without credentials."""
        running = self._running.get(store.account_id)
        if running is not None and not running.done():
            return running
        omie = self.accounts.of(store)
        if omie is None:
            return None
        reading = asyncio.create_task(self.read(store.account_id, omie))
        self._running[store.account_id] = reading
        return reading

    async def stop(self) -> None:
        """Give up what is being read."""
        for reading in self._running.values():
            reading.cancel()
        await asyncio.gather(*self._running.values(), return_exceptions=True)
