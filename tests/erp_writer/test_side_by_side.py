"""Accounts side by side: none waits for another's backlog, block or silence."""

import asyncio

import pytest

from contracts.accounts import AccountCondition
from contracts.events import OrderPosted, OrderValidated
from tests.support import allowance
from tests.support.allowance import account_of, an_order_of, backlog, company_of, key_of
from tests.support.builders import an_order
from tests.support.erp_bench import ErpBench, a_bench, a_keyed_store, at_work
from tests.support.virtual_time import run

NOISY, QUIET = 1, 9


async def posted(bench: ErpBench, order: OrderValidated) -> float:
    """Validate the order; the seconds until it is in the ERP."""
    loop = asyncio.get_running_loop()
    began = loop.time()
    await bench.put(order)
    while all(fact.order_id != order.order_id for fact in bench.seen(OrderPosted)):
        assert loop.time() < began + 600, "it is not in the ERP after ten minutes"
        await asyncio.sleep(0.05)
    return loop.time() - began


def test_a_backlog_uses_nearly_all_of_an_accounts_allowance_and_never_more() -> None:
    found = allowance.measure(minutes=1.25)

    assert 0.95 <= found.used <= 1
    assert found.exceeded == 0


def test_the_backlogs_of_many_use_nearly_all_of_the_address_and_each_gets_the_same() -> None:
    found = allowance.measure(accounts=12, minutes=1, per_ip=240)

    assert 0.95 <= found.used <= 1
    assert found.exceeded == 0
    assert found.most - found.least <= 3


def test_an_order_of_a_quiet_account_passes_the_backlogs_of_others() -> None:
    async def main() -> None:
        async with a_bench() as bench:
            bench.start(per_ip=240)
            company = company_of(bench, QUIET)
            async with at_work(bench):
                for account in range(3):
                    await bench.put(*backlog(bench, account, 60))
                took = []
                for number in range(4):
                    await asyncio.sleep(11)
                    took.append(await posted(bench, an_order_of(bench, company, QUIET, number)))

            assert max(took) < 3
            many = [f for f in bench.seen(OrderPosted) if f.account_id != account_of(QUIET)]
            assert 60 < len(many) < 180

    run(main())


@pytest.mark.parametrize(
    "trouble", ["timeout", "block", "suspend", "html", "throttle", "refuse", "busy"]
)
def test_whatever_befalls_an_account_another_one_does_not_notice(trouble: str) -> None:
    async def main() -> None:
        async with a_bench() as bench, at_work(bench):
            company = company_of(bench, QUIET)
            await bench.break_(trouble, times=None, app_key=key_of(NOISY))
            await bench.put(*backlog(bench, NOISY, 30))
            await asyncio.sleep(20)

            for number in range(3):
                assert await posted(bench, an_order_of(bench, company, QUIET, number)) < 1
                await asyncio.sleep(30)
            told = {word.account_id for word in bench.seen(AccountCondition)}
            assert told <= {account_of(NOISY)}
            assert account_of(QUIET) not in told

    run(main())


def test_stores_of_several_channels_share_an_account_its_customers_and_its_pace() -> None:
    async def main() -> None:
        async with a_bench() as bench, at_work(bench):
            bench.stores.put(a_keyed_store(store_id="outra", channel="nuvemshop"))
            shopify = bench.validated(an_order(1))
            other = an_order(2, order_id="outra:2", store_id="outra", channel="nuvemshop")
            nuvemshop = bench.validated(other, salesperson_name="Nuvemshop")
            await posted(bench, shopify)
            await posted(bench, nuvemshop)

            orders = await bench.orders()
            assert len({o["cabecalho"]["codigo_cliente"] for o in orders}) == 1
            assert len({o["informacoes_adicionais"]["codVend"] for o in orders}) == 2

    run(main())
