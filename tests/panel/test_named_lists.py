"""Lists that people name: their own, the store's, and the one that "Pedidos" opens."""

import re

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from panel.access import Role
from panel.people import Grant
from panel.saved_views import SavedView, SavedViews, decode, encode
from tests.support.builders import STORE
from tests.support.panel import Office, fields_of

ORDERS = f"/lojas/{STORE}/pedidos"
PENDING = f"{ORDERS}/pendentes"
WEEK = f"{PENDING}?periodo=7"

views = st.builds(
    SavedView, st.text(min_size=1), st.just("pending"), st.dictionaries(st.text(), st.text())
)


async def change(browser: httpx.AsyncClient, act: str = "", **fields: str) -> httpx.Response:
    token = fields_of(await browser.get("/conta"))["_token"]
    typed = {"_token": token, "periodo": "7", "nome": "Da semana", "acao": act, **fields}
    return await browser.post(f"{PENDING}/visoes", data=typed)


async def enters(office: Office, browser: httpx.AsyncClient, login: str, role: Role) -> None:
    office.hire(login, Grant(stores={STORE: role}))
    await browser.post("/entrar", data={"usuario": login, "senha": "certa"})


async def shown(browser: httpx.AsyncClient) -> list[str]:
    """The names in the menu of views, with what is said of each."""
    page = (await browser.get(WEEK)).text
    found = re.findall(r'<p class="view"><a[^>]*>(.*?)</a>', page, re.DOTALL)
    return [" ".join(re.sub(r"<[^>]*>", " ", one).split()) for one in found]


async def offers(browser: httpx.AsyncClient) -> set[str]:
    """What can be done to the list that is being looked at."""
    return set(re.findall(r'name="acao" value="(\w+)"', (await browser.get(WEEK)).text))


async def test_pedidos_opens_the_pending_orders_until_somebody_begins_elsewhere(
    browser: httpx.AsyncClient,
) -> None:
    before = await browser.get(ORDERS)
    await change(browser)
    answer = await change(browser, "primeira", de="sua")
    during = await browser.get(ORDERS)
    said = (await browser.get(answer.headers["location"])).text
    listed = await shown(browser)
    await change(browser, "nenhuma", de="sua")

    assert before.headers["location"] == PENDING
    assert during.headers["location"] == WEEK
    assert "abre agora nesta visão" in said
    assert "Da semana abre primeiro" in listed
    assert (await browser.get(ORDERS)).headers["location"] == PENDING


async def test_a_view_that_everybody_has_can_be_begun_with_and_not_forgotten(
    browser: httpx.AsyncClient,
) -> None:
    await change(browser, "primeira", de="todos", nome="Esperando o ERP")
    await change(browser, "apagar", de="todos", nome="Esperando o ERP")

    location = (await browser.get(ORDERS)).headers["location"]
    assert location == f"{ORDERS}/processados?situacao=aguardando_erp"
    assert any(name.startswith("Esperando o ERP") for name in await shown(browser))


async def test_a_shared_view_is_seen_by_the_whole_store_and_taken_back_by_who_shared_it(
    office: Office, browser: httpx.AsyncClient
) -> None:
    await enters(office, browser, "rui", Role.OPERATOR)
    await change(browser)
    await change(browser, "primeira", de="sua")
    await change(browser, "compartilhar", de="sua")
    own = await shown(browser)
    begins = (await browser.get(ORDERS)).headers["location"]
    await enters(office, browser, "eva", Role.READER)
    seen, may = await shown(browser), await offers(browser)
    refused = await change(browser, "apagar", de="loja")
    await enters(office, browser, "rui", Role.OPERATOR)
    await change(browser, "recolher", de="loja")

    assert own.count("Da semana da loja, abre primeiro") == 1
    assert begins == WEEK
    assert "Da semana da loja" in seen
    assert may == {"primeira"}
    assert refused.status_code == 403
    assert "Da semana abre primeiro" in await shown(browser)
    await enters(office, browser, "eva", Role.READER)
    assert not any("Da semana" in name for name in await shown(browser))


async def test_whoever_only_reads_shares_nothing(
    office: Office, browser: httpx.AsyncClient
) -> None:
    await enters(office, browser, "eva", Role.READER)
    await change(browser)

    assert "compartilhar" not in await offers(browser)
    assert (await change(browser, "compartilhar", de="sua")).status_code == 403


async def test_the_view_of_somebody_else_is_not_replaced_by_one_of_its_name(
    office: Office, browser: httpx.AsyncClient
) -> None:
    await change(browser)
    await change(browser, "compartilhar", de="sua")
    await enters(office, browser, "rui", Role.OPERATOR)
    await change(browser, nome="da SEMANA", periodo="hoje")
    answer = await change(browser, "compartilhar", de="sua", nome="da SEMANA")

    said = (await browser.get(answer.headers["location"])).text
    assert "já tem uma visão com este nome" in said
    assert "da SEMANA" in await shown(browser)


async def test_a_manager_forgets_what_others_shared(
    office: Office, browser: httpx.AsyncClient
) -> None:
    await enters(office, browser, "rui", Role.OPERATOR)
    await change(browser)
    await change(browser, "compartilhar", de="sua")
    await enters(office, browser, "gil", Role.MANAGER)
    may = await offers(browser)
    await change(browser, "apagar", de="loja")

    assert may == {"primeira", "apagar"}
    assert not any("Da semana" in name for name in await shown(browser))


@pytest.mark.parametrize("act", ["primeira", "compartilhar", "recolher", "apagar", "nonsense"])
async def test_what_is_done_to_a_view_that_is_not_there_changes_nothing(
    browser: httpx.AsyncClient, act: str
) -> None:
    answer = await change(browser, act, de="loja", nome="Nenhuma")

    assert answer.status_code == 303
    assert (await browser.get(ORDERS)).headers["location"] == PENDING


@given(st.lists(views, max_size=4).map(tuple), st.text())
def test_views_survive_the_database(kept: tuple[SavedView, ...], first: str) -> None:
    saved = SavedViews(kept, first)

    assert decode(encode(saved)) == saved


def test_views_that_were_kept_before_any_could_be_shared_are_read() -> None:
    old = {"views": [{"name": "Sem CPF", "tab": "pending", "filters": {}}]}

    assert decode(old) == SavedViews((SavedView("Sem CPF", "pending", {}),))
