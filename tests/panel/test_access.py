"""Every route, for everybody who may come to it, in one's own store and in a foreign one."""

from itertools import product

import httpx
import pytest
from fastapi import APIRouter, FastAPI
from starlette.applications import Starlette

from panel.access import Access, Permission, Role
from panel.api import rights
from panel.api.rights import needs
from panel.door import Door
from panel.pages.guard import Page
from panel.people import Grant
from tests.support.builders import STORE, a_store, an_order, captured, pending
from tests.support.listings import a_listing, a_variation
from tests.support.panel import Office, address, client, fields_of

FOREIGN = "loja-alheia"
WHO = {
    "leitor": Grant(stores={STORE: Role.READER}),
    "operador": Grant(stores={STORE: Role.OPERATOR}),
    "gestor": Grant(stores={STORE: Role.MANAGER}),
    "gestor de todas": Grant(everywhere=Role.MANAGER),
    "administrador": Grant(admin=True),
    "sem papel": Grant(),
}
MAY = {
    Permission.OPEN: set(WHO),
    Permission.ENTER: set(WHO),
    Permission.SEE: {"leitor", "operador", "gestor", "gestor de todas"},
    Permission.OPERATE: {"operador", "gestor", "gestor de todas"},
    Permission.INSPECT: {"gestor", "gestor de todas"},
    Permission.MANAGE: {"gestor", "gestor de todas", "administrador"},
    Permission.MANAGE_SOME: {"gestor", "gestor de todas", "administrador"},
    Permission.ADMINISTER: {"administrador"},
}
"""Who may do what in their own store, written by hand: the code must not check itself."""

KNOWS_FOREIGN = {"gestor de todas", "administrador"}
ORDER = an_order()
REFUSED = {403, 404}


@pytest.fixture
def routes(pages: Starlette) -> list[Page]:
    return [route for route in pages.routes if isinstance(route, Page)]


async def come_in(office: Office, http: httpx.AsyncClient, who: str) -> None:
    office.hire(who, WHO[who])
    await office.let_in(http, who)


async def ask(http: httpx.AsyncClient, page: Page, store: str) -> int:
    """What a route answers to a visitor, with the right token of a form."""
    path = address(page, store)
    if "POST" not in (page.methods or ()):
        return (await http.get(path)).status_code
    token = fields_of(await http.get("/conta"))["_token"]
    return (await http.post(path, data={"_token": token})).status_code


def test_every_route_is_a_page_that_says_what_it_needs(pages: Starlette) -> None:
    assert [route for route in pages.routes if not isinstance(route, Page)] == []
    assert set(MAY) == set(Permission)


async def test_nobody_sees_a_page_without_a_login_but_those_that_let_them_in(
    visitor: httpx.AsyncClient, routes: list[Page]
) -> None:
    closed = [page for page in routes if page.needs is not Permission.OPEN]

    assert {page.path for page in routes if page not in closed} == {
        "/entrar",
        "/entrar/codigo",
        "/convite/{token}",
    }
    for page, store in product(closed, (STORE, FOREIGN)):
        path = address(page, store)
        for method in page.methods or ():
            answer = await visitor.request(method, path)
            assert answer.status_code == 303, (method, path)
            assert answer.headers["location"].startswith("/entrar")


@pytest.mark.parametrize("who", WHO)
async def test_everybody_gets_exactly_the_pages_of_their_roles(
    office: Office, visitor: httpx.AsyncClient, routes: list[Page], who: str
) -> None:
    office.topics.table.put(a_store(store_id=FOREIGN, name="Alheia"))
    office.board.tell(captured(ORDER), pending(ORDER))
    office.listings.put(a_listing(variations=(a_variation(""),)))
    for other, grant in WHO.items():
        office.hire(other, grant)
    for page, store in product(routes, (STORE, FOREIGN)):
        if page.path == "/sair" or (page.needs is Permission.OPEN):
            continue
        await come_in(office, visitor, who)
        of_store = "{store}" in page.path
        foreign = of_store and store == FOREIGN
        status = await ask(visitor, page, store)
        assert status < 500, (page.path, who)
        if foreign and who not in KNOWS_FOREIGN:
            assert status == 404, (page.path, who)
        elif who in MAY[page.needs]:
            assert status != 403, (page.path, who)
            assert foreign or status != 404 or "{user}" in page.path, (page.path, who)
        elif of_store and not WHO[who].stores and who not in KNOWS_FOREIGN:
            assert status == 404, (page.path, who)
        else:
            assert status == 403, (page.path, who)


async def test_looking_changes_nothing(
    office: Office, visitor: httpx.AsyncClient, routes: list[Page]
) -> None:
    office.board.tell(captured(ORDER), pending(ORDER))
    office.listings.put(a_listing(variations=(a_variation(""),)))
    office.hire("dona", Grant(admin=True, everywhere=Role.MANAGER))
    await office.let_in(visitor, "dona")
    gets = [page for page in routes if "GET" in (page.methods or ())]

    for page in gets:
        kept = (office.users, office.kept_sessions, office.devices, office.tokens)
        before = [str(each.kept) for each in kept]
        await visitor.get(address(page, STORE))
        assert [str(each.kept) for each in kept] == before, page.path
        assert not office.topics.topics, page.path


