"""Point 23, as time goes by: every movement of stock, told line by line."""

import pytest

STOCK, NOTES = "estoque/consulta", "produtos/nfconsultar"
ORDERS, BILLING = "produtos/pedido", "produtos/pedidovendafat"
TODAY = {"dDtInicial": "21/10/2026", "dDtFinal": "21/10/2026"}


async def moved(erp, sku="CAN-350-AZ", **asked):
    """What moved of a product today."""
    product = await erp.product(sku)
    asked = TODAY | {"idProd": product["codigo_produto"]} | asked
    return (await erp.ask(STOCK, "ListarMovimentoEstoque", **asked))["movProdutoListar"]


async def position(erp):
    number = (await erp.product())["codigo_produto"]
    return await erp.ask(STOCK, "PosicaoEstoque", id_prod=number)


async def test_point_23_a_sale_moves_the_goods_out_and_its_cancellation_back(erp):
    placed = await erp.placed()
    before = await position(erp)
    await erp.act("invoice", order="EST-1")
    note = await erp.ask(NOTES, "ConsultarNF", nIdPedido=placed["codigo_pedido"])
    await erp.ask(BILLING, "CancelarPedidoVenda", cCodIntPed="EST-1")
    [_, sold, undone] = await moved(erp)

    assert sold.items() >= {
        "tipo": "saida", "operacao": "11", "cancelamento": "N", "devolucao": "N", "qtde": 2,
        "saldo": before["fisico"] - 2, "dtMov": "21/10/2026", "numPedido": "1", "idAjuste": 0,
        "idPedido": placed["codigo_pedido"], "idDoc": note["compl"]["nIdNF"],
        "numDoc": note["ide"]["nNF"], "cmc": before["cmc"],
        "idItem": note["det"][0]["nfProdInt"]["nCodItem"],
        "descricao": "Caneca de cerâmica 350 ml azul",
    }.items()  # fmt: skip
    assert sold["valor"] == pytest.approx(2 * before["cmc"])
    assert undone.items() >= {
        "tipo": "entrada", "operacao": "11", "cancelamento": "S", "qtde": 2,
        "saldo": before["fisico"], "idDoc": sold["idDoc"],
    }.items()  # fmt: skip
    assert undone["idMov"] > sold["idMov"]


async def test_point_23_a_return_is_a_movement_of_its_own_order(erp):
    await erp.placed()
    await erp.act("invoice", order="EST-1")
    back = await erp.ask(ORDERS, "DevolverPedido", codigo_pedido_integracao="EST-1")

    [*_, returned] = await moved(erp)
    assert returned.items() >= {
        "tipo": "entrada", "operacao": "13", "devolucao": "S", "cancelamento": "N",
        "idPedido": back["nIdDevolucao"], "numPedido": "1", "qtde": 2,
    }.items()  # fmt: skip


async def test_point_23_a_count_is_an_adjustment_by_the_difference(erp):
    before = (await position(erp))["fisico"]
    await erp.act("count_stock", product="CAN-350-AZ", quantity=before - 5)

    [_, counted] = await moved(erp)
    assert counted.items() >= {
        "tipo": "saida", "operacao": "00", "qtde": 5, "saldo": before - 5, "idPedido": 0,
        "idDoc": 0, "numDoc": "", "idAjuste": counted["idMov"],
    }.items()  # fmt: skip


