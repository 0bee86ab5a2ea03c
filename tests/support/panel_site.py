"""A panel in memory as browsers reach it: its pages, its files, and the door before both."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator

import uvicorn
from starlette.applications import Starlette
from starlette.middleware.gzip import GZipMiddleware
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

from panel.door import STATIC_AT, Door
from panel.pages import app
from panel.pages.view import STATIC
from tests.support.panel import Office


def pages_of(office: Office) -> Starlette:
    """The pages in front of an office."""
    return app.app(
        office.desk,
        office.staff,
        office.window,
        office.ledger,
        bench=office.bench,
        connector=office.connector,
        offers=office.offers,
    )


def site_of(pages: Starlette) -> Door:
    """The pages beside their files, behind the door."""
    routes = [Mount(STATIC_AT, StaticFiles(directory=STATIC)), Mount("/", pages)]
    return Door(GZipMiddleware(Starlette(routes=routes)))


@contextlib.asynccontextmanager
async def served(site: ASGIApp) -> AsyncIterator[str]:
    """The site on a free port, at the address given."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        config = uvicorn.Config(site, log_level="critical", lifespan="off")
        server = uvicorn.Server(config)
        task = asyncio.create_task(server.serve(sockets=[listening]))
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        server.should_exit = True
        await task
