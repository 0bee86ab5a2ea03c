"""A user's token lets a program do what the user may, until either is taken away."""

import re
from dataclasses import replace
from datetime import timedelta

import httpx
import pytest

from chassis.store import Kept
from panel.access import Role
from panel.api_tokens import MOST
from panel.audit import READ_BY_PROGRAM
from panel.people import Grant, User
from tests.panel.test_row import reprocess
from tests.support.builders import STORE, an_order, captured, pending
from tests.support.panel import ADMIN, PLAIN, TOKEN, Office, client, fields_of

PAGE = "/conta/tokens"
API = "/api/v1"
ORDER = an_order()


async def token_of(http: httpx.AsyncClient) -> dict[str, str]:
    return {"_token": fields_of(await http.get("/conta"))["_token"]}


async def made(browser: httpx.AsyncClient, name: str = "planilha") -> str:
    """A token that ana makes on the page."""
    answer = await browser.post(PAGE, data={"nome": name} | await token_of(browser))
    found = re.search(r'id="token">(est_[\w-]{43})<', answer.text)
    assert found, answer.text
    return found[1]


def asks(http: httpx.AsyncClient, token: str) -> None:
    http.headers["Authorization"] = f"Bearer {token}"


async def test_a_token_is_shown_once_and_used_until_it_is_revoked(
    office: Office, browser: httpx.AsyncClient, http: httpx.AsyncClient
) -> None:
    token = await made(browser)
    asks(http, token)
    worked = await http.get(f"{API}/orders")
    page = await browser.get(PAGE)
    id_ = re.search(r'name="revogar" value="([0-9a-f]+)"', page.text)
    assert id_
    revoked = await browser.post(
        f"{PAGE}/revogar", data={"revogar": id_[1]} | await token_of(browser)
    )

    assert worked.status_code == 200
    assert "planilha" in page.text
    assert token not in page.text
    assert f"<code>{token[-4:]}</code>" in page.text
    assert revoked.headers["location"] == f"{PAGE}?aviso=token"
    assert (await http.get(f"{API}/orders")).status_code == 401
    assert token not in str(office.tokens.kept)
    assert [e.what for e in office.audit.entries] == ["token_criado", "token_revogado"]


async def test_when_a_token_was_used_is_seen_and_kept_at_most_once_a_minute(
    office: Office, browser: httpx.AsyncClient, http: httpx.AsyncClient
) -> None:
    asks(http, await made(browser))
    never = await browser.get(PAGE)
    times = set()
    for _ in range(4):
        await http.get(f"{API}/stores")
        times.add(next(iter(office.tokens.kept.values())).used_at)
        office.clock.advance(seconds=31)

    assert "Nunca" in never.text
    assert "Nunca" not in (await browser.get(PAGE)).text
    assert len(times) == 2


async def test_nobody_revokes_the_token_of_another(
    office: Office, browser: httpx.AsyncClient
) -> None:
    office.hire("bia", Grant(everywhere=Role.READER))
    await office.staff.tokens.create("bia", "o dela")
    [theirs] = office.tokens.kept

    await browser.post(f"{PAGE}/revogar", data={"revogar": theirs} | await token_of(browser))

    assert theirs in office.tokens.kept
    assert "o dela" not in (await browser.get(PAGE)).text


@pytest.mark.parametrize("name", ["", "   ", "x" * 61, "a\x07b"])
async def test_a_token_needs_a_name(office: Office, browser: httpx.AsyncClient, name: str) -> None:
    answer = await browser.post(PAGE, data={"nome": name} | await token_of(browser))

    assert answer.status_code == 422
    assert "qual programa" in answer.text
    assert office.tokens.kept == {}


async def test_tokens_that_nobody_could_keep_apart_are_not_made(
    office: Office, browser: httpx.AsyncClient
) -> None:
    for number in range(MOST):
        await office.staff.tokens.create("ana", f"número {number}")

    answer = await browser.post(PAGE, data={"nome": "mais um"} | await token_of(browser))

    assert answer.status_code == 409
    assert len(office.tokens.kept) == MOST


async def test_making_a_token_asks_for_the_password_again_after_a_while(
    office: Office, browser: httpx.AsyncClient
) -> None:
    typed = {"nome": "planilha"} | await token_of(browser)
    office.clock.advance(minutes=16)

    answer = await browser.post(PAGE, data=typed, headers={"Referer": f"http://panel.test{PAGE}"})

    assert answer.headers["location"] == f"/entrar?de-novo=sim&ir={PAGE}"
    assert office.tokens.kept == {}


@pytest.mark.parametrize("given", ["", "est_", "est_nonsense", "Bearer", "est_\xff", TOKEN[:-1]])
async def test_no_other_text_is_a_token(http: httpx.AsyncClient, given: str) -> None:
    header = [(b"authorization", f"Bearer {given}".encode("latin-1"))]

    assert (await http.get(f"{API}/orders", headers=header)).status_code == 401


async def test_whoever_is_switched_off_loses_their_tokens_for_good(
    office: Office, visitor: httpx.AsyncClient, http: httpx.AsyncClient
) -> None:
    office.hire("bia", Grant(everywhere=Role.READER))
    asks(http, await office.staff.tokens.create("bia", "planilha"))
    office.hire("chefe", ADMIN)
    await office.let_in(visitor, "chefe")
    before = await http.get(f"{API}/orders")

    await visitor.post("/usuarios/bia", data={"papel": "leitor"} | await token_of(visitor))
    off = await http.get(f"{API}/orders")
    back = {"papel": "leitor", "ativo": "sim"} | await token_of(visitor)
    await visitor.post("/usuarios/bia", data=back)

    assert (before.status_code, off.status_code) == (200, 401)
    assert (await http.get(f"{API}/orders")).status_code == 401


