"""A password that somebody found out opens nothing where a code is asked for, too."""

import re
from dataclasses import replace
from datetime import UTC, datetime

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.store import Kept
from chassis.vault import Vault
from panel import totp
from panel.command_line import FAILED, OK, CommandLine
from panel.people import Grant, User
from panel.second_factor import SPARE_CODES
from panel.user_store import decode, encode
from tests.support.panel import ADMIN, MANAGER, PLAIN, Office, fields_of

PASSWORD = {"usuario": "ana", "senha": "certa"}
OWN = "/conta/verificacao"


def key_of(answer: httpx.Response) -> str:
    """The key that a page shows to type into an app."""
    found = re.search(r'id="chave-visivel">([A-Z2-7 ]+)<', answer.text)
    assert found
    return found[1].replace(" ", "")


def code_now(office: Office, key: str, later: int = 0) -> str:
    return totp.code(key, totp.step_of(office.clock()) + later)


async def enrolled(office: Office, browser: httpx.AsyncClient) -> tuple[str, list[str]]:
    """Turn it on for ana; her key and the codes she was shown."""
    page = await browser.get(OWN)
    key = key_of(page)
    answer = await browser.post(OWN, data=fields_of(page) | {"codigo": code_now(office, key)})
    assert answer.status_code == 200, answer.text
    return key, re.findall(r"<code>([a-z0-9-]+)</code>", answer.text)


async def token_of(http: httpx.AsyncClient) -> dict[str, str]:
    return {"_token": fields_of(await http.get("/conta"))["_token"]}


# The codes themselves.


@pytest.mark.parametrize(
    ("at", "code"),
    [
        (59, "287082"),
        (1111111109, "081804"),
        (1111111111, "050471"),
        (1234567890, "005924"),
        (2000000000, "279037"),
        (20000000000, "353130"),
    ],
)
def test_codes_are_those_of_the_standard(at: int, code: str) -> None:
    """RFC 6238, appendix B, without its first two digits: apps show six."""
    key = totp.key(b"12345678901234567890")

    assert totp.code(key, totp.step_of(datetime.fromtimestamp(at, UTC))) == code


@given(st.binary(min_size=20, max_size=20), st.integers(100, 2**30), st.integers(-5, 5))
def test_a_code_is_accepted_for_half_a_minute_around_its_own_and_never_again(
    random: bytes, step: int, off: int
) -> None:
    key, at = totp.key(random), datetime.fromtimestamp(step * totp.STEP_S, UTC)
    now = totp.step_of(at)
    typed = totp.code(key, now + off)
    near = {totp.code(key, now + drift) for drift in (-1, 0, 1)}

    accepted = totp.accepted(key, typed, at)

    assert (accepted is not None) == (typed in near)
    if accepted is not None:
        assert totp.code(key, accepted) == typed
        assert totp.accepted(key, typed, at, after=max(accepted, now + 1)) is None


@given(st.text(max_size=10).filter(lambda text: not (text.isascii() and text.isdigit())))
def test_anything_may_be_typed_as_a_code(typed: str) -> None:
    at = datetime(2026, 11, 24, tzinfo=UTC)

    assert totp.accepted(totp.key(b"x" * 20), typed, at) is None


# Setting it up, and coming in with it.


async def test_once_it_is_on_a_login_asks_for_password_and_code(
    office: Office, browser: httpx.AsyncClient
) -> None:
    key, _ = await enrolled(office, browser)
    browser.cookies.clear()

    asked = await browser.post("/entrar", data=PASSWORD | {"ir": "/lojas"})
    outside = await browser.get("/lojas")
    form = await browser.get(asked.headers["location"])
    code = code_now(office, key, 1)
    typed = fields_of(form) | {"codigo": f"{code[:3]} {code[3:]}"}
    entered = await browser.post("/entrar/codigo", data=typed)

    assert asked.headers["location"] == "/entrar/codigo?ir=/lojas"
    assert outside.headers["location"].startswith("/entrar")
    assert entered.headers["location"] == "/lojas"
    assert (await browser.get("/lojas")).status_code == 200


async def test_turning_it_on_ends_the_other_sessions_and_is_written_down(
    office: Office, browser: httpx.AsyncClient
) -> None:
    elsewhere = await office.sessions.open("ana")

    key, codes = await enrolled(office, browser)

    assert await office.sessions.of(elsewhere) is None
    assert (await browser.get("/conta")).status_code == 200
    assert len(set(codes)) == SPARE_CODES
    assert [entry.what for entry in office.audit.entries] == ["segundo_fator_ligado"]
    assert key not in str(encode(office.users.kept["ana"].state))
    assert not any(code.replace("-", "") in str(office.audit.entries) for code in codes)


