"""Points 22 and 25: the registers around an order, and the ERP's user."""

import pytest

ETAPAFAT = "produtos/etapafat"


async def test_point_22_stages_come_after_an_empty_operation_and_are_what_is_counted(erp):
    listed = await erp.ask(ETAPAFAT, "ListarEtapasFaturamento", pagina=1)
    [empty, *operations] = listed["cadastros"]

    assert empty == {}
    assert len(operations) == 11
    count = sum(len(operation["etapas"]) for operation in operations)
    assert listed["registros"] == listed["total_de_registros"] == count
    [sale] = [one["etapas"] for one in operations if one["cCodOperacao"] == "11"]
    assert [stage["cCodigo"] for stage in sale] == ["00", "10", "20", "50", "60", "70", "80"]
    assert [stage["cCodigo"] for stage in sale if stage["cInativo"] == "S"] == ["00", "80"]
    renamed = sale[-1]
    assert renamed["cDescricao"] != renamed["cDescrPadrao"]


async def test_point_25_everything_an_order_points_at_is_seeded(erp):
    terms = await erp.ask("geral/parcelas", "ListarParcelas", registros_por_pagina=500)
    assert {"000", "001", "A28", "B20", "S30", "999"} <= {
        term["nCodigo"] for term in terms["cadastros"]
    }
    days = await erp.ask("produtos/formaspagvendas", "ListarFormasPagVendas", pagina=2)
    [term] = [one for one in days["cadastros"] if one["cCodigo"] == "S29"]
    assert (term["nQtdeParc"], term["cListaParc"], term["nDiasParc"]) == (3, "0/30/60", 0)
    means = await erp.ask("geral/meiospagamento", "ListarMeiosPagamento", codigo="17")
    assert means == {"MeiosPagamentoLista": [{"codigo": "17", "descricao": "PIX"}]}
    origins = (await erp.ask("geral/origempedido", "ListarOrigem"))["origem"]
    assert {"API", "SFY", "MLV"} <= {origin["codigo"] for origin in origins}
    vendors = (await erp.ask("geral/vendedores", "ListarVendedores"))["cadastro"]
    assert "Shopify" not in {vendor["nome"] for vendor in vendors}
    business = await erp.ask("geral/empresas", "ListarEmpresas")
    [company] = business["empresas_cadastro"]
    assert (
        await erp.ask(
            "geral/empresas", "ConsultarEmpresa", codigo_empresa=company["codigo_empresa"]
        )
    )["cnpj"] == company["cnpj"]


async def test_accounts_are_listed_under_the_methods_own_name(erp):
    path = "geral/contacorrente"
    every = (await erp.ask(path, "ListarContasCorrentes"))["ListarContasCorrentes"]
    active = await erp.ask(path, "ListarContasCorrentes", filtrar_apenas_ativo="S")

    assert len(active["ListarContasCorrentes"]) == len(every) - 1
    brief = await erp.ask(path, "ListarResumoContasCorrentes")
    assert brief["conta_corrente_lista"][0]["tipo"] == "CC"
    assert await erp.refused(path, "ListarContasCorrentes", codigo=5) == (
        "SOAP-ENV:Client-101: ERROR: Nenhuma conta corrente foi encontrada!"
    )
    number = every[0]["nCodCC"]
    assert (await erp.ask(path, "ConsultarContaCorrente", nCodCC=number))["nCodCC"] == number
    assert (await erp.ask(path, "ConsultarContaCorrente", nCodCC=5))["nCodCC"] == 0


async def test_categories_by_type_are_only_those_an_order_may_have(erp):
    path = "geral/categorias"
    every = (await erp.ask(path, "ListarCategorias"))["categoria_cadastro"]
    revenue = (await erp.ask(path, "ListarCategorias", filtrar_por_tipo="R"))["categoria_cadastro"]

    assert {one["codigo"] for one in every if one["totalizadora"] == "S"} >= {"1.01", "2.01"}
    codes = {one["codigo"] for one in revenue}
    assert "1.01.03" in codes
    assert codes.isdisjoint({"1.01", "1.01.99", "2.01.01"})
    one = await erp.ask(path, "ConsultarCategoria", codigo="1.01.03")
    assert one["categoria_superior"] == "1.01"


