"""A cancelled order never stays open in the ERP, whenever the cancellation comes."""

from functools import partial
from typing import Any

import pytest

from contracts.cancellations import Undoing
from contracts.events import ErpFinding, ErpStanding, OrderPosted
from tests.support.builders import an_order, cancellation_of
from tests.support.erp_bench import APP_KEY, ErpBench, a_bench
from tests.support.virtual_time import run

ORDER = an_order()
POST, CANCEL = "IncluirPedido", "CancelarPedidoVenda"
CLAIMING, CLAIMED = "before saving sending", "after saving sending"


async def act(bench: ErpBench, action: str, **more: str) -> None:
    """The ERP's user does this with the order."""
    code = bench.ledger.kept[ORDER.order_id].state.integration_code
    about = {"app_key": APP_KEY, "action": action, "order": code}
    await bench.control("POST", "act", about | more)


async def posted(bench: ErpBench) -> None:
    await bench.put(bench.validated(ORDER))
    await bench.settle()


async def cancelled(bench: ErpBench, **changes: Any) -> None:
    await bench.put(cancellation_of(ORDER, **changes))
    await bench.settle()


def standings(bench: ErpBench) -> list[ErpStanding]:
    return [fact.standing for fact in bench.seen(OrderPosted)]


@pytest.mark.parametrize("cancelled_first", [False, True])
def test_an_order_cancelled_before_its_turn_is_never_sent(*, cancelled_first: bool) -> None:
    async def main() -> None:
        async with a_bench() as bench:
            news = (bench.validated(ORDER), cancellation_of(ORDER))
            await bench.put(*(reversed(news) if cancelled_first else news))
            await bench.settle()

            assert await bench.calls() == []
            assert standings(bench) == []

    run(main())


def test_a_cancellation_that_comes_just_before_the_claim_stops_the_order() -> None:
    async def main() -> None:
        async with a_bench() as bench:
            await bench.put(bench.validated(ORDER))
            bench.fuse.then[CLAIMING] = partial(bench.put, cancellation_of(ORDER))
            await bench.settle()

            assert POST not in await bench.calls()
            assert standings(bench) == []

    run(main())


@pytest.mark.parametrize("moment", [CLAIMED, f"before {POST}", f"after {POST}"])
@pytest.mark.parametrize("trouble", [None, "cut_before", "cut_after", "timeout_after", "refuse"])
def test_a_cancellation_that_comes_during_the_call_is_carried_out_after_it(
    moment: str, trouble: str | None
) -> None:
    async def main() -> None:
        async with a_bench() as bench:
            if trouble:
                await bench.break_(trouble)
            await bench.put(bench.validated(ORDER))
            # Only a call that ends is followed by a moment after it.
            answered = trouble in (None, "refuse")
            when = moment if answered or moment != f"after {POST}" else CLAIMED
            bench.fuse.then[when] = partial(bench.put, cancellation_of(ORDER))
            await bench.settle()

            assert (await bench.calls()).count(POST) == 1
            assert await bench.open_orders() == []
            written = await bench.orders() != []
            assert standings(bench)[-1:] == [ErpStanding.CANCELLED] * written

    run(main())


@pytest.mark.parametrize("undoing", [Undoing.REQUESTED, Undoing.NOT_NEEDED])
def test_an_order_cancelled_after_posting_is_cancelled_in_the_erp_and_told_so(
    undoing: Undoing,
) -> None:
    async def main() -> None:
        async with a_bench() as bench:
            await posted(bench)
            await cancelled(bench, undoing=undoing)

            [order] = await bench.orders()
            assert order["infoCadastro"]["cancelado"] == "S"
            assert standings(bench) == [ErpStanding.OPEN, ErpStanding.CANCELLED]

    run(main())


@pytest.mark.parametrize("call", ["ConsultarPedido", CANCEL])
@pytest.mark.parametrize(
    "trouble", ["cut_before", "cut_after", "html", "throttle", "busy", "redundant", "suspend"]
)
def test_a_trouble_during_the_cancelling_delays_it(call: str, trouble: str) -> None:
    async def main() -> None:
        async with a_bench() as bench:
            await posted(bench)
            await bench.break_(trouble, call)
            await cancelled(bench)

            assert await bench.open_orders() == []
            assert standings(bench) == [ErpStanding.OPEN, ErpStanding.CANCELLED]

    run(main())


def test_an_invoiced_order_is_left_to_a_person() -> None:
    async def main() -> None:
        async with a_bench() as bench:
            await posted(bench)
            await act(bench, "invoice")
            await cancelled(bench)

            assert CANCEL not in await bench.calls()
            fact = bench.seen(OrderPosted)[-1]
            assert fact.standing is ErpStanding.CANCEL_REFUSED
            assert (fact.found, fact.stage_code) == (ErpFinding.INVOICED, "60")
            assert "faturado" in fact.erp_message

    run(main())


