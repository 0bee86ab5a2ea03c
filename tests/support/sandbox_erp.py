"""A caller of the sandbox ERP: its API, its control routes, a customer and an order to send."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx

from sandbox.erp.app import create_app, machine_clock
from sandbox.erp.seed import seed_company
from sandbox.server import server_of

KEY, SECRET = "4107733109921", "0f3c9d1b7a5e4c2d8f6b1a0e9d7c5b3a"


class Erp:
    """The ERP as a caller meets it, and its control routes."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self.http = http
        self.key, self.secret = KEY, SECRET

    async def post(self, path: str, call: str, **param: Any) -> httpx.Response:
        """One call, whatever comes of it."""
        body = {
            "call": call,
            "app_key": self.key,
            "app_secret": self.secret,
            "param": [param],
        }
        return await self.http.post(f"/api/v1/{path}/", json=body)

    async def ask(self, path: str, call: str, **param: Any) -> dict[str, Any]:
        """The record a call answers with."""
        answer = await self.post(path, call, **param)
        assert answer.status_code == 200, answer.text
        record: dict[str, Any] = answer.json()
        return record

    async def refused(self, path: str, call: str, **param: Any) -> str:
        """The words a call is refused with, as `code: text`."""
        answer = await self.post(path, call, **param)
        assert answer.status_code == 500, answer.text
        assert answer.json().keys() == {"faultstring", "faultcode"}
        return "{faultcode}: {faultstring}".format(**answer.json())

    async def control(self, route: str, body: Any = None, method: str = "POST") -> Any:
        """What a control route answers."""
        answer = await self.http.request(method, f"/_control/{route}", json=body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def act(self, action: str, **about: Any) -> Any:
        """An act of the ERP's user."""
        return await self.control("act", {"app_key": self.key, "action": action, **about})

    async def advance(self, seconds: float) -> None:
        """Let time pass."""
        await self.control("clock", {"advance_s": seconds})

    async def lift_limits(self) -> None:
        """Switch all limits off."""
        switches = ("rate", "redundancy", "parallel", "misuse")
        await self.control("limits", dict.fromkeys(switches, False))

    async def product(self, sku: str = "CAN-350-AZ") -> dict[str, Any]:
        """A product of the catalogue."""
        return await self.ask("geral/produtos", "ConsultarProduto", codigo=sku)

    async def customer(self, **changes: Any) -> int:
        """The id of a new customer who can be billed."""
        made = await self.ask("geral/clientes", "IncluirCliente", **a_customer(**changes))
        return int(made["codigo_cliente_omie"])

    async def order(self, code: str = "EST-1", **changes: Any) -> dict[str, Any]:
        """An order for a customer, as `IncluirPedido` takes it; totals 138.50."""
        product = await self.product()
        [account, *_] = (await self.ask("geral/contacorrente", "ListarContasCorrentes"))[
            "ListarContasCorrentes"
        ]
        return an_order(code, product["codigo_produto"], account["nCodCC"]) | changes

    async def placed(self, code: str = "EST-1", **head: Any) -> dict[str, Any]:
        """The answer to a new order of one and the same customer."""
        order = await self.order(code)
        customer = await self.ask("geral/clientes", "UpsertCliente", **a_customer())
        order["cabecalho"] |= {"codigo_cliente": customer["codigo_cliente_omie"], **head}
        return await self.ask("produtos/pedido", "IncluirPedido", **order)

    async def consult(self, code: str = "EST-1") -> dict[str, Any]:
        """An order as the query shows it."""
        asked = await self.ask("produtos/pedido", "ConsultarPedido", codigo_pedido_integracao=code)
        order: dict[str, Any] = asked["pedido_venda_produto"]
        return order


@asynccontextmanager
async def opened(data: Path, clock: Callable[[], datetime] = machine_clock) -> AsyncIterator[Erp]:
    """The ERP in this process, every limit on; opened again on the same data it goes on."""
    app = create_app(data, clock)
    seed_company(app.state.companies, KEY, SECRET)
    transport = httpx.ASGITransport(app)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://erp") as http,
    ):
        yield Erp(http)


@asynccontextmanager
async def served(data: Path) -> AsyncIterator[Erp]:
    """The ERP behind the sandbox's own server, on a free port, its limits off."""
    app = create_app(data)
    seed_company(app.state.companies, KEY, SECRET)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = server_of(app)
        running = asyncio.create_task(server.serve(sockets=[listening]))
        url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        async with httpx.AsyncClient(base_url=url, trust_env=False, timeout=10) as http:
            try:
                erp = Erp(http)
                await erp.lift_limits()
                yield erp
            finally:
                server.should_exit = True
                await running


def a_customer(**changes: Any) -> dict[str, Any]:
    """A customer of no one, complete enough for an NF-e."""
    return {
        "codigo_cliente_integracao": "EST-C-1",
        "razao_social": "Irene Baptista Leal",
        "cnpj_cpf": "52998224725",
        "email": "irene.leal@exemplo.test",
        "endereco": "Rua dos Ipês",
        "endereco_numero": "418",
        "bairro": "Petrópolis",
        "cidade": "Porto Alegre",
        "estado": "RS",
        "cep": "90460130",
    } | changes


def an_order(code: str, product: int, account: int) -> dict[str, Any]:
    """Two mugs with a discount and freight: 129.80 - 9.80 + 18.50 = 138.50."""
    return {
        "cabecalho": {
            "codigo_pedido_integracao": code,
            "data_previsao": "21/10/2026",
            "etapa": "20",
            "codigo_parcela": "000",
        },
        "det": [
            {
                "ide": {"codigo_item_integracao": "1"},
                "produto": {
                    "codigo_produto": product,
                    "quantidade": 2,
                    "valor_unitario": 64.9,
                    "tipo_desconto": "V",
                    "valor_desconto": 9.8,
                },
            }
        ],
        "frete": {"modalidade": "0", "valor_frete": 18.5},
        "informacoes_adicionais": {
            "codigo_categoria": "1.01.03",
            "codigo_conta_corrente": account,
            "consumidor_final": "S",
            "meio_pagamento": "17",
        },
    }