async def test_the_token_of_whoever_may_not_come_in_opens_nothing(
    office: Office, http: httpx.AsyncClient
) -> None:
    office.hire("bia", Grant(everywhere=Role.READER))
    asks(http, await office.staff.tokens.create("bia", "planilha"))
    inactive = replace(office.users.kept["bia"].state, active=False)
    office.users.kept["bia"] = Kept(inactive, 2)

    assert (await http.get(f"{API}/orders")).status_code == 401


async def test_an_administrator_without_a_second_factor_has_no_working_token(
    office: Office, http: httpx.AsyncClient
) -> None:
    office.users.kept["chefe"] = Kept(User("chefe", ADMIN, PLAIN.hash("certa")), 1)
    asks(http, await office.staff.tokens.create("chefe", "planilha"))

    assert (await http.get(f"{API}/stores")).status_code == 401


async def test_a_change_of_roles_changes_what_the_token_may_at_once(
    office: Office, http: httpx.AsyncClient
) -> None:
    office.board.tell(captured(ORDER), pending(ORDER))
    office.hire("bia", Grant(stores={STORE: Role.OPERATOR}))
    asks(http, await office.staff.tokens.create("bia", "planilha"))
    asked = await http.post(f"{API}/orders/{ORDER.order_id}/reprocess", json={})
    office.hire("bia", Grant(stores={STORE: Role.READER}))
    refused = await http.post(f"{API}/orders/{ORDER.order_id}/reprocess", json={})

    assert (asked.status_code, refused.status_code) == (202, 403)
    assert "roles" in refused.json()["detail"]


async def test_what_a_token_asks_for_is_asked_in_its_users_name(
    office: Office, http: httpx.AsyncClient
) -> None:
    office.board.tell(captured(ORDER), pending(ORDER))
    office.hire("bia", Grant(stores={STORE: Role.OPERATOR}))
    asks(http, await office.staff.tokens.create("bia", "planilha"))

    await http.post(f"{API}/orders/{ORDER.order_id}/reprocess", json={})

    [command] = office.topics.topics["orders.commands.v1"]
    assert b'"requested_by":"bia"' in (command.value or b"")


async def test_who_only_looks_reads_buyers_masked_and_who_corrects_reads_them_on_record(
    office: Office, http: httpx.AsyncClient
) -> None:
    office.board.tell(captured(ORDER), pending(ORDER), reprocess())
    read = {}
    for who, role in (("leo", Role.READER), ("bia", Role.OPERATOR)):
        office.hire(who, Grant(stores={STORE: role}))
        asks(http, await office.staff.tokens.create(who, "planilha"))
        read[who] = await http.get(f"{API}/orders/{ORDER.order_id}")

    buyer, address = (ORDER.buyer, ORDER.shipping_address)
    assert address is not None
    for secret in filter(None, (buyer.document, buyer.email, buyer.phone, address.cep)):
        assert secret in read["bia"].text
        assert secret not in read["leo"].text
    assert read["leo"].json()["order"]["buyer"]["document"] == "***.982.247-**"
    reads = [entry for entry in office.audit.entries if entry.what == READ_BY_PROGRAM]
    assert [(entry.by, entry.about) for entry in reads] == [("bia", ORDER.order_id)]


async def test_a_users_token_changes_a_store_but_none_of_its_keys(
    office: Office, http: httpx.AsyncClient
) -> None:
    office.hire("gil", Grant(stores={STORE: Role.MANAGER}))
    asks(http, await office.staff.tokens.create("gil", "planilha"))
    url = f"{API}/stores/{STORE}"

    renamed = await http.put(url, json={"name": "Outro nome"})
    keys = [
        await http.put(url, json=change)
        for change in (
            {"erp": {"app_key": "5550001112223", "app_secret": "x"}},
            {"channel_token": "x"},
            {"webhook_secrets": ["x"]},
            {"domain": "outra.myshopify.com"},
        )
    ]
    asks(http, TOKEN)

    assert renamed.json()["name"] == "Outro nome"
    assert {answer.status_code for answer in keys} == {403}
    assert (await http.put(url, json={"channel_token": "x"})).status_code == 200


async def test_only_an_administrator_makes_a_store(office: Office, http: httpx.AsyncClient) -> None:
    office.hire("gil", Grant(everywhere=Role.MANAGER))
    asks(http, await office.staff.tokens.create("gil", "planilha"))

    assert (await http.put(f"{API}/stores/nova", json={"name": "Nova"})).status_code == 403


async def test_without_a_token_of_the_installation_users_tokens_work(office: Office) -> None:
    office.hire("bia", Grant(everywhere=Role.READER))
    token = await office.staff.tokens.create("bia", "planilha")
    async with client(office.api(None), token=token) as http:
        assert (await http.get("/orders")).status_code == 200
    office.clock.now += timedelta(days=400)
    async with client(office.api(None), token=TOKEN) as http:
        assert (await http.get("/orders")).status_code == 401
