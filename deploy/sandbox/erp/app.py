"""The sandbox ERP as a web application."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from sandbox.erp.clock import SandboxClock
from sandbox.erp.companies import COMPANIES, Companies
from sandbox.erp.control import Control
from sandbox.erp.documents import Documents
from sandbox.erp.endpoint import ROOT, Endpoint
from sandbox.erp.hooks.book import DELIVERIES, HOOKS
from sandbox.erp.hooks.courier import Courier, Session
from sandbox.erp.hooks.routes import Portal
from sandbox.erp.injection import Injections
from sandbox.erp.journal import Journal
from sandbox.erp.limits import Limits
from sandbox.erp.machine import Machine
from sandbox.erp.services import SERVICES
from sandbox.erp.store import Store
from sandbox.operator.desk import Desk


class _Erp(Starlette):
    """The application, in which calls of known services go past all routing: most requests are."""

    def __init__(self, endpoint: Endpoint, **parts: Any) -> None:
        super().__init__(**parts)
        self._endpoint = endpoint

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if self._endpoint.knows(scope.get("path", "")):
            await self._endpoint(scope, receive, send)
        else:
            await super().__call__(scope, receive, send)


def machine_clock() -> datetime:
    """The machine's own time."""
    return datetime.now(UTC)


async def add_slash(request: Request) -> Response:
    """The ERP's endpoints end in a slash; without it they say where they moved."""
    return RedirectResponse(request.url.replace(path=request.url.path + "/"), 301)


async def healthy(_: Request) -> Response:
    """The sandbox is up."""
    return JSONResponse({"status": "ok"})


def create_app(
    data: Path, clock: Callable[[], datetime] = machine_clock, url: str = "http://127.0.0.1:8411"
) -> Starlette:
    """The ERP with its books under `data`/erp; `app.state.companies` is what `seed` works on.

    `clock` tells UTC; the control route moves it on. `url` is where this application is served.
    """
    ahead = SandboxClock(clock)
    store = Store(data / "erp" / "books.sqlite")
    tables = (table for service in SERVICES.values() for table in service.tables)
    store.prepare(COMPANIES, HOOKS, DELIVERIES, *tables)
    machine = Machine(Companies(store, ahead), Limits(ahead), Injections(ahead), Journal(), ahead)

    machine.companies.habits.documents = f"{url}/documents"
    session = Session()
    courier = Courier(machine.companies, ahead, session.post)
    machine.companies.listener = courier.wake
    portal = Portal(machine.companies, courier)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        delivering = asyncio.create_task(courier.run())
        yield
        delivering.cancel()
        with suppress(asyncio.CancelledError):
            await delivering
        await session.close()
        store.close()

    endpoint = Endpoint(SERVICES, machine)
    app = _Erp(
        endpoint,
        routes=[
            Route(f"{ROOT}{{module}}/{{service}}/", endpoint),
            Route(f"{ROOT}{{module}}/{{service}}", add_slash, methods=["GET", "POST"]),
            *Control(machine, portal).routes(),
            *Documents(machine.companies).routes(),
            *Desk(machine, portal).routes(),
            Route("/healthz/live", healthy),
            Route("/healthz/ready", healthy),
        ],
        lifespan=lifespan,
    )
    app.state.companies = machine.companies
    return app
