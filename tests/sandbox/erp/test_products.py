"""Point 13: the catalogue."""

from sandbox.erp.catalogue import CATALOGUE

PRODUCTS = "geral/produtos"
ALL = {"filtrar_apenas_omiepdv": "N", "registros_por_pagina": 500}
MUG = {
    "codigo": "NOVO-1",
    "descricao": "Caneca nova",
    "unidade": "UN",
    "ncm": "69120000",
    "valor_unitario": 12.5,
}


async def listed(erp, **filters):
    found = await erp.ask(PRODUCTS, "ListarProdutos", **filters)
    return {row["codigo"]: row for row in found["produto_servico_cadastro"]}


async def test_point_13_a_product_is_found_by_each_of_its_three_keys(erp):
    product = await erp.product("CAN-350-AZ")
    for tag in ("codigo_produto", "codigo_produto_integracao", "codigo"):
        assert await erp.ask(PRODUCTS, "ConsultarProduto", **{tag: product[tag]}) == product


async def test_point_13_the_default_hides_a_part_of_the_catalogue(erp):
    every = await listed(erp, **ALL)
    at_tills = await listed(erp, registros_por_pagina=500)

    assert len(every) == len(CATALOGUE)
    assert 0 < len(at_tills) < len(every)
    assert {row["cfop"] for row in at_tills.values()} == {"5.102"}
    assert {row["cfop"] for row in every.values()} == {""}


async def test_point_13_stock_is_always_zero_and_the_ncm_has_dots(erp):
    every = await listed(erp, **ALL)

    assert {row["quantidade_estoque"] for row in every.values()} == {0}
    assert every["CAN-350-AZ"]["ncm"] == "6912.00.00"
    assert every["CAR-PRE-100"]["ncm"] == ""


async def test_point_13_the_query_shows_nulls_where_the_list_shows_nothing(erp):
    product = await erp.product("CAN-350-AZ")

    for tag in ("videos", "tabelas_preco", "componentes_kit"):
        assert product[tag] is None
    assert product["imagens"] == []
    assert "imagens" not in (await listed(erp, **ALL))["CAN-350-AZ"]


async def test_point_13_kits_show_their_components_where_asked(erp):
    kit = (await listed(erp, **ALL, exibir_kit="S"))["KIT-CAFE-2"]
    mug = await erp.product("CAN-350-AZ")

    assert kit["componentes_kit"][0]["codigo_produto_componente"] == mug["codigo_produto"]
    assert kit["componentes_kit"][0]["quantidade_componente"] == 2
    assert "componentes_kit" not in (await listed(erp, **ALL))["KIT-CAFE-2"]


async def test_point_13_an_inactive_product_breaks_the_order(erp):
    product = await erp.product()
    await erp.act("inactivate_product", product="CAN-350-AZ")
    order = await erp.order()
    order["cabecalho"]["codigo_cliente"] = await erp.customer()
    fault = await erp.refused("produtos/pedido", "IncluirPedido", **order)
    assert fault == (
        "SOAP-ENV:Client-115: ERROR: O produto [Caneca de cerâmica 350 ml azul] está inativo !"
        f"(Id: [{product['codigo_produto']}] / Integração: [LOJA-0001])"
    )

    await erp.act("activate_product", product=product["codigo_produto"])
    await erp.ask("produtos/pedido", "IncluirPedido", **order)


async def test_products_are_listed_by_activity_description_ean_and_keys(erp):
    assert set(await listed(erp, **ALL, inativo="S")) == {"CAN-350-AM", "AGE-2025-SE", "LUM-MES-RT"}
    assert set(await listed(erp, **ALL, filtrar_apenas_descricao="%cafe%especial%")) == {
        "CAF-ESP-250"
    }
    ean = (await erp.product("VAS-CER-P"))["ean"]
    assert set(await listed(erp, **ALL, ean=ean)) == {"VAS-CER-P"}
    keys = [{"codigo": "VAS-CER-P"}, {"codigo_produto_integracao": "LOJA-0012"}]
    assert set(await listed(erp, **ALL, produtosPorCodigo=keys)) == {"VAS-CER-P", "GAR-INX-750"}


