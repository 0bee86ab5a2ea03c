"""What is told of an ERP account: once that something holds it, and once that it goes on.

The topic is compacted, and we read our own word back: a fresh process knows what was told last, so
it tells nothing twice and takes back what no longer holds.
"""

import asyncio
import contextlib
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from datetime import timedelta
from functools import partial
from typing import Final

from chassis.clock import Clock
from chassis.flow import Publishes
from chassis.patience import patiently
from chassis.table import Table
from contracts.accounts import AccountCondition, Condition
from contracts.wire import encode
from erp_writer.erp import Erp, Held
from omie.breaker import TENTH, Breaker
from omie.faults import Fault, FaultKind
from omie.probes import probe

SERVICE: Final = "erp-writer"
SAME: Final = timedelta(seconds=2)
"""Two announcements of the same moment, a rounding apart."""
PASSES_BY_ITSELF: Final = (Condition.BLOCKED, Condition.REFUSING)
ASKED_FOR: Final = (Condition.KEYS_REFUSED, Condition.UNREACHABLE)
"""What only a call can find to be over."""
OFTEN_REFUSED: Final = ("IncluirPedido", "IncluirCliente")
"""The methods whose noes come in rows: what they send is the buyer's and the merchant's."""
STALE_S: Final = 3600.0
"""A row of noes that ended longer ago says nothing of the next call."""
ROWS: Final = 1
"""Of our probes; see `omie.probes`."""


def condition_of(breaker: Breaker) -> Condition | None:
    """What people should know of an account with this breaker; None while there is no telling."""
    if breaker.closed:
        return Condition.GOOD
    if not breaker.open:
        return None
    match breaker.cause:
        case FaultKind.AUTH:
            return Condition.KEYS_REFUSED
        case FaultKind.BLOCKED:
            return Condition.BLOCKED
        case FaultKind.TRANSIENT | FaultKind.UNCLEAR:
            return Condition.UNREACHABLE
        case _:
            return Condition.REFUSING


class Conditions:
    """The accounts' conditions. `told` follows the topic that they are told on."""

    def __init__(
        self,
        told: Table[AccountCondition],
        publisher: Publishes,
        clock: Clock,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._told = told
        self._publisher = publisher
        self._clock = clock
        self._sleep = sleep
        self._ours: dict[str, AccountCondition] = {}
        self._untold: dict[str, AccountCondition] = {}
        self._news = asyncio.Event()
        self._probes: Counter[str] = Counter()
        self._untried: set[str] = set()

    def current(self, account_id: str) -> AccountCondition | None:
        """The latest word on the account, ours or another process's; None before there is one."""
        words = (self._told.get(account_id), self._ours.get(account_id))
        return max(filter(None, words), key=lambda word: word.occurred_at, default=None)

    def turned(self, account_id: str, breaker: Breaker, wait_s: float) -> None:
        """A call of the account ended and left its breaker so, to wait `wait_s`."""
        condition = condition_of(breaker)
        before = self.current(account_id)
        if condition is None or (condition is Condition.GOOD and not _is_over(before, breaker)):
            return
        now = self._clock()
        until = now + timedelta(seconds=wait_s) if condition in PASSES_BY_ITSELF else None
        same = before if before is not None and before.condition is condition else None
        if same and (not until or (same.until and abs(until - same.until) < SAME)):
            return
        self._ours[account_id] = self._untold[account_id] = AccountCondition(
            occurred_at=now,
            account_id=account_id,
            condition=condition,
            since=same.since if same else now,
            until=until,
        )
        self._news.set()

    def inherited(self, account_id: str, now: float) -> Breaker:
        """The breaker an earlier process left; `now` is of the breaker's clock.

        A restart ends no block that the ERP announced, nor a row of noes: how long that one was is
        forgotten, so it is taken to be as long as it may be without a block.
        """
        known = self.current(account_id)
        if known is None or known.condition not in PASSES_BY_ITSELF or known.until is None:
            return Breaker()
        left_s = (known.until - self._clock()).total_seconds()
        if known.condition is Condition.BLOCKED:
            return Breaker(FaultKind.BLOCKED, now + left_s) if left_s > 0 else Breaker()
        if left_s < -STALE_S:
            return Breaker()
        rows = dict.fromkeys(OFTEN_REFUSED, TENTH - 2)
        return Breaker(FaultKind.VALIDATION if left_s > 0 else None, now + left_s, rows)

    def doubt(self, account_id: str) -> None:
        """The account has new keys: somebody has to find out whether they are good."""
        self._untried.add(account_id)

    def doubted(self) -> Iterator[str]:
        """The accounts with untried keys, or in what only a call can find to be over."""
        told = {word.account_id for word in self._told}
        for account_id in {*self._ours, *self._untried, *told}:
            if self._is_doubted(account_id):
                yield account_id

    async def probe(self, account_id: str, erp: Erp) -> bool:
        """Find out by a harmless question whether calls pass, where that is in doubt."""
        if not self._is_doubted(account_id):
            return True
        service, call, one_row = probe(self._probes[account_id], ROWS)
        self._probes[account_id] += 1
        with contextlib.suppress(Fault, Held):
            await erp.call(service, call, one_row, fresh=True)
        if erp.breaker.closed or erp.breaker.open:
            self._untried.discard(account_id)
        return erp.breaker.closed

    async def run(self) -> None:
        """Tell what there is to tell, until cancelled."""
        while True:
            await self._news.wait()
            self._news.clear()
            await self.tell()

    async def tell(self) -> None:
        """Tell what there is to tell now."""
        untold, self._untold = self._untold, {}
        if records := [encode(word, SERVICE) for word in untold.values()]:
            telling = partial(self._publisher.publish, records)
            await patiently(telling, "telling how accounts are doing", self._sleep)

    def _is_doubted(self, account_id: str) -> bool:
        known = self.current(account_id)
        held = known is not None and known.condition in ASKED_FOR
        return held or account_id in self._untried


def _is_over(before: AccountCondition | None, breaker: Breaker) -> bool:
    """Whether there was something, and a good answer ends it.

    One of another method does not end a row of noes: the next of those means a longer pause.
    """
    if before is None:
        return False
    return before.condition is not Condition.REFUSING or breaker.well
