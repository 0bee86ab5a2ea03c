"""The ERP's limits, driven with a virtual clock against a count of what the ERP would see."""

import asyncio
from collections import defaultdict
from dataclasses import dataclass, field

from hypothesis import given, settings
from hypothesis import strategies as st

from omie.allowance import SPAN_S, Window
from omie.pacing import READS_AT_ONCE, Pacing
from tests.support.virtual_time import run

MINUTE_S = 60.0
Lane = tuple[str, str]
IP = ("*", "*")


@dataclass
class Erp:
    """Counts calls when they arrive, which is some time after they were sent."""

    arrivals: dict[Lane, list[float]] = field(default_factory=lambda: defaultdict(list))
    running: dict[Lane, int] = field(default_factory=lambda: defaultdict(int))
    most_at_once: dict[Lane, int] = field(default_factory=lambda: defaultdict(int))

    async def take(self, key: str, method: str, way_there_s: float, way_back_s: float) -> None:
        lane = (key, method)
        self.running[lane] += 1
        self.most_at_once[lane] = max(self.most_at_once[lane], self.running[lane])
        await asyncio.sleep(way_there_s)
        for count in (lane, IP):
            self.arrivals[count].append(asyncio.get_running_loop().time())
        await asyncio.sleep(way_back_s)
        self.running[lane] -= 1

    def most_in_a_minute(self, count: Lane) -> int:
        times = self.arrivals[count]
        return max((sum(t - MINUTE_S < u <= t for u in times) for t in times), default=0)


ways = st.floats(0, 3)
calls = st.lists(
    st.tuples(
        st.sampled_from(["k1", "k2"]),
        st.sampled_from(["IncluirPedido", "IncluirCliente", "ConsultarPedido"]),
        st.floats(0, 90),
        ways,
        ways,
    ),
    max_size=60,
)


@settings(max_examples=60, deadline=None)
@given(calls, st.integers(1, 6), st.integers(1, 9))
def test_no_minute_at_the_erp_ever_holds_more_than_the_limits(
    calls: list[tuple[str, str, float, float, float]], per_method: int, per_ip: int
) -> None:
    erp = Erp()

    async def call(pacing: Pacing, key: str, method: str, at: float, *way: float) -> None:
        await asyncio.sleep(at)
        async with pacing.turn(key, method, write=method.startswith("Incluir")):
            await erp.take(key, method, *way)

    async def main() -> None:
        loop = asyncio.get_running_loop()
        pacing = Pacing(loop.time, asyncio.sleep, per_method=per_method, per_ip=per_ip)
        await asyncio.gather(*(call(pacing, *each) for each in calls))

    run(main())

    lanes = [lane for lane in erp.arrivals if lane != IP]
    assert sum(len(erp.arrivals[lane]) for lane in lanes) == len(calls)
    assert erp.most_in_a_minute(IP) <= per_ip
    for lane in lanes:
        assert erp.most_in_a_minute(lane) <= per_method
        at_once = 1 if lane[1].startswith("Incluir") else READS_AT_ONCE
        assert erp.most_at_once[lane] <= at_once


@settings(max_examples=60, deadline=None)
@given(st.lists(st.floats(0, 40), min_size=1, max_size=40), st.integers(1, 5))
def test_a_call_waits_only_while_the_minute_is_full(gaps: list[float], limit: int) -> None:
    granted: list[tuple[float, float]] = []

    async def main() -> None:
        loop = asyncio.get_running_loop()
        pacing = Pacing(loop.time, asyncio.sleep, per_method=limit)

        async def call(at: float) -> None:
            await asyncio.sleep(at)
            async with pacing.turn("k", "IncluirPedido", write=True):
                granted.append((at, loop.time()))

        moment = 0.0
        async with asyncio.TaskGroup() as group:
            for gap in gaps:
                moment += gap
                group.create_task(call(moment))

    run(main())

    for i, (asked, went) in enumerate(granted):
        full_until = granted[i - limit][1] + SPAN_S if i >= limit else 0.0
        before = granted[i - 1][1] if i else 0.0
        assert abs(went - max(asked, full_until, before)) < 0.001


def test_nearly_the_whole_allowance_is_used_under_a_backlog() -> None:
    erp = Erp()

    async def main() -> None:
        loop = asyncio.get_running_loop()
        pacing = Pacing(loop.time, asyncio.sleep)
        while loop.time() < 300:
            async with pacing.turn("k", "IncluirPedido", write=True):
                await erp.take("k", "IncluirPedido", 0.05, 0.05)

    run(main())

    assert erp.most_in_a_minute(("k", "IncluirPedido")) == 240
    assert len([t for t in erp.arrivals[IP] if t <= 300]) >= 0.95 * 240 * 5


def test_different_methods_of_an_account_run_side_by_side() -> None:
    async def main() -> float:
        loop = asyncio.get_running_loop()
        pacing = Pacing(loop.time, asyncio.sleep)

        async def call(method: str) -> None:
            async with pacing.turn("k", method, write=True):
                await asyncio.sleep(2)

        await asyncio.gather(call("IncluirCliente"), call("IncluirPedido"))
        return loop.time()

    assert run(main()) == 2


def test_a_caller_that_gives_up_waiting_leaves_its_place_to_others() -> None:
    async def main() -> None:
        pacing = Pacing(asyncio.get_running_loop().time, asyncio.sleep, per_method=1)

        async def call() -> None:
            async with pacing.turn("k", "IncluirPedido", write=True):
                await asyncio.sleep(1)

        await call()
        impatient = asyncio.create_task(call())
        await asyncio.sleep(1)
        impatient.cancel()
        await call()

    run(main())


def test_a_wait_too_short_for_a_float_to_hold_is_none() -> None:
    window = Window(1, span_s=60)
    window.start()
    window.end(now=0.1)

    late = 60.1 - 1e-9
    assert window.wait(late) == 0


def test_a_window_full_of_running_calls_opens_when_one_ends() -> None:
    window = Window(2, span_s=60)
    window.start()
    window.start()

    assert window.wait(now=10) is None

    window.end(now=12)
    assert window.wait(now=12) == 60
    assert window.wait(now=72) == 0
