"""The ERP's pages: what its user sees and does there."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from tests.support.listener import listening
from tests.support.sandbox_erp import KEY, Erp, a_customer, opened
from tests.support.waiting import eventually

MORNING = datetime(2026, 10, 21, 13, 0, tzinfo=UTC)
HOME = f"/empresas/{KEY}"


@pytest.fixture
async def erp(tmp_path) -> AsyncIterator[Erp]:
    async with opened(tmp_path, lambda: MORNING) as one:
        await one.lift_limits()
        yield one


async def page(erp, path="/"):
    answer = await erp.http.get(path)
    assert answer.status_code == 200, answer.text
    return answer.text


async def act(erp, action, **form):
    """What the page says after a form was sent."""
    sent = await erp.http.post(f"{HOME}/atos", data={"action": action, **form})
    assert sent.status_code == 303
    return await page(erp, sent.headers["location"])


async def test_the_start_lists_the_companies_and_leads_to_their_orders_by_stage(erp):
    await erp.placed()
    assert f'href="{HOME}"' in await page(erp)

    board = await page(erp, HOME)
    assert "20 · Separar Estoque" in board
    assert "R$\u00a0138,50" in board
    assert "Irene Baptista Leal" in board


async def test_an_order_is_moved_billed_given_back_and_cancelled(erp):
    placed = await erp.placed()
    path = f"{HOME}/pedidos/{placed['codigo_pedido']}"
    assert "Caneca de cerâmica 350 ml azul" in await page(erp, path)

    assert "Etapa alterada" in await act(erp, "move_stage", order="EST-1", stage="80")
    assert (await erp.consult())["cabecalho"]["etapa"] == "80"
    assert "NF-e autorizada" in await act(erp, "invoice", order="EST-1")
    assert "Devolver tudo" in await page(erp, path)
    assert "Devolvido" in await act(erp, "return_order", order="EST-1")
    given_back = await page(erp, path)
    assert "Devolver tudo" not in given_back
    assert "NF-e da devolução" in given_back
    await act(erp, "cancel", order="EST-1")
    assert (await erp.consult())["infoCadastro"]["cancelado"] == "S"
    assert "Cancelado" in await page(erp, path)


async def test_what_the_erp_refuses_is_told_in_its_words(erp):
    await erp.placed()
    await act(erp, "invoice", order="EST-1")

    assert "pedido já faturado" in await act(erp, "delete_order", order="EST-1")
    assert "confira o que foi informado" in await act(erp, "cancel", order="EST-99")
    assert (await erp.http.post(f"{HOME}/atos", data={"action": "dance"})).status_code == 404


async def test_products_are_found_switched_off_and_counted(erp):
    found = await page(erp, f"{HOME}/produtos?busca=caneca+azul")
    assert "Nenhum produto" in found
    found = await page(erp, f"{HOME}/produtos?busca=350+ml+azul")
    assert "CAN-350-AZ" in found
    assert "CAN-350-VD" not in found

    await act(erp, "inactivate_product", product="CAN-350-AZ")
    assert (await erp.product())["inativo"] == "S"
    await act(erp, "activate_product", product="CAN-350-AZ")
    assert (await erp.product())["inativo"] == "N"
    await act(erp, "count_stock", product="CAN-350-AZ", quantity="7.5")
    rows = {"lista_produtos": [{"cCodigo": "CAN-350-AZ"}]}
    listed = await erp.ask("estoque/consulta", "ListarPosEstoque", **rows)
    assert listed["produtos"][0]["fisico"] == 7.5


@pytest.mark.parametrize(
    ("lever", "form", "shown"),
    [
        ("fault", {"kind": "broken", "call": "IncluirPedido", "times": "2"}, "2 vezes"),
        ("fault", {"kind": "throttle", "times": "0"}, "até ser encerrada"),
        ("latency", {"ms": "250"}, 'value="250"'),
        ("clock", {"advance_s": "3600"}, "21/10/2026 11:00:00"),
        ("clock", {"rate": "60"}, "60× mais rápido"),
        ("invoicing", {"outcome": "hold", "delay_s": "9"}, '"hold" selected'),
        ("kits", {"explode": "1"}, 'name="explode" value="1" checked'),
        ("limits", {"rate": "1"}, 'name="rate" value="1" checked'),
    ],
)
async def test_the_switches_of_the_sandbox_are_on_the_page(erp, lever, form, shown):
    assert shown not in await page(erp)
    sent = await erp.http.post(f"/maquina/{lever}", data=form)

    assert shown in await page(erp, sent.headers["location"])


async def test_an_injected_fault_strikes_and_is_ended_from_the_page(erp):
    await erp.http.post("/maquina/fault", data={"kind": "suspend", "times": "0"})
    assert (await erp.post("geral/empresas", "ListarEmpresas")).status_code == 403

    await erp.http.post("/maquina/mend")
    assert (await erp.post("geral/empresas", "ListarEmpresas")).status_code == 200


async def test_a_switch_set_wrongly_changes_nothing(erp):
    for lever, form in (
        ("clock", {"rate": "0"}),
        ("fault", {"kind": "meteor"}),
        ("latency", {"ms": "x"}),
    ):
        sent = await erp.http.post(f"/maquina/{lever}", data=form)
        assert "nada foi alterado" in await page(erp, sent.headers["location"])
    assert (await erp.control("faults", method="GET"))["faults"] == []


async def test_a_key_is_suspended_and_taken_up_again(erp):
    await erp.http.post(f"{HOME}/chave")
    assert (await erp.post("geral/empresas", "ListarEmpresas")).status_code == 403
    assert "Chave suspensa" in await page(erp)

    await erp.http.post(f"{HOME}/chave")
    assert (await erp.post("geral/empresas", "ListarEmpresas")).status_code == 200


async def test_a_webhook_is_registered_once_it_answers_and_removed_again(erp):
    async with listening() as listener:
        listener.status = 500
        sent = await erp.http.post(f"{HOME}/webhooks", data={"url": listener.url})
        assert "não respondeu ao ping" in await page(erp, sent.headers["location"])
        listener.status = 200
        await erp.http.post(f"{HOME}/webhooks", data={"url": listener.url})
        assert listener.url in await page(erp)
        await erp.customer()
        await eventually(lambda: listener.topics == ["ClienteFornecedor.Incluido"])

        await erp.http.post(f"{HOME}/webhooks/1/fim")
        assert listener.url not in await page(erp)
        assert (await erp.http.post(f"{HOME}/webhooks/1/fim")).status_code == 404


async def test_what_people_typed_is_shown_and_never_run(erp):
    await erp.ask("geral/clientes", "IncluirCliente", **a_customer(razao_social="<b>Ana & Cia"))
    order = await erp.order()
    order["cabecalho"]["codigo_cliente_integracao"] = "EST-C-1"
    await erp.ask("produtos/pedido", "IncluirPedido", **order)

    assert "&lt;b&gt;Ana &amp; Cia" in await page(erp, HOME)


async def test_no_other_site_may_send_the_forms_or_be_returned_to(erp):
    foreign = {"sec-fetch-site": "cross-site"}
    for form in ("/maquina/mend", f"{HOME}/chave", f"{HOME}/atos", f"{HOME}/webhooks"):
        assert (await erp.http.post(form, headers=foreign)).status_code == 403
    for elsewhere in ("https://evil.example/x", "//evil.example/x"):
        sent = await erp.http.post(f"/maquina/mend?de={elsewhere}")
        assert sent.headers["location"].startswith("/?")


@pytest.mark.parametrize("path", ["/empresas/5", f"{HOME}/pedidos/5", "/empresas/5/produtos"])
async def test_what_is_not_there_says_so_in_a_page(erp, path):
    answer = await erp.http.get(path)

    assert answer.status_code == 404
    assert "não existe mais" in answer.text


async def test_the_api_keeps_its_own_page_on_get(erp):
    assert "IncluirPedido" in await page(erp, "/api/v1/produtos/pedido/")