async def test_vendors_are_included_once_and_found_by_name(erp):
    path = "geral/vendedores"
    made = await erp.ask(path, "IncluirVendedor", codInt="EST-V-SFY", nome="Shopify")
    assert (made["status"], made["descricao"]) == ("0", "Vendedor cadastrado com sucesso!")
    assert "já cadastrado" in await erp.refused(
        path, "IncluirVendedor", codInt="EST-V-SFY", nome="Shopify"
    )
    again = await erp.ask(path, "UpsertVendedor", codInt="EST-V-SFY", nome="Shopify Loja")
    assert again["codigo"] == made["codigo"]

    found = await erp.ask(path, "ListarVendedores", filtrar_por_nome="shopify")
    assert [one["nome"] for one in found["cadastro"]] == ["Shopify Loja"]
    one = await erp.ask(path, "ConsultarVendedor", codInt="EST-V-SFY")
    assert one["codigo"] == made["codigo"]


async def test_cities_are_found_by_uf_and_part_of_the_name(erp):
    found = await erp.ask(
        "geral/cidades", "PesquisarCidades", filtrar_por_uf="PR", filtrar_cidade_contendo="curi"
    )

    assert [(city["cCod"], city["nCodIBGE"]) for city in found["lista_cidades"]] == [
        ("CURITIBA (PR)", "4106902")
    ]


async def test_point_25_the_erps_user_acts_on_orders_and_products(erp):
    await erp.placed()
    made = await erp.act("create_product", product={"codigo": "NOVO-9", "valor_unitario": 5})
    assert (await erp.product("NOVO-9"))["codigo_produto"] == made["codigo_produto"]
    await erp.act("change_product", product="NOVO-9", changes={"codigo": "NOVO-10"})
    assert (await erp.product("NOVO-10"))["valor_unitario"] == 5

    await erp.act("move_stage", order="EST-1", stage="80")
    await erp.act("close_order", order="1", reason="Devolvido ao estoque")
    order = await erp.consult()
    assert (order["cabecalho"]["etapa"], order["cabecalho"]["encerrado"]) == ("80", "S")
    await erp.act("delete_order", order="EST-1")
    assert (await erp.control("orders", method="GET"))["orders"] == []


async def test_companies_are_added_with_products_of_their_own_and_only_once(erp):
    products = [{"codigo": "X-1", "descricao": "Coisa", "valor_unitario": 3.5}]
    body = {"app_key": "555", "app_secret": "s", "products": products}
    assert (await erp.control("companies", body))["created"] is True
    assert (await erp.control("companies", body))["created"] is False

    erp.key, erp.secret = "555", "s"
    listed = await erp.ask("geral/produtos", "ListarProdutos", filtrar_apenas_omiepdv="N")
    assert [one["codigo"] for one in listed["produto_servico_cadastro"]] == ["X-1"]
    assert (await erp.control("orders?app_key=555", method="GET"))["orders"] == []


async def test_vendors_are_altered_and_removed_unless_an_order_has_them(erp):
    path = "geral/vendedores"
    made = await erp.ask(path, "IncluirVendedor", codInt="EST-V-1", nome="Loja")
    await erp.ask(path, "AlterarVendedor", codInt="EST-V-1", nome="Loja nova")
    assert (await erp.ask(path, "ConsultarVendedor", codInt="EST-V-1"))["nome"] == "Loja nova"
    order = await erp.order()
    order["cabecalho"]["codigo_cliente"] = await erp.customer()
    order["informacoes_adicionais"]["codVend"] = made["codigo"]
    await erp.ask("produtos/pedido", "IncluirPedido", **order)

    assert "em uso" in await erp.refused(path, "ExcluirVendedor", codInt="EST-V-1")
    await erp.ask("produtos/pedido", "ExcluirPedido", codigo_pedido_integracao="EST-1")
    await erp.ask(path, "ExcluirVendedor", codigo=made["codigo"])
    assert "não cadastrado" in await erp.refused(
        path, "ConsultarVendedor", codigo=made["codigo"], codInt=""
    )