@pytest.mark.parametrize(
    ("actions", "found"),
    [
        (["cancel"], ErpFinding.CANCELLED),
        (["delete_order"], ErpFinding.DELETED),
        (["invoice", "cancel"], ErpFinding.CANCELLED),
        (["invoice", "return_order"], ErpFinding.RETURNED),
    ],
)
def test_an_order_that_is_gone_already_is_told_as_cancelled_and_how(
    actions: list[str], found: ErpFinding
) -> None:
    async def main() -> None:
        async with a_bench() as bench:
            await posted(bench)
            for action in actions:
                await act(bench, action)
            await cancelled(bench)

            assert CANCEL not in await bench.calls()
            fact = bench.seen(OrderPosted)[-1]
            assert (fact.standing, fact.found) == (ErpStanding.CANCELLED, found)

    run(main())


def test_an_order_that_was_moved_on_is_cancelled_where_it_stands() -> None:
    async def main() -> None:
        async with a_bench() as bench:
            await posted(bench)
            await act(bench, "move_stage", stage="50")
            await cancelled(bench)

            fact = bench.seen(OrderPosted)[-1]
            assert await bench.open_orders() == []
            assert (fact.standing, fact.stage_code) == (ErpStanding.CANCELLED, "50")

    run(main())


def test_an_order_in_delivery_is_left_to_a_person() -> None:
    async def main() -> None:
        async with a_bench() as bench:
            await posted(bench)
            await act(bench, "invoice")
            await act(bench, "move_stage", stage="70")
            await cancelled(bench)

            fact = bench.seen(OrderPosted)[-1]
            assert CANCEL not in await bench.calls()
            assert (fact.standing, fact.found) == (ErpStanding.CANCEL_REFUSED, ErpFinding.SHIPPED)

    run(main())


def test_an_order_whose_goods_have_left_is_only_looked_at() -> None:
    async def main() -> None:
        async with a_bench() as bench:
            await posted(bench)
            await cancelled(bench, shipped=True)

            fact = bench.seen(OrderPosted)[-1]
            assert CANCEL not in await bench.calls()
            assert (fact.standing, fact.found) == (ErpStanding.CANCEL_REFUSED, ErpFinding.OPEN)

    run(main())


@pytest.mark.parametrize("done", [False, True])
def test_what_a_person_says_they_did_in_the_erp_is_looked_for_there(*, done: bool) -> None:
    async def main() -> None:
        async with a_bench() as bench:
            await posted(bench)
            await act(bench, "invoice")
            await cancelled(bench)
            if done:
                await act(bench, "return_order")
            await cancelled(bench, undoing=Undoing.CHECKING, decision=1)

            *_, first, again = bench.seen(OrderPosted)
            assert CANCEL not in await bench.calls()
            assert (first.standing, first.decision) == (ErpStanding.CANCEL_REFUSED, 0)
            wanted = ErpStanding.CANCELLED if done else ErpStanding.CANCEL_REFUSED
            assert (again.standing, again.decision) == (wanted, 1)
            assert again.event_id != first.event_id

    run(main())


@pytest.mark.parametrize("delete", [False, True])
def test_an_order_the_erp_will_not_cancel_is_removed_only_where_that_is_wanted(
    *, delete: bool
) -> None:
    async def main() -> None:
        async with a_bench() as bench:
            bench.start(delete=delete)
            await posted(bench)
            await bench.break_("refuse", CANCEL, text="ERROR: Só é possível cancelar faturados!")
            await cancelled(bench)

            fact = bench.seen(OrderPosted)[-1]
            assert (await bench.orders() == []) is delete
            if delete:
                assert fact.standing is ErpStanding.CANCELLED
            else:
                assert fact.standing is ErpStanding.CANCEL_REFUSED
                assert fact.erp_message == "Só é possível cancelar faturados!"

    run(main())


def test_a_cancellation_goes_before_the_orders_that_wait() -> None:
    async def main() -> None:
        async with a_bench() as bench:
            await posted(bench)
            await bench.put(*(bench.validated(an_order(n)) for n in range(1002, 1030)))
            bench.fuse.then[f"after {POST}"] = partial(bench.put, cancellation_of(ORDER))
            await bench.settle()

            calls = [c for c in await bench.calls() if c in (POST, CANCEL)]
            # One posted before, one during which the news came, and the rest of the batch.
            assert calls.index(CANCEL) <= 11
            assert calls.count(POST) == 29

    run(main())


def test_what_is_heard_again_is_answered_again_and_not_done_again() -> None:
    async def main() -> None:
        async with a_bench() as bench:
            await posted(bench)
            await cancelled(bench)
            calls = await bench.calls()
            await bench.put(bench.validated(ORDER), cancellation_of(ORDER))
            await bench.settle()

            assert await bench.calls() == calls
            [first, *again] = [f for f in bench.seen(OrderPosted) if f.standing == "cancelled"]
            assert again
            assert all(fact == first for fact in again)

    run(main())
