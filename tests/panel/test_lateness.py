"""Pages say when what they show is more than a moment behind what happened."""

import asyncio
from collections.abc import Mapping

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.kafka import partition_of
from chassis.patience import Unavailable
from chassis.progress import Place, Read
from contracts.topics import PARTITIONS
from panel.lateness import Lateness, watch
from tests.support.belt import FakeClock
from tests.support.builders import ACCOUNT, STORE
from tests.support.panel import Office

OURS = partition_of(ACCOUNT, PARTITIONS)
HERE: Place = ("orders.captured.v1", OURS)
ELSEWHERE: Place = ("orders.captured.v1", (OURS + 1) % PARTITIONS)
PENDING = f"/lojas/{STORE}/pedidos/pendentes"


def after(lateness: Lateness, clock: FakeClock, seconds: int, **places: Read) -> float:
    """The seconds behind, when this is noted so many seconds later."""
    clock.advance(seconds=seconds)
    found = {"here": HERE, "elsewhere": ELSEWHERE}
    lateness.note({found[name]: read for name, read in places.items()})
    return lateness.of(ACCOUNT).total_seconds()


def test_the_oldest_end_that_is_not_read_says_since_when_they_are_behind() -> None:
    clock = FakeClock()
    lateness = Lateness(clock)

    assert after(lateness, clock, 0, here=(10, 10)) == 0
    assert after(lateness, clock, 5, here=(10, 20)) == 0
    assert after(lateness, clock, 25, here=(10, 90)) == 0
    assert after(lateness, clock, 10, here=(12, 99)) == 35
    assert after(lateness, clock, 10, here=(20, 99)) == 0  # of what came after the first end
    assert after(lateness, clock, 20, here=(89, 99)) == 40
    assert after(lateness, clock, 5, here=(99, 99)) == 0


def test_what_others_wait_for_says_nothing_of_ours() -> None:
    clock = FakeClock()
    lateness = Lateness(clock)
    after(lateness, clock, 0, here=(1, 1), elsewhere=(0, 50))

    assert after(lateness, clock, 60, here=(1, 1), elsewhere=(0, 50)) == 0


def test_where_nothing_can_be_noted_nothing_new_is_shown_either() -> None:
    clock = FakeClock()
    lateness = Lateness(clock)

    assert lateness.of(ACCOUNT).total_seconds() == 0
    lateness.note({HERE: (1, 1)})
    clock.advance(seconds=45)
    assert lateness.of(ACCOUNT).total_seconds() == 45


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50), st.integers(1, 40)), max_size=40))
def test_whoever_reads_to_the_end_is_never_behind(steps: list[tuple[int, int, int]]) -> None:
    clock = FakeClock()
    lateness = Lateness(clock)
    read = end = 0
    for forward, more, seconds in steps:
        end += more
        read = min(end, read + forward)
        behind = after(lateness, clock, seconds, here=(read, end))
        assert behind == 0 or read < end

    assert after(lateness, clock, 1, here=(end, end)) == 0


async def test_a_cluster_that_is_away_is_asked_again() -> None:
    clock = FakeClock()
    lateness, seen = Lateness(clock), list[float]()

    class Back:
        async def places(self) -> Mapping[Place, Read]:
            if not seen:
                raise Unavailable("kafka: away")
            return {HERE: (0, 5)}

    async def sleep(_: float) -> None:
        clock.advance(seconds=40)
        seen.append(lateness.of(ACCOUNT).total_seconds())
        if len(seen) == 3:
            raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        await watch(lateness, Back(), sleep)

    assert seen == [0, 40, 80]


async def test_every_page_of_the_store_says_it_and_an_open_list_hears_of_it(
    office: Office, browser: httpx.AsyncClient
) -> None:
    fresh = (await browser.get(PENDING)).text
    office.lateness.note({HERE: (0, 5)})
    office.clock.advance(seconds=125)
    late = [(await browser.get(at)).text for at in (PENDING, f"/lojas/{STORE}")]
    async with asyncio.timeout(5):
        heard = (await browser.get(f"{PENDING}/ao-vivo")).text

    said = "estão 2 min atrasados"
    assert said not in fresh
    assert all(said in page for page in late)
    assert "event: atraso" in heard
    assert said in heard
