"""The services behind capture, in memory: their real flows on one log, the ERP a sandbox."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta

from cancellation.handlers import flow as cancellation
from cancellation.standing import Standing
from contracts.stores import StoreConfigured
from omie.registers import Option
from panel.handlers import orders as panel
from panel.row import Row
from panel.tab import Situation, Tab, place
from tests.support.belt import NOON, Belt
from tests.support.catalogues import MUG, register, registers
from tests.support.erp_bench import ErpBench, Killed, a_keyed_store
from tests.support.memory import MemoryDocuments
from validation.case import Case
from validation.catalogue import Catalogue
from validation.facts import Facts
from validation.handlers import flow as validation

WRITER = 1


class Hub:
    """The four services on one log, one ERP and one clock."""

    def __init__(self, bench: ErpBench) -> None:
        self.bench = bench
        self.belt = Belt(log=bench.log)
        self.rows = MemoryDocuments[Row]()
        facts = Facts(*_known(bench), trusted_until=NOON + timedelta(days=1))
        self.belt.add(
            validation(
                lambda _: facts,
                lambda *_: None,
                MemoryDocuments[Case](),
                bench.log,
                bench.clock,
            ),
            bench.flow,
            cancellation(MemoryDocuments[Standing](), bench.log, bench.clock),
            panel(self.rows, bench.log, bench.clock),
        )

    async def survive(self, act: Callable[["Hub"], Awaitable[None]]) -> None:
        """An act; processes it kills start again, and read again what they had in hand."""
        try:
            await act(self)
        except Killed:
            self.bench.fuse.at = 0
            self.bench.start()
            self.belt.flows[WRITER] = self.bench.flow

    async def settle(self) -> None:
        """Everybody goes on until there is nothing left to do."""
        self.bench.fuse.at = 0
        while self.belt.waiting():
            await self.belt.settle()
            await self.bench.settle()

    def place(self, order_id: str) -> tuple[Tab | None, Situation]:
        """Where the panel shows the order."""
        row = self.rows.state(order_id)
        assert row is not None
        return place(row.cells)


def _known(bench: ErpBench) -> tuple[StoreConfigured, Catalogue]:
    """The store, and a catalogue that says of the sandbox ERP what these orders need."""
    store = a_keyed_store()
    chosen = {
        "bank_account_code": bench.bank_accounts[0],
        "stock_location_code": bench.locations[0],
    }
    store = store.model_copy(update={"settings": store.settings.model_copy(update=chosen)})
    mug = replace(MUG, product_id=bench.product(MUG.code))
    known = registers(
        bank_accounts=register(Option(bench.bank_accounts[0])),
        stock_locations=register(Option(bench.locations[0])),
        salespeople={},
    )
    return store, Catalogue.of(store.account_id, NOON, (mug,), known)
