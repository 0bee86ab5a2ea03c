"""Nobody sees a page without a login, and no other site sends our forms."""

from datetime import timedelta

import httpx
import pytest
from starlette.applications import Starlette

from contracts.commands import ReprocessOrder
from panel.access import Permission
from panel.pages.guard import Page
from panel.sessions import ABSOLUTE, IDLE
from tests.support.builders import an_order, captured, pending
from tests.support.panel import ADMIN, Office, address, fields_of

PENDING = "/lojas/demo-shopify/pedidos/pendentes"
REPROCESS = "/lojas/demo-shopify/pedidos/1001/reprocessar"
ORDER = an_order()


async def test_whoever_is_not_logged_in_is_asked_to_and_comes_back_to_the_page(
    visitor: httpx.AsyncClient,
) -> None:
    asked = await visitor.get(f"{PENDING}?depois=abc")
    login = await visitor.get(asked.headers["location"])
    form = fields_of(login) | {"usuario": "ana", "senha": "certa"}

    entered = await visitor.post("/entrar", data=form)

    assert asked.headers["location"].startswith("/entrar?ir=")
    assert (entered.status_code, entered.headers["location"]) == (303, f"{PENDING}?depois=abc")


async def test_the_session_is_a_cookie_that_no_script_and_no_other_site_gets(
    visitor: httpx.AsyncClient,
) -> None:
    data = {"usuario": "ana", "senha": "certa"}
    plain = (await visitor.post("/entrar", data=data)).headers["set-cookie"]
    secure = (await visitor.post("https://panel.test/entrar", data=data)).headers["set-cookie"]

    assert all(part in plain for part in ("HttpOnly", "SameSite=lax", "Path=/"))
    assert "Secure" not in plain
    assert secure.startswith("__Host-esteira=")
    assert "Secure" in secure
    assert len(plain.split("=")[1].split(";")[0]) >= 43


@pytest.mark.parametrize(
    "typed", [{"usuario": "ana", "senha": "errada"}, {"usuario": "bia", "senha": "certa"}, {}]
)
async def test_a_wrong_user_and_a_wrong_password_get_the_same_answer(
    visitor: httpx.AsyncClient, typed: dict[str, str]
) -> None:
    answer = await visitor.post("/entrar", data=typed)

    assert answer.status_code == 401
    assert "Usuário ou senha incorretos" in answer.text
    assert "set-cookie" not in answer.headers


async def test_guessing_is_slowed_down_and_waiting_helps(
    office: Office, visitor: httpx.AsyncClient
) -> None:
    right = {"usuario": "ana", "senha": "certa"}
    for _ in range(5):
        await visitor.post("/entrar", data=right | {"senha": "errada"})

    throttled = await visitor.post("/entrar", data=right)
    office.clock.advance(seconds=int(throttled.headers["retry-after"]))
    entered = await visitor.post("/entrar", data=right)

    assert throttled.status_code == 429
    assert "Muitas tentativas" in throttled.text
    assert entered.status_code == 303


@pytest.mark.parametrize(
    "target",
    ["https://evil.test/", "//evil.test", "/\\evil.test", "javascript:alert(1)", "/a\nb", ""],
)
async def test_the_login_leads_to_no_other_site(visitor: httpx.AsyncClient, target: str) -> None:
    typed = {"usuario": "ana", "senha": "certa", "ir": target}

    assert (await visitor.post("/entrar", data=typed)).headers["location"] == "/"
    assert (await visitor.get("/entrar", params={"ir": target})).headers["location"] == "/"


async def test_logging_out_ends_the_session_for_whoever_has_its_cookie(
    browser: httpx.AsyncClient,
) -> None:
    cookie = browser.cookies["esteira"]
    token = fields_of(await browser.get("/lojas"))["_token"]

    await browser.post("/sair", data={"_token": token})
    browser.cookies.set("esteira", cookie)

    assert (await browser.get("/lojas")).status_code == 303


@pytest.mark.parametrize("step", [IDLE, timedelta(minutes=29)])
async def test_a_session_ends_when_idle_and_after_half_a_day_in_any_case(
    office: Office, browser: httpx.AsyncClient, step: timedelta
) -> None:
    start = office.clock.now
    while (await browser.get("/lojas")).status_code == 200:
        office.clock.now += step

    assert office.clock.now - start >= min(step, ABSOLUTE)
    assert office.clock.now - start < ABSOLUTE + step
    assert (office.clock.now - start > IDLE) == (step < IDLE)


async def test_while_nobody_administers_the_panel_the_login_says_how_to_begin(
    office: Office, visitor: httpx.AsyncClient
) -> None:
    before = await visitor.get("/entrar")
    office.hire("chefe", ADMIN)
    after = await visitor.get("/entrar")

    assert "python -m panel first-admin" in before.text
    assert "first-admin" not in after.text


async def test_a_login_ends_the_session_that_the_browser_had(
    office: Office, browser: httpx.AsyncClient
) -> None:
    before = browser.cookies["esteira"]

    await browser.post("/entrar", data={"usuario": "Ana ", "senha": "certa"})

    assert browser.cookies["esteira"] != before
    assert len(office.kept_sessions.kept) == 1


# Forms of other sites.


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.test"},
        {"Origin": "null"},
    ],
)
async def test_a_form_that_another_site_sends_is_refused(
    office: Office, browser: httpx.AsyncClient, headers: dict[str, str]
) -> None:
    office.board.tell(captured(ORDER), pending(ORDER))
    token = fields_of(await browser.get(PENDING))["_token"]

    answer = await browser.post(REPROCESS, data={"_token": token}, headers=headers)

    assert answer.status_code == 403
    assert office.topics.messages(ReprocessOrder) == []


async def test_a_form_without_the_sessions_token_is_refused(
    office: Office, pages: Starlette, browser: httpx.AsyncClient
) -> None:
    office.board.tell(captured(ORDER), pending(ORDER))
    routes = [r for r in pages.routes if isinstance(r, Page) and "POST" in (r.methods or ())]
    posts = [r for r in routes if r.needs is not Permission.OPEN]

    assert len(posts) >= 3
    for page in posts:
        for data in ({}, {"_token": "0" * 64}, {"_token": "a." + "0" * 64}, {"_token": "ção\x00"}):
            answer = await browser.post(address(page, "demo-shopify"), data=data)
            assert answer.status_code == 403, page.path
    assert office.topics.messages(ReprocessOrder) == []
