"""Keeping one account's catalogue fresh, and asking its ERP about single products.

The whole catalogue is read every `every_s`; a product that a person says is there now is looked
up at once. Identical reads stay a minute apart, so a whole read begins a minute after the end of
the one before. An account keeps only itself waiting: each has its own keeper.
"""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import Final

import structlog

from chassis.clock import Clock
from chassis.patience import patiently
from contracts.order import Item
from omie.breaker import BLOCKED_S, REFUSED_KEYS_S, Breaker
from omie.client import Omie
from omie.faults import Fault, FaultKind
from omie.probes import probe
from omie.reads import WINDOW_S
from omie.registers import Code
from validation.catalogue import Catalogue, Product, question
from validation.connections import Connect
from validation.knowledge import Access, Knowledge
from validation.reading import CONSULT, look_up, read_catalogue
from validation.shelf import Shelf

CLAIM: Final = timedelta(minutes=2)
"""How long a process that reads the ERP keeps the others from it; a crash frees it in this time."""
APART_S: Final = WINDOW_S + 1
"""Between two whole reads, so that the second gets nothing from the first."""
KEPT: Final = timedelta(seconds=WINDOW_S)
"""How old an answer can be that the client gives without asking the ERP again."""
CLAIMED_S: Final = 5.0
LONGEST_RETRY_S: Final = 60.0
IDLE_PART: Final = 10
"""A large catalogue is read so seldom that reading takes a tenth of the time at most."""
ROWS: Final = 2
"""Of our probes; see `omie.probes`."""
AT_ONCE: Final = 10
"""Products looked up between two looks at the orders that wait for them."""

_COME_BACK: Final = {FaultKind.REDUNDANT, FaultKind.BUSY, FaultKind.THROTTLED}
"""We asked too much; the ERP is well."""
_NO_ANSWER: Final = {FaultKind.TRANSIENT, FaultKind.UNCLEAR}

log = structlog.get_logger()


