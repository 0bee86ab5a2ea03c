"""Passwords are kept as argon2id hashes; who guesses waits longer and longer."""

from datetime import timedelta

import pytest

from panel.login import FREE_FAILURES, LONGEST_WAIT, Login, Throttle, Throttled, hashed, verify
from tests.support.belt import FakeClock


def test_a_password_is_known_by_its_argon2id_hash_alone() -> None:
    kept = hashed("uma senha comprida")

    assert kept.startswith("$argon2id$")
    assert verify(kept, "uma senha comprida")
    assert not verify(kept, "uma senha curta")
    assert hashed("") == ""


def test_waits_double_up_to_a_quarter_of_an_hour_and_only_there() -> None:
    clock = FakeClock()
    throttle = Throttle(clock)
    waits = []
    for _ in range(30):
        throttle.failed("10.0.0.1")
        try:
            throttle.check("10.0.0.1")
        except Throttled as limit:
            waits.append(limit.wait_s)
            clock.advance(seconds=limit.wait_s)

    throttle.check("10.0.0.2")
    assert len(waits) == 30 - FREE_FAILURES + 1
    assert waits[:4] == [1, 2, 4, 8]
    assert waits[-1] == LONGEST_WAIT / timedelta(seconds=1)


def test_a_success_is_forgiven_all_failures_before_it() -> None:
    throttle = Throttle(FakeClock())
    for _ in range(FREE_FAILURES - 1):
        throttle.failed("10.0.0.1")
    throttle.succeeded("10.0.0.1")
    throttle.failed("10.0.0.1")

    throttle.check("10.0.0.1")


def test_many_addresses_take_no_more_memory_than_some() -> None:
    throttle = Throttle(FakeClock())
    for number in range(12_000):
        throttle.failed(f"10.0.{number >> 8}.{number & 255}")

    assert len(throttle._failures) == 10_000


@pytest.mark.parametrize("password", ["x" * 129, ""])
async def test_a_password_that_cannot_be_right_costs_no_hashing(password: str) -> None:
    asked: list[str] = []

    def note(_: str, given: str) -> bool:
        asked.append(given)
        return True

    login = Login("ana", "a-hash" if password else "", Throttle(FakeClock()), note)

    assert not await login.admits("ana", password, "10.0.0.1")
    assert asked == []
