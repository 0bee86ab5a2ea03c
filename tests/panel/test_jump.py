""" "Ir para" leads to the pages, stores and orders that somebody may see, and to no others."""

import re

import httpx
import pytest

from contracts.reasons import ReasonCode
from panel.access import Role
from panel.people import Grant
from tests.support.builders import STORE, a_store, an_order, captured, pending
from tests.support.panel import ADMIN, Office, fields_of

OTHER = "outra-loja"


@pytest.fixture
def stores(office: Office) -> None:
    """Two stores, with an order of one number in each."""
    office.topics.table.put(a_store(store_id=OTHER, name="Outra loja"))
    for store in (STORE, OTHER):
        order = an_order(1001, order_id=f"{store}:1001", store_id=store)
        office.board.tell(captured(order), pending(order, ReasonCode.CUSTOMER_DOC_MISSING))


async def enters(office: Office, browser: httpx.AsyncClient, grant: Grant) -> None:
    office.hire("rui", grant)
    await office.let_in(browser, "rui")


async def found(browser: httpx.AsyncClient, typed: str) -> dict[str, str]:
    """The addresses that a text leads to, and their names."""
    token = fields_of(await browser.get("/ir"))["_token"]
    answer = await browser.post("/ir", data={"_token": token, "ir": typed})
    assert answer.status_code == 200
    links = re.findall(r'<li><a href="([^"]+)"><b>([^<]+)</b>', answer.text)
    return dict(links)


@pytest.mark.usefixtures("stores")
@pytest.mark.parametrize("typed", ["#1001", "1001", "irene", "529.982.247-25", "CAN-350"])
async def test_an_order_is_found_by_whatever_lists_find_it_by(
    browser: httpx.AsyncClient, typed: str
) -> None:
    assert await found(browser, typed) == {
        f"/lojas/{store}/pedidos/1001": "Pedido #1001" for store in (STORE, OTHER)
    }


@pytest.mark.usefixtures("stores")
async def test_orders_and_stores_of_others_are_not_found(
    office: Office, browser: httpx.AsyncClient
) -> None:
    await enters(office, browser, Grant(stores={OTHER: Role.READER}))

    assert list(await found(browser, "1001")) == [f"/lojas/{OTHER}/pedidos/1001"]
    assert list(await found(browser, "loja")) == ["/lojas", f"/lojas/{OTHER}"]


@pytest.mark.usefixtures("stores")
async def test_an_administrator_without_a_role_finds_no_order(
    office: Office, browser: httpx.AsyncClient
) -> None:
    await enters(office, browser, Grant(admin=True))

    assert await found(browser, "1001") == {}


@pytest.mark.usefixtures("stores")
async def test_pages_are_those_of_the_store_one_works_in(browser: httpx.AsyncClient) -> None:
    await browser.get(f"/lojas/{OTHER}")

    pages = await found(browser, "pedidos pend")

    assert list(pages) == [f"/lojas/{OTHER}/pedidos/pendentes"]


@pytest.mark.parametrize(
    ("grant", "there"), [(ADMIN, True), (Grant(stores={STORE: Role.READER}), False)]
)
async def test_every_page_that_is_offered_opens(
    office: Office, browser: httpx.AsyncClient, grant: Grant, *, there: bool
) -> None:
    await enters(office, browser, grant)
    offered = re.findall(r'<li><a href="([^"]+)"><b>', (await browser.get("/ir")).text)

    assert ("/usuarios" in offered) is there
    assert (f"/lojas/{STORE}/configurar" in offered) is there
    for address in offered:
        assert (await browser.get(address)).status_code in {200, 303}, address


async def test_what_is_typed_stands_in_no_address_and_is_escaped(
    browser: httpx.AsyncClient,
) -> None:
    token = fields_of(await browser.get("/ir"))["_token"]

    answer = await browser.post("/ir", data={"_token": token, "ir": '"><b>zulmira'})

    assert "zulmira" not in str(answer.url)
    assert "<b>zulmira" not in answer.text
    assert "Nada encontrado" in answer.text


async def test_the_menu_over_another_page_is_a_part_of_a_page(browser: httpx.AsyncClient) -> None:
    part = (await browser.get("/ir", headers={"X-Parte": "1"})).text

    assert "<html" not in part
    assert "Minha conta" in part
