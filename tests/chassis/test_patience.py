import pytest

from chassis.patience import LONGEST_WAIT_S, Unavailable, patiently


class Away:
    """Fails so many times before it answers."""

    def __init__(self, times: int) -> None:
        self.times = times

    async def __call__(self) -> str:
        if self.times:
            self.times -= 1
            raise Unavailable("away")
        return "here"


class Pauses(list[float]):
    """Notes how long was waited, and waits not at all."""

    async def __call__(self, seconds: float) -> None:
        self.append(seconds)


async def test_what_answers_at_once_is_not_waited_for():
    pauses = Pauses()

    assert await patiently(Away(0), "asking", pauses) == "here"
    assert pauses == []


async def test_what_is_away_is_asked_again_until_it_answers():
    assert await patiently(Away(200), "asking", Pauses()) == "here"


async def test_pauses_grow_from_a_blink_to_seconds_and_no_further():
    pauses = Pauses()

    await patiently(Away(20), "asking", pauses)

    assert pauses[0] <= 0.1
    assert all(LONGEST_WAIT_S / 2 <= pause <= LONGEST_WAIT_S for pause in pauses[6:])
    assert max(pauses[:3]) <= 0.4


async def test_pauses_differ_so_that_services_do_not_come_back_in_step():
    pauses = Pauses()

    await patiently(Away(40), "asking", pauses)

    assert len(set(pauses)) == 40


async def test_any_other_trouble_is_not_waited_out():
    async def broken() -> None:
        raise ValueError("ours")

    with pytest.raises(ValueError, match="ours"):
        await patiently(broken, "asking", Pauses())
