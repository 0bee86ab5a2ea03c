"""One order's life in every order of its news: it ends where the channel's last word says.

The copies of one order (paid, changed, partly refunded, then cancelled or refunded in full) reach
the real capture step in any order; validation, the ERP writer on the sandbox ERP, cancellation and
the panel run behind it. Every interleaving with the posting is gone through; hypothesis adds
redeliveries, deaths and the ERP's troubles.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from itertools import combinations, permutations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from capture import sighting
from capture.channels.channel import Money
from capture.messages import Seen
from contracts.cancellations import CancellationChoice, OrderRefunded
from contracts.order import Order, OrderStatus, Refund, RefundLine
from erp_writer import codes
from panel.tab import Situation, Tab
from tests.belt.test_interleavings import Again, Death, ReadOn, Trouble, Turn, Work
from tests.support.builders import ACCOUNT, PAID_AT, STORE, an_item, an_order, chosen, kept
from tests.support.erp_bench import APP_KEY, a_bench
from tests.support.hub import Hub
from tests.support.virtual_time import run

COPIES = ("paid", "changed", "refunded", "gone")
GONE = ("customer", "refunded")


def copies_of(number: int, why_gone: str) -> dict[str, Order]:
    """What the channel says of one order as time goes by; no two of them cost the same."""
    part = Refund(
        refund_id=f"r-{number}",
        amount=Decimal("120.00"),
        lines=(RefundLine(item_id="1", quantity=2, amount=Decimal("120.00")),),
        refunded_at=PAID_AT + timedelta(minutes=2),
    )
    lives = {
        "paid": an_order(number, an_item()),
        "changed": an_order(number, an_item(quantity=3)),
        "refunded": an_order(number, an_item(quantity=1, discount=Decimal(0)), refunds=(part,)),
    }
    lives["gone"] = lives["refunded"].model_copy(
        update={
            "status": OrderStatus.CANCELLED,
            "cancelled_at": PAID_AT + timedelta(minutes=3),
            "cancel_reason": why_gone,
        }
    )
    return {
        name: order.model_copy(update={"updated_at": PAID_AT + timedelta(minutes=minute)})
        for minute, (name, order) in enumerate(lives.items())
    }


@dataclass
class Life:
    """One order on the belt: the copies that came, and how it must end."""

    hub: Hub
    number: int
    why_gone: str = GONE[0]
    came: set[str] = field(default_factory=set)
    known: sighting.Sighting | None = None

    @property
    def order_id(self) -> str:
        return f"{STORE}:{self.number}"

    @property
    def now(self) -> Order:
        """The newest copy that came."""
        return copies_of(self.number, self.why_gone)[max(self.came, key=COPIES.index)]

    async def sees(self, name: str) -> None:
        """A copy of the order reaches capture."""
        order = copies_of(self.number, self.why_gone)[name]
        seen = Seen(
            store_id=STORE,
            account_id=ACCOUNT,
            occurred_at=order.updated_at,
            copy_id=f"{self.number}-{name}",
            order=order,
            money=Money.RETURNED if name == "gone" else Money.RECEIVED,
        )
        self.known, told = sighting.step(self.known, seen)
        self.came.add(name)
        await self.hub.belt.put(*told)

    async def invoiced(self) -> None:
        """The ERP's user bills the order, if it is there."""
        if any(_is_ours(order, self.order_id) for order in await self.hub.bench.open_orders()):
            await _in_the_erp(self.hub, self, "invoice")

    async def posts(self) -> None:
        """Everybody reads what there is, and the writer does what is due."""
        await self.hub.belt.settle()
        await self.hub.bench.turn()

    async def ends(self) -> None:
        """Everybody goes on to the end, which must be the right one."""
        await self.hub.settle()
        held = [o for o in await self.hub.bench.orders() if _is_ours(o, self.order_id)]
        still_open = [order for order in held if order["infoCadastro"]["cancelado"] == "N"]
        assert len(held) <= 1
        if "gone" in self.came and still_open:
            assert still_open[0]["infoCadastro"]["faturado"] == "S"
            assert self.hub.place(self.order_id) == (Tab.CANCELLED, Situation.NEEDS_ACTION)
            return
        if "gone" in self.came:
            undone = Situation.CANCELLED_AT_ERP if held else Situation.CANCELLED
            assert self.hub.place(self.order_id) == (Tab.CANCELLED, undone)
            return
        [sale] = still_open
        charged = Decimal(str(sale["total_pedido"]["valor_total_pedido"]))
        if charged == self.now.totals.total:
            assert self.hub.place(self.order_id) == (Tab.PROCESSED, Situation.INTEGRATED)
        else:
            assert self.hub.place(self.order_id) == (Tab.PENDING, Situation.PENDING)

    def refunds(self) -> set[str]:
        """The ids of the refunds that were told of the order."""
        told = self.hub.belt.seen(OrderRefunded)
        return {e.event_id for e in told if e.order_id == self.order_id}


def _is_ours(order: dict[str, Any], order_id: str) -> bool:
    return bool(order["cabecalho"]["codigo_pedido_integracao"] == codes.of_order(order_id))


def interleavings() -> Iterator[tuple[str, ...]]:
    """Every order of every choice of copies, the writer's turn at every place among them."""
    for many in range(1, len(COPIES) + 1):
        for copies in combinations(COPIES, many):
            yield from permutations((*copies, "posted"))


