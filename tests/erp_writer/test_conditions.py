"""How an account is doing is told once per change, whatever number of orders waits for it."""

import asyncio
from datetime import timedelta

import pytest

from contracts.accounts import AccountCondition, Condition
from contracts.events import OrderPosted
from tests.support.builders import ACCOUNT, a_buyer, an_order
from tests.support.erp_bench import APP_KEY, ErpBench, a_bench, a_keyed_store, at_work
from tests.support.virtual_time import run

POST = "IncluirPedido"
REFUSED = "ERROR: O preenchimento da tag [cnpj_cpf] é obrigatório!"


async def told(bench: ErpBench, many: int) -> list[AccountCondition]:
    """So many words on the account, once they are there."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + 3600
    while len(bench.seen(AccountCondition)) < many:
        assert loop.time() < deadline, bench.seen(AccountCondition)
        await asyncio.sleep(0.1)
    return bench.seen(AccountCondition)


async def a_backlog(bench: ErpBench, many: int = 20) -> None:
    await bench.put(
        *(bench.validated(an_order(n, buyer=a_buyer(document=f"{n:011}"))) for n in range(many))
    )


def said(words: list[AccountCondition]) -> list[Condition]:
    return [word.condition for word in words]


def test_an_account_that_is_well_is_not_talked_about() -> None:
    async def main() -> None:
        async with a_bench() as bench, at_work(bench):
            await a_backlog(bench)
            await asyncio.sleep(60)

            assert len(bench.seen(OrderPosted)) == 20
            assert bench.seen(AccountCondition) == []

    run(main())


def test_refused_keys_are_told_once_for_all_orders_and_once_more_when_new_ones_work() -> None:
    async def main() -> None:
        async with a_bench() as bench, at_work(bench):
            bench.stores.put(a_keyed_store("not-the-secret"))
            await a_backlog(bench)
            await asyncio.sleep(1000)
            [word] = bench.seen(AccountCondition)
            assert (word.account_id, word.condition, word.until) == (
                ACCOUNT, Condition.KEYS_REFUSED, None,
            )  # fmt: skip

            bench.stores.put(a_keyed_store())
            words = await told(bench, 2)
            assert said(words) == [Condition.KEYS_REFUSED, Condition.GOOD]
            assert words[1].since > words[0].since

    run(main())


def test_new_keys_are_tried_at_once_also_where_no_order_waits() -> None:
    async def main() -> None:
        async with a_bench() as bench, at_work(bench):
            bench.stores.put(a_keyed_store("not-the-secret"))
            await bench.put(bench.validated(an_order()))
            await told(bench, 1)
            bench.ledger.kept.clear()

            bench.stores.put(a_keyed_store("wrong-again"))
            await asyncio.sleep(5)
            assert len(bench.seen(AccountCondition)) == 1

            bench.stores.put(a_keyed_store())
            loop = asyncio.get_running_loop()
            began = loop.time()
            assert said(await told(bench, 2))[-1] is Condition.GOOD
            assert loop.time() - began < 5

    run(main())


def test_keys_that_were_never_good_are_told_before_any_order_comes() -> None:
    async def main() -> None:
        async with a_bench() as bench, at_work(bench):
            await asyncio.sleep(5)
            assert await bench.calls() == []

            bench.stores.put(a_keyed_store("a-typo"))
            [word] = await told(bench, 1)
            assert word.condition is Condition.KEYS_REFUSED
            assert bench.clock() - word.since < timedelta(seconds=5)

            bench.stores.put(a_keyed_store())
            await told(bench, 2)
            await asyncio.sleep(60)
            assert len(await bench.calls()) == 2

    run(main())


def test_a_block_is_told_with_its_end_and_a_restart_does_not_call_before_it() -> None:
    async def main() -> None:
        async with a_bench() as bench:
            await bench.break_("block")
            await a_backlog(bench, 1)
            await bench.turn()
            [word] = bench.seen(AccountCondition)
            assert word.condition is Condition.BLOCKED
            assert word.until is not None
            assert timedelta(minutes=29) < word.until - bench.clock() <= timedelta(minutes=30)
            calls = len(await bench.calls())

            bench.start()
            await asyncio.sleep(1700)
            await bench.turn()
            assert len(await bench.calls()) == calls

            await bench.settle()
            assert said(bench.seen(AccountCondition)) == [Condition.BLOCKED, Condition.GOOD]

    run(main())


def test_an_erp_that_is_down_is_told_once_and_told_to_be_back_though_nothing_waits_by_then() -> (
    None
):
    async def main() -> None:
        async with a_bench() as bench, at_work(bench):
            await bench.control("POST", "faults", {"kind": "html", "times": None})
            await a_backlog(bench)
            await asyncio.sleep(1200)
            assert said(bench.seen(AccountCondition)) == [Condition.UNREACHABLE]

            bench.ledger.kept.clear()
            await bench.control("DELETE", "faults")
            assert said(await told(bench, 2))[-1] is Condition.GOOD

    run(main())


def test_the_breaker_opens_and_says_so_before_the_tenth_fault() -> None:
    async def main() -> None:
        async with a_bench() as bench, at_work(bench):
            await bench.break_("refuse", text=REFUSED, times=None)
            await a_backlog(bench)
            [word] = await told(bench, 1)

            assert word.condition is Condition.REFUSING
            assert word.until is not None
            assert word.until > bench.clock()
            assert (await bench.calls()).count(POST) == 5

            await bench.control("DELETE", "faults")
            words = await told(bench, 2)
            assert said(words)[-1] is Condition.GOOD

    run(main())


def test_noes_without_end_never_make_the_erp_block_the_account() -> None:
    async def main() -> None:
        async with a_bench() as bench, at_work(bench):
            act = {"app_key": APP_KEY, "action": "inactivate_product", "product": "CAN-350-AZ"}
            await bench.control("POST", "act", act)
            await a_backlog(bench, 20)
            await asyncio.sleep(2100)

            assert (await bench.calls()).count(POST) == 9
            statuses = {r["status"] for r in (await bench.control("GET", "requests"))["requests"]}
            assert 425 not in statuses
            words = bench.seen(AccountCondition)
            assert said(words) == [Condition.REFUSING] * 5
            assert len({word.since for word in words}) == 1

    run(main())


@pytest.mark.parametrize(
    ("trouble", "times"), [("throttle", 3), ("busy", 2), ("cut_before", 2), ("html", 2)]
)
def test_a_short_trouble_is_nothing_to_talk_about(trouble: str, times: int) -> None:
    async def main() -> None:
        async with a_bench() as bench, at_work(bench):
            await bench.break_(trouble, times=times)
            await a_backlog(bench, 3)
            await asyncio.sleep(600)

            assert len(bench.seen(OrderPosted)) == 3
            assert bench.seen(AccountCondition) == []

    run(main())


def test_a_restart_tells_nothing_again_and_takes_back_what_is_over() -> None:
    async def main() -> None:
        async with a_bench() as bench:
            await bench.control("POST", "keys", {"app_key": APP_KEY, "suspended": True})
            await a_backlog(bench, 1)
            await bench.turn()
            bench.start()
            await bench.turn()
            assert said(bench.seen(AccountCondition)) == [Condition.KEYS_REFUSED]

            await bench.control("POST", "keys", {"app_key": APP_KEY, "suspended": False})
            bench.start()
            await bench.settle()
            assert said(bench.seen(AccountCondition)) == [Condition.KEYS_REFUSED, Condition.GOOD]

    run(main())


def test_a_restart_in_a_row_of_noes_does_not_begin_to_count_anew() -> None:
    async def main() -> None:
        async with a_bench() as bench:
            act = {"app_key": APP_KEY, "action": "inactivate_product", "product": "CAN-350-AZ"}
            await bench.control("POST", "act", act)
            await a_backlog(bench, 20)
            for _ in range(3):
                async with at_work(bench):
                    await asyncio.sleep(300)
                bench.start()

            statuses = {r["status"] for r in (await bench.control("GET", "requests"))["requests"]}
            assert 425 not in statuses
            assert set(said(bench.seen(AccountCondition))) == {Condition.REFUSING}

            await bench.control("POST", "act", act | {"action": "activate_product"})
            await bench.settle()
            assert said(bench.seen(AccountCondition))[-1] is Condition.GOOD

    run(main())


def test_a_word_told_again_is_the_same_event() -> None:
    word = AccountCondition(
        occurred_at=an_order().updated_at,
        account_id=ACCOUNT,
        condition=Condition.UNREACHABLE,
        since=an_order().updated_at,
    )
    later = word.model_copy(update={"occurred_at": word.occurred_at + timedelta(minutes=5)})

    assert later.event_id == word.event_id
    other = word.model_copy(update={"condition": Condition.GOOD})
    assert other.event_id != word.event_id
