"""The whole belt in memory: whatever comes first, comes twice or dies, orders end where they must.

Validation, the ERP writer on the sandbox ERP, cancellation and the panel run their real flows on
one log. hypothesis chooses who gets a turn when, what is heard again, what happens in the middle of
a call to the ERP, and when everything dies.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from cancellation.handlers import flow as cancellation
from cancellation.standing import Standing
from contracts.events import OrderCancelled, OrderCaptured, OrderPending, Undoing
from contracts.stores import StoreConfigured
from erp_writer import codes
from panel.handlers import orders as panel
from panel.row import Row
from panel.tab import Situation, Tab, place
from tests.support.belt import NOON, Belt
from tests.support.builders import an_order, cancelled, captured
from tests.support.catalogues import MUG, register, registers
from tests.support.erp_bench import ErpBench, Killed, a_bench, a_keyed_store
from tests.support.memory import MemoryDocuments
from tests.support.virtual_time import run
from validation.case import Case
from validation.catalogue import Catalogue, Option
from validation.facts import Facts
from validation.handlers import flow as validation

KEPT, DROPPED, NEVER_SEEN_PAID = (an_order(n) for n in (1001, 1002, 1003))
NEWS = (
    captured(KEPT),
    captured(DROPPED),
    captured(cancelled(DROPPED), revision=2),
    captured(cancelled(NEVER_SEEN_PAID)),
)
WRITER = 1
MOMENTS = (
    "before saving sending", "after saving sending", "before IncluirCliente",
    "before IncluirPedido", "after IncluirPedido", "before saving posted", "after saving posted",
    "before CancelarPedidoVenda", "after CancelarPedidoVenda",
)  # fmt: skip


@dataclass(frozen=True)
class News:
    """Capture tells this."""

    message: OrderCaptured


@dataclass(frozen=True)
class Turn:
    """One service reads some records of one topic; `which` picks among those that can."""

    which: int
    most: int


@dataclass(frozen=True)
class Work:
    """The ERP writer's worker does what is due."""


@dataclass(frozen=True)
class Again:
    """One service reads one topic from its start."""

    which: int


@dataclass(frozen=True)
class Meanwhile:
    """At this moment of the worker's next turn the services go on reading, and this is told."""

    moment: str
    message: OrderCaptured


@dataclass(frozen=True)
class Death:
    """All processes die after so many more steps, and start again."""

    steps: int


@dataclass(frozen=True)
class Trouble:
    """The ERP breaks once."""

    kind: str
    call: str


Act = News | Turn | Work | Again | Meanwhile | Death | Trouble
news = st.sampled_from(NEWS)
acts: st.SearchStrategy[Act] = st.one_of(
    st.builds(News, news),
    st.builds(Turn, st.integers(0, 30), st.sampled_from((1, 9))),
    st.builds(Turn, st.integers(0, 30), st.sampled_from((1, 9))),
    st.just(Work()),
    st.just(Work()),
    st.builds(Again, st.integers(0, 30)),
    st.builds(Meanwhile, st.sampled_from(MOMENTS), news),
    st.builds(Death, st.integers(1, 12)),
    st.builds(
        Trouble,
        st.sampled_from(("cut_before", "cut_after", "timeout_after", "busy")),
        st.sampled_from(("IncluirPedido", "ConsultarPedido", "CancelarPedidoVenda")),
    ),
)


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

    async def do(self, act: Act) -> None:
        """One act; processes it kills start again, and read again what they had in hand."""
        try:
            await self._do(act)
        except Killed:
            self.bench.fuse.at = 0
            self.bench.start()
            self.belt.flows[WRITER] = self.bench.flow

    async def _do(self, act: Act) -> None:
        match act:
            case News(message):
                await self.belt.put(message)
            case Turn(which, most):
                if waiting := self.belt.waiting():
                    await self.belt.turn(*waiting[which % len(waiting)], most)
            case Work():
                await self.bench.turn()
            case Again(which):
                places = [(i, t) for i, f in enumerate(self.belt.flows) for t in f.topics]
                self.belt.rewind(*places[which % len(places)])
            case Meanwhile(moment, message):

                async def read_on() -> None:
                    await self.belt.put(message)
                    await self.belt.settle()

                self.bench.fuse.then[moment] = read_on
            case Death(steps):
                self.bench.fuse.at = len(self.bench.fuse.steps) + steps
            case Trouble(kind, call):
                await self.bench.break_(kind, call)

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


async def _end_of(story: Sequence[Act]) -> None:
    async with a_bench() as bench:
        hub = Hub(bench)
        for act in story:
            await hub.do(act)
        bench.fuse.at = 0
        await hub.belt.put(*NEWS)
        await hub.settle()

        standing = Counter(o["cabecalho"]["codigo_pedido_integracao"] for o in await bench.orders())
        still_open = [o["cabecalho"]["codigo_pedido_integracao"] for o in await bench.open_orders()]
        assert still_open == [codes.of_order(KEPT.order_id)]
        assert standing[codes.of_order(KEPT.order_id)] == 1
        assert standing[codes.of_order(DROPPED.order_id)] <= 1
        assert standing[codes.of_order(NEVER_SEEN_PAID.order_id)] == 0
        assert len((await bench.control("GET", "customers"))["customers"]) == 1

        went = standing[codes.of_order(DROPPED.order_id)] == 1
        undone = Situation.CANCELLED_AT_ERP if went else Situation.CANCELLED
        assert hub.place(KEPT.order_id) == (Tab.PROCESSED, Situation.INTEGRATED)
        assert hub.place(DROPPED.order_id) == (Tab.CANCELLED, undone)
        assert hub.place(NEVER_SEEN_PAID.order_id) == (Tab.CANCELLED, Situation.CANCELLED)

        assert hub.belt.seen(OrderPending) == []
        dropped = [e for e in hub.belt.seen(OrderCancelled) if e.order_id == DROPPED.order_id]
        assert dropped[-1].undoing is (Undoing.DONE if went else Undoing.NOT_NEEDED)


@settings(max_examples=60, deadline=None)
@given(st.lists(acts, max_size=24))
def test_no_cancelled_order_stays_open_and_no_paid_one_is_missing_or_doubled(
    story: list[Act],
) -> None:
    run(_end_of(story))


def test_news_in_the_order_of_life_go_all_the_way() -> None:
    middle: list[Act] = [Turn(0, 9), Work()] * 12
    run(_end_of([News(NEWS[0]), News(NEWS[1]), *middle, News(NEWS[2])]))