async def _live(life: Life, story: Sequence[str]) -> None:
    for news in story:
        await (life.posts() if news == "posted" else life.sees(news))
    await life.ends()
    assert len(life.refunds()) == bool(life.came & {"refunded", "gone"})


@pytest.mark.parametrize("why_gone", GONE)
def test_in_every_order_of_the_news_the_order_ends_where_the_channel_left_it(why_gone: str) -> None:
    async def main() -> None:
        async with a_bench() as bench:
            hub = Hub(bench)
            for number, story in enumerate(interleavings(), 2000):
                await _live(Life(hub, number, why_gone), story)

    run(main())


@dataclass(frozen=True)
class Happens:
    """A copy of the order reaches capture, or the ERP's user bills it."""

    what: str
    life: Life

    async def __call__(self, _: Hub) -> None:
        await (self.life.invoiced() if self.what == "invoiced" else self.life.sees(self.what))


acts: st.SearchStrategy[object] = st.one_of(
    st.sampled_from(COPIES),
    st.sampled_from((*COPIES, "invoiced")),
    st.builds(Turn, st.integers(0, 30), st.sampled_from((1, 9))),
    st.just(ReadOn()),
    st.just(Work()),
    st.builds(Again, st.integers(0, 30)),
    st.builds(Death, st.integers(1, 12)),
    st.builds(
        Trouble,
        st.sampled_from(("cut_before", "cut_after", "timeout_after")),
        st.sampled_from(("IncluirPedido", "ConsultarPedido", "CancelarPedidoVenda")),
    ),
)


async def _survive(story: Sequence[Any], why_gone: str) -> None:
    async with a_bench() as bench:
        hub = Hub(bench)
        life = Life(hub, 1001, why_gone)
        for act in story:
            await hub.survive(Happens(act, life) if isinstance(act, str) else act)
        bench.fuse.at = 0
        # The channel sends again what nobody acknowledged.
        for name in sorted(life.came) or ["paid"]:
            await life.sees(name)
        await life.ends()


@settings(max_examples=120, deadline=None)
@given(st.lists(acts, max_size=20), st.sampled_from(GONE))
def test_redeliveries_deaths_and_troubles_change_nothing_of_that(
    story: list[object], why_gone: str
) -> None:
    run(_survive(story, why_gone))


async def _in_the_erp(hub: Hub, life: Life, action: str) -> None:
    """The ERP's user does this with the order."""
    about = {"app_key": APP_KEY, "action": action, "order": codes.of_order(life.order_id)}
    await hub.bench.control("POST", "act", about)


@pytest.mark.parametrize(
    ("choice", "action"),
    [
        (CancellationChoice.CANCEL_INVOICED, "cancel"),
        (CancellationChoice.REGISTER_RETURN, "return_order"),
    ],
)
def test_a_cancelled_order_that_is_invoiced_waits_until_the_erp_shows_what_a_person_chose(
    choice: CancellationChoice, action: str
) -> None:
    async def main() -> None:
        async with a_bench() as bench:
            hub = Hub(bench)
            life = Life(hub, 1001)
            await life.sees("paid")
            await life.posts()
            await _in_the_erp(hub, life, "invoice")
            await life.sees("gone")
            await hub.settle()
            assert hub.place(life.order_id) == (Tab.CANCELLED, Situation.NEEDS_ACTION)

            await hub.belt.put(chosen(life.now, choice, 1))
            await hub.settle()
            assert hub.place(life.order_id) == (Tab.CANCELLED, Situation.NEEDS_ACTION)

            await _in_the_erp(hub, life, action)
            await hub.belt.put(chosen(life.now, choice, 2))
            await hub.settle()
            assert hub.place(life.order_id) == (Tab.CANCELLED, Situation.CANCELLED_AT_ERP)
            assert (await bench.calls()).count("CancelarPedidoVenda") == 0

    run(main())


def test_a_cancelled_order_that_a_person_keeps_stays_in_the_erp() -> None:
    async def main() -> None:
        async with a_bench() as bench:
            hub = Hub(bench)
            life = Life(hub, 1001)
            await life.sees("paid")
            await life.posts()
            await _in_the_erp(hub, life, "invoice")
            await life.sees("gone")
            await hub.settle()
            await hub.belt.put(chosen(life.now, CancellationChoice.KEEP, 1))
            await hub.settle()

            assert hub.place(life.order_id) == (Tab.CANCELLED, Situation.KEPT)
            assert len(await bench.open_orders()) == 1

    run(main())


def test_an_order_changed_after_it_was_posted_is_integrated_again_once_a_person_lets_it_stand() -> (
    None
):
    async def main() -> None:
        async with a_bench() as bench:
            hub = Hub(bench)
            life = Life(hub, 1001)
            await life.sees("paid")
            await life.posts()
            await life.sees("refunded")
            await hub.settle()
            assert hub.place(life.order_id) == (Tab.PENDING, Situation.PENDING)

            await hub.belt.put(kept(life.now))
            await hub.settle()

            assert hub.place(life.order_id) == (Tab.PROCESSED, Situation.INTEGRATED)
            assert len(await bench.open_orders()) == 1

    run(main())