class Keeper:
    """One account's. `run` until cancelled; `ask`, `hurry` and `reconnect` from anywhere."""

    def __init__(
        self,
        account_id: str,
        knowledge: Knowledge,
        shelf: Shelf,
        connect: Connect,
        *,
        clock: Clock,
        every_s: float,
    ) -> None:
        self._account_id = account_id
        self._knowledge = knowledge
        self._shelf = shelf
        self._connect = connect
        self._clock = clock
        self._every_s = max(every_s, APART_S)
        self._due = 0.0
        self._ended = float("-inf")
        self._failures = 0
        self._probes = 0
        self._used: Omie | Access | None = None
        self._woken = asyncio.Event()
        self._questions: dict[Code, None] = {}
        self._asked = asyncio.Event()
        self._breaker = Breaker()

    async def run(self) -> None:
        """Read and answer for ever."""
        async with asyncio.TaskGroup() as both:
            both.create_task(self._read_for_ever())
            both.create_task(self._answer_for_ever())

    def ask(self, items: Sequence[Item]) -> None:
        """Look these lines' products up now."""
        self._questions |= dict.fromkeys(map(question, items))
        self._asked.set()

    def hurry(self) -> None:
        """Read the whole catalogue as soon as the ERP allows it."""
        self._due = min(self._due, self._ended + APART_S)
        self._woken.set()

    def reconnect(self) -> None:
        """The account's stores were configured: with other keys, or refused ones, read at once."""
        refused = self._knowledge.refused(self._account_id)
        if refused or self._connect(self._account_id) is not self._used:
            self._due = 0.0
            self._woken.set()

    async def _read_for_ever(self) -> None:
        now = asyncio.get_running_loop().time
        while True:
            await self._until_due()
            began = now()
            pause = await self._read(at_once=began - self._ended > WINDOW_S)
            self._ended = now()
            self._due = max(self._ended + pause, began + IDLE_PART * (self._ended - began))

    async def _until_due(self) -> None:
        while True:
            self._woken.clear()
            try:
                async with asyncio.timeout_at(self._due):
                    await self._woken.wait()
            except TimeoutError:
                return

    async def _read(self, *, at_once: bool) -> float:
        """Bring the catalogue up to date; the seconds until the next time."""
        known = self._knowledge.catalogue(self._account_id)
        after = None if known is None else known.read_at
        shelved = await patiently(
            lambda: self._shelf.load(self._account_id, after), "loading a catalogue"
        )
        if shelved is not None:
            self._knowledge.adopt(shelved)
            age = (self._clock() - shelved.read_at).total_seconds()
            return max(self._every_s - age, 0)
        self._used = erp = self._connect(self._account_id)
        if isinstance(erp, Access):
            self._knowledge.failed(self._account_id, erp)
            return self._every_s
        claimed = await patiently(
            lambda: self._shelf.claim(self._account_id, self._clock(), CLAIM), "claiming"
        )
        if not claimed:
            return CLAIMED_S
        return await self._read_erp(erp, known, timedelta(0) if at_once else KEPT)

    async def _read_erp(self, erp: Omie, known: Catalogue | None, kept: timedelta) -> float:
        """Read all of it; some pages may come from `kept` ago, when an earlier try failed."""
        read_at = self._clock() - kept
        try:
            if known is not None:
                await self._try_keys(erp)
            catalogue = await read_catalogue(erp, self._account_id, read_at)
        except Fault as fault:
            return self._failed(fault)
        self._failures = 0
        changed = known is None or not catalogue.same_as(known)
        self._knowledge.adopt(catalogue)
        await patiently(lambda: self._shelf.save(catalogue, changed=changed), "saving a catalogue")
        log.info(
            "catalogue_read",
            account_id=self._account_id,
            products=len(catalogue),
            changed=changed,
        )
        return self._every_s

    async def _try_keys(self, erp: Omie) -> None:
        """Let orders go on the moment credentials that were refused are good again.

        What we read before is as true as it was; reading it anew takes its time, and a minute more
        where that was a moment ago. Raises Fault.
        """
        if self._knowledge.refused(self._account_id):
            service, call, few_rows = probe(self._probes, ROWS)
            self._probes += 1
            await erp.call(service, call, few_rows, fresh=True)
            self._knowledge.answered(self._account_id)

    def _failed(self, fault: Fault) -> float:
        """What the fault says about the account, and the seconds to leave it alone."""
        log.warning("catalogue_not_read", account_id=self._account_id, why=fault.kind)
        if fault.kind in _COME_BACK:
            return fault.wait_s or LONGEST_RETRY_S
        if fault.kind is FaultKind.AUTH:
            self._knowledge.failed(self._account_id, Access.REFUSED)
            return REFUSED_KEYS_S
        self._knowledge.failed(self._account_id, Access.DOWN)
        if fault.kind is FaultKind.BLOCKED:
            return fault.wait_s or BLOCKED_S
        self._failures += 1
        return max(fault.wait_s, min(2.0**self._failures, LONGEST_RETRY_S))

    async def _answer_for_ever(self) -> None:
        while True:
            await self._asked.wait()
            self._asked.clear()
            while self._questions:
                asked = list(self._questions)[:AT_ONCE]
                for each in asked:
                    del self._questions[each]
                await self._answer(asked)

    async def _answer(self, asked: Sequence[Code]) -> None:
        """Have the ERP's word on these products, or leave their orders waiting for it."""
        erp = self._connect(self._account_id)
        if isinstance(erp, Access):
            self._knowledge.failed(self._account_id, erp)
            return
        known = await asyncio.gather(*(self._look_up(erp, each) for each in asked))
        if any(known):
            self._knowledge.answered(self._account_id)

    async def _look_up(self, erp: Omie, asked: Code) -> bool:
        """Whether there is an answer: the ERP's, or what we read last where it may not be asked."""
        now = asyncio.get_running_loop().time()
        since = self._clock()
        product: Product | None = None
        if self._breaker.wait(now):
            self.hurry()
        else:
            try:
                product = await look_up(erp, asked)
                self._breaker = self._breaker.succeeded(CONSULT)
            except Fault as fault:
                self._breaker = self._breaker.failed(CONSULT, fault, now)
                if not self._excused(fault):
                    return False
        catalogue = self._knowledge.catalogue(self._account_id)
        if catalogue is None:
            return False
        catalogue.asked[asked] = since
        if product is not None:
            catalogue.learn(product)
        return True

    def _excused(self, fault: Fault) -> bool:
        """Whether what we read last may stand for the answer, until all is read again."""
        if fault.kind is FaultKind.AUTH:
            self._knowledge.failed(self._account_id, Access.REFUSED)
        elif fault.kind in _NO_ANSWER:
            self._knowledge.failed(self._account_id, Access.DOWN)
        if fault.kind is not FaultKind.NOT_FOUND:
            self.hurry()
        return fault.kind not in {FaultKind.AUTH, *_NO_ANSWER}
