"""Passwords are kept as argon2id hashes; who guesses waits longer and longer."""

import asyncio
from datetime import timedelta

import pytest

from panel.login import Login
from panel.passwords import Hashing, hashed, verify, weakness
from panel.people import Grant
from panel.throttle import (
    FREE,
    LONGEST_WAIT,
    MOST_IN_A_ROW,
    Failures,
    Throttle,
    Throttled,
    decode,
    encode,
)
from tests.support.belt import FakeClock
from tests.support.memory import MemoryDocuments
from tests.support.panel import Office

HERE = "10.0.0.1"


def a_throttle(clock: FakeClock) -> Throttle:
    return Throttle(MemoryDocuments[Failures](), clock)


async def wait_of(throttle: Throttle, account: str = "ana", network: str = HERE) -> int:
    """The seconds to wait before a try; the try is made when there are none."""
    try:
        await throttle.enter(account, network)
    except Throttled as limit:
        return limit.wait_s
    return 0


def test_a_password_is_known_by_its_argon2id_hash_alone() -> None:
    kept = hashed("uma senha comprida")

    assert kept.startswith("$argon2id$")
    assert verify(kept, "uma senha comprida")
    assert not verify(kept, "uma senha curta")
    assert not verify("no hash at all", "uma senha curta")
    assert hashed("") == ""


@pytest.mark.parametrize(
    "password",
    [
        "curta demais",
        "cavalo correto bateria grampo",
        "çéü€ 漢字 кот 12",
        "Senha-do-financeiro-em-azul",
    ],
)
def test_a_long_password_of_any_characters_is_fine(password: str) -> None:
    assert weakness(password, "maria.silva@loja.com.br") == ""


@pytest.mark.parametrize(
    "password",
    [
        "onze letras",
        "x" * 129,
        "aaaaaaaaaaaaaaaa",
        "123456789012",
        "qwertyuiopas",
        "senha1234567",
        "esteira2026!!",
        "SenhaSenhaSenha",
        "maria.silva-2026",
        "qwerty123456",
        "1q2w3e4r5t6y",
        "1qaz2wsx3edc",
        "123qweasdzxc",
        "S3nh4@Flam3ng0",
        "p@ssw0rd2026!",
        "abc1abc1abc1",
        "gabriel.amor.1998",
        "DeusEFiel2024#",
        "Brasil!Brasil!7",
    ],
)
def test_a_password_that_is_short_or_guessed_first_is_refused_with_a_reason(password: str) -> None:
    assert weakness(password, "maria.silva@loja.com.br")


async def test_waits_double_up_to_a_quarter_of_an_hour_and_only_there() -> None:
    clock = FakeClock()
    throttle = a_throttle(clock)
    waits = []
    for _ in range(30):
        if wait := await wait_of(throttle):
            waits.append(wait)
            clock.advance(seconds=wait)

    assert waits[:4] == [1, 2, 4, 8]
    assert waits[-1] == LONGEST_WAIT / timedelta(seconds=1)
    assert await wait_of(throttle, "ana", "10.0.0.2") == 0
    assert await wait_of(throttle, "bia", "10.0.0.3") == 0


async def test_many_accounts_from_one_address_wait_too_and_one_account_from_many() -> None:
    clock = FakeClock()
    one_address, one_account = a_throttle(clock), a_throttle(clock)
    for number in range(FREE["network"]):
        assert await wait_of(one_address, f"user-{number}") == 0
    for number in range(FREE["account"]):
        assert await wait_of(one_account, "ana", f"10.0.1.{number}") == 0

    assert await wait_of(one_address, "another") == 1
    assert await wait_of(one_account, "ana", "10.0.2.1") == 1


async def test_tries_of_one_moment_are_all_counted_before_any_password_is_looked_at() -> None:
    throttle = a_throttle(FakeClock())

    waits = await asyncio.gather(*(wait_of(throttle) for _ in range(20)))

    assert waits.count(0) == FREE["both"]


async def test_after_a_hundred_wrong_passwords_one_a_day_is_looked_at() -> None:
    clock = FakeClock()
    throttle = a_throttle(clock)
    for number in range(MOST_IN_A_ROW):
        wait = await wait_of(throttle, "ana", f"10.1.0.{number}")
        clock.advance(seconds=wait)
        if wait:
            assert await wait_of(throttle, "ana", f"10.1.0.{number}") == 0

    assert await wait_of(throttle, "ana", "10.1.1.1") > LONGEST_WAIT / timedelta(seconds=1)
    await throttle.forgive("ana")
    assert await wait_of(throttle, "ana", "10.1.1.1") == 0


async def test_a_known_device_comes_in_whatever_others_try_and_guesses_no_faster_itself() -> None:
    clock = FakeClock()
    throttle = a_throttle(clock)
    for number in range(FREE["account"] + 8):
        clock.advance(seconds=await wait_of(throttle, "ana", f"10.1.0.{number}"))

    assert await wait_of(throttle, "ana", "10.1.1.1") > 1
    tries = [await wait_of_device(throttle) for _ in range(FREE["device"] + 1)]
    assert tries == [0] * FREE["device"] + [1]
    clock.advance(seconds=1)
    await throttle.enter("ana", HERE, "a-device")
    await throttle.succeeded("ana", HERE, "a-device")
    assert await wait_of_device(throttle) == 0
    assert await wait_of(throttle, "ana", "10.1.1.1") > 0


async def wait_of_device(throttle: Throttle) -> int:
    try:
        await throttle.enter("ana", HERE, "a-device")
    except Throttled as limit:
        return limit.wait_s
    return 0


async def test_a_success_is_forgiven_all_failures_of_the_account() -> None:
    throttle = a_throttle(FakeClock())
    for _ in range(FREE["both"] - 1):
        await throttle.enter("ana", HERE)
    await throttle.succeeded("ana", HERE)

    assert [await wait_of(throttle) for _ in range(FREE["both"])] == [0] * FREE["both"]


async def test_logging_in_oneself_gives_no_more_guesses_at_others() -> None:
    throttle = a_throttle(FakeClock())
    for number in range(FREE["network"]):
        await throttle.enter("own", HERE)
        await throttle.succeeded("own", HERE)
        await throttle.enter(f"user-{number}", HERE)

    assert await wait_of(throttle, "another") > 0


def test_failures_survive_their_document() -> None:
    clock = FakeClock()
    failures = Failures(7, clock())

    assert decode(encode(failures)) == failures
    assert encode(failures)["expires_at"] > clock()


@pytest.mark.parametrize("password", ["x" * 129, ""])
async def test_a_password_that_cannot_be_right_costs_no_hashing(
    office: Office, password: str
) -> None:
    asked: list[str] = []

    def note(_: str, given: str) -> bool:
        asked.append(given)
        return True

    office.hire("ana", Grant())
    hashing, devices = Hashing(check=note), office.staff.devices
    login = Login(office.people, a_throttle(office.clock), devices, hashing)

    assert await login.admits("ana", password, HERE) is None
    assert asked == []


async def test_an_unknown_user_costs_as_much_hashing_as_a_known_one(office: Office) -> None:
    asked: list[str] = []

    def note(kept: str, _: str) -> bool:
        asked.append(kept)
        return True

    hashing, devices = Hashing(check=note), office.staff.devices
    login = Login(office.people, a_throttle(office.clock), devices, hashing)

    assert await login.admits("nobody", "uma senha comprida", HERE) is None
    assert len(asked) == 1
    assert asked[0].startswith("$argon2id$")
