"""Stores that share an account and disagree about its secret do not stop each other."""

from datetime import timedelta

import pytest

from contracts.accounts import AccountCondition, Condition
from tests.support.builders import PAID_AT, a_buyer, an_order
from tests.support.erp_bench import APP_KEY, ErpBench, a_bench, a_keyed_store
from tests.support.virtual_time import run


def another_store_says(bench: ErpBench, secret: str) -> None:
    """A second store of the account, configured later than the first."""
    later = PAID_AT + timedelta(days=1)
    bench.stores.put(a_keyed_store(secret, store_id="outra-loja", occurred_at=later))


async def orders(bench: ErpBench, *numbers: int) -> None:
    await bench.put(
        *(bench.validated(an_order(n, buyer=a_buyer(document=f"{n:011}"))) for n in numbers)
    )


def test_where_the_newest_keys_are_refused_those_of_another_store_are_tried_at_once() -> None:
    async def main() -> None:
        async with a_bench() as bench:
            another_store_says(bench, "a-typo")
            await orders(bench, *range(1, 11))

            assert await bench.settle() < 10
            assert len(await bench.orders()) == 10
            statuses = [r["status"] for r in (await bench.control("GET", "requests"))["requests"]]
            assert statuses.count(403) == 1
            told = [word.condition for word in bench.seen(AccountCondition)]
            assert told[-1:] in ([], [Condition.GOOD])

    run(main())


@pytest.mark.parametrize("first_wrong", [True, False])
def test_a_key_that_was_suspended_is_found_to_work_again_whichever_store_knows_its_secret(
    *, first_wrong: bool
) -> None:
    async def main() -> None:
        async with a_bench() as bench:
            if first_wrong:
                another_store_says(bench, "a-typo")
            else:
                bench.stores.put(a_keyed_store("a-typo", store_id="outra-loja"))
            await bench.control("POST", "keys", {"app_key": APP_KEY, "suspended": True})
            await orders(bench, 1)
            with pytest.raises(AssertionError, match="still work"):
                await bench.settle(within_s=1000)
            # Each secret once in five minutes, and no more.
            assert len(await bench.calls()) <= 2 * 4

            await bench.control("POST", "keys", {"app_key": APP_KEY, "suspended": False})
            assert await bench.settle() < 310
            assert len(await bench.orders()) == 1

    run(main())


def test_several_stores_that_all_have_the_wrong_secret_are_one_condition() -> None:
    async def main() -> None:
        async with a_bench() as bench:
            bench.stores.put(a_keyed_store("wrong"))
            another_store_says(bench, "wrong-too")
            await orders(bench, *range(1, 11))
            with pytest.raises(AssertionError, match="still work"):
                await bench.settle(within_s=1000)

            [word] = bench.seen(AccountCondition)
            assert word.condition is Condition.KEYS_REFUSED

            bench.stores.put(a_keyed_store(version=3))
            assert await bench.settle() < 10

    run(main())


def test_a_store_configured_again_while_its_key_is_refused_is_tried_at_once() -> None:
    async def main() -> None:
        async with a_bench() as bench:
            await bench.control("POST", "keys", {"app_key": APP_KEY, "suspended": True})
            await orders(bench, 1)
            await bench.turn()
            await bench.control("POST", "keys", {"app_key": APP_KEY, "suspended": False})

            bench.stores.put(a_keyed_store(version=2, name="Outro Nome"))
            assert await bench.settle() < 5

    run(main())
