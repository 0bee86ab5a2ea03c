"""Other people's clients of Omie, unchanged, find the sandbox no different from the real ERP.

`api-omie` keeps its address in an attribute of each client, `iaxys-omie-utils` in one of its
connection: both are set here as any of their users would.
"""

import asyncio
from collections.abc import AsyncIterator

import pytest
from iaxys_omie_utils import OmieClientes, OmieProdutos, OmieVendas
from iaxys_omie_utils.errors import (
    OmieDuplicateError,
    OmieNotFoundError,
    OmieRateLimitError,
    OmieServerError,
    OmieValidationError,
)
from iaxys_omie_utils.modules.clientes.models import (
    ClientesFiltro,
    ConsultarClienteParam,
    ListarClientesParam,
    UpsertClienteParam,
)
from iaxys_omie_utils.modules.produtos.models import ListarProdutosParam
from iaxys_omie_utils.modules.vendas.models import ConsultarPedidoParam, ListarPedidosParam
from iaxys_omie_utils.retry import RetryConfig
from omieapi.omie import Omie

from tests.support.sandbox_erp import KEY, SECRET, Erp, a_customer, served

ONCE = RetryConfig(attempts=1)


@pytest.fixture
async def real(tmp_path, monkeypatch) -> AsyncIterator[Erp]:
    """The ERP on a port of its own, which no proxy stands before."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    async with served(tmp_path) as erp:
        yield erp


def api_omie(erp: Erp, **options: bool) -> Omie:
    client = Omie(KEY, SECRET, **options)
    client._endpoint = f"{erp.http.base_url}/api/v1/"
    return client


def iaxys(kind, erp: Erp, key: str = KEY):
    client = kind(key, SECRET, retry=ONCE)
    client._http.BASE_URL = f"{erp.http.base_url}/api/v1"
    return client


async def call(method, /, *args, **param):
    """Run a call that blocks beside the server it asks."""
    return await asyncio.to_thread(method, *args, **param)


@pytest.mark.parametrize("options", [{}, {"session": True}, {"session": True, "use_httpx": True}])
async def test_api_omie_takes_an_order_from_the_customer_to_the_note(real, options):
    omie = api_omie(real, **options)
    customer = await call(omie.upsert_cliente, **a_customer())
    assert customer["codigo_status"] == "0"
    order = await real.order()
    order["cabecalho"]["codigo_cliente"] = customer["codigo_cliente_omie"]
    placed = await call(omie.incluir_pedido, **order)
    assert placed["descricao_status"] == "Pedido cadastrado com sucesso!"

    keys = {"codigo_pedido": placed["codigo_pedido"]}
    moved = await call(omie.trocar_etapa_pedido, **keys, etapa="50")
    assert moved["codigo_status"] == "0"
    await real.control("invoicing", {"outcome": "authorise", "delay_s": 0})
    billed = await call(omie.faturar_pedido_venda, nCodPed=placed["codigo_pedido"])
    assert billed["cCodStatus"] == "0"
    status = await call(omie.status_pedido, **keys)
    assert (status["faturada"], len(status["ListaNfe"])) == ("S", 1)
    found = await call(omie.conectar_api, "ConsultarPedido", "produtos/pedido/", keys)
    assert found["pedido_venda_produto"]["total_pedido"]["valor_total_pedido"] == 138.5
    stock = await call(omie.listar_pos_estoque, nPagina=1, nRegPorPagina=100)
    assert stock["produtos"][0]["nCodProd"]


async def test_api_omie_pages_through_the_catalogue_by_the_declared_total(real):
    omie = api_omie(real)
    skus, page, pages = [], 1, 1
    while page <= pages:
        asked = {"pagina": page, "registros_por_pagina": 20, "filtrar_apenas_omiepdv": "N"}
        answer = await call(omie.listar_produtos, **asked)
        skus += [row["codigo"] for row in answer["produto_servico_cadastro"]]
        page, pages = page + 1, answer["total_de_paginas"]

    assert len(skus) == len(set(skus)) == answer["total_de_registros"]


async def test_api_omie_reads_a_fault_by_its_status_and_header(real):
    omie = api_omie(real)
    wrong = await call(omie.consultar_cliente, codigo_cliente_omie=5)
    assert wrong["Error"] == 500
    assert wrong["headers"]["OmieAPI-Error"].startswith("105 - ")
    assert "Cliente não cadastrado" in wrong["Mensagem"]["faultstring"]

    stranger = api_omie(real)
    stranger._appsecret = "x"
    assert (await call(stranger.listar_clientes, pagina=1))["Error"] == 403


async def test_api_omie_gets_over_a_broken_response_and_a_short_block(real):
    omie = api_omie(real)
    await real.control("faults", {"kind": "broken", "times": 2})
    assert (await call(omie.listar_empresas))["total_de_registros"] == 1

    text = "ERROR: API bloqueada por consumo indevido. Tente novamente em 0 segundos."
    await real.control("faults", {"kind": "block", "text": text, "times": 1})
    assert (await call(omie.listar_empresas))["total_de_registros"] == 1


async def test_iaxys_finds_customers_products_and_orders_page_by_page(real):
    await real.placed()
    customers, products = iaxys(OmieClientes, real), iaxys(OmieProdutos, real)
    by_document = ListarClientesParam(clientesFiltro=ClientesFiltro(cnpj_cpf="52998224725"))
    listed = await customers.alistar_clientes(by_document)
    [customer] = listed["clientes_cadastro"]
    assert customer["cnpj_cpf"] == "529.982.247-25"
    key = ConsultarClienteParam(codigo_cliente_integracao="EST-C-1")
    assert (await call(customers.consultar_cliente, key))["razao_social"] == "Irene Baptista Leal"

    pages = (await products.alistar_produtos(ListarProdutosParam(registros_por_pagina=5)))[
        "total_de_paginas"
    ]
    last = ListarProdutosParam(pagina=pages, registros_por_pagina=5)
    assert (await products.alistar_produtos(last))["produto_servico_cadastro"]
    orders = iaxys(OmieVendas, real)
    [order] = (await orders.alistar_pedidos(ListarPedidosParam(etapa="20")))["pedido_venda_produto"]
    number = ConsultarPedidoParam(codigo_pedido=order["cabecalho"]["codigo_pedido"])
    assert (await orders.aconsultar_pedido(number))["pedido_venda_produto"]["det"]


async def test_iaxys_tells_the_faults_apart(real):
    customers = iaxys(OmieClientes, real)
    number = (await call(customers.upsert_cliente, UpsertClienteParam(**a_customer())))[
        "codigo_cliente_omie"
    ]
    other = UpsertClienteParam(**a_customer(codigo_cliente_integracao="OTHER"))
    with pytest.raises(OmieDuplicateError) as duplicate:
        await customers.aupsert_cliente(other)
    assert duplicate.value.omie_id == str(number)

    with pytest.raises(OmieNotFoundError):
        await customers.aconsultar_cliente(ConsultarClienteParam(codigo_cliente_omie=5))
    with pytest.raises(OmieNotFoundError):
        await customers.alistar_clientes(ListarClientesParam(pagina=9))
    nameless = UpsertClienteParam(**a_customer(codigo_cliente_integracao="3", email=""))
    with pytest.raises(OmieValidationError) as invalid:
        await customers.aupsert_cliente(nameless)
    assert invalid.value.field == "email"
    with pytest.raises(OmieServerError):
        await iaxys(OmieClientes, real, key="1").alistar_clientes()


async def test_iaxys_reads_the_seconds_to_wait(real):
    customers = iaxys(OmieClientes, real)
    await real.customer()
    await real.control("limits", {"redundancy": True})
    await customers.alistar_clientes()
    with pytest.raises(OmieRateLimitError) as again:
        await customers.alistar_clientes()
    assert 1 <= again.value.retry_after <= 60

    await real.control("faults", {"kind": "block"})
    with pytest.raises(OmieRateLimitError) as blocked:
        await customers.alistar_clientes()
    assert blocked.value.retry_after == 1800
