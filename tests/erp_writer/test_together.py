"""What many accounts ask for at once is done in one go, and nobody gets another's result."""

import asyncio
from collections.abc import Sequence

import pytest

from chassis.patience import Unavailable
from contracts.wire import Outgoing, encode
from erp_writer.together import Together, TogetherPublisher
from tests.support.builders import an_order, validated
from tests.support.virtual_time import run


class Shop:
    """Doubles numbers, slowly; odd ones break it."""

    def __init__(self) -> None:
        self.orders: list[list[int]] = []
        self.closed = False

    async def work(self, numbers: Sequence[int]) -> list[int]:
        self.orders.append(list(numbers))
        await asyncio.sleep(0)
        if self.closed:
            raise Unavailable("closed")
        if any(number % 2 for number in numbers):
            raise ValueError("odd")
        return [2 * number for number in numbers]


class CountingLog:
    """Takes a request at a time, once it may go on."""

    def __init__(self) -> None:
        self.requests: list[list[Outgoing]] = []
        self.asked = asyncio.Event()
        self.go_on = asyncio.Event()

    async def publish(self, records: Sequence[Outgoing]) -> None:
        self.requests.append(list(records))
        self.asked.set()
        await self.go_on.wait()


async def test_what_is_asked_for_while_work_is_under_way_is_done_together_and_told_apart() -> None:
    shop = Shop()
    together = Together(shop.work)
    results = await asyncio.gather(*(together.do([n, 10 * n]) for n in (2, 4, 6)))
    assert results == [[4, 40], [8, 80], [12, 120]]
    assert await together.do([8]) == [16]
    assert shop.orders == [[2, 20, 4, 40, 6, 60], [8]]


async def test_nothing_asked_for_is_nothing_done() -> None:
    shop = Shop()
    assert await Together(shop.work).do([]) == []
    assert shop.orders == []


async def test_work_that_breaks_on_one_callers_things_is_done_for_the_others() -> None:
    together = Together(Shop().work)
    results = await asyncio.gather(
        together.do([2]), together.do([3]), together.do([4]), return_exceptions=True
    )
    assert results[0] == [4]
    assert isinstance(results[1], ValueError)
    assert results[2] == [8]


async def test_what_is_unavailable_is_so_for_everybody_and_is_tried_once() -> None:
    shop = Shop()
    shop.closed = True
    together = Together(shop.work)
    results = await asyncio.gather(together.do([2]), together.do([4]), return_exceptions=True)
    assert all(isinstance(each, Unavailable) for each in results)
    assert len(shop.orders) == 1
    shop.closed = False
    assert await together.do([6]) == [12]


async def test_a_caller_who_gives_up_costs_the_others_nothing() -> None:
    together = Together(Shop().work)
    gives_up = asyncio.create_task(together.do([2]))
    stays = asyncio.create_task(together.do([4]))
    await asyncio.sleep(0)
    gives_up.cancel()
    with pytest.raises(asyncio.CancelledError):
        await gives_up
    assert await stays == [8]


def test_who_comes_alone_never_waits_and_many_are_given_time_to_gather() -> None:
    async def main() -> tuple[float, float, list[int]]:
        loop, shop = asyncio.get_running_loop(), Shop()
        together = Together(shop.work, rest_s=1)
        for number in (2, 4):
            await together.do([number])
            await asyncio.sleep(2)
        alone = loop.time()
        for _ in range(5):
            await asyncio.gather(*(together.do([n]) for n in (6, 8)))
        return alone, loop.time() - alone, [len(order) for order in shop.orders]

    assert run(main()) == (4, 4, [1, 1, 2, 2, 2, 2, 2])


async def test_outcomes_told_right_after_others_go_out_in_one_request() -> None:
    log = CountingLog()
    publisher = TogetherPublisher(log, rest_s=0.0)
    first, second, third = (encode(validated(an_order(n)), "test") for n in (1001, 1002, 1003))
    telling = asyncio.create_task(publisher.publish([first]))
    await log.asked.wait()
    more = [asyncio.create_task(publisher.publish([each])) for each in (second, third)]
    await asyncio.sleep(0)
    log.go_on.set()
    await asyncio.gather(telling, *more)
    assert log.requests == [[first], [second, third]]
