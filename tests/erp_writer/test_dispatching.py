"""The writer at work: at once, at the ERP's pace, one account beside the other."""

import asyncio
from collections.abc import Awaitable, Callable, Collection
from datetime import datetime, timedelta

import pytest

from chassis.kafka import partition_of
from contracts.cancellations import OrderCancelled
from contracts.events import OrderPosted, OrderValidated
from contracts.stores import StoreConfigured
from contracts.topics import PARTITIONS
from erp_writer.dispatcher import Dispatcher
from erp_writer.ownership import Ownership
from sandbox.erp.seed import seed_company
from tests.support.belt import NOON
from tests.support.builders import a_buyer, an_order, cancellation_of
from tests.support.erp_bench import (
    APP_KEY,
    SECRET,
    ErpBench,
    MemoryLedger,
    a_bench,
    a_keyed_store,
    at_work,
)
from tests.support.virtual_time import run

OTHER_KEY = "5550001112223"
OTHER = f"omie-{OTHER_KEY}"
POST = "IncluirPedido"


async def posted(bench: ErpBench, many: int = 1) -> float:
    """Wait until so many are posted; the seconds it took."""
    loop = asyncio.get_running_loop()
    began = loop.time()
    while len(bench.log.topics[OrderPosted.topic]) < many:
        assert loop.time() < began + 3600
        await asyncio.sleep(0.01)
    return loop.time() - began


def a_backlog(bench: ErpBench, many: int) -> list[OrderValidated]:
    """Orders of as many buyers."""
    return [bench.validated(an_order(n, buyer=a_buyer(document=f"{n:011}"))) for n in range(many)]


def another_account(bench: ErpBench, number: int) -> OrderValidated:
    """An order of a second company's store."""
    company = seed_company(bench.app.state.companies, OTHER_KEY, SECRET)
    order = an_order(number, order_id=f"outra-loja:{number}", store_id="outra-loja")
    return bench.validated(order, company=company).model_copy(update={"account_id": OTHER})


def its_store() -> StoreConfigured:
    return a_keyed_store(store_id="outra-loja", account_id=OTHER, erp_app_key=OTHER_KEY)


def test_an_order_of_a_new_buyer_is_posted_in_a_fraction_of_a_second() -> None:
    async def main() -> None:
        async with a_bench() as bench, at_work(bench):
            await bench.put(bench.validated(an_order(1000)))
            await posted(bench)
            await bench.control("POST", "latency", {"ms": 100})
            await asyncio.sleep(10)

            await bench.put(bench.validated(an_order(1, buyer=a_buyer(document="1" * 11))))
            assert await posted(bench, 2) < 0.25
            await bench.put(bench.validated(an_order(2)))
            assert await posted(bench, 3) < 0.15

    run(main())


def test_a_cancellation_does_not_wait_for_the_erps_next_minute() -> None:
    async def main() -> None:
        async with a_bench() as bench, at_work(bench):
            await bench.put(*a_backlog(bench, 260))
            await posted(bench, 240)
            await asyncio.sleep(5)
            waiting = an_order(250)
            [gone] = [f for f in bench.seen(OrderPosted) if f.order_id.endswith(":7")]
            await bench.put(cancellation_of(an_order(7)), cancellation_of(waiting))
            assert await posted(bench, 241) < 3

            assert bench.seen(OrderPosted)[-1].erp_order_id == gone.erp_order_id
            await posted(bench, 241 + 19)
            await asyncio.sleep(10)
            assert len(await bench.orders()) == 259

    run(main())


def test_an_account_in_trouble_delays_no_other() -> None:
    async def main() -> None:
        async with a_bench() as bench, at_work(bench):
            other = another_account(bench, 1)
            bench.stores.put(its_store())
            await bench.break_("timeout", times=None, app_key=APP_KEY)
            await bench.put(*a_backlog(bench, 20))
            await asyncio.sleep(5)

            await bench.put(other)
            assert await posted(bench) < 1
            [fact] = bench.seen(OrderPosted)
            assert fact.account_id == OTHER

    run(main())


def test_what_is_due_by_time_is_begun_by_time() -> None:
    async def main() -> None:
        async with a_bench() as bench, at_work(bench):
            await bench.break_("cut_before")
            await bench.put(bench.validated(an_order()))

            assert 61 <= await posted(bench) < 65

    run(main())


