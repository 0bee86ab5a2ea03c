"""The API in front of a panel in memory."""

from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi import FastAPI
from pydantic import SecretStr
from starlette.applications import Starlette
from starlette.routing import Mount

from panel.api import app
from panel.door import Door
from tests.support.builders import a_store
from tests.support.panel import TOKEN, Office, client


@pytest.fixture
def office() -> Office:
    """A panel that knows the demo store."""
    found = Office()
    found.topics.table.put(a_store())
    return found


@pytest.fixture
def api(office: Office) -> FastAPI:
    return app.app(office.desk, SecretStr(TOKEN), ready=lambda: True)


@pytest.fixture
def site(api: FastAPI) -> Door:
    """The API where it is found, behind the door."""
    return Door(Starlette(routes=[Mount("/api/v1", api)]))


@pytest.fixture
async def http(site: Door) -> AsyncIterator[httpx.AsyncClient]:
    async with client(site) as found:
        yield found
