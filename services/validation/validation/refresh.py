"""One keeper per ERP account, from the moment a store names the account."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Final

import structlog

from contracts.order import Item
from contracts.stores import StoreConfigured
from validation.keeper import Keeper

RESTART_S: Final = 60.0

log = structlog.get_logger()


class Refresh:
    """The keepers of all accounts. One that breaks is started again and harms no other."""

    def __init__(self, keeper: Callable[[str], Keeper]) -> None:
        self._make = keeper
        self._keepers: dict[str, Keeper] = {}
        self._new: asyncio.Queue[str] = asyncio.Queue()

    def configured(self, store: StoreConfigured) -> None:
        """A store was configured: its account is kept from now on."""
        known = self._keepers.get(store.account_id)
        if known is not None:
            known.reconnect()
            return
        self._keepers[store.account_id] = self._make(store.account_id)
        self._new.put_nowait(store.account_id)

    def ask(self, account_id: str, items: Sequence[Item]) -> None:
        """Have these lines' products looked up."""
        keeper = self._keepers.get(account_id)
        if keeper is not None:
            keeper.ask(items)

    async def run(self) -> None:
        """Keep every account until cancelled."""
        async with asyncio.TaskGroup() as group:
            while True:
                account_id = await self._new.get()
                group.create_task(self._keep(account_id))

    async def _keep(self, account_id: str) -> None:
        while True:
            try:
                await self._keepers[account_id].run()
            except Exception:
                log.exception("keeper_broken", account_id=account_id)
            await asyncio.sleep(RESTART_S)
