"""The salesperson an order carries."""

import asyncio
from typing import Any

from tests.support.builders import an_order
from tests.support.erp_bench import APP_KEY, ErpBench, a_bench
from tests.support.virtual_time import run


async def sold_by(bench: ErpBench, number: int, **terms: Any) -> int:
    """The salesperson of this order in the ERP; 0 is none."""
    await bench.put(bench.validated(an_order(number), **terms))
    await bench.settle()
    [order] = [
        o
        for o in await bench.orders()
        if o["informacoes_adicionais"]["numero_pedido_cliente"] == f"#{number}"
    ]
    return int(order["informacoes_adicionais"].get("codVend", 0))


async def vendors(bench: ErpBench) -> list[str]:
    return [call for call in await bench.calls() if "Vendedor" in call]


def test_the_channel_becomes_a_salesperson_once() -> None:
    async def main() -> None:
        async with a_bench() as bench:
            first = await sold_by(bench, 1001)
            second = await sold_by(bench, 1002)
            assert first == second > 0
            assert await vendors(bench) == ["ListarVendedores", "UpsertVendedor"]

            bench.start()
            await asyncio.sleep(100)
            assert await sold_by(bench, 1003) == first
            assert (await vendors(bench)).count("UpsertVendedor") == 1

    run(main())


def test_one_of_that_name_who_is_there_already_is_used() -> None:
    async def main() -> None:
        async with a_bench() as bench:
            assert await sold_by(bench, 1001, salesperson_name="televendas") > 0
            assert "UpsertVendedor" not in await vendors(bench)

    run(main())


def test_the_one_the_merchant_chose_is_used_without_asking() -> None:
    async def main() -> None:
        async with a_bench() as bench:
            known = await sold_by(bench, 1001, salesperson_name="Televendas")
            before = await vendors(bench)
            assert await sold_by(bench, 1002, salesperson_code=known) == known
            assert await vendors(bench) == before

    run(main())


def test_one_who_has_left_is_replaced_by_an_active_one() -> None:
    async def main() -> None:
        async with a_bench() as bench:
            first = await sold_by(bench, 1001, salesperson_name="Televendas")
            act = {"app_key": APP_KEY, "action": "inactivate_vendor", "vendor": first}
            await bench.control("POST", "act", act)
            await bench.put(bench.validated(an_order(1002), salesperson_name="Televendas"))
            await bench.settle()
            # The ERP refuses the one we remembered; the next attempt looks again.
            await asyncio.sleep(100)
            second = await sold_by(bench, 1002, salesperson_name="Televendas", attempt=2)

            assert second not in (0, first)

    run(main())


def test_an_order_without_any_goes_without() -> None:
    async def main() -> None:
        async with a_bench() as bench:
            assert await sold_by(bench, 1001, salesperson_name="") == 0

    run(main())
