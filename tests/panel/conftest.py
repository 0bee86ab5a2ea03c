"""The API and the pages in front of a panel in memory."""

from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi import FastAPI
from pydantic import SecretStr
from starlette.applications import Starlette

from panel.api.app import mounted
from panel.door import Door
from tests.support.builders import a_store
from tests.support.panel import MANAGER, TOKEN, Office, client
from tests.support.panel_site import pages_of, site_of


@pytest.fixture
def office() -> Office:
    """A panel that knows the demo store."""
    found = Office()
    found.topics.table.put(a_store())
    return found


@pytest.fixture
def api(office: Office) -> FastAPI:
    return office.api(SecretStr(TOKEN))


@pytest.fixture
def site(api: FastAPI) -> Door:
    """The API where it is found, behind the door."""
    return Door(Starlette(routes=mounted(api)))


@pytest.fixture
async def http(site: Door) -> AsyncIterator[httpx.AsyncClient]:
    async with client(site) as found:
        yield found


@pytest.fixture
def pages(office: Office) -> Starlette:
    office.hire("ana", MANAGER)
    return pages_of(office)


@pytest.fixture
async def visitor(pages: Starlette) -> AsyncIterator[httpx.AsyncClient]:
    """A browser that nobody logged in with."""
    async with client(site_of(pages), token=None) as found:
        yield found


@pytest.fixture
async def browser(visitor: httpx.AsyncClient) -> httpx.AsyncClient:
    """A browser that ana logged in with."""
    answer = await visitor.post("/entrar", data={"usuario": "ana", "senha": "certa"})
    assert answer.status_code == 303
    return visitor
