"""Whatever the ERP does, or does not do, the order is in it once or waits for a person."""

import pytest

from contracts.events import ErpStanding, OrderPending, OrderPosted, PendingStage
from contracts.reasons import ReasonCode
from erp_writer.entry import State
from tests.support.builders import ACCOUNT, an_item, an_order
from tests.support.erp_bench import APP_KEY, ErpBench, a_bench, a_keyed_store
from tests.support.virtual_time import run

ORDER = an_order()
POST = "IncluirPedido"


async def posted_once(bench: ErpBench) -> None:
    [order] = await bench.orders()
    facts = bench.seen(OrderPosted)
    assert {fact.erp_order_id for fact in facts} == {order["cabecalho"]["codigo_pedido"]}
    assert {fact.standing for fact in facts} == {ErpStanding.OPEN}
    assert bench.seen(OrderPending) == []


@pytest.mark.parametrize(
    ("trouble", "sent", "at_most_s"),
    [
        ("cut_before", 2, 90),
        ("cut_after", 1, 5),
        ("timeout", 2, 180),
        ("timeout_after", 1, 60),
        ("broken", 2, 90),
        ("broken_after", 1, 5),
        ("html", 2, 90),
        ("empty", 2, 90),
        ("throttle", 2, 90),
        ("busy", 2, 30),
        ("redundant", 2, 90),
        ("block", None, 1900),
        ("suspend", 2, 310),
    ],
)
def test_a_trouble_of_the_erp_delays_the_order_and_neither_loses_nor_doubles_it(
    trouble: str, sent: int | None, at_most_s: float
) -> None:
    async def main() -> None:
        async with a_bench() as bench:
            await bench.break_(trouble)
            await bench.put(bench.validated(ORDER))
            took = await bench.settle()

            await posted_once(bench)
            assert took <= at_most_s
            if sent is not None:
                assert (await bench.calls()).count(POST) == sent

    run(main())


@pytest.mark.parametrize("call", ["ListarVendedores", "UpsertVendedor", "IncluirCliente"])
@pytest.mark.parametrize("trouble", ["cut_before", "cut_after", "html", "throttle", "redundant"])
def test_a_trouble_before_the_order_itself_ends_in_one_order_of_one_customer(
    call: str, trouble: str
) -> None:
    async def main() -> None:
        async with a_bench() as bench:
            await bench.break_(trouble, call)
            await bench.put(bench.validated(ORDER))
            await bench.settle()

            await posted_once(bench)
            assert len((await bench.control("GET", "customers"))["customers"]) == 1

    run(main())


def test_an_erp_that_is_down_for_long_is_left_alone_and_gets_every_order_afterwards() -> None:
    async def main() -> None:
        async with a_bench() as bench:
            await bench.control("POST", "faults", {"kind": "html", "times": None})
            orders = [an_order(n) for n in range(1001, 1021)]
            await bench.put(*(bench.validated(order) for order in orders))
            with pytest.raises(AssertionError, match="still work"):
                await bench.settle(within_s=1200)
            assert len(await bench.calls()) < 50

            await bench.control("DELETE", "faults")
            assert await bench.settle() < 120
            assert len(await bench.orders()) == len(orders)

    run(main())


def test_an_order_the_erp_already_holds_is_read_back_and_told_as_posted() -> None:
    async def main() -> None:
        async with a_bench() as bench:
            await bench.put(bench.validated(ORDER))
            await bench.settle()
            bench.ledger.kept.clear()
            await bench.put(bench.validated(ORDER))
            await bench.settle()

            assert (await bench.calls()).count(POST) == 2
            await posted_once(bench)

    run(main())


def test_an_order_the_erp_holds_with_another_total_waits_for_a_person() -> None:
    async def main() -> None:
        async with a_bench() as bench:
            await bench.put(bench.validated(an_order(1001, an_item(quantity=1))))
            await bench.settle()
            bench.ledger.kept.clear()
            await bench.put(bench.validated(ORDER, revision=2))
            await bench.settle()

            assert len(await bench.orders()) == 1
            [fact] = bench.seen(OrderPending)
            assert fact.reasons[0].code is ReasonCode.ORDER_CHANGED_AT_CHANNEL

    run(main())


