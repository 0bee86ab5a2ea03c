"""The ERP and a channel as the panel sees them, in memory."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx
import orjson

from chassis.clock import Clock
from omie.client import Omie
from omie.envelope import Account
from omie.faults import Fault, FaultKind
from omie.pacing import Pacing

LISTS: dict[str, dict[str, Any]] = {
    "ListarEtapasFaturamento": {
        "cadastros": [
            {
                "cCodOperacao": "11",
                "etapas": [
                    {"cCodigo": "10", "cDescricao": "Pedido de Venda"},
                    {"cCodigo": "20", "cDescricao": "Separar Estoque"},
                    {"cCodigo": "60", "cDescricao": "Faturado"},
                ],
            }
        ]
    },
    "ListarCategorias": {
        "categoria_cadastro": [
            {"codigo": "1.01", "descricao": "Receitas", "totalizadora": "S"},
            {"codigo": "1.01.03", "descricao": "Venda de Produtos Fabricados"},
        ]
    },
    "ListarContasCorrentes": {
        "ListarContasCorrentes": [
            {"nCodCC": 7700000345, "descricao": "Banco do Brasil"},
            {"nCodCC": 7700000346, "descricao": "Conta antiga", "inativo": "S"},
        ]
    },
    "ListarVendedores": {"cadastro": [{"codigo": 55, "nome": "Marina"}]},
    "ListarCenarios": {"cenariosEncontrados": [{"nCodigo": 66, "cNome": "Venda interna"}]},
    "ListarParcelas": {"cadastros": [{"nCodigo": "000", "cDescricao": "A Vista"}]},
    "ListarMeiosPagamento": {"MeiosPagamentoLista": [{"codigo": "17", "descricao": "PIX"}]},
    "ListarLocaisEstoque": {
        "locaisEncontrados": [{"codigo_local_estoque": 7700000012, "descricao": "Central"}]
    },
    "ListarOrigem": {"origem": [{"codigo": "API", "descricao": "API"}]},
}


@dataclass
class FakeErp:
    """Answers by call; a Fault among them is raised, and `away` is one for all."""

    answers: dict[str, Any] = field(default_factory=lambda: dict(LISTS))
    away: bool = False
    asked: list[str] = field(default_factory=list)

    async def answer(self, request: httpx.Request) -> httpx.Response:
        call = orjson.loads(request.content)["call"]
        self.asked.append(call)
        if self.away:
            raise httpx.ConnectError("away", request=request)
        found = self.answers.get(call, {})
        if isinstance(found, Fault):
            fault = {"faultstring": found.text, "faultcode": found.code}
            return httpx.Response(500, json=fault)
        return httpx.Response(200, json=found)

    def client(self, account: Account, clock: Clock) -> Omie:
        """A client of it, whose minutes are those of the test's clock."""
        http = httpx.AsyncClient(
            transport=httpx.MockTransport(self.answer), base_url="http://erp.test/api/v1/"
        )
        return Omie(http, account, Pacing(lambda: clock().timestamp()))


KEYS_REFUSED = Fault(
    FaultKind.AUTH,
    "A chave de acesso não está preenchida ou não é válida.",
    "SOAP-ENV:Server",
)

REDUNDANT = Fault(
    FaultKind.REDUNDANT,
    "ERROR: Consumo redundante detectado. Aguarde 16 segundos para tentar novamente (REDUNDANT).",
    "SOAP-ENV:Client-6",
)


@dataclass
class FakeShopify:
    """Shopify's answer to whoever asks which shop it is."""

    status: int = 200
    body: Any = field(
        default_factory=lambda: {
            "data": {"shop": {"name": "Loja Demo", "myshopifyDomain": "demo-shopify.myshopify.com"}}
        }
    )
    asked: list[httpx.Request] = field(default_factory=list)

    async def answer(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        if not self.status:
            raise httpx.ConnectError("away", request=request)
        return httpx.Response(self.status, json=self.body)

    def client(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(transport=httpx.MockTransport(self.answer))


def stage(order: int, code: str, **changes: Any) -> Mapping[str, Any]:
    """A row of the ERP's log of stage changes."""
    return {"nCodPed": order, "cEtapa": code, "faturamento": {}, "cancelamento": {}} | changes
