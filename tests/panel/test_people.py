"""Users are invited by one-time links, and lose their access the moment it is taken."""

import re
from datetime import timedelta

import httpx
import pytest

from panel.access import Role
from panel.command_line import FAILED, OK, USED_WRONGLY, CommandLine
from panel.people import LINK_LASTS, Grant, User
from panel.user_store import decode, encode
from tests.support.builders import STORE
from tests.support.panel import ADMIN, MANAGER, PLAIN, Office, fields_of

PASSWORD = "cavalo correto bateria"


@pytest.fixture
async def admin(office: Office, visitor: httpx.AsyncClient) -> httpx.AsyncClient:
    """A browser that the administrator logged in with."""
    office.hire("chefe", ADMIN)
    await office.let_in(visitor, "chefe")
    return visitor


async def token_of(http: httpx.AsyncClient) -> dict[str, str]:
    return {"_token": fields_of(await http.get("/conta"))["_token"]}


async def invite(admin: httpx.AsyncClient, login: str = "bia", **typed: str) -> str:
    """Invite somebody; answers with the path of their link."""
    data = {"usuario": login, f"papel:{STORE}": "operador"} | typed | await token_of(admin)
    answer = await admin.post("/usuarios", data=data)
    assert answer.status_code == 200, answer.text
    found = re.search(r'value="http://panel\.test(/convite/[^"]+)"', answer.text)
    assert found
    return found[1]


async def test_an_invited_user_sets_a_password_and_works_in_the_given_store(
    office: Office, admin: httpx.AsyncClient
) -> None:
    link = await invite(admin)
    admin.cookies.clear()

    page = await admin.get(link)
    entered = await admin.post(link, data={"senha": PASSWORD})
    inside = await admin.get("/lojas")

    assert "Defina a sua senha" in page.text
    assert entered.status_code == 303
    assert f"/lojas/{STORE}" in inside.text
    assert office.users.kept["bia"].state.grant == Grant(stores={STORE: Role.OPERATOR})
    assert office.users.kept["bia"].state.password_hash == PLAIN.hash(PASSWORD)


async def test_a_link_opens_once_and_not_after_half_an_hour(
    office: Office, admin: httpx.AsyncClient
) -> None:
    used, late = await invite(admin, "bia"), await invite(admin, "caio")
    admin.cookies.clear()
    await admin.post(used, data={"senha": PASSWORD})
    admin.cookies.clear()
    again = await admin.post(used, data={"senha": "outra senha comprida"})
    office.clock.advance(seconds=int(LINK_LASTS.total_seconds()))

    assert again.status_code == 410
    assert (await admin.get(late)).status_code == 410
    assert (await admin.get("/convite/nonsense")).status_code == 410
    assert office.users.kept["bia"].state.password_hash == PLAIN.hash(PASSWORD)


async def test_a_newer_link_ends_the_older_one(office: Office, admin: httpx.AsyncClient) -> None:
    older = await invite(admin)
    answer = await admin.post("/usuarios/bia/link", data=await token_of(admin))
    admin.cookies.clear()

    assert "/convite/" in answer.text
    assert (await admin.get(older)).status_code == 410


async def test_a_weak_password_is_refused_with_what_to_do_and_spends_no_link(
    admin: httpx.AsyncClient,
) -> None:
    link = await invite(admin)
    admin.cookies.clear()

    refused = await admin.post(link, data={"senha": "senha1234567"})

    assert refused.status_code == 422
    assert "conhecida demais" in refused.text
    assert (await admin.get(link)).status_code == 200


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"usuario": "Não é um nome"}, "letras minúsculas"),
        ({"usuario": "chefe"}, "Já existe"),
        ({f"papel:{STORE}": ""}, "Escolha um papel"),
        ({f"papel:{STORE}": "dono"}, "Escolha um papel"),
        ({f"papel:{STORE}": "", "papel:loja-que-nao-existe": "gestor"}, "Escolha um papel"),
    ],
)
async def test_an_invitation_that_cannot_be_says_why_and_keeps_what_was_typed(
    office: Office, admin: httpx.AsyncClient, typed: dict[str, str], said: str
) -> None:
    data = {"usuario": "bia", f"papel:{STORE}": "operador"} | typed | await token_of(admin)

    answer = await admin.post("/usuarios", data=data)

    assert answer.status_code in {409, 422}
    assert said in answer.text
    assert fields_of(answer)["usuario"] == data["usuario"]
    assert set(office.users.kept) == {"ana", "chefe"}


@pytest.mark.parametrize("change", [{"ativo": "sim"}, {f"papel:{STORE}": "leitor"}])
async def test_whoever_loses_access_is_out_at_once(
    office: Office, admin: httpx.AsyncClient, change: dict[str, str]
) -> None:
    office.hire("bia", MANAGER)
    bias = await office.sessions.open("bia")

    answer = await admin.post("/usuarios/bia", data=change | await token_of(admin))

    assert answer.headers["location"] == "/usuarios?aviso=usuario"
    assert await office.sessions.of(bias) is None


async def test_who_is_deactivated_cannot_come_in_and_gets_no_link(
    office: Office, admin: httpx.AsyncClient
) -> None:
    office.hire("bia", MANAGER)
    await admin.post("/usuarios/bia", data=await token_of(admin))

    entered = await admin.post("/entrar", data={"usuario": "bia", "senha": "certa"})
    linked = await admin.post("/usuarios/bia/link", data=await token_of(admin))

    assert entered.status_code == 401
    assert linked.status_code == 409


