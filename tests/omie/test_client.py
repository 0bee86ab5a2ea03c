"""A call, from the parameters to the data or the fault, over a scripted transport."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from chassis.http import TooLarge
from omie.client import Omie
from omie.envelope import Account
from omie.faults import Fault, FaultKind
from omie.http import client
from omie.pacing import Pacing
from omie.paging import HUNGARIAN, SNAKE, pages
from omie.reads import AskedBefore, Reads
from tests.support.virtual_time import run

ACCOUNT = Account("4107733109921", SecretStr("c0ffee00"))
URL = "https://erp.test/api/v1/"
Answer = Callable[[httpx.Request], httpx.Response]


def an_omie(answer: Answer, **options: Any) -> Omie:
    http = httpx.AsyncClient(base_url=URL, transport=httpx.MockTransport(answer))
    loop = asyncio.get_running_loop()
    return Omie(http, ACCOUNT, Pacing(loop.time, asyncio.sleep), **options)


def outcome(answer: Answer, *, write: bool, **options: Any) -> Any:
    """The answer to one call, or its fault."""

    async def main() -> Any:
        try:
            return await an_omie(answer, **options).call("produtos/pedido", "X", {}, write=write)
        except Fault as fault:
            return fault

    return run(main())


def test_a_call_is_a_post_to_the_service_with_its_trailing_slash() -> None:
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, json={"ok": 1})

    assert outcome(answer, write=False) == {"ok": 1}
    assert (seen[0].method, str(seen[0].url)) == ("POST", URL + "produtos/pedido/")
    assert json.loads(seen[0].content)["app_secret"] == "c0ffee00"


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (httpx.ConnectError("no route"), FaultKind.TRANSIENT),
        (httpx.ConnectTimeout("slow"), FaultKind.TRANSIENT),
        (httpx.PoolTimeout("busy"), FaultKind.TRANSIENT),
        (httpx.ReadTimeout("silence"), FaultKind.UNCLEAR),
        (httpx.WriteTimeout("stuck"), FaultKind.UNCLEAR),
        (httpx.ReadError("cut"), FaultKind.UNCLEAR),
        (httpx.RemoteProtocolError("cut"), FaultKind.UNCLEAR),
        (httpx.DecodingError("torn"), FaultKind.UNCLEAR),
    ],
)
def test_only_a_write_that_may_have_arrived_is_unclear(error: Exception, kind: FaultKind) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        raise error

    assert outcome(answer, write=True).kind is kind
    assert outcome(answer, write=False).kind is FaultKind.TRANSIENT


def test_an_answer_that_drips_for_ever_ends_at_the_deadline() -> None:
    async def drip() -> AsyncIterator[bytes]:
        while True:
            await asyncio.sleep(1)
            yield b" "

    fault = outcome(lambda _: httpx.Response(200, content=drip()), write=True, deadline_s=10)

    assert (fault.kind, fault.code) == (FaultKind.UNCLEAR, "deadline")


@pytest.mark.parametrize("write", [True, False])
def test_an_answer_without_end_tells_nothing_of_what_was_done(*, write: bool) -> None:
    def endless(request: httpx.Request) -> httpx.Response:
        raise TooLarge("too large")

    fault = outcome(endless, write=write)

    kind = FaultKind.UNCLEAR if write else FaultKind.TRANSIENT
    assert (fault.kind, fault.code) == (kind, "answer-too-large")


def test_the_secret_shows_in_no_client_and_in_no_fault() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        raise httpx.ReadTimeout("silence", request=request)

    async def main() -> str:
        omie = an_omie(answer)
        try:
            await omie.call("produtos/pedido", "X", {}, write=True)
        except Fault as fault:
            return f"{omie!r} {fault!r} {fault.__cause__!r} {fault.__dict__}"
        return ""

    shown = run(main())
    assert shown
    assert "c0ffee00" not in shown


def counting(calls: list[str]) -> Answer:
    def answer(request: httpx.Request) -> httpx.Response:
        calls.append(request.content.decode())
        return httpx.Response(200, json={"n": len(calls)})

    return answer


def test_the_same_read_within_a_minute_is_answered_without_asking_again() -> None:
    calls: list[str] = []

    async def main() -> list[Any]:
        omie = an_omie(counting(calls))
        first = await omie.call("s", "Consultar", {"a": 1, "b": 2})
        again = await omie.call("s", "Consultar", {"b": 2, "a": 1})
        other = await omie.call("s", "Consultar", {"a": 2})
        await asyncio.sleep(61)
        return [first, again, other, await omie.call("s", "Consultar", {"a": 1, "b": 2})]

    assert run(main()) == [{"n": 1}, {"n": 1}, {"n": 2}, {"n": 3}]


def test_who_wants_a_fresh_answer_too_soon_hears_how_long_to_wait() -> None:
    calls: list[str] = []

    async def main() -> Any:
        omie = an_omie(counting(calls))
        await omie.call("s", "Consultar", {})
        await asyncio.sleep(20)
        with pytest.raises(AskedBefore) as raised:
            await omie.call("s", "Consultar", {}, fresh=True)
        await asyncio.sleep(raised.value.wait_s)
        return raised.value, await omie.call("s", "Consultar", {}, fresh=True)

    fault, answer = run(main())
    assert (fault.kind, fault.wait_s) == (FaultKind.REDUNDANT, 41)
    assert answer == {"n": 2}


def test_a_read_that_failed_is_not_repeated_within_the_minute_unless_it_never_left() -> None:
    reached: list[bool] = []

    def answer(request: httpx.Request) -> httpx.Response:
        reached.append(True)
        raise (httpx.ConnectError("down") if len(reached) == 1 else httpx.ReadError("cut"))

    async def main() -> list[str]:
        omie, codes = an_omie(answer), []
        for _ in range(3):
            with pytest.raises(Fault) as raised:
                await omie.call("s", "Consultar", {})
            codes.append(raised.value.code)
        return codes

    assert run(main()) == ["ConnectError", "ReadError", "asked-before"]
    assert len(reached) == 2


def test_a_read_given_up_before_its_turn_was_never_asked() -> None:
    calls: list[str] = []

    async def main() -> None:
        http = httpx.AsyncClient(base_url=URL, transport=httpx.MockTransport(counting(calls)))
        pacing = Pacing(asyncio.get_running_loop().time, asyncio.sleep, per_method=1)
        omie = Omie(http, ACCOUNT, pacing)
        await omie.call("geral/vendedores", "ListarVendedores", {"pagina": 1})
        impatient = asyncio.create_task(
            omie.call("geral/vendedores", "ListarVendedores", {"pagina": 2}, fresh=True)
        )
        await asyncio.sleep(59)
        impatient.cancel()
        await asyncio.sleep(2)
        await omie.call("geral/vendedores", "ListarVendedores", {"pagina": 2}, fresh=True)

    run(main())
    assert len(calls) == 2


def test_a_write_is_never_answered_from_memory() -> None:
    calls: list[str] = []

    async def main() -> Any:
        omie = an_omie(counting(calls))
        await omie.call("s", "Incluir", {}, write=True)
        return await omie.call("s", "Incluir", {}, write=True)

    assert run(main()) == {"n": 2}


def test_answers_are_kept_only_as_far_as_there_is_room() -> None:
    reads = Reads(kept_bytes=10)
    for name in "abc":
        reads.asked(name, 0)
        reads.answered(name, 0, b"12345")

    assert reads.recall("c", 1, fresh=False) == b"12345"
    assert reads.recall("b", 1, fresh=False) == b"12345"
    with pytest.raises(AskedBefore):
        reads.recall("a", 1, fresh=False)
    assert reads.recall("a", 61, fresh=False) is None


def listing(total: int, page_key: str, pages_key: str) -> Answer:
    def answer(request: httpx.Request) -> httpx.Response:
        param = json.loads(request.content)["param"][0]
        page = param[page_key]
        rows = list(range(total))[(page - 1) * 100 : page * 100]
        if not rows:
            text = f"ERROR: Não existem registros para a página [{page}]!"
            body = {"faultstring": text, "faultcode": "SOAP-ENV:Client-5113"}
            return httpx.Response(500, json=body)
        found = [{}, *({"row": r} for r in rows)]
        return httpx.Response(200, json={pages_key: -(-total // 100), "cadastros": found})

    return answer


@pytest.mark.parametrize("total", [0, 1, 100, 101, 250])
@pytest.mark.parametrize("hungarian", [False, True])
def test_every_row_of_every_page_is_listed_once(total: int, hungarian: bool) -> None:
    dialect = HUNGARIAN if hungarian else SNAKE
    keys = ("nPagina", "nTotPaginas") if hungarian else ("pagina", "total_de_paginas")

    async def main() -> list[int]:
        omie = an_omie(listing(total, *keys))
        return [
            row["row"]
            async for page in pages(omie, "geral/x", "ListarX", "cadastros", dialect=dialect)
            for row in page
        ]

    assert run(main()) == list(range(total))


def test_a_list_that_cannot_be_read_is_not_an_empty_one() -> None:
    async def main() -> None:
        omie = an_omie(lambda _: httpx.Response(503, text="down"))
        with pytest.raises(Fault):
            async for _ in pages(omie, "geral/x", "ListarX", "cadastros"):
                pass

    run(main())


@pytest.fixture
async def careless_server() -> AsyncIterator[str]:
    """Reads a request, then closes the connection without a word."""

    async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.close()

    server = await asyncio.start_server(hang_up, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}/api/v1/"
    server.close()


async def test_on_a_real_connection_a_cut_is_unclear(careless_server: str) -> None:
    async with client(careless_server) as http:
        with pytest.raises(Fault) as raised:
            await Omie(http, ACCOUNT, Pacing()).call("s", "IncluirPedido", {}, write=True)

    assert raised.value.kind is FaultKind.UNCLEAR


async def test_on_a_real_connection_a_closed_port_means_never_sent(careless_server: str) -> None:
    server = await asyncio.start_server(lambda *_: None, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    server.close()
    await server.wait_closed()

    async with client(f"http://127.0.0.1:{port}/api/v1/") as http:
        with pytest.raises(Fault) as raised:
            await Omie(http, ACCOUNT, Pacing()).call("s", "IncluirPedido", {}, write=True)

    assert raised.value.kind is FaultKind.TRANSIENT
