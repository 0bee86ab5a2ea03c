"""What dies is brought back, at once the first time, then ever more slowly."""

import os
import signal
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from embedded.child import Child
from embedded.watch import HEALTHY_AFTER_S, LONGEST_DELAY_S, Watch, delay
from tests.support.waiting import until

seconds = st.floats(0, 1e6)


class Clock:
    """Time that moves when told to."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


class Sleeper:
    """A member that does nothing until it is killed."""

    def __init__(self, log: Path) -> None:
        self.child = Child("sleeper", ["sleep", "60"], log)

    def spawn(self) -> None:
        self.child.spawn()

    def wait(self, patience: float = 60) -> None:
        """It is ready at once."""

    def die(self) -> None:
        assert self.child.pid
        os.kill(self.child.pid, signal.SIGKILL)
        until(lambda: not self.child.running)


def test_the_first_death_is_mended_at_once():
    assert delay(None, lived=0.1) == 0


@given(seconds)
def test_a_long_life_starts_the_count_anew(previous):
    assert delay(previous, lived=HEALTHY_AFTER_S) == 0


@given(seconds, st.floats(0, HEALTHY_AFTER_S, exclude_max=True))
def test_each_early_death_waits_longer_up_to_a_limit(previous, lived):
    following = delay(previous, lived)

    assert following > previous or following == LONGEST_DELAY_S
    assert following <= LONGEST_DELAY_S


def test_a_member_that_dies_is_started_again_with_a_visible_line(tmp_path):
    sleeper, said, clock = Sleeper(tmp_path / "sleeper.log"), [], Clock()
    sleeper.spawn()
    watch = Watch({"sleeper": sleeper}, said.append, clock)

    sleeper.die()
    watch.look()

    try:
        assert sleeper.child.running
        assert "sleeper was killed by signal 9; starting it again now" in said[0]
        assert "sleeper started again" in said[-1]
    finally:
        sleeper.child.kill()


def test_a_member_that_keeps_dying_waits_for_its_time(tmp_path):
    sleeper, said, clock = Sleeper(tmp_path / "sleeper.log"), [], Clock()
    sleeper.spawn()
    watch = Watch({"sleeper": sleeper}, said.append, clock)
    sleeper.die()
    watch.look()
    sleeper.die()

    watch.look()
    at_once = sleeper.child.running
    clock.now += 1
    watch.look()

    try:
        assert not at_once
        assert sleeper.child.running
        assert any("in 1 s" in line for line in said)
    finally:
        sleeper.child.kill()


def test_what_lives_is_left_alone(tmp_path):
    sleeper, said = Sleeper(tmp_path / "sleeper.log"), []
    sleeper.spawn()
    pid = sleeper.child.pid

    Watch({"sleeper": sleeper}, said.append, Clock()).look()

    try:
        assert sleeper.child.pid == pid
        assert said == []
    finally:
        sleeper.child.kill()