async def test_the_last_administrator_stays_one(office: Office, admin: httpx.AsyncClient) -> None:
    answer = await admin.post(
        "/usuarios/chefe", data={"ativo": "sim", "papel": "gestor"} | await token_of(admin)
    )

    assert answer.status_code == 409
    assert "único administrador" in answer.text
    assert office.users.kept["chefe"].state.grant.admin


async def test_another_password_ends_every_other_session(
    office: Office, browser: httpx.AsyncClient
) -> None:
    elsewhere, before = await office.sessions.open("ana"), browser.cookies["esteira"]
    data = {"atual": "certa", "nova": PASSWORD} | await token_of(browser)

    answer = await browser.post("/conta/senha", data=data)

    assert answer.headers["location"] == "/conta?aviso=senha"
    assert (await browser.get("/conta")).status_code == 200
    assert browser.cookies["esteira"] != before
    assert await office.sessions.of(elsewhere) is None
    assert await office.login.admits("ana", PASSWORD, "10.0.0.1")


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"atual": "errada", "nova": PASSWORD}, "não é a sua senha atual"),
        ({"atual": "certa", "nova": "curta"}, "pelo menos 12"),
    ],
)
async def test_a_password_is_not_changed_without_the_current_one_nor_for_a_weak_one(
    office: Office, browser: httpx.AsyncClient, typed: dict[str, str], said: str
) -> None:
    answer = await browser.post("/conta/senha", data=typed | await token_of(browser))

    assert answer.status_code == 422
    assert said in answer.text
    assert office.users.kept["ana"].state.password_hash == PLAIN.hash("certa")


async def test_what_an_administrator_does_is_written_down(
    office: Office, admin: httpx.AsyncClient
) -> None:
    await invite(admin)

    page = await admin.get("/usuarios")

    [entry] = office.audit.entries
    assert (entry.by, entry.what, entry.about) == ("chefe", "usuario_convidado", "bia")
    assert entry.details == {"admin": "não", f"papel:{STORE}": "operador"}
    assert "convidou" in page.text


# The command line.


async def test_the_first_administrator_comes_in_by_a_link_from_the_command_line(
    office: Office, visitor: httpx.AsyncClient
) -> None:
    line = CommandLine(office.people, "http://panel.test")

    code, said = await line.run(["first-admin"])
    _, later = await line.run(["first-admin", "Chefe"])
    path = later.split("http://panel.test")[1].strip()
    entered = await visitor.post(path, data={"senha": PASSWORD})
    users = await visitor.get("/usuarios")
    refused, why = await line.run(["first-admin"])

    assert code == OK
    assert entered.headers["location"] == users.headers["location"] == "/conta/verificacao"
    assert "admin" in said
    assert refused == FAILED
    assert "administrator already" in why


async def test_a_lost_link_of_the_first_administrator_is_made_anew(office: Office) -> None:
    line = CommandLine(office.people, "http://panel.test")

    first, second = [(await line.run(["first-admin"]))[1] for _ in range(2)]

    assert first != second
    assert await office.people.linked(first.split("/convite/")[1].strip()) is None
    assert await office.people.linked(second.split("/convite/")[1].strip()) is not None


async def test_whoever_forgot_their_password_gets_another_link(office: Office) -> None:
    office.hire("chefe", ADMIN)
    line = CommandLine(office.people, "http://panel.test")

    code, said = await line.run(["password-link", "chefe"])

    assert code == OK
    assert await office.people.linked(said.split("/convite/")[1].strip()) is not None
    assert (await line.run(["password-link", "nobody"]))[0] == FAILED
    assert (await line.run(["help"]))[0] == USED_WRONGLY


def test_a_user_survives_their_document(office: Office) -> None:
    grant = Grant(admin=True, everywhere=Role.READER, stores={STORE: Role.MANAGER})
    user = User(
        "bia", grant, "hash", active=False, link="x", link_until=office.clock() + timedelta(hours=1)
    )

    assert decode(encode(user) | {"_id": "bia"}) == user


# A login some while ago is no proof for what hands out power.


async def test_deciding_about_users_asks_for_the_password_again_after_a_while(
    office: Office, admin: httpx.AsyncClient
) -> None:
    before = await token_of(admin)
    office.clock.advance(minutes=16)

    asked = await admin.get("/usuarios")
    login = await admin.get(asked.headers["location"])
    posted = await admin.post(
        "/usuarios/chefe/link", data=before, headers={"Referer": "http://panel.test/usuarios/chefe"}
    )
    form = fields_of(login) | {"senha": "certa", "ir": "/usuarios"}
    coded = await admin.post("/entrar", data=form)
    typed = {"codigo": office.code("chefe"), "ir": "/usuarios"}
    entered = await admin.post("/entrar/codigo", data=typed)

    assert "Confirme que é você" in login.text
    assert 'name="ir" value="/usuarios"' in login.text
    assert form["usuario"] == "chefe"
    assert posted.headers["location"] == "/entrar?de-novo=sim&ir=/usuarios/chefe"
    assert office.users.kept["chefe"].state.grant == ADMIN
    assert coded.headers["location"] == "/entrar/codigo?ir=/usuarios"
    assert entered.headers["location"] == "/usuarios"
    assert (await admin.get("/usuarios")).status_code == 200
