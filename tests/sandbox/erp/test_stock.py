"""Point 23: what lies where, what is reserved, and what billing takes."""

import pytest

STOCK, SUMMARY = "estoque/consulta", "estoque/resumo"
ORDERS, BILLING = "produtos/pedido", "produtos/pedidovendafat"


async def places(erp):
    """The ids of the stock locations, the default one first."""
    listed = await erp.ask("estoque/local", "ListarLocaisEstoque")
    return [one["codigo_local_estoque"] for one in listed["locaisEncontrados"]]


async def position(erp, sku="CAN-350-AZ", **asked):
    product = await erp.product(sku)
    asked["id_prod"] = product["codigo_produto"]
    return await erp.ask(STOCK, "PosicaoEstoque", **asked)


async def listed(erp, **asked):
    found = await erp.ask(STOCK, "ListarPosEstoque", **asked)
    return {row["cCodigo"]: row for row in found["produtos"]}


async def test_point_23_no_location_and_location_zero_are_the_default_one(erp):
    depot, shop, *_ = await places(erp)
    plain = await listed(erp)

    assert {row["codigo_local_estoque"] for row in plain.values()} == {depot}
    assert await listed(erp, codigo_local_estoque=0) == plain
    at_shop = await listed(erp, codigo_local_estoque=shop)
    assert {row["codigo_local_estoque"] for row in at_shop.values()} == {shop}
    everywhere = await erp.ask(STOCK, "ListarPosEstoque", lista_local_estoque="TODOS")
    assert everywhere["nTotRegistros"] == len(plain) + len(at_shop)


async def test_point_23_a_page_holds_a_hundred_and_with_everything_shown_fifty(erp):
    for number in range(90):
        await erp.act("create_product", product={"codigo": f"P-{number}"})
        await erp.act("count_stock", product=f"P-{number}", quantity=number)
    moved = await erp.ask(STOCK, "ListarPosEstoque", nRegPorPagina=500)
    assert (moved["nRegistros"], len(moved["produtos"])) == (100, 100)

    every = await erp.ask(STOCK, "ListarPosEstoque", nRegPorPagina=500, cExibeTodos="S")
    assert every["nRegistros"] == 50
    assert every["nTotRegistros"] > moved["nTotRegistros"]
    assert every["nTotPaginas"] == -(-every["nTotRegistros"] // 50)


async def test_point_23_what_never_moved_is_hidden_unless_everything_is_asked_for(erp):
    assert "KIT-CAFE-2" not in await listed(erp)
    every = await listed(erp, cExibeTodos="S")
    assert every["KIT-CAFE-2"]["fisico"] == 0


async def test_point_23_stock_may_be_negative_and_fractional(erp):
    assert (await listed(erp))["PAN-FER-24"]["nSaldo"] == -3
    await erp.act("count_stock", product="PAN-FER-24", quantity="2.5")
    assert (await position(erp, "PAN-FER-24"))["fisico"] == 2.5


@pytest.mark.parametrize("tag", ["nCodProd", "idProduto", "cCodigo"])
async def test_point_23_a_plain_product_tag_is_refused_and_a_list_of_them_filters(erp, tag):
    fault = await erp.refused(STOCK, "ListarPosEstoque", **{tag: 1})
    assert fault.endswith(f"[{tag.upper()}] não faz parte da estrutura do tipo complexo"
                          " [ListarEstPosRequest]!")  # fmt: skip
    assert set(await listed(erp, lista_produtos=[{"cCodigo": "CAN-350-VD"}])) == {"CAN-350-VD"}


async def test_point_23_an_open_order_is_pending_and_takes_nothing_off_the_balance(erp):
    before = await position(erp)
    await erp.placed()
    after = await position(erp)

    assert (after["pendente"], after["reservado"]) == (2, 0)
    assert (after["saldo"], after["fisico"]) == (before["saldo"], before["fisico"])
    pending = await erp.ask(STOCK, "ListarSaldoPendente")
    assert [row["qtde_saida"] for row in pending["saldo_pendente_lista"]] == [2]
    await erp.ask(BILLING, "CancelarPedidoVenda", cCodIntPed="EST-1")
    assert (await position(erp))["pendente"] == 0


async def test_point_23_a_reserved_line_is_taken_off_what_can_be_promised(erp):
    before = await position(erp)
    order = await erp.order()
    order["cabecalho"]["codigo_cliente"] = await erp.customer()
    order["det"][0]["produto"]["reservado"] = "S"
    await erp.ask(ORDERS, "IncluirPedido", **order)

    after = await position(erp)
    assert (after["reservado"], after["saldo"]) == (2, before["saldo"] - 2)
    assert after["fisico"] == before["fisico"]


async def test_point_23_billing_takes_the_goods_from_the_lines_own_location(erp):
    _, shop, *_ = await places(erp)
    depot_before = await position(erp)
    shop_before = await position(erp, codigo_local_estoque=shop)
    order = await erp.order()
    order["cabecalho"]["codigo_cliente"] = await erp.customer()
    order["det"][0]["inf_adic"] = {"codigo_local_estoque": shop}
    await erp.ask(ORDERS, "IncluirPedido", **order)
    await erp.act("invoice", order="EST-1")

    shop_after = await position(erp, codigo_local_estoque=shop)
    assert (shop_after["fisico"], shop_after["pendente"]) == (shop_before["fisico"] - 2, 0)
    assert await position(erp) == depot_before
    await erp.ask(BILLING, "CancelarPedidoVenda", cCodIntPed="EST-1")
    assert (await position(erp, codigo_local_estoque=shop))["fisico"] == shop_before["fisico"]


async def test_point_23_a_line_that_moves_no_stock_moves_none(erp):
    before = await position(erp)
    order = await erp.order()
    order["cabecalho"]["codigo_cliente"] = await erp.customer()
    order["det"][0]["inf_adic"] = {"nao_movimentar_estoque": "S"}
    await erp.ask(ORDERS, "IncluirPedido", **order)
    await erp.act("invoice", order="EST-1")

    assert await position(erp) == before


async def test_point_23_the_past_can_be_asked_for(erp):
    before = await position(erp)
    await erp.advance(86_400)
    await erp.act("count_stock", product="CAN-350-AZ", quantity=1)

    assert (await position(erp))["fisico"] == 1
    assert (await position(erp, data="21/10/2026"))["fisico"] == before["fisico"]
    rows = await listed(erp, dDataPosicao="21/10/2026")
    assert rows["CAN-350-AZ"]["fisico"] == before["fisico"]


async def test_point_23_one_product_is_shown_at_every_location_with_what_is_available(erp):
    ean = (await erp.product("CAN-350-AZ"))["ean"]
    for asked in ({"cEAN": ean}, {"cCodigo": "CAN-350-AZ"}, {"xCodigo": "CAN-350-AZ"}):
        found = await erp.ask(SUMMARY, "ObterEstoqueProduto", **asked)
        assert found["cCodigo"] == "CAN-350-AZ"
        assert len(found["listaEstoque"]) == len(await places(erp))
        assert found["listaEstoque"][0]["nDisponivel"] == (await position(erp))["saldo"]
    several = await erp.ask(SUMMARY, "ObterEstoqueProduto", xCodigo="caneca")
    assert len(several["ListaProduto"]) > 5
    assert "listaEstoque" not in several


async def test_an_unknown_location_is_told_by_its_own_number(erp):
    fault = await erp.refused(STOCK, "ListarPosEstoque", codigo_local_estoque=12345)
    assert fault.startswith("SOAP-ENV:Client-1070")