async def test_an_order_is_of_an_active_project_or_refused(erp):
    path = "geral/projetos"
    [shop, fair, past] = (await erp.ask(path, "ListarProjetos"))["cadastro"]
    found = await erp.ask(path, "ListarProjetos", nome_projeto="natal", ordem_descrescente="S")
    assert [one["codigo"] for one in found["cadastro"]] == [fair["codigo"]]
    assert await erp.ask(path, "ConsultarProjeto", codigo=fair["codigo"]) == fair
    assert fair["info"].items() >= {"data_inc": "21/10/2026", "user_alt": "P000481"}.items()
    order = await erp.order()
    order["cabecalho"]["codigo_cliente"] = await erp.customer()

    order["informacoes_adicionais"]["codProj"] = past["codigo"]
    assert "O projeto está inativo ! - tag: [codProj]" in await erp.refused(
        "produtos/pedido", "IncluirPedido", **order
    )
    order["informacoes_adicionais"]["codProj"] = shop["codigo"]
    await erp.ask("produtos/pedido", "IncluirPedido", **order)
    more = (await erp.consult())["informacoes_adicionais"]
    assert more["codProj"] == shop["codigo"]


@pytest.mark.parametrize("call", ["ListarDepartamentos", "ListarDepatartamentos"])
async def test_departments_are_listed_under_the_right_name_and_the_misspelt_one(erp, call):
    listed = (await erp.ask("geral/departamentos", call))["departamentos"]
    one = await erp.ask("geral/departamentos", "ConsultarDepartamento", codigo=listed[1]["codigo"])

    assert one == listed[1]
    assert (one["nivel_totalizador"], listed[0]["nivel_totalizador"]) == ("N", "S")


async def test_types_of_document_are_all_on_one_page_or_found_by_code(erp):
    path, key = "geral/tiposdoc", "tipo_documento_cadastro"
    every = (await erp.ask(path, "PesquisarTipoDocumento"))[key]

    assert {"BOL", "PIX"} <= {one["codigo"] for one in every}
    [boleto] = (await erp.ask(path, "PesquisarTipoDocumento", codigo="BOL"))[key]
    assert boleto == await erp.ask(path, "ConsultarTipoDocumento", codigo="BOL")
    assert "não cadastrado" in await erp.refused(path, "ConsultarTipoDocumento", codigo="XYZ")


async def test_point_25_the_erps_user_cancels_an_order_once(erp):
    await erp.placed()
    await erp.act("cancel", order="EST-1")

    body = {"app_key": erp.key, "action": "cancel", "order": "EST-1"}
    again = await erp.http.post("/_control/act", json=body)
    assert (again.status_code, again.json()["error"]) == (409, "ERROR: O pedido já foi cancelado!")


@pytest.mark.parametrize(
    ("text", "days"),
    [("10/20/35", "10/20/35"), ("A Vista/40/60", "0/40/60"), ("Para 93 dias", "93"),
     ("8", "30/60/90/120/150/180/210/240"), ("3", "30/60/90")],
)  # fmt: skip
async def test_a_payment_term_is_made_of_its_description_and_may_be_used(erp, text, days):
    made = await erp.ask("geral/parcelas", "IncluirParcela", cParcela=text)
    listed = await erp.ask(
        "produtos/formaspagvendas", "ListarFormasPagVendas", registros_por_pagina=500
    )
    [term] = [one for one in listed["cadastros"] if one["cCodigo"] == made["cCodParcela"]]
    assert term["cListaParc"] == days

    await erp.placed(codigo_parcela=made["cCodParcela"])
    parts = (await erp.consult())["lista_parcelas"]["parcela"]
    assert len(parts) == len(days.split("/"))


