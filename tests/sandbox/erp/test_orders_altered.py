"""Point 21: altering an order."""

import pytest

ORDERS = "produtos/pedido"


@pytest.mark.parametrize(
    ("sent", "tag"),
    [
        ({"cabecalho": {"numero_pedido": "1"}}, "numero_pedido"),
        ({"cabecalho": {"sequencial": "1"}}, "sequencial"),
        ({"det": [{"ide": {"codigo_item": 1}}]}, "codigo_item"),
        ({"det": [{"ide": {"id_ordem_producao": 1}}]}, "id_ordem_producao"),
        ({"exportacao": {"uf_embarque": "SP"}}, "exportacao"),
        ({"total_pedido": {"valor_st": 1}}, "total_pedido"),
        ({"infoCadastro": {"cancelado": "N"}}, "infoCadastro"),
    ],
)
async def test_point_21_output_tags_are_refused_on_alteration(erp, sent, tag):
    await erp.placed()
    sent.setdefault("cabecalho", {})["codigo_pedido_integracao"] = "EST-1"

    fault = await erp.refused(ORDERS, "AlterarPedidoVenda", **sent)
    assert f"A tag [{tag}] não deve ser enviada na alteração!" in fault


async def test_an_alteration_lays_what_was_sent_over_the_order_and_computes_it_anew(erp):
    placed = await erp.placed()
    item = (await erp.consult())["det"][0]["ide"]["codigo_item"]
    mug = await erp.product("CAN-350-VD")
    sent = {
        "cabecalho": {"codigo_pedido": placed["codigo_pedido"], "origem_pedido": "SFY"},
        "det": [
            {"ide": {"codigo_item_integracao": "1"}, "produto": {"quantidade": 3}},
            {
                "ide": {"codigo_item_integracao": "2"},
                "produto": {
                    "codigo_produto": mug["codigo_produto"],
                    "quantidade": 1,
                    "valor_unitario": 60,
                },
            },
        ],
    }
    answer = await erp.ask(ORDERS, "AlterarPedidoVenda", **sent)
    assert answer["descricao_status"] == "Pedido alterado com sucesso!"

    order = await erp.consult()
    assert order["cabecalho"]["origem_pedido"] == "API"
    assert order["det"][0]["ide"]["codigo_item"] == item
    assert order["total_pedido"]["valor_total_pedido"] == 194.7 - 9.8 + 60 + 18.5
    assert order["lista_parcelas"]["parcela"][0]["valor"] == 263.4

    gone = [{"ide": {"codigo_item_integracao": "1", "acao_item": "E"}}]
    head = {"codigo_pedido_integracao": "EST-1"}
    await erp.ask(ORDERS, "AlterarPedidoVenda", cabecalho=head, det=gone)
    [left] = (await erp.consult())["det"]
    assert left["produto"]["codigo"] == "CAN-350-VD"


async def test_an_alteration_cannot_take_another_orders_code(erp):
    await erp.placed("A")
    placed = await erp.placed("B")
    head = {"codigo_pedido": placed["codigo_pedido"], "codigo_pedido_integracao": "A"}

    assert "já cadastrado" in await erp.refused(ORDERS, "AlterarPedidoVenda", cabecalho=head)


async def test_an_order_with_a_line_that_costs_nothing_is_altered_like_any_other(erp):
    order = await erp.order()
    order["cabecalho"]["codigo_cliente"] = await erp.customer()
    gift = order["det"][0] | {"ide": {"codigo_item_integracao": "9"}}
    gift["produto"] = {
        "codigo_produto": order["det"][0]["produto"]["codigo_produto"],
        "quantidade": 1,
        "valor_unitario": 0,
    }
    order["det"].append(gift)
    await erp.ask("produtos/pedido", "IncluirPedido", **order)
    head = {"codigo_pedido_integracao": "EST-1", "etapa": "10"}

    await erp.ask("produtos/pedido", "AlterarPedidoVenda", cabecalho=head)
    altered = await erp.consult()
    assert (altered["cabecalho"]["etapa"], len(altered["det"])) == ("10", 2)
    assert altered["total_pedido"]["valor_total_pedido"] == 138.5


async def test_a_copy_of_an_order_has_numbers_of_its_own_and_begins_in_the_first_column(erp):
    await erp.placed()
    await erp.act("invoice", order="EST-1")
    path = "produtos/pedidovendafat"
    copy = await erp.ask(path, "DuplicarPedidoVenda", cCodIntPed="EST-1")
    assert (copy["cCodStatus"], copy["cCodIntPed"]) == ("0", "")

    shown = await erp.ask("produtos/pedido", "ConsultarPedido", codigo_pedido=copy["nCodPed"])
    made, first = shown["pedido_venda_produto"], await erp.consult()
    assert (made["cabecalho"]["numero_pedido"], made["cabecalho"]["etapa"]) == ("2", "10")
    assert made["infoCadastro"]["faturado"] == "N"
    assert made["total_pedido"] == first["total_pedido"]
    assert made["det"][0]["ide"]["codigo_item"] != first["det"][0]["ide"]["codigo_item"]
