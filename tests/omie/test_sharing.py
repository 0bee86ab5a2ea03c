"""One address, many accounts: none is kept waiting by another one's backlog."""

import asyncio
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from omie.allowance import AT_ONCE, SPAN_S, Share
from omie.pacing import Pacing
from tests.support.virtual_time import run

METHODS = ("IncluirCliente", "IncluirPedido")


class Traffic:
    """Accounts that call through one pacing, and when each call went out."""

    def __init__(self, per_ip: int) -> None:
        self.loop = asyncio.get_running_loop()
        self.pacing = Pacing(self.loop.time, asyncio.sleep, per_ip=per_ip)
        self.went: list[tuple[float, str]] = []

    async def call(self, key: str, method: str = METHODS[0], answer_s: float = 0.05) -> float:
        """One call; the seconds it waited for its turn."""
        asked = self.loop.time()
        async with self.pacing.turn(key, method, write=True):
            went = self.loop.time()
            self.went.append((went, key))
            await asyncio.sleep(answer_s)
        return went - asked

    async def floods(self, key: str, until_s: float) -> None:
        """As many calls as the ERP takes, of several methods at once."""

        async def of(method: str) -> None:
            while self.loop.time() < until_s:
                await self.call(key, method)

        await asyncio.gather(*(of(method) for method in METHODS))

    def counted(self, since_s: float, until_s: float) -> Counter[str]:
        return Counter(key for at, key in self.went if since_s <= at < until_s)


@pytest.mark.parametrize(("floods", "every_s"), [(1, 2), (2, 5), (20, 30)])
def test_an_account_with_less_than_its_share_waits_a_moment_however_much_others_have(
    floods: int, every_s: float
) -> None:
    async def main() -> None:
        traffic = Traffic(per_ip=120)
        busy = [asyncio.create_task(traffic.floods(f"f{n}", 200)) for n in range(floods)]
        waits = []
        while traffic.loop.time() < 200:
            await asyncio.sleep(every_s)
            waits.append(await traffic.call("quiet"))
        await asyncio.gather(*busy)

        assert max(waits) < 1.1
        assert sum(traffic.counted(0, 60).values()) <= 120

    run(main())


def test_a_quiet_account_after_a_pause_goes_before_all_who_had_more() -> None:
    async def main() -> None:
        traffic = Traffic(per_ip=60)
        busy = [asyncio.create_task(traffic.floods(f"f{n}", 130)) for n in range(3)]
        await asyncio.sleep(100)

        waits = await asyncio.gather(traffic.call("a"), traffic.call("b"))

        assert max(waits) < 3.2
        await asyncio.gather(*busy)

    run(main())


@pytest.mark.parametrize("accounts", [2, 7, 40])
def test_accounts_that_all_want_more_get_the_same(accounts: int) -> None:
    async def main() -> Counter[str]:
        traffic = Traffic(per_ip=240)
        await asyncio.gather(*(traffic.floods(f"k{n:02}", 300) for n in range(accounts)))
        return traffic.counted(60, 300)

    had = run(main())

    assert len(had) == accounts
    assert max(had.values()) - min(had.values()) <= 3


def test_several_backlogs_use_nearly_the_whole_allowance_of_the_address() -> None:
    async def main() -> None:
        traffic = Traffic(per_ip=960)
        await asyncio.gather(*(traffic.floods(f"k{n}", 300) for n in range(6)))

        for minute in range(5):
            assert (
                0.95 * 960 * 0.99 <= traffic.counted(60 * minute, 60 * minute + 60).total() <= 960
            )
        assert traffic.counted(0, 300).total() >= 0.95 * 960 * 5

    run(main())


def test_a_caller_that_gives_up_is_not_charged_and_lets_the_next_one_pass() -> None:
    async def main() -> None:
        traffic = Traffic(per_ip=1)
        await traffic.call("k")
        gone = asyncio.create_task(traffic.call("k", METHODS[1]))
        stays = asyncio.create_task(traffic.call("other"))
        await asyncio.sleep(1)
        gone.cancel()
        await stays

        assert Counter(key for _, key in traffic.went) == {"k": 1, "other": 1}
        assert traffic.pacing.wait("k", METHODS[0]) == traffic.pacing.wait("new", METHODS[0])

    run(main())


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from("abc"), st.floats(0, 40), st.floats(0, 20)),
        min_size=1,
        max_size=60,
    ),
    st.integers(1, 12),
)
def test_whoever_asks_gets_a_turn_in_time_and_no_minute_holds_too_much(
    asked: list[tuple[str, float, float]], most: int
) -> None:
    """Everybody asks at some moment, is told how long to wait, and calls for a while."""

    async def main() -> list[float]:
        loop = asyncio.get_running_loop()
        pacing = Pacing(loop.time, asyncio.sleep, per_method=10**6, per_ip=most)
        went = []

        async def call(number: int, key: str, at: float, answer_s: float) -> None:
            await asyncio.sleep(at)
            async with pacing.turn(key, f"Incluir{number}", write=True):
                went.append(loop.time())
                await asyncio.sleep(answer_s)

        await asyncio.gather(*(call(n, *each) for n, each in enumerate(asked)))
        return went

    went = run(main())

    assert len(went) == len(asked)
    assert all(sum(t - 60 < u <= t for u in went) <= most for t in went)


def test_how_long_one_would_wait_is_told_before_asking() -> None:
    share = Share(100)
    for _ in range(int(100 * AT_ONCE)):
        share.start(share.ask("a"), 0.0)

    per_s = 95 / SPAN_S
    assert share.expected("b", 0.0) == pytest.approx(1 / per_s)
    share.ask("a")
    # Of those who wait, `b` has had less than `a`.
    assert share.expected("b", 0.0) == pytest.approx(1 / per_s)
    assert share.expected("a", 0.0) == pytest.approx(2 / per_s)
    assert share.expected("a", 60.0) == 0