async def test_a_payment_term_that_is_there_is_not_made_twice_and_nonsense_makes_none(erp):
    path = "geral/parcelas"
    made = [await erp.ask(path, "IncluirParcela", cParcela="7/14/22") for _ in range(2)]

    assert made[0] == made[1]
    assert (await erp.ask(path, "IncluirParcela", cParcela="3"))["cCodParcela"] == "003"
    for nonsense in ("0", "60/30", "amanhã", "10/x"):
        assert "[cParcela]" in await erp.refused(path, "IncluirParcela", cParcela=nonsense)


async def test_point_25_a_vendor_is_inactivated_and_taken_up_again(erp):
    await erp.act("inactivate_vendor", vendor="ANA BEATRIZ MOURA")
    found = await erp.ask("geral/vendedores", "ListarVendedores", filtrar_por_nome="ana beatriz")
    assert found["cadastro"][0]["inativo"] == "S"

    await erp.act("activate_vendor", vendor="ANA BEATRIZ MOURA")
    found = await erp.ask("geral/vendedores", "ListarVendedores", filtrar_por_nome="ana beatriz")
    assert found["cadastro"][0]["inativo"] == "N"


@pytest.mark.parametrize(
    ("path", "call", "filters", "first"),
    [
        ("geral/paises", "ListarPaises",
         {"filtrar_por_codigo_iso": "BR"}, {"cCodigo": "1058", "cDescricao": "Brasil"}),
        ("geral/paises", "ListarPaises",
         {"filtrar_por_descricao": "unidos"}, {"cCodigo": "2496", "cCodigoISO": "US"}),
        ("geral/tpativ", "ListarTipoAtiv",
         {"filtrar_por_descricao": "comercio"}, {"cDescricao": "Comércio"}),
        ("geral/unidade", "ListarUnidades",
         {"codigo": "UN"}, {"codigo": "UN", "descricao": "Unidade"}),
    ],
)  # fmt: skip
async def test_small_registers_come_whole_and_are_searched(erp, path, call, filters, first):
    [(key, every)] = (await erp.ask(path, call, **dict.fromkeys(filters, ""))).items()
    [found] = (await erp.ask(path, call, **filters))[key]

    assert len(every) > 3
    assert found in every
    assert found.items() >= first.items()


async def test_ways_to_deliver_are_kept_and_paged_in_a_spelling_of_their_own(erp):
    path = "geral/tiposentrega"
    made = await erp.ask(
        path, "IncluirTipoEntrega", nCodTransp=77, cCodIntEntrega="EXP", cDescricao="Aérea"
    )
    assert made["cCodStatus"] == "0"
    assert "já cadastrado" in await erp.refused(
        path, "IncluirTipoEntrega", cCodIntEntrega="EXP", cDescricao="Outra"
    )
    await erp.ask(path, "AlterarTipoEntrega", cCodIntEntrega="EXP", cInativo="S")
    kept = {
        "nCodTransp": 77, "nCodEntrega": made["nCodEntrega"], "cCodIntEntrega": "EXP",
        "cDescricao": "Aérea", "cInativo": "S",
    }  # fmt: skip
    assert await erp.ask(path, "ConsultarTipoEntrega", nCodEntrega=made["nCodEntrega"]) == kept
    assert await erp.ask(path, "ListarTipoEntrega", nCodTransp=77) == {
        "nPagina": 1, "nTotalPaginas": 1, "nRegistros": 1, "nTotalRegistros": 1,
        "CadTiposEntrega": [kept],
    }  # fmt: skip
    second = await erp.ask(path, "ListarTipoEntrega", nPagina=2, nRegistrosPorPagina=3)
    assert second["CadTiposEntrega"] == [kept]
    await erp.ask(path, "ExcluirTipoEntrega", cCodIntEntrega="EXP")
    assert "Não existem registros" in await erp.refused(path, "ListarTipoEntrega", nCodTransp=77)
    assert "não cadastrado" in await erp.refused(path, "ConsultarTipoEntrega", cCodIntEntrega="EXP")