async def test_a_wrong_first_code_turns_nothing_on_and_keeps_the_key_on_the_page(
    office: Office, browser: httpx.AsyncClient
) -> None:
    page = await browser.get(OWN)

    refused = await browser.post(OWN, data=fields_of(page) | {"codigo": "000000"})

    assert refused.status_code == 422
    assert "relógio do celular" in refused.text
    assert key_of(refused) == key_of(page)
    assert office.users.kept["ana"].state.factor is None


async def test_nobody_brings_a_key_of_their_own_choice(
    office: Office, browser: httpx.AsyncClient
) -> None:
    page = await browser.get(OWN)
    known = totp.key(b"k" * 20)
    of_another = office.vault.seal(known, "bia:totp-new")
    for chosen in (known, of_another, ""):
        typed = fields_of(page) | {"chave": chosen, "codigo": code_now(office, known)}
        refused = await browser.post(OWN, data=typed)
        assert refused.status_code == 422

    assert office.users.kept["ana"].state.factor is None


async def test_a_code_opens_once(office: Office, browser: httpx.AsyncClient) -> None:
    key, _ = await enrolled(office, browser)
    used = code_now(office, key, 1)
    answers = []
    for _ in range(2):
        browser.cookies.clear()
        await browser.post("/entrar", data=PASSWORD)
        answers.append(await browser.post("/entrar/codigo", data={"codigo": used}))

    assert [answer.status_code for answer in answers] == [303, 401]
    assert "já usado" in answers[1].text


async def test_a_spare_code_opens_once_however_it_is_typed_and_is_written_down(
    office: Office, browser: httpx.AsyncClient
) -> None:
    _, codes = await enrolled(office, browser)
    answers = []
    for typed in (codes[3].upper().replace("-", " "), codes[3], codes[4]):
        browser.cookies.clear()
        await browser.post("/entrar", data=PASSWORD)
        answers.append(await browser.post("/entrar/codigo", data={"codigo": typed}))

    assert [answer.status_code for answer in answers] == [303, 401, 303]
    assert "codigo_reserva_usado" in {entry.what for entry in office.audit.entries}
    assert f"<b>{SPARE_CODES - 2}</b>" in (await browser.get(OWN)).text


async def test_new_spare_codes_end_the_old_ones(office: Office, browser: httpx.AsyncClient) -> None:
    _, old = await enrolled(office, browser)
    page = await browser.post(f"{OWN}/codigos", data=await token_of(browser))
    new = re.findall(r"<code>([a-z0-9-]+)</code>", page.text)
    answers = []
    for typed in (old[0], new[0]):
        await browser.post("/entrar", data=PASSWORD)
        answers.append(await browser.post("/entrar/codigo", data={"codigo": typed}))

    assert len(set(new) - set(old)) == SPARE_CODES
    assert [answer.status_code for answer in answers] == [401, 303]


async def test_guessing_codes_is_slowed_down_and_the_password_again_does_not_help(
    office: Office, browser: httpx.AsyncClient
) -> None:
    key, _ = await enrolled(office, browser)
    for _ in range(5):
        await browser.post("/entrar", data=PASSWORD)
        await browser.post("/entrar/codigo", data={"codigo": "000000"})
    await browser.post("/entrar", data=PASSWORD)

    throttled = await browser.post("/entrar/codigo", data={"codigo": code_now(office, key, 1)})

    assert throttled.status_code == 429
    assert int(throttled.headers["retry-after"]) >= 1
    office.clock.advance(seconds=int(throttled.headers["retry-after"]))
    right = {"codigo": code_now(office, key, 1)}
    assert (await browser.post("/entrar/codigo", data=right)).status_code == 303


async def test_no_code_is_taken_without_the_password_of_a_moment_ago(
    office: Office, browser: httpx.AsyncClient
) -> None:
    key, _ = await enrolled(office, browser)
    browser.cookies.clear()
    without = await browser.post("/entrar/codigo", data={"codigo": code_now(office, key, 1)})
    await browser.post("/entrar", data=PASSWORD)
    office.clock.advance(minutes=5)
    late = await browser.post("/entrar/codigo", data={"codigo": code_now(office, key)})
    await browser.post("/entrar", data=PASSWORD)
    await office.people.set_password("ana", PLAIN.hash("outra senha"))
    changed = await browser.post("/entrar/codigo", data={"codigo": code_now(office, key, 1)})
    browser.cookies.set("esteira-entrada", "v1.bm9uc2Vuc2U=")
    forged = await browser.post("/entrar/codigo", data={"codigo": code_now(office, key, 1)})

    for answer in (without, late, changed, forged):
        assert answer.headers["location"] == "/entrar"
    assert (await browser.get("/entrar/codigo")).headers["location"] == "/entrar"


