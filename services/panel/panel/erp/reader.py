"""Keeps the ERP's lists: read when a page wants them, shared by all processes, shown when old.

Pages never wait long for the ERP. Lists that are there are shown at once and read anew beside the
page; only the very first reading is waited for, a moment.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Final

import structlog

from chassis.clock import Clock
from chassis.patience import Unavailable
from chassis.store import Documents, Kept
from contracts.stores import StoreConfigured
from omie.client import Omie
from omie.faults import Fault, FaultKind
from omie.registers import LISTINGS, read
from panel.erp.accounts import Accounts
from panel.erp.lists import ErpList, Lists
from panel.erp.readings import Readings

PATIENCE_S: Final = 4.0
AGAIN_AFTER: Final = timedelta(seconds=61)
"""The ERP refuses the same read twice in a minute."""
PAGE_SIZE: Final = 99
"""Not the size that validation asks for: the ERP refuses the same read twice in a minute."""

MOST_REFUSALS: Final = 2
"""Lists that refused keys are tried with in one reading: the ERP blocks after ten."""
_SHUT: Final = frozenset({FaultKind.AUTH, FaultKind.BLOCKED})

log = structlog.get_logger()


@dataclass(slots=True)
class Reader:
    """The lists of every account, in `kept` by account."""

    accounts: Accounts
    kept: Documents[Lists]
    clock: Clock
    patience_s: float = PATIENCE_S
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    _readings: Readings = field(init=False)

    def __post_init__(self) -> None:
        """Be ready to read."""
        self._readings = Readings(self.accounts, self._read, self.clock)

    async def lists(self, store: StoreConfigured) -> Lists:
        """What is known of the account's lists, read anew beside if old. Raises Unavailable."""
        known = await self._known(store.account_id)
        if known is not None and known.state.fresh(self.clock()):
            return known.state
        reading = self._readings.begin(store)
        if known is None and reading is not None:
            await asyncio.wait([reading], timeout=self.patience_s)
            known = await self._known(store.account_id)
        return known.state if known else Lists(store.account_id)

    async def read_again(self, store: StoreConfigured) -> None:
        """Read the lists now, as far as the ERP answers in a moment."""
        reading = self._readings.begin(store)
        if reading is not None:
            await asyncio.wait([reading], timeout=self.patience_s)

    async def stop(self) -> None:
        """Give up what is being read."""
        await self._readings.stop()

    async def _read(self, account_id: str, omie: Omie) -> None:
        """Each list by itself: one that the ERP will not show leaves the others as they are.

        What somebody else asked a moment ago is asked once more when the ERP's minute is over;
        keys that are refused for some lists are refused for all.
        """
        again: dict[str, float] = {}
        refused = 0
        for name in LISTINGS:
            wait_s = await self._read_one(account_id, omie, name)
            refused += wait_s is None
            if refused == MOST_REFUSALS:
                self._readings.fault(account_id, omie)
                return
            if wait_s:
                again[name] = wait_s
        if again:
            await self.sleep(max(AGAIN_AFTER.total_seconds(), *again.values()) + 1)
            for name in again:
                await self._read_one(account_id, omie, name)

    async def _read_one(self, account_id: str, omie: Omie, name: str) -> float | None:
        """Read one list, unless it is fresh; the seconds after which to ask again, if at all.

        None where the ERP does not take the keys.
        """
        now = self.clock()
        known = await self._known(account_id)
        register = known.state.get(name) if known else None
        if register is not None and now - register.read_at < AGAIN_AFTER:
            return 0
        try:
            options = await read(omie, LISTINGS[name], size=PAGE_SIZE)
            await self._keep(account_id, name, ErpList(options, now))
        except (Fault, Unavailable) as error:
            log.warning("erp_list_not_read", account_id=account_id, list=name, why=str(error))
            if isinstance(error, Fault) and error.kind is FaultKind.REDUNDANT:
                return max(error.wait_s, 1.0)
            if isinstance(error, Fault) and error.kind in _SHUT:
                return None
        return 0

    async def _keep(self, account_id: str, name: str, register: ErpList) -> None:
        known = await self._known(account_id) or Kept(Lists(account_id))
        lists = replace(known.state, registers={**known.state.registers, name: register})
        await self.kept.save({account_id: Kept(lists, known.version)})

    async def _known(self, account_id: str) -> Kept[Lists] | None:
        return (await self.kept.load([account_id])).get(account_id)
