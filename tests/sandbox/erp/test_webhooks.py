"""Point 24: the ERP's own webhooks."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from sandbox.erp.app import create_app, machine_clock
from sandbox.erp.clock import SandboxClock
from sandbox.erp.hooks.book import register as register_hook
from sandbox.erp.hooks.book import tell
from sandbox.erp.hooks.courier import Courier
from sandbox.erp.hooks.outcome import DEAD_LETTER_FOR_MS, after
from sandbox.erp.seed import seed_company
from tests.support.listener import Listener, listening
from tests.support.sandbox_erp import KEY, SECRET, a_customer, opened
from tests.support.waiting import eventually

ORDERS, BILLING = "produtos/pedido", "produtos/pedidovendafat"


@pytest.fixture
async def listener() -> AsyncIterator[Listener]:
    async with listening() as one:
        yield one


async def register(erp, listener, **more):
    body = {"app_key": erp.key, "url": listener.url, "duplicate_every": 0} | more
    return await erp.http.post("/_control/webhooks", json=body)


async def deliveries(erp, queue=""):
    asked = f"webhooks/deliveries?queue={queue}" if queue else "webhooks/deliveries"
    return (await erp.control(asked, method="GET"))["deliveries"]


async def tried(erp, times):
    """Wait until the oldest telling was tried so many times."""

    async def enough():
        return len((await deliveries(erp))[-1]["attempts"]) >= times

    await eventually(enough)
    return (await deliveries(erp))[-1]


async def test_point_24_an_address_is_registered_per_key_once_it_answers_the_ping(erp, listener):
    listener.status = 404
    refused = await register(erp, listener)
    assert refused.status_code == 400
    assert "404" in refused.json()["error"]

    listener.status = 204
    hook = (await register(erp, listener)).json()
    assert listener.heard == [{"ping": "omie"}] * 2
    await erp.control("companies", {"app_key": "999", "app_secret": "s"})
    listed = (await erp.control("webhooks", method="GET"))["webhooks"]
    assert [(one["app_key"], one["url"]) for one in listed] == [(erp.key, listener.url)]

    await erp.control(f"webhooks?app_key={erp.key}&id={hook['id']}", method="DELETE")
    await erp.customer()
    assert await deliveries(erp) == []


async def test_point_24_every_change_of_an_order_is_told_in_order(erp, listener):
    await erp.customer()
    await register(erp, listener)
    await erp.placed()
    await erp.ask(ORDERS, "TrocarEtapaPedido", codigo_pedido_integracao="EST-1", etapa="50")
    await erp.ask(BILLING, "FaturarPedidoVenda", cCodIntPed="EST-1")
    await erp.advance(5)
    told = [
        "ClienteFornecedor.Alterado",
        "VendaProduto.Incluida",
        "VendaProduto.EtapaAlterada",
        "Produto.MovimentacaoEstoque",
        "VendaProduto.EtapaAlterada",
        "VendaProduto.Faturada",
        "NFe.NotaAutorizada",
    ]
    await eventually(lambda: len(listener.topics) == len(told))
    assert listener.topics == told

    await erp.ask(BILLING, "CancelarPedidoVenda", cCodIntPed="EST-1")
    told += ["VendaProduto.Cancelada", "Produto.MovimentacaoEstoque", "NFe.NotaCancelada"]
    await eventually(lambda: len(listener.topics) == len(told))
    assert listener.topics == told


async def test_point_24_a_return_is_told_and_so_is_its_note(erp, listener):
    await erp.placed()
    await erp.act("invoice", order="EST-1")
    await register(erp, listener)
    back = await erp.ask(ORDERS, "DevolverPedido", codigo_pedido_integracao="EST-1")
    await erp.advance(5)
    told = [
        "Produto.MovimentacaoEstoque",
        "VendaProduto.Devolvida",
        "NFe.NotaDevolucaoAutorizada",
    ]
    await eventually(lambda: len(listener.topics) == len(told))

    assert listener.topics == told
    note = listener.heard[-1]["event"]
    assert (note["id_pedido"], note["operacao"]) == (back["nIdDevolucao"], "13")


async def test_point_24_new_customers_and_products_and_removed_orders_are_told(erp, listener):
    await erp.placed()
    await register(erp, listener)
    await erp.customer(codigo_cliente_integracao="EST-C-2", cnpj_cpf="11222333000181")
    product = {"codigo": "N-1", "descricao": "Nova", "unidade": "UN", "ncm": "69120000"}
    await erp.ask("geral/produtos", "IncluirProduto", **product, valor_unitario=5)
    await erp.ask(
        ORDERS, "AlterarPedidoVenda", cabecalho={"codigo_pedido_integracao": "EST-1"},
        observacoes={"obs_venda": "presente"},
    )  # fmt: skip
    await erp.ask(ORDERS, "ExcluirPedido", codigo_pedido_integracao="EST-1")
    told = [
        "ClienteFornecedor.Incluido",
        "Produto.Incluido",
        "VendaProduto.Alterada",
        "VendaProduto.Excluida",
    ]
    await eventually(lambda: len(listener.topics) == len(told))
    assert listener.topics == told


async def test_point_24_an_event_of_the_api_comes_from_the_integration_in_the_known_envelope(
    erp, listener
):
    await register(erp, listener, topics=["vendaproduto.etapaalterada"])
    placed = await erp.placed()
    await erp.ask(ORDERS, "TrocarEtapaPedido", codigo_pedido_integracao="EST-1", etapa="50")
    await erp.act("move_stage", order="EST-1", stage="20")
    await eventually(lambda: len(listener.topics) == 2)

    [_, told, by_hand] = listener.heard
    assert set(told) == {
        "messageId", "topic", "event", "author", "appKey", "appHash", "origin",
    }  # fmt: skip
    assert told["author"] == {
        "email": "no-reply@omie.com.br", "name": "Integração", "userId": 89,
    }  # fmt: skip
    assert by_hand["author"]["userId"] != 89
    assert (told["appKey"], told["origin"]) == (erp.key, "omie-connect-2.0")
    event = told["event"]
    assert (event["idPedido"], event["codIntPedido"]) == (placed["codigo_pedido"], "EST-1")
    assert (event["numeroPedido"], event["etapa"], event["etapaDescr"]) == ("1", "50", "Faturar")


async def test_point_24_a_billed_order_is_told_with_the_fields_the_erp_is_known_to_send(
    erp, listener
):
    await register(erp, listener, topics=["VendaProduto.Faturada"])
    await erp.placed()
    await erp.act("invoice", order="EST-1")
    await eventually(lambda: len(listener.topics) == 1)

    [event] = listener.events("VendaProduto.Faturada")
    assert set(event) == {
        "codIntPedido", "codigoCategoria", "dataFaturado", "dataPrevisao", "etapa", "etapaDescr",
        "faturada", "horaFaturado", "idCliente", "idContaCorrente", "idPedido", "numeroPedido",
        "usuarioFaturado", "valorPedido",
    }  # fmt: skip
    assert (event["dataFaturado"], event["horaFaturado"]) == (
        "2026-10-21T00:00:00-03:00",
        "10:00:00",
    )
    assert (event["faturada"], event["valorPedido"]) == ("S", 138.5)


async def test_point_24_a_note_is_told_with_links_that_work(erp, listener):
    await register(erp, listener, topics=["NFe.NotaAutorizada"])
    await erp.placed()
    await erp.act("invoice", order="EST-1")
    await eventually(lambda: len(listener.topics) == 1)

    [event] = listener.events("NFe.NotaAutorizada")
    assert (event["numero_nf"], event["serie"], event["operacao"]) == ("00000001", "001", "11")
    path = event["nfe_xml"].removeprefix("http://127.0.0.1:8411")
    xml = (await erp.http.get(path)).text
    assert event["nfe_chave"] in xml
    assert "138.5" in xml


async def test_point_24_while_one_event_fails_nothing_else_goes_and_the_retries_follow_the_clock(
    erp, listener
):
    await register(erp, listener, topics=["VendaProduto.Incluida", "VendaProduto.Excluida"])
    listener.refusals = [500, 302, 503]
    await erp.placed()
    await erp.ask(ORDERS, "ExcluirPedido", codigo_pedido_integracao="EST-1")
    for done, pause in ((1, 1), (2, 4)):
        await tried(erp, done)
        assert listener.topics == ["VendaProduto.Incluida"] * done
        await erp.advance(pause)
    await tried(erp, 3)
    await eventually(lambda: "VendaProduto.Excluida" in listener.topics)
    assert listener.topics == ["VendaProduto.Incluida"] * 3 + ["VendaProduto.Excluida"]
    assert [one["queue"] for one in await deliveries(erp)] == ["done", "dead"]

    await erp.advance(599)
    await erp.customer(codigo_cliente_integracao="2", cnpj_cpf="11222333000181")
    assert len(listener.topics) == 4
    await erp.advance(1)
    await tried(erp, 4)
    assert listener.topics[-1] == "VendaProduto.Incluida"
    ids = {told["messageId"] for told in listener.heard if told.get("topic", "").endswith("uida")}
    assert len(ids) == 2


@pytest.mark.parametrize("status", [301, 302, 307, 308])
async def test_point_24_a_redirection_is_no_success_and_is_not_followed(erp, listener, status):
    async with listening() as elsewhere:
        await register(erp, listener, topics=["ClienteFornecedor.Incluido"])
        listener.elsewhere, listener.status = elsewhere.url, status
        await erp.customer()
        told = await tried(erp, 1)

        assert [attempt["status"] for attempt in told["attempts"]] == [status]
        assert told["queue"] == "main"
        refused = await register(erp, listener)
        assert (refused.status_code, str(status) in refused.json()["error"]) == (400, True)
        assert elsewhere.heard == []


async def test_point_24_a_scaled_clock_hurries_the_dead_letters(tmp_path, listener):
    async with opened(tmp_path) as erp:
        await erp.lift_limits()
        await register(erp, listener, topics=["VendaProduto.Incluida"])
        listener.refusals = [500] * 5
        await erp.control("clock", {"rate": 50_000})
        await erp.placed()
        await eventually(lambda: len(listener.topics) == 6)


async def test_point_24_some_tellings_come_twice_with_one_id(erp, listener):
    await register(erp, listener, topics=["ClienteFornecedor.Incluido"], duplicate_every=2)
    for number in range(3):
        document = f"1122233300018{number}"
        await erp.customer(codigo_cliente_integracao=f"C{number}", cnpj_cpf=document)
    await eventually(lambda: len(listener.topics) == 4)

    ids = [told["messageId"] for told in listener.heard[1:]]
    assert ids[1] == ids[2]
    assert len(set(ids)) == 3


async def test_point_24_what_could_not_be_told_is_told_after_a_restart(tmp_path, listener):
    async with opened(tmp_path) as erp:
        await register(erp, listener)
        listener.status = 500
        await erp.ask("geral/clientes", "IncluirCliente", **a_customer())
        await tried(erp, 1)
        [waiting] = await deliveries(erp, "main")
        assert waiting["attempts"][0]["status"] == 500

    listener.status, before = 200, len(listener.topics)
    async with opened(tmp_path) as erp:
        await eventually(lambda: len(listener.topics) > before)
        assert set(listener.topics) == {"ClienteFornecedor.Incluido"}


def test_point_24_dead_letters_are_given_up_after_five_days():
    letter = {"queue": "dead", "failures": 700, "since": 0, "due": 0, "attempts": []}
    at = DEAD_LETTER_FOR_MS - 600_000
    assert after(letter, {"at": at, "status": 500}, again=False)["queue"] == "dead"
    assert after(letter, {"at": at + 1, "error": "TimeoutError"}, again=False)["queue"] == "lost"


async def test_point_24_an_address_has_seven_seconds_in_the_main_queue_and_then_twenty(tmp_path):
    allowed = []

    async def post(url, body, limit):
        allowed.append(limit)
        raise TimeoutError

    companies = create_app(tmp_path).state.companies
    company = seed_company(companies, KEY, SECRET)
    clock = SandboxClock(machine_clock)
    clock.run_at(100_000)
    register_hook(company, "http://hub/omie", [], 0)
    with company.transaction():
        tell(company, "Produto.Alterado", {})
    delivering = asyncio.create_task(Courier(companies, clock, post).run())
    await eventually(lambda: len(allowed) >= 5)
    delivering.cancel()

    assert allowed[:5] == [7, 7, 7, 20, 20]