async def test_a_link_for_another_password_does_not_go_around_the_code(
    office: Office, browser: httpx.AsyncClient
) -> None:
    await enrolled(office, browser)
    token = await office.people.link("ana", by="chefe")
    browser.cookies.clear()

    accepted = await browser.post(f"/convite/{token}", data={"senha": "cavalo correto bateria"})

    assert accepted.headers["location"].startswith("/entrar/codigo")
    assert (await browser.get("/lojas")).headers["location"].startswith("/entrar")


async def test_whoever_is_no_administrator_may_turn_it_off(
    office: Office, browser: httpx.AsyncClient
) -> None:
    await enrolled(office, browser)
    elsewhere = await office.sessions.open("ana")

    answer = await browser.post(f"{OWN}/desligar", data=await token_of(browser))

    assert answer.headers["location"] == "/conta?aviso=verificacao-desligada"
    assert (await browser.get("/conta")).status_code == 200
    assert await office.sessions.of(elsewhere) is None
    assert office.users.kept["ana"].state.factor is None
    assert office.audit.entries[-1].what == "segundo_fator_desligado"


# Administrators.


async def test_an_administrator_does_nothing_before_setting_it_up_and_cannot_turn_it_off(
    office: Office, visitor: httpx.AsyncClient
) -> None:
    user = User("dona", ADMIN, password_hash=PLAIN.hash("certa"))
    office.users.kept["dona"] = Kept(user, 1)

    entered = await visitor.post("/entrar", data={"usuario": "dona", "senha": "certa"})
    powers = ("/usuarios", "/gerenciar", "/lojas/demo-shopify")
    closed = [await visitor.get(path) for path in powers]
    page = await visitor.get(OWN)
    typed = fields_of(page) | {"codigo": code_now(office, key_of(page))}
    await visitor.post(OWN, data=typed)
    opened = await visitor.get("/usuarios")
    off = await visitor.post(f"{OWN}/desligar", data=await token_of(visitor))

    assert entered.headers["location"] == OWN
    assert {answer.headers["location"] for answer in closed} == {OWN}
    assert "Falta este passo" in page.text
    assert opened.status_code == 200
    assert "Duas etapas" in opened.text
    assert off.status_code == 409
    assert office.users.kept["dona"].state.factor is not None


async def test_an_administrator_removes_anothers_for_a_lost_telephone(
    office: Office, visitor: httpx.AsyncClient
) -> None:
    office.hire("chefe", ADMIN)
    office.hire("dona", ADMIN)
    donas = await office.sessions.open("dona")
    await office.let_in(visitor, "chefe")
    token = await token_of(visitor)

    answer = await visitor.post("/usuarios/dona/verificacao", data=token)
    visitor.cookies.clear()
    entered = await visitor.post("/entrar", data={"usuario": "dona", "senha": "certa"})

    assert answer.headers["location"] == "/usuarios?aviso=verificacao-removida"
    assert await office.sessions.of(donas) is None
    assert entered.headers["location"] == OWN
    [entry] = office.audit.entries
    assert (entry.by, entry.what, entry.about) == ("chefe", "segundo_fator_removido", "dona")


async def test_the_command_line_helps_the_only_administrator(office: Office) -> None:
    office.hire("chefe", ADMIN)
    line = CommandLine(office.people, "http://panel.test")

    assert (await line.run(["drop-code", "Chefe"]))[0] == OK
    assert office.users.kept["chefe"].state.factor is None
    assert (await line.run(["drop-code", "nobody"]))[0] == FAILED


async def test_with_another_key_of_the_installation_a_spare_code_still_opens(
    office: Office, visitor: httpx.AsyncClient
) -> None:
    office.hire("chefe", ADMIN)
    other = Vault("OTg3NjU0MzIxMDk4NzY1NDMyMTA5ODc2NTQzMjEwOTg=")
    factors = replace(office.staff.factors, vault=other)

    assert not await factors.passes("chefe", office.code("chefe"), "10.0.0.1")
    assert await factors.passes("chefe", "abcde-12345", "10.0.0.1")


def test_a_second_factor_survives_its_users_document(office: Office) -> None:
    office.hire("chefe", Grant(admin=True))
    user = office.users.kept["chefe"].state

    assert decode(encode(user) | {"_id": "chefe"}) == user
    older = encode(User("bia", MANAGER))
    del older["factor"]
    assert decode(older).factor is None