async def test_no_page_of_ones_own_store_names_a_foreign_one(
    office: Office, visitor: httpx.AsyncClient, routes: list[Page]
) -> None:
    office.topics.table.put(a_store(store_id=FOREIGN, name="Alheia"))
    await come_in(office, visitor, "gestor")
    gets = [page for page in routes if "GET" in (page.methods or ())]

    for page in gets:
        path = address(page, STORE)
        text = (await visitor.get(path)).text
        assert FOREIGN not in text, path
        assert "Alheia" not in text, path


@pytest.mark.parametrize("who", [*WHO, "ninguém"])
async def test_the_api_serves_its_token_alone_whoever_is_logged_in(
    office: Office, site: Door, visitor: httpx.AsyncClient, api: FastAPI, who: str
) -> None:
    if who != "ninguém":
        await come_in(office, visitor, who)
    paths = api.openapi()["paths"]

    assert len(paths) >= 5
    async with client(site, token=None) as http:
        http.cookies.update(visitor.cookies)
        for (path, methods), store in product(paths.items(), (STORE, FOREIGN)):
            url = f"/api/v1{path}".format(store_id=store, order_id=f"{store}:1001", listing_id="1")
            for method in methods:
                assert (await http.request(method, url)).status_code == 401, (method, url)


API_MAY = {
    "get /orders": set(WHO),
    "get /orders/counts": set(WHO),
    "get /orders/{order_id}": MAY[Permission.SEE],
    "post /orders/{order_id}/reprocess": MAY[Permission.OPERATE],
    "post /orders/{order_id}/cancellation": MAY[Permission.OPERATE],
    "post /orders/{order_id}/keep": MAY[Permission.OPERATE],
    "get /stores": set(WHO),
    "get /stores/{store_id}": MAY[Permission.SEE] | MAY[Permission.MANAGE],
    "put /stores/{store_id}": MAY[Permission.MANAGE],
    "get /stores/{store_id}/listings": MAY[Permission.SEE],
    "put /stores/{store_id}/listings/{listing_id}/link": MAY[Permission.OPERATE],
    "put /stores/{store_id}/listings/{listing_id}/publication-date": MAY[Permission.OPERATE],
}
"""Who may use each operation of the API in their own store, with a token of their own."""


@pytest.mark.parametrize("who", WHO)
async def test_a_users_token_may_exactly_what_the_users_roles_allow(
    office: Office, site: Door, api: FastAPI, who: str
) -> None:
    office.topics.table.put(a_store(store_id=FOREIGN, name="Alheia"))
    office.board.tell(captured(ORDER), pending(ORDER))
    office.listings.put(a_listing(variations=(a_variation(""),)))
    office.hire(who, WHO[who])
    token = await office.staff.tokens.create(who, "programa")
    served = {f"{m} {path}" for path, methods in api.openapi()["paths"].items() for m in methods}

    assert served == set(API_MAY)
    async with client(site, token=token) as http:
        for (operation, may), store in product(API_MAY.items(), (STORE, FOREIGN)):
            method, path = operation.split()
            of_store = "{" in path
            url = path.format(store_id=store, order_id=f"{store}:1001", listing_id="9001")
            status = (await http.request(method, f"/api/v1{url}")).status_code
            if of_store and who not in KNOWS_FOREIGN and (store == FOREIGN or not WHO[who].stores):
                assert status == 404, (operation, store)
            elif who in may:
                assert status not in {401, 403}, (operation, store)
                assert store == FOREIGN or status != 404, operation
            else:
                assert status == 403, (operation, store)


async def test_a_users_token_lists_nothing_of_a_foreign_store(office: Office, site: Door) -> None:
    office.topics.table.put(a_store(store_id=FOREIGN, name="Alheia"))
    theirs = an_order(7, order_id=f"{FOREIGN}:7", store_id=FOREIGN)
    office.board.tell(captured(ORDER), pending(ORDER), captured(theirs), pending(theirs))
    office.hire("bia", WHO["gestor"])
    token = await office.staff.tokens.create("bia", "programa")

    async with client(site, token=token) as http:
        answers = [
            await http.get(f"/api/v1{path}")
            for path in ("/orders", "/stores", f"/orders?store={FOREIGN}", "/orders?q=7")
        ]
        counted = await http.get("/api/v1/orders/counts")

    assert all(answer.status_code == 200 for answer in answers)
    assert ORDER.order_id in answers[0].text
    assert not any(FOREIGN in answer.text or "Alheia" in answer.text for answer in answers)
    assert counted.json()["pending"] == 1


def test_a_route_of_the_api_that_does_not_say_what_it_needs_is_not_served() -> None:
    router = APIRouter()
    router.get("/open", dependencies=[needs(Permission.ENTER)])(lambda: None)
    rights.check(router.routes)
    router.get("/forgotten")(lambda: None)

    with pytest.raises(ValueError, match="/forgotten"):
        rights.check(router.routes)


@pytest.mark.parametrize("lower", Role)
def test_the_higher_of_two_roles_counts(lower: Role) -> None:
    higher = Role.MANAGER

    assert Access("ana", everywhere=lower, stores={STORE: higher}).role(STORE) is higher
    assert Access("ana", everywhere=higher, stores={STORE: lower}).role(STORE) is higher
    assert Access("ana", stores={STORE: lower}).role(FOREIGN) is None
