"""Whoever comes in with another browser is told of where the user is, and can be sent out."""

import re
from datetime import timedelta

import httpx
import pytest
from starlette.applications import Starlette

from panel.devices import LASTS, named
from panel.sessions import Sessions
from tests.support.panel import Office, client, fields_of
from tests.support.panel_site import site_of

PASSWORD = {"usuario": "ana", "senha": "certa"}
TOLD = "Houve um acesso com o seu usuário"
ANDROID = (
    "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/149.0.0.0"
    " Mobile Safari/537.36"
)


@pytest.fixture
def elsewhere(pages: Starlette) -> httpx.AsyncClient:
    """Another browser, on a telephone."""
    other = client(site_of(pages), token=None)
    other.headers["User-Agent"] = ANDROID
    return other


async def token_of(http: httpx.AsyncClient) -> dict[str, str]:
    return {"_token": fields_of(await http.get("/conta"))["_token"]}


@pytest.mark.parametrize(
    ("user_agent", "name"),
    [
        (ANDROID, "Chrome no Android"),
        (ANDROID.replace("Chrome", "SamsungBrowser/25 Chrome"), "Samsung Internet no Android"),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/149 Safari/537 Edg/149", "Edge no Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Safari/604", "Safari no iPhone"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:150.0) Firefox/150.0", "Firefox no Linux"),
        ("curl/8", "Navegador"),
        ("", "Navegador"),
    ],
)
def test_a_browser_is_called_what_its_owner_calls_it(user_agent: str, name: str) -> None:
    assert named(user_agent) == name


async def test_a_new_browser_is_told_of_where_the_user_is_already_until_they_know_it(
    office: Office, browser: httpx.AsyncClient, elsewhere: httpx.AsyncClient
) -> None:
    before = await browser.get("/lojas")
    await elsewhere.post("/entrar", data=PASSWORD)
    told, there = await browser.get("/lojas"), await elsewhere.get("/lojas")
    account = await browser.get("/conta")
    await elsewhere.post("/conta/aparelhos", data=await token_of(elsewhere))
    still = await browser.get("/lojas")
    await browser.post("/conta/aparelhos", data=await token_of(browser))
    after = await browser.get("/lojas")

    assert TOLD not in before.text
    assert TOLD in told.text
    assert TOLD not in there.text
    assert "Chrome no Android" in account.text
    assert TOLD in still.text
    assert TOLD not in after.text
    [entry] = office.audit.entries
    assert (entry.by, entry.what, entry.details["aparelho"]) == (
        "ana",
        "aparelho_novo",
        "Chrome no Android",
    )


async def test_who_was_out_is_told_at_the_next_login_with_a_known_browser(
    browser: httpx.AsyncClient, elsewhere: httpx.AsyncClient
) -> None:
    await browser.post("/sair", data=await token_of(browser))
    await elsewhere.post("/entrar", data=PASSWORD)
    await browser.post("/entrar", data=PASSWORD)

    assert TOLD in (await browser.get("/lojas")).text


async def test_a_known_browser_is_no_news(
    office: Office, browser: httpx.AsyncClient, elsewhere: httpx.AsyncClient
) -> None:
    await elsewhere.post("/entrar", data=PASSWORD)
    await browser.post("/conta/aparelhos", data=await token_of(browser))
    await elsewhere.post("/entrar", data=PASSWORD)
    quiet = await browser.get("/lojas")
    elsewhere.cookies.delete("esteira-aparelho")
    await elsewhere.post("/entrar", data=PASSWORD)

    assert TOLD not in quiet.text
    assert TOLD in (await browser.get("/lojas")).text
    assert len(office.devices.kept) == 3


async def test_of_a_login_that_many_share_nobody_is_told(office: Office) -> None:
    devices = office.staff.devices
    news = [(await devices.enters("demo", token, "Firefox", shared=True))[1] for token in "abc"]

    assert news == [False] * 3
    assert not await devices.untold("demo", but="")


async def test_a_browser_is_known_for_the_users_who_used_it_alone_and_for_half_a_year(
    office: Office, browser: httpx.AsyncClient
) -> None:
    devices, cookie = office.staff.devices, browser.cookies["esteira-aparelho"]

    assert await devices.known("ana", cookie)
    assert not await devices.known("bia", cookie)
    assert not await devices.known("ana", "")
    assert cookie not in str(office.devices.kept)
    office.clock.now += LASTS
    assert not await devices.known("ana", cookie)


async def test_the_throttle_lets_a_known_browser_in_past_what_others_tried(
    office: Office, browser: httpx.AsyncClient, elsewhere: httpx.AsyncClient
) -> None:
    for _ in range(5):
        await elsewhere.post("/entrar", data=PASSWORD | {"senha": "errada"})

    assert (await elsewhere.post("/entrar", data=PASSWORD)).status_code == 429
    assert (await browser.post("/entrar", data=PASSWORD)).status_code == 303


async def test_another_password_makes_every_browser_a_new_one_but_this(
    office: Office, browser: httpx.AsyncClient, elsewhere: httpx.AsyncClient
) -> None:
    await elsewhere.post("/entrar", data=PASSWORD)
    typed = {"atual": "certa", "nova": "cavalo correto bateria"} | await token_of(browser)
    await browser.post("/conta/senha", data=typed)

    assert not await office.staff.devices.known("ana", elsewhere.cookies["esteira-aparelho"])
    assert await office.staff.devices.known("ana", browser.cookies["esteira-aparelho"])


# Sessions.


async def test_the_other_sessions_are_listed_and_ended_at_once_one_or_all(
    office: Office, browser: httpx.AsyncClient, elsewhere: httpx.AsyncClient
) -> None:
    office.hire("bia", office.users.kept["ana"].state.grant)
    await elsewhere.post("/entrar", data=PASSWORD)
    bias = await office.sessions.open("bia")
    page = await browser.get("/conta")
    ids = re.findall(r'name="sessao" value="([0-9a-f]+)"', page.text)

    ended = await browser.post("/conta/sessoes", data={"sessao": ids[0]} | await token_of(browser))
    there = await elsewhere.get("/conta")
    for _ in range(2):
        await office.sessions.open("ana")
    await browser.post("/conta/sessoes", data=await token_of(browser))

    assert len(ids) == 1
    assert "Este</span>" in page.text
    assert "Encerrar as outras" in page.text
    assert ended.headers["location"] == "/conta?aviso=sessoes"
    assert there.status_code == 303
    assert (await browser.get("/conta")).status_code == 200
    assert len(await office.sessions.of_user("ana")) == 1
    assert await office.sessions.of(bias) is not None


async def test_nobody_ends_the_session_of_another(
    office: Office, browser: httpx.AsyncClient
) -> None:
    bias = await office.sessions.open("bia")
    [session] = await office.sessions.of_user("bia")

    await browser.post("/conta/sessoes", data={"sessao": session.id} | await token_of(browser))

    assert await office.sessions.of(bias) is not None


async def test_how_long_a_session_may_idle_is_the_installations_choice(office: Office) -> None:
    sessions = Sessions(office.kept_sessions, office.clock, timedelta(minutes=5))
    token = await sessions.open("ana")
    office.clock.advance(minutes=4)
    assert await sessions.of(token) is not None
    office.clock.advance(minutes=4)
    assert await sessions.of(token) is not None
    office.clock.advance(minutes=5)

    assert await sessions.of(token) is None
    assert await sessions.of_user("ana") == []
