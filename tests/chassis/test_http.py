"""The direct way to the channels: what goes over the wire, and what is made of what comes back."""

import asyncio
import gzip
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import httpx
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from chassis.http import Direct

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@asynccontextmanager
async def asking(handler: Handler) -> AsyncIterator[tuple[Direct, str]]:
    """A client, and the address of a channel that answers so."""
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", handler)
    http = Direct({"User-Agent": "esteira (ops@example.test)"})
    async with TestServer(app) as server:
        yield http, str(server.make_url("/"))
        await http.aclose()


async def test_a_question_arrives_to_the_letter_and_its_answer_comes_back_whole() -> None:
    asked: list[tuple[str, str, bytes, dict[str, str]]] = []

    async def answer(request: web.Request) -> web.Response:
        headers = {name: request.headers[name] for name in ("User-Agent", "X-Token")}
        asked.append((request.method, request.raw_path, await request.read(), headers))
        return web.json_response({"name": "Inês"}, headers={"X-Left": "39"})

    async with asking(answer) as (http, url):
        path = "orders.json?since=2026-11-20T10%3A00%3A00%2B00%3A00&page_info=a%2Fb"
        told = await http.request("POST", url + path, content=b"{}", headers={"X-Token": "t"})

    assert asked == [
        ("POST", f"/{path}", b"{}", {"User-Agent": "esteira (ops@example.test)", "X-Token": "t"})
    ]
    assert (told.status_code, told.text) == (200, '{"name": "In\\u00eas"}')
    assert told.headers["x-left"] == "39"


async def test_an_answer_that_was_packed_comes_unpacked() -> None:
    async def answer(request: web.Request) -> web.Response:
        assert "gzip" in request.headers["Accept-Encoding"]
        packed = gzip.compress("Inês".encode())
        return web.Response(body=packed, headers={"Content-Encoding": "gzip"})

    async with asking(answer) as (http, url):
        assert (await http.request("GET", url)).text == "Inês"


async def test_the_token_follows_no_redirect_and_cookies_are_not_kept() -> None:
    asked: list[tuple[str, str | None]] = []

    async def answer(request: web.Request) -> web.Response:
        asked.append((request.path, request.headers.get("Cookie")))
        return web.Response(status=302, headers={"Location": "/there", "Set-Cookie": "who=me"})

    async with asking(answer) as (http, url):
        for _ in range(2):
            told = await http.request("GET", f"{url}here", headers={"Authorization": "Bearer t"})
            assert (told.status_code, told.headers["Location"]) == (302, "/there")

    assert asked == [("/here", None)] * 2


async def test_a_connection_serves_one_question_after_another() -> None:
    asked_from: set[object] = set()

    async def answer(request: web.Request) -> web.Response:
        asked_from.add(request.transport)
        return web.Response(text="{}")

    async with asking(answer) as (http, url):
        for _ in range(3):
            await http.request("GET", url)

    assert len(asked_from) == 1


async def test_a_channel_that_hangs_up_or_is_not_there_raises_httpx_s_errors() -> None:
    async def hang_up(request: web.Request) -> web.Response:
        assert request.transport is not None
        request.transport.abort()
        await asyncio.Event().wait()
        return web.Response()

    async with asking(hang_up) as (http, url):
        with pytest.raises(httpx.HTTPError):
            await http.request("GET", url)
    async with asking(hang_up) as (http, _):
        with pytest.raises(httpx.HTTPError):
            await http.request("GET", "http://127.0.0.1:1/")


async def test_an_answer_cut_short_is_none() -> None:
    async def answer(request: web.Request) -> web.StreamResponse:
        told = web.StreamResponse(headers={"Content-Length": "100"})
        await told.prepare(request)
        await told.write(b'{"order": ')
        assert request.transport is not None
        request.transport.close()
        return told

    async with asking(answer) as (http, url):
        with pytest.raises(httpx.HTTPError):
            await http.request("GET", url)
