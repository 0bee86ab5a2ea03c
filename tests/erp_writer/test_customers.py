"""The order's customer: remembered, found or created; never twice."""

import asyncio
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.order import Order
from erp_writer.customers import MOST_IN_VAIN, Habit
from omie.breaker import MOST_IN_A_ROW
from tests.support.builders import a_buyer, an_address, an_order
from tests.support.erp_bench import APP_KEY, SECRET, ErpBench, a_bench
from tests.support.virtual_time import run

LOOK, INCLUDE, ALTER = "ListarClientes", "IncluirCliente", "AlterarCliente"


def cpf(number: int) -> str:
    """A CPF with right check digits."""
    digits = [int(d) for d in f"{number:09d}"]
    for length in (10, 11):
        weighed = sum(d * w for d, w in zip(digits, range(length, 1, -1), strict=True))
        digits.append((weighed * 10 % 11) % 10)
    return "".join(map(str, digits))


def order_of(number: int, **buyer: Any) -> Order:
    return an_order(1000 + number, buyer=a_buyer(document=cpf(123456000 + number), **buyer))


async def typed_in_the_erp(bench: ErpBench, *orders: Order) -> None:
    """Customers whom the ERP's user knows already, under no code of ours."""
    for order in orders:
        param = {
            "razao_social": "Nome no ERP",
            "cnpj_cpf": order.buyer.document,
            "email": "erp@exemplo.test",
            "estado": "SP",
        }
        body = {"call": INCLUDE, "app_key": APP_KEY, "app_secret": SECRET, "param": [param]}
        answer = await bench.http.post("geral/clientes/", json=body)
        assert answer.status_code == 200, answer.text
    await bench.control("DELETE", "requests")


async def sell(bench: ErpBench, *orders: Order, **terms: Any) -> list[str]:
    """Post the orders; the calls about customers that it took."""
    before = len(await bench.calls())
    terms = {"salesperson_name": ""} | terms
    await bench.put(*(bench.validated(order, **terms) for order in orders))
    await bench.settle()
    calls = (await bench.calls())[before:]
    return [call for call in calls if call in (LOOK, INCLUDE, ALTER)]


async def customers(bench: ErpBench) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await bench.control("GET", "customers"))["customers"]
    return found


def test_a_new_buyer_takes_one_call_and_a_known_one_none() -> None:
    async def main() -> None:
        async with a_bench() as bench:
            assert await sell(bench, order_of(1)) == [INCLUDE]
            assert await sell(bench, order_of(1).model_copy(update={"order_id": "x:2"})) == []
            assert len(await customers(bench)) == 1
            assert len(await bench.orders()) == 2

    run(main())


def test_no_order_waits_until_its_buyer_is_remembered_and_the_next_one_knows_him_already() -> None:
    async def main() -> None:
        async with a_bench() as bench:
            remembers = asyncio.Event()
            bench.book.until = remembers.wait
            bench.start()

            assert await sell(bench, order_of(1)) == [INCLUDE]
            assert await sell(bench, order_of(1).model_copy(update={"order_id": "s1:2"})) == []
            assert not bench.book.known

            remembers.set()
            await asyncio.sleep(1)
            bench.start()
            assert await sell(bench, order_of(1).model_copy(update={"order_id": "s1:3"})) == []

    run(main())


def test_a_buyer_whom_the_erp_knows_is_used_as_he_is() -> None:
    async def main() -> None:
        async with a_bench() as bench:
            await typed_in_the_erp(bench, order_of(1))
            await sell(bench, order_of(1))

            [customer] = await customers(bench)
            assert customer["razao_social"] == "Nome no ERP"
            [order] = await bench.orders()
            assert order["cabecalho"]["codigo_cliente"] == customer["codigo_cliente_omie"]

    run(main())