async def test_point_23_movements_come_by_day_page_and_location(erp):
    locations = (await erp.ask("estoque/local", "ListarLocaisEstoque"))["locaisEncontrados"]
    [depot, shop, *_] = [one["codigo_local_estoque"] for one in locations]
    page = await erp.ask(STOCK, "ListarMovimentoEstoque", **TODAY, nPagina=2, nRegPorPagina=10)
    assert (page["nPagina"], page["nRegistros"]) == (2, 10)
    assert page["nTotPaginas"] == -(-page["nTotRegistros"] // 10)
    assert {row["codigo_local_estoque"] for row in page["movProdutoListar"]} == {depot}
    every = await erp.ask(STOCK, "ListarMovimentoEstoque", **TODAY, lista_local_estoque="TODOS")
    at_shop = await erp.ask(STOCK, "ListarMovimentoEstoque", **TODAY, codigo_local_estoque=shop)
    assert every["nTotRegistros"] == page["nTotRegistros"] + at_shop["nTotRegistros"]

    await erp.advance(86_400)
    await erp.act("count_stock", product="CAN-350-AZ", quantity=1)
    tomorrow = {"dDtInicial": "22/10/2026", "dDtFinal": "22/10/2026"}
    assert len(await moved(erp)) == 1
    assert [row["saldo"] for row in await moved(erp, **tomorrow)] == [1]
    assert len(await moved(erp, dDtFinal="22/10/2026")) == 2
    after = {"dDtInicial": "23/10/2026", "dDtFinal": "30/10/2026"}
    fault = await erp.refused(STOCK, "ListarMovimentoEstoque", **after)
    assert fault == "SOAP-ENV:Client-5113: ERROR: Não existem registros para a página [1]!"


@pytest.mark.parametrize(
    ("call", "first", "last"),
    [("ListarMovimentoEstoque", "dDtInicial", "dDtFinal"),
     ("MovimentoEstoque", "dataInicial", "dataFinal")],
)  # fmt: skip
async def test_point_23_movements_are_asked_for_with_both_days(erp, call, first, last):
    product = {} if call.startswith("L") else {"id_prod": (await erp.product())["codigo_produto"]}
    for sent, missing in ((first, last), (last, first)):
        fault = await erp.refused(STOCK, call, **product, **{sent: "21/10/2026"})
        assert fault.endswith(f"O preenchimento da tag [{missing}] é obrigatório!")


async def test_point_23_one_product_s_movements_tell_what_was_before_and_after(erp):
    before = (await position(erp))["fisico"]
    await erp.placed()
    await erp.act("invoice", order="EST-1")
    asked = {
        "id_prod": (await erp.product())["codigo_produto"],
        "dataInicial": "21/10/2026",
        "dataFinal": "21/10/2026",
    }

    out = await erp.ask(STOCK, "MovimentoEstoque", **asked, tipo_movimento="S")
    [sold] = out["movProduto"]
    assert [(span["tipo"], span["qtde"]) for span in sold["movPeriodo"]] == [
        ("Anterior", before), ("Entrada", 0), ("Saída", 2), ("Atual", before - 2),
    ]  # fmt: skip
    assert out["descricao"] == "Caneca de cerâmica 350 ml azul"
    assert len((await erp.ask(STOCK, "MovimentoEstoque", **asked))["movProduto"]) == 2
    [first] = (await erp.ask(STOCK, "MovimentoEstoque", **asked, tipo_movimento="E"))["movProduto"]
    assert first["operacao"] == "00"
    assert "S, E" in await erp.refused(STOCK, "MovimentoEstoque", **asked, tipo_movimento="X")


async def test_point_23_what_is_pending_is_of_the_default_location_unless_others_are_named(erp):
    locations = (await erp.ask("estoque/local", "ListarLocaisEstoque"))["locaisEncontrados"]
    shop = locations[1]["codigo_local_estoque"]
    order = await erp.order()
    order["cabecalho"]["codigo_cliente"] = await erp.customer()
    order["det"][0]["inf_adic"] = {"codigo_local_estoque": shop}
    await erp.ask(ORDERS, "IncluirPedido", **order)

    assert "Não existem registros" in await erp.refused(STOCK, "ListarSaldoPendente")
    for asked in ({"codigo_local_estoque": shop}, {"lista_local_estoque": "TODOS"},
                  {"lista_local_estoque": f"{shop}", "tipo": "SAIDA"}):  # fmt: skip
        pending = await erp.ask(STOCK, "ListarSaldoPendente", **asked)
        assert [row["qtde_saida"] for row in pending["saldo_pendente_lista"]] == [2]
    for asked in ({"tipo": "entrada"}, {"id_prod": 5}):
        asked |= {"codigo_local_estoque": shop}
        assert "5113" in await erp.refused(STOCK, "ListarSaldoPendente", **asked)
    assert "saida, entrada" in await erp.refused(STOCK, "ListarSaldoPendente", tipo="x")
