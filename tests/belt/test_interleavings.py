"""The whole belt in memory: whatever comes first, comes twice or dies, orders end where they must.

Validation, the ERP writer on the sandbox ERP, cancellation and the panel run their real flows on
one log. hypothesis chooses who gets a turn when, what is heard again, what happens in the middle of
a call to the ERP, and when everything dies.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.cancellations import OrderCancelled, Undoing
from contracts.events import OrderCaptured, OrderPending
from erp_writer import codes
from panel.tab import Situation, Tab
from tests.support.builders import an_order, cancelled, captured
from tests.support.erp_bench import a_bench
from tests.support.hub import Hub
from tests.support.virtual_time import run

KEPT, DROPPED, NEVER_SEEN_PAID = (an_order(n) for n in (1001, 1002, 1003))
NEWS = (
    captured(KEPT),
    captured(DROPPED),
    captured(cancelled(DROPPED), revision=2),
    captured(cancelled(NEVER_SEEN_PAID)),
)
MOMENTS = (
    "before saving sending", "after saving sending", "before IncluirCliente",
    "before IncluirPedido", "after IncluirPedido", "before saving posted", "after saving posted",
    "before CancelarPedidoVenda", "after CancelarPedidoVenda",
)  # fmt: skip


@dataclass(frozen=True)
class News:
    """Capture tells this."""

    message: OrderCaptured

    async def __call__(self, hub: Hub) -> None:
        await hub.belt.put(self.message)


@dataclass(frozen=True)
class Turn:
    """One service reads some records of one topic; `which` picks among those that can."""

    which: int
    most: int

    async def __call__(self, hub: Hub) -> None:
        if waiting := hub.belt.waiting():
            await hub.belt.turn(*waiting[self.which % len(waiting)], self.most)


@dataclass(frozen=True)
class ReadOn:
    """All services read whatever there is."""

    async def __call__(self, hub: Hub) -> None:
        await hub.belt.settle()


@dataclass(frozen=True)
class Work:
    """The ERP writer's worker does what is due."""

    async def __call__(self, hub: Hub) -> None:
        await hub.bench.turn()


@dataclass(frozen=True)
class Again:
    """One service reads one topic from its start."""

    which: int

    async def __call__(self, hub: Hub) -> None:
        places = [(i, t) for i, f in enumerate(hub.belt.flows) for t in f.topics]
        hub.belt.rewind(*places[self.which % len(places)])


@dataclass(frozen=True)
class Meanwhile:
    """At this moment of the worker's next turn the services go on reading, and this is told."""

    moment: str
    message: OrderCaptured

    async def __call__(self, hub: Hub) -> None:
        async def read_on() -> None:
            await hub.belt.put(self.message)
            await hub.belt.settle()

        hub.bench.fuse.then[self.moment] = read_on


@dataclass(frozen=True)
class Death:
    """All processes die after so many more steps, and start again."""

    steps: int

    async def __call__(self, hub: Hub) -> None:
        hub.bench.fuse.at = len(hub.bench.fuse.steps) + self.steps


@dataclass(frozen=True)
class Trouble:
    """The ERP breaks once."""

    kind: str
    call: str

    async def __call__(self, hub: Hub) -> None:
        await hub.bench.break_(self.kind, self.call)


Act = News | Turn | ReadOn | Work | Again | Meanwhile | Death | Trouble
news = st.sampled_from(NEWS)
acts: st.SearchStrategy[Act] = st.one_of(
    st.builds(News, news),
    st.builds(Turn, st.integers(0, 30), st.sampled_from((1, 9))),
    st.just(ReadOn()),
    st.just(Work()),
    st.just(Work()),
    st.builds(Again, st.integers(0, 30)),
    st.builds(Meanwhile, st.sampled_from(MOMENTS), st.sampled_from(NEWS[1:3])),
    st.builds(Death, st.integers(1, 12)),
    st.builds(
        Trouble,
        st.sampled_from(("cut_before", "cut_after", "timeout_after", "busy")),
        st.sampled_from(("IncluirPedido", "ConsultarPedido", "CancelarPedidoVenda")),
    ),
)


async def _end_of(story: Sequence[Act]) -> None:
    async with a_bench() as bench:
        hub = Hub(bench)
        for act in story:
            await hub.survive(act)
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


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("trouble", ["", "cut_before", "cut_after"])
def test_an_order_cancelled_at_any_moment_of_its_posting_ends_cancelled(
    moment: str, trouble: str
) -> None:
    story: list[Act] = [News(NEWS[1]), ReadOn(), Meanwhile(moment, NEWS[2]), Work(), ReadOn()]
    if trouble:
        story.insert(0, Trouble(trouble, "IncluirPedido"))
    run(_end_of(story))