def test_where_the_store_wants_it_a_known_buyer_is_brought_up_to_date_once() -> None:
    async def main() -> None:
        async with a_bench() as bench:
            await typed_in_the_erp(bench, order_of(1))
            calls = await sell(bench, order_of(1), update_customer=True)
            assert calls == [INCLUDE, ALTER]
            [customer] = await customers(bench)
            assert customer["razao_social"] == "Irene Baptista Leal"

            same = order_of(1).model_copy(update={"order_id": "x:2"})
            assert await sell(bench, same, update_customer=True) == []
            moved = same.model_copy(
                update={"order_id": "x:3", "billing_address": an_address(street="Rua Nova")}
            )
            assert await sell(bench, moved, update_customer=True) == [ALTER]
            [customer] = await customers(bench)
            assert customer["endereco"] == "Rua Nova"

    run(main())


def test_a_customer_the_erp_will_not_change_is_used_as_he_is() -> None:
    async def main() -> None:
        async with a_bench() as bench:
            await sell(bench, order_of(1))
            await bench.break_("refuse", ALTER, text="ERROR: Não é possível alterar!")
            again = order_of(1, name="Outro Nome").model_copy(update={"order_id": "x:2"})
            await sell(bench, again, update_customer=True)

            assert len(await bench.orders()) == 2

    run(main())


def test_a_customer_who_was_removed_in_the_erp_is_created_again() -> None:
    async def main() -> None:
        async with a_bench() as bench:
            await sell(bench, order_of(1))
            for key, known in bench.book.known.items():
                bench.book.known[key] = type(known)(1, known.content)
            await sell(bench, order_of(1).model_copy(update={"order_id": "x:2"}))

            assert len(await customers(bench)) == 1
            assert len(await bench.orders()) == 2

    run(main())


@pytest.mark.parametrize("known", [0, 1])
def test_a_long_row_of_new_or_of_known_buyers_never_blocks_the_account(known: int) -> None:
    async def main() -> None:
        async with a_bench() as bench:
            orders = [order_of(n) for n in range(30)]
            if known:
                await typed_in_the_erp(bench, *orders)
            await bench.put(*(bench.validated(o, salesperson_name="") for o in orders))

            assert await bench.settle() < 60
            assert len(await bench.orders()) == len(await customers(bench)) == 30

    run(main())


def test_new_and_known_buyers_in_any_mixture_never_block_the_account() -> None:
    async def main() -> None:
        async with a_bench() as bench:
            orders = [order_of(n) for n in range(40)]
            await typed_in_the_erp(bench, *orders[::2])
            await bench.put(*(bench.validated(o, salesperson_name="") for o in orders))

            assert await bench.settle() < 60
            assert len(await bench.orders()) == len(await customers(bench)) == 40

    run(main())


def test_a_buyer_without_a_document_is_refused_and_taken_for_nobody_else() -> None:
    async def main() -> None:
        async with a_bench() as bench:
            nobody = a_buyer(document=None, document_kind=None)
            calls = await sell(bench, *(an_order(n, buyer=nobody) for n in (1001, 1002)))

            assert calls == [INCLUDE, INCLUDE]
            assert await bench.orders() == []

    run(main())


def test_what_is_remembered_of_a_buyer_tells_nobody_who_he_is() -> None:
    async def main() -> None:
        async with a_bench() as bench:
            await sell(bench, an_order())

            remembered = repr(bench.book.known)
            assert "52998224725" not in remembered
            assert "Irene" not in remembered

    run(main())


@given(st.lists(st.booleans(), max_size=200))
def test_no_row_of_faults_at_the_erp_gets_long_enough_to_hold_the_account(
    existing: list[bool],
) -> None:
    habit = Habit()
    rows = {LOOK: 0, INCLUDE: 0}

    def ask(call: str, *, fails: bool) -> None:
        rows[call] = rows[call] + 1 if fails else 0
        assert rows[call] < MOST_IN_A_ROW

    for exists in existing:
        if habit.look_first:
            ask(LOOK, fails=not exists)
            habit = habit.looked(found=exists)
            if exists:
                continue
        ask(INCLUDE, fails=exists)
        habit = habit.included(new=not exists)
        if exists and habit.must_find:
            ask(LOOK, fails=False)
            habit = habit.looked(found=True)

    assert MOST_IN_VAIN < MOST_IN_A_ROW