def test_orders_whose_store_has_no_keys_yet_go_as_soon_as_it_has() -> None:
    async def main() -> None:
        async with a_bench() as bench, at_work(bench):
            await bench.put(another_account(bench, 1))
            await asyncio.sleep(600)
            assert await bench.calls() == []

            bench.stores.put(its_store())
            assert await posted(bench) < 1

    run(main())


def _telling(event: asyncio.Event) -> Callable[[], Awaitable[None]]:
    async def happens() -> None:
        event.set()

    return happens


def test_a_stopping_writer_lets_the_call_in_flight_end_and_begins_no_other() -> None:
    async def main() -> None:
        async with a_bench() as bench:
            await bench.control("POST", "latency", {"ms": 500})
            await bench.put(*a_backlog(bench, 20))
            async with at_work(bench):
                begun = asyncio.Event()
                bench.fuse.then[f"before {POST}"] = _telling(begun)
                await begun.wait()
            stopped = len(bench.seen(OrderPosted))
            assert stopped == len(await bench.orders()) < 5

            bench.start()
            await bench.settle()
            assert len(await bench.orders()) == 20

    run(main())


def test_trouble_of_our_own_ends_the_service_instead_of_hiding() -> None:
    async def main() -> None:
        async with a_bench() as bench:

            async def broken(_: str) -> None:
                raise RuntimeError("a bug")

            dispatcher = Dispatcher(bench.ledger, broken, bench.clock, bench.ownership, bench.woken)
            await bench.put(bench.validated(an_order()))
            with pytest.raises(RuntimeError, match="a bug"):
                await asyncio.wait_for(dispatcher.run(), 5)

    run(main())


def test_an_order_nobody_can_write_down_does_not_stop_the_others() -> None:
    async def main() -> None:
        async with a_bench() as bench, at_work(bench):
            impossible = bench.validated(an_order(1), items=())
            await bench.put(impossible, bench.validated(an_order(2)), bench.validated(an_order(3)))
            assert await posted(bench, 2) < 2

            cured = bench.validated(an_order(1), attempt=2)
            await bench.put(cured)
            assert await posted(bench, 3) < 2

    run(main())


class AskedLedger(MemoryLedger):
    """Counts how often it is asked whose entries are due."""

    asked = 0

    async def accounts_due(self, partitions: Collection[int], now: datetime) -> list[str]:
        self.asked += 1
        return await super().accounts_due(partitions, now)


def test_news_of_accounts_begin_their_work_at_once_and_cost_no_question() -> None:
    async def main() -> None:
        begun: list[tuple[str, float]] = []
        loop, ledger, woken = asyncio.get_running_loop(), AskedLedger(), asyncio.Event()
        ownership = Ownership(woken.set)
        ownership.partitions = frozenset({partition_of("ours", PARTITIONS)})

        async def drain(account_id: str) -> None:
            begun.append((account_id, loop.time()))

        def clock() -> datetime:
            return NOON + timedelta(seconds=loop.time())

        dispatcher = Dispatcher(ledger, drain, clock, ownership, woken)
        running = asyncio.create_task(dispatcher.run())
        for number in range(100):
            await asyncio.sleep(0.05)
            dispatcher.begin(["ours", "elsewhere"])
            await asyncio.sleep(0)
            await asyncio.sleep(0)
            await asyncio.sleep(0)
            assert begun[-1] == ("ours", loop.time()), number
        running.cancel()

        assert len(begun) == 100
        assert ledger.asked <= 6

    run(main())


VALIDATED, CANCELLED = OrderValidated.topic, OrderCancelled.topic


def test_the_partitions_of_validated_orders_say_which_accounts_are_ours() -> None:
    news: list[frozenset[int]] = []
    ownership = Ownership(lambda: news.append(ownership.partitions))

    ownership.on_partitions_assigned({(VALIDATED, 1), (VALIDATED, 2), (CANCELLED, 3)})
    ownership.on_partitions_revoked({(VALIDATED, 1), (CANCELLED, 2)})
    ownership.on_partitions_assigned({(VALIDATED, n) for n in range(PARTITIONS)})
    ownership.leave()

    assert news == [{1, 2}, {2}, frozenset(range(PARTITIONS)), frozenset()]