async def test_a_product_is_included_altered_and_given_a_code(erp):
    made = await erp.ask(PRODUCTS, "IncluirProduto", **MUG)
    number = made["codigo_produto"]
    keys = {"codigo_produto": number, "codigo_produto_integracao": "EST-P-1"}
    await erp.ask(PRODUCTS, "AssociarCodIntProduto", **keys)
    upserted = MUG | {"codigo_produto_integracao": "EST-P-1", "valor_unitario": 15}
    assert (await erp.ask(PRODUCTS, "UpsertProduto", **upserted))["codigo_produto"] == number

    product = await erp.ask(PRODUCTS, "ConsultarProduto", codigo="NOVO-1")
    assert (product["valor_unitario"], product["ncm"]) == (15, "6912.00.00")
    brief = await erp.ask(PRODUCTS, "ListarProdutosResumido", **ALL, produtosPorCodigo=[keys])
    assert brief["produto_servico_resumido"] == [
        {"codigo_produto": number, "codigo_produto_integracao": "EST-P-1", "codigo": "NOVO-1",
         "descricao": "Caneca nova", "valor_unitario": 15},
    ]  # fmt: skip


async def test_a_used_sku_and_a_used_description_are_refused(erp):
    mug = await erp.product()

    fault = await erp.refused(PRODUCTS, "IncluirProduto", **MUG | {"codigo": "CAN-350-AZ"})
    assert fault.endswith(
        "ERROR: O código CAN-350-AZ informado já está sendo utilizado pelo produto com ID"
        f" {mug['codigo_produto']}."
    )
    same = MUG | {"descricao": mug["descricao"]}
    assert (await erp.refused(PRODUCTS, "IncluirProduto", **same)).endswith(
        "A descrição informada já está sendo utilizada pelo produto com código CAN-350-AZ."
    )


async def test_a_product_nobody_has_is_told_by_key(erp):
    asked = "ConsultarProduto"
    assert "Código do Produto não cadastrado para o Código [X]" in await erp.refused(
        PRODUCTS, asked, codigo="X"
    )
    assert "Produto não cadastrado para o Código de Integração [X]!" in await erp.refused(
        PRODUCTS, asked, codigo_produto_integracao="X"
    )


def test_no_two_products_of_the_demo_share_a_sku_or_a_description():
    assert len({listed.sku for listed in CATALOGUE}) == len(CATALOGUE)
    assert len({listed.description for listed in CATALOGUE}) == len(CATALOGUE)


async def test_a_product_that_ever_moved_in_stock_is_never_removed_and_others_are(erp):
    moved = (await erp.product())["codigo_produto"]
    made = await erp.act("create_product", product={"codigo": "NOVO-9"})
    path = "geral/produtos"

    assert "em uso" in await erp.refused(path, "ExcluirProduto", codigo_produto=moved)
    await erp.ask(path, "ExcluirProduto", codigo="NOVO-9")
    assert "não cadastrado" in await erp.refused(
        path, "ConsultarProduto", codigo_produto=made["codigo_produto"]
    )


async def test_point_13_an_ncm_is_kept_dotted_however_it_came(erp):
    sent = {"codigo": "N-1", "descricao": "Nova", "unidade": "UN", "valor_unitario": 5}
    await erp.ask("geral/produtos", "IncluirProduto", **sent, ncm="69120000")
    assert (await erp.product("N-1"))["ncm"] == "6912.00.00"
    listed = await erp.ask(
        "geral/produtos", "ListarProdutos", ncm="69120000", filtrar_apenas_omiepdv="N",
        registros_por_pagina=100,
    )  # fmt: skip
    assert "N-1" in {one["codigo"] for one in listed["produto_servico_cadastro"]}