@pytest.mark.parametrize(("times", "posts"), [(1, True), (None, False)])
def test_a_duplicate_that_the_erp_then_does_not_find_is_believed_the_second_time(
    times: int | None, *, posts: bool
) -> None:
    async def main() -> None:
        async with a_bench() as bench:
            said = "ERROR: Pedido de venda já cadastrado para o codigo de integracao [X]!"
            await bench.break_("refuse", text=said, times=times)
            await bench.put(bench.validated(ORDER))
            await bench.settle()

            assert len(await bench.orders()) == posts
            assert [type(f) for f in (*bench.seen(OrderPosted), *bench.seen(OrderPending))] == [
                OrderPosted if posts else OrderPending
            ]

    run(main())


def test_refused_keys_hold_the_account_and_new_ones_let_it_go_on_at_once() -> None:
    async def main() -> None:
        async with a_bench() as bench:
            bench.stores.put(a_keyed_store("not-the-secret"))
            await bench.put(*(bench.validated(an_order(n)) for n in range(1001, 1011)))
            with pytest.raises(AssertionError, match="still work"):
                await bench.settle(within_s=250)
            assert len(await bench.calls()) == 1
            assert bench.seen(OrderPending) == []

            bench.stores.put(a_keyed_store())
            assert await bench.settle() < 10
            assert len(await bench.orders()) == 10

    run(main())


def test_a_suspended_key_is_tried_every_five_minutes_until_it_works_again() -> None:
    async def main() -> None:
        async with a_bench() as bench:
            await bench.control("POST", "keys", {"app_key": APP_KEY, "suspended": True})
            await bench.put(bench.validated(ORDER))
            with pytest.raises(AssertionError, match="still work"):
                await bench.settle(within_s=910)
            assert len(await bench.calls()) == 4

            await bench.control("POST", "keys", {"app_key": APP_KEY, "suspended": False})
            await bench.settle()
            await posted_once(bench)

    run(main())


def test_a_refusal_is_told_in_the_erps_words_without_the_buyer_and_a_newer_attempt_cures_it() -> (
    None
):
    async def main() -> None:
        async with a_bench() as bench:
            said = (
                "ERROR: O cliente Irene Baptista Leal (529.982.247-25, irene.leal@exemplo.test), "
                "da Rua dos Ipês, está bloqueado! - tag: [codigo_cliente]"
            )
            await bench.break_("refuse", text=said, times=2)
            await bench.put(bench.validated(ORDER))
            await bench.settle()

            [fact] = bench.seen(OrderPending)
            [reason] = fact.reasons
            assert (reason.code, fact.parked_by) == (ReasonCode.ERP_REJECTED, PendingStage.ERP)
            assert "está bloqueado" in reason.detail
            for personal in ("Irene", "529", "exemplo.test", "Ipês"):
                assert personal not in reason.detail
            assert bench.ledger.kept[ORDER.order_id].state.state is State.REFUSED

            await bench.put(bench.validated(ORDER, attempt=2))
            await bench.settle()
            [order] = await bench.orders()
            [told] = bench.seen(OrderPosted)
            assert (told.attempt, told.erp_order_id) == (2, order["cabecalho"]["codigo_pedido"])

    run(main())


def test_a_product_that_became_inactive_is_named_by_its_line() -> None:
    async def main() -> None:
        async with a_bench() as bench:
            act = {"app_key": APP_KEY, "action": "inactivate_product", "product": "CAN-350-AZ"}
            await bench.control("POST", "act", act)
            await bench.put(bench.validated(ORDER))
            await bench.settle()

            [fact] = bench.seen(OrderPending)
            assert fact.reasons[0].field == "items.1.sku"
            assert "inativo" in fact.reasons[0].detail

    run(main())


def test_one_refused_order_does_not_keep_the_others_waiting() -> None:
    async def main() -> None:
        async with a_bench() as bench:
            await bench.break_("refuse")
            orders = [an_order(n) for n in range(1001, 1006)]
            await bench.put(*(bench.validated(order) for order in orders))

            assert await bench.settle() < 10
            assert len(await bench.orders()) == len(orders) - 1
            assert len(bench.seen(OrderPending)) == 1

    run(main())


def test_accounts_that_another_process_holds_are_left_to_it() -> None:
    async def main() -> None:
        async with a_bench() as bench:
            await bench.put(bench.validated(ORDER))
            bench.ownership.partitions = frozenset()
            await bench.worker.drain(ACCOUNT)

            assert await bench.calls() == []

    run(main())
