"""Point 10, and points 11's promise of durability: what breaks on a real connection, on demand."""

import asyncio
import os
import signal
import socket
import sys

import httpx
import pytest

from tests.support.sandbox_erp import KEY, SECRET, Erp, a_customer, served

CUT = (httpx.RemoteProtocolError, httpx.ReadError)
"""How a caller sees a connection closed on it."""
SERVE = """
import sys, socket, uvicorn
from pathlib import Path
from sandbox.erp.app import create_app
from sandbox.erp.seed import seed_company
app = create_app(Path(sys.argv[1]))
seed_company(app.state.companies, sys.argv[3], sys.argv[4])
uvicorn.run(app, fd=int(sys.argv[2]), log_level="error")
"""
"""The ERP as a process of its own, on a socket it inherits."""


async def known(erp):
    """The integration codes of the ERP's customers."""
    listed = await erp.control("customers", method="GET")
    return [customer["codigo_cliente_integracao"] for customer in listed["customers"]]


async def test_point_10_the_connection_is_cut_before_or_after_the_write(tmp_path):
    async with served(tmp_path) as erp:
        for kind, written in (("cut_before", []), ("cut_after", ["EST-C-1"])):
            await erp.control("faults", {"kind": kind, "call": "IncluirCliente", "times": 1})
            with pytest.raises(CUT):
                await erp.post("geral/clientes", "IncluirCliente", **a_customer())
            assert await known(erp) == written

        again = await erp.refused("geral/clientes", "IncluirCliente", **a_customer())
        assert "já cadastrado" in again


async def test_point_10_silence_before_or_after_the_write_until_the_caller_leaves(tmp_path):
    async with served(tmp_path) as erp:
        for kind, written in (("timeout", []), ("timeout_after", ["EST-C-1"])):
            await erp.control("faults", {"kind": kind, "times": 1})
            asking = asyncio.create_task(
                erp.post("geral/clientes", "IncluirCliente", **a_customer())
            )
            async with asyncio.timeout(10):
                while not (await erp.control("requests", method="GET"))["requests"]:
                    pass
            [entry] = (await erp.control("requests", method="GET"))["requests"]
            assert (entry["status"], entry["injected"]) == (0, kind)
            assert not asking.done()
            asking.cancel()
            assert await known(erp) == written
            await erp.control("requests", method="DELETE")


async def test_point_10_a_silence_can_end_by_itself(tmp_path):
    async with served(tmp_path) as erp:
        await erp.control("faults", {"kind": "timeout", "times": 1, "delay_ms": 20})
        with pytest.raises(CUT):
            await erp.post("geral/cidades", "PesquisarCidades")


async def test_what_was_acknowledged_survives_the_death_of_the_process(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as listening:
        arguments = (SERVE, str(tmp_path), str(listening.fileno()), KEY, SECRET)
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", *arguments, pass_fds=[listening.fileno()]
        )
        url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        async with httpx.AsyncClient(base_url=url, trust_env=False, timeout=30) as http:
            erp = Erp(http)
            order = await erp.order()
            order["cabecalho"]["codigo_cliente"] = await erp.customer()
            placed = await erp.ask("produtos/pedido", "IncluirPedido", **order)
        os.kill(process.pid, signal.SIGKILL)
        await process.wait()

    async with served(tmp_path) as erp:
        [kept] = (await erp.control("orders", method="GET"))["orders"]
        assert kept["codigo_pedido_integracao"] == "EST-1"
        assert kept["pedido_venda_produto"]["cabecalho"]["codigo_pedido"] == placed["codigo_pedido"]
        second = await erp.placed("EST-2")
        assert second["numero_pedido"] == "000000000000002"


@pytest.mark.parametrize(
    ("kind", "status", "words"),
    [
        ("refuse", 500, "recusada"),
        ("throttle", 429, "Too many requests"),
        ("block", 425, "Tente novamente em 1800 segundos"),
        ("broken", 500, "Broken response from Application Server (BG)"),
        ("suspend", 403, "suspenso"),
        ("busy", 500, "sendo executada"),
        ("redundant", 500, "Aguarde 60 segundos"),
        ("html", 502, "<html"),
        ("empty", 200, ""),
    ],
)
async def test_point_10_trouble_comes_once_and_nothing_is_written(erp, kind, status, words):
    await erp.control("faults", {"kind": kind, "call": "IncluirCliente", "times": 1})
    answer = await erp.post("geral/clientes", "IncluirCliente", **a_customer())

    assert answer.status_code == status
    if kind == "empty":
        assert answer.content == b""
    elif kind == "html":
        assert words in answer.text
    else:
        assert words in answer.json()["faultstring"]
    assert await known(erp) == []
    await erp.ask("geral/clientes", "IncluirCliente", **a_customer())


async def test_point_10_a_broken_response_can_come_after_the_write(erp):
    await erp.control("faults", {"kind": "broken_after", "times": 1})
    answer = await erp.post("geral/clientes", "IncluirCliente", **a_customer())

    assert answer.json()["faultcode"] == "SOAP-ENV:Server"
    assert "omieapi-error" not in answer.headers
    assert await known(erp) == ["EST-C-1"]


async def test_point_10_trouble_meets_only_the_calls_it_is_for_and_until_it_is_ended(erp):
    about = {"service": "geral/cenarios", "call": "ListarCenarios", "app_key": erp.key}
    rule = {"kind": "refuse", "text": "ERROR: não hoje!", "times": None} | about
    await erp.control("faults", rule)
    await erp.ask("geral/empresas", "ListarEmpresas")
    for _ in range(3):
        assert "não hoje" in await erp.refused("geral/cenarios", "ListarCenarios")

    await erp.control("faults", method="DELETE")
    await erp.ask("geral/cenarios", "ListarCenarios")


async def test_point_10_a_block_counts_down_and_ends(erp):
    await erp.control("faults", {"kind": "block", "times": None})
    await erp.advance(600)
    blocked = await erp.post("geral/cenarios", "ListarCenarios")
    assert "em 1200 segundos" in blocked.json()["faultstring"]

    await erp.advance(1200)
    await erp.ask("geral/cenarios", "ListarCenarios")


async def test_ending_trouble_lifts_the_block_it_led_to(strict_erp):
    await strict_erp.control("faults", {"kind": "refuse", "times": None})
    answers = [await strict_erp.post("geral/cenarios", "ListarCenarios") for _ in range(11)]
    assert answers[-1].status_code == 425

    await strict_erp.control("faults", method="DELETE")
    await strict_erp.ask("geral/cenarios", "ListarCenarios")
