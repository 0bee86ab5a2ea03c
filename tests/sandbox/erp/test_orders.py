"""Point 14: including orders, what they must have, and their amounts."""

import asyncio

import pytest

ORDERS = "produtos/pedido"
UNKNOWN_LOCATION = (
    "SOAP-ENV:Client-1070: ERROR: Local do Estoque não cadastrado para o Código [12345] !"
    " - tag: [codigo_local_estoque]"
)


async def ready(erp, code="EST-1"):
    """An order that would be taken, with its customer."""
    order = await erp.order(code)
    order["cabecalho"]["codigo_cliente"] = await erp.customer()
    return order


async def include(erp, order):
    return await erp.ask(ORDERS, "IncluirPedido", **order)


@pytest.mark.parametrize(
    ("block", "tag"),
    [
        ("cabecalho", "codigo_pedido_integracao"),
        ("cabecalho", "data_previsao"),
        ("cabecalho", "etapa"),
        ("cabecalho", "codigo_parcela"),
        ("informacoes_adicionais", "codigo_categoria"),
        ("informacoes_adicionais", "codigo_conta_corrente"),
        ("informacoes_adicionais", "consumidor_final"),
        ("frete", "modalidade"),
    ],
)
async def test_point_14_what_section_7_requires_is_required(erp, block, tag):
    order = await ready(erp)
    del order[block][tag]

    fault = await erp.refused(ORDERS, "IncluirPedido", **order)
    assert f"O preenchimento da tag [{tag}] é obrigatório!" in fault


@pytest.mark.parametrize(
    ("block", "tag"),
    [("ide", "codigo_item_integracao"), ("produto", "quantidade"), ("produto", "valor_unitario")],
)
async def test_point_14_what_section_7_requires_of_an_item_is_required(erp, block, tag):
    order = await ready(erp)
    del order["det"][0][block][tag]

    assert f"[{tag}] é obrigatório!" in await erp.refused(ORDERS, "IncluirPedido", **order)


async def test_point_14_customer_and_product_come_by_one_of_two_keys(erp):
    order = await ready(erp)
    product = order["det"][0]["produto"]
    number = product.pop("codigo_produto")
    product["codigo"] = "CAN-350-AZ"
    assert await erp.refused(ORDERS, "IncluirPedido", **order) == (
        "SOAP-ENV:Client-101: O preenchimento das tags [codigo_produto] ou"
        " [codigo_produto_integracao] é obrigatório!"
    )
    product["codigo_produto_integracao"] = "LOJA-0001"
    del order["cabecalho"]["codigo_cliente"]
    assert "[codigo_cliente] ou [codigo_cliente_integracao]" in await erp.refused(
        ORDERS, "IncluirPedido", **order
    )
    order["cabecalho"]["codigo_cliente_integracao"] = "EST-C-1"
    await include(erp, order)
    assert (await erp.consult())["det"][0]["produto"]["codigo_produto"] == number


@pytest.mark.parametrize(
    ("place", "tag", "value", "words"),
    [
        ("cabecalho", "codigo_cliente", 7788120499,
         "ERROR: Cliente não cadastrado para o Código [7788120499] ! - tag: [codigo_cliente]"),
        ("cabecalho", "codigo_parcela", "Z99", "- tag: [codigo_parcela]"),
        ("cabecalho", "codigo_cenario_impostos", 5, "- tag: [codigo_cenario_impostos]"),
        ("cabecalho", "origem_pedido", "XYZ", "- tag: [origem_pedido]"),
        ("cabecalho", "etapa", "60", "Valores aceitos: 10, 20, 30, 40, 50"),
        ("cabecalho", "data_previsao", "2026-10-21", "deve ser maior que 1900"),
        ("frete", "modalidade", "7", "Valores aceitos: 0, 1, 2, 3, 4, 9"),
        ("informacoes_adicionais", "codVend", 5, "- tag: [codVend]"),
        ("informacoes_adicionais", "codigo_categoria", "9.99", "- tag: [codigo_categoria]"),
        ("informacoes_adicionais", "codigo_categoria", "1.01", "é totalizadora"),
        ("informacoes_adicionais", "codigo_categoria", "1.01.99", "é inativa"),
        ("informacoes_adicionais", "codigo_categoria", "2.01.01", "é de despesa"),
        ("informacoes_adicionais", "codigo_conta_corrente", 5, "- tag: [codigo_conta_corrente]"),
        ("informacoes_adicionais", "meio_pagamento", "77", "- tag: [meio_pagamento]"),
        ("inf_adic", "codigo_local_estoque", 12345, UNKNOWN_LOCATION),
        ("produto", "codigo_produto", 5, "Produto não cadastrado para o Código [5]"),
        ("produto", "quantidade", -1, "[quantidade]"),
    ],
)  # fmt: skip
async def test_point_14_what_an_order_points_at_must_be_there(erp, place, tag, value, words):
    order = await ready(erp)
    line = order["det"][0]
    block = line.setdefault(place, {}) if place in ("produto", "inf_adic") else order[place]
    block[tag] = value

    assert words in await erp.refused(ORDERS, "IncluirPedido", **order)


async def test_point_14_inactive_vendors_and_accounts_are_refused(erp):
    order = await ready(erp)
    vendors = (await erp.ask("geral/vendedores", "ListarVendedores"))["cadastro"]
    [gone] = [vendor["codigo"] for vendor in vendors if vendor["inativo"] == "S"]
    order["informacoes_adicionais"]["codVend"] = gone
    assert "O vendedor está inativo! - tag: [codVend]" in await erp.refused(
        ORDERS, "IncluirPedido", **order
    )
    del order["informacoes_adicionais"]["codVend"]
    await erp.act("inactivate_account", account="CC-BB")
    assert "A conta corrente está inativa" in await erp.refused(ORDERS, "IncluirPedido", **order)


async def test_point_14_a_customer_without_uf_is_refused(erp):
    order = await erp.order()
    order["cabecalho"]["codigo_cliente"] = await erp.customer(estado="")

    assert "UF do cliente" in await erp.refused(ORDERS, "IncluirPedido", **order)


async def test_point_14_instalments_of_999_must_be_complete_and_sum_to_the_total(erp):
    order = await ready(erp)
    order["cabecalho"] |= {"codigo_parcela": "999", "qtde_parcelas": 2}
    assert "[parcela] é obrigatório" in await erp.refused(ORDERS, "IncluirPedido", **order)

    part = {"percentual": 50, "valor": 69.25, "data_vencimento": "21/10/2026"}
    parts = [{"numero_parcela": 1, **part}, {"numero_parcela": 2, **part}]
    order["lista_parcelas"] = {"parcela": parts}
    for tag in ("numero_parcela", "valor", "percentual", "data_vencimento"):
        value = parts[1].pop(tag)
        assert f"[{tag}] é obrigatório" in await erp.refused(ORDERS, "IncluirPedido", **order)
        parts[1][tag] = value
    parts[1]["valor"] = 69.24
    assert "[138.49] difere do total do pedido [138.50]" in await erp.refused(
        ORDERS, "IncluirPedido", **order
    )
    parts[1]["valor"] = 69.25
    await include(erp, order)
    assert [one["valor"] for one in (await erp.consult())["lista_parcelas"]["parcela"]] == [
        69.25,
        69.25,
    ]


async def test_point_14_other_terms_make_omie_build_the_instalments(erp):
    await erp.placed(codigo_parcela="S30")

    order = await erp.consult()
    rows = order["lista_parcelas"]["parcela"]
    assert [row["data_vencimento"] for row in rows] == [
        "21/10/2026", "20/11/2026", "20/12/2026", "19/01/2027",
    ]  # fmt: skip
    assert [row["valor"] for row in rows] == [34.62, 34.62, 34.62, 34.64]
    assert {row["meio_pagamento"] for row in rows} == {"17"}
    assert order["cabecalho"]["qtde_parcelas"] == 4


async def test_point_14_totals_are_items_less_discounts_plus_charges(erp):
    order = await ready(erp)
    order["frete"] |= {"valor_seguro": 1.25, "outras_despesas": 0.25}
    await include(erp, order)

    kept = await erp.consult()
    assert kept["total_pedido"] == {
        "valor_mercadorias": 129.8,
        "valor_descontos": 9.8,
        "valor_total_pedido": 140,
    }
    assert kept["det"][0]["produto"]["valor_mercadoria"] == 129.8
    assert kept["det"][0]["produto"]["valor_total"] == 120


async def test_point_14_the_defaults_are_the_companys_own(erp):
    await erp.placed()
    kept = await erp.consult()
    [scenario] = [
        one["nCodigo"]
        for one in (await erp.ask("geral/cenarios", "ListarCenarios"))["cenariosEncontrados"]
        if one["padrao"]
    ]
    [location] = [
        one["codigo_local_estoque"]
        for one in (await erp.ask("estoque/local", "ListarLocaisEstoque"))["locaisEncontrados"]
        if one["padrao"] == "S"
    ]

    assert kept["cabecalho"]["codigo_cenario_impostos"] == scenario
    assert kept["cabecalho"]["origem_pedido"] == "API"
    assert kept["det"][0]["inf_adic"]["codigo_local_estoque"] == location
    assert kept["det"][0]["produto"]["descricao"] == "Caneca de cerâmica 350 ml azul"
    assert kept["infoCadastro"]["uInc"] == "WEBSERVICE"
    assert (kept["infoCadastro"]["dInc"], kept["infoCadastro"]["hInc"]) == (
        "21/10/2026",
        "10:00:00",
    )


async def test_point_14_a_discount_of_the_order_is_spread_over_the_items(erp):
    order = await ready(erp)
    line = order["det"][0]["produto"]
    order["cabecalho"] |= {"tipo_desconto_pedido": "V", "valor_desconto_pedido": 10}
    assert "já existe desconto nos itens" in await erp.refused(ORDERS, "IncluirPedido", **order)

    for tag in ("tipo_desconto", "valor_desconto"):
        del line[tag]
    other = {"ide": {"codigo_item_integracao": "2"}, "produto": line | {"quantidade": 1}}
    order["det"].append(other)
    await include(erp, order)
    kept = await erp.consult()
    assert [item["produto"]["valor_desconto"] for item in kept["det"]] == [6.67, 3.33]
    assert kept["total_pedido"]["valor_descontos"] == 10
    assert "valor_desconto_pedido" not in kept["cabecalho"]


async def test_point_14_a_marketplace_order_names_its_intermediary(erp):
    order = await ready(erp)
    order["informacoes_adicionais"]["outros_detalhes"] = {"cIndicadorIntOd": "1"}

    assert "[cCnpjIntOd] é obrigatório" in await erp.refused(ORDERS, "IncluirPedido", **order)


async def kit_order(erp):
    """An order of two kits, for 199.90 each."""
    order = await ready(erp)
    product = await erp.product("KIT-CAFE-2")
    line = {"codigo_produto": product["codigo_produto"], "quantidade": 2, "valor_unitario": 199.9}
    order["det"][0]["produto"] = line
    return order


async def test_point_14_a_kit_stays_one_line_unless_the_account_explodes_kits(erp):
    await include(erp, await kit_order(erp))

    [line] = (await erp.consult())["det"]
    assert line["produto"]["kit"] == "S"


async def test_point_14_an_exploded_kit_is_followed_by_its_components_which_cost_nothing_more(erp):
    await erp.control("kits", {"explode": True})
    await include(erp, await kit_order(erp))
    order = await erp.consult()

    [kit, *parts] = order["det"]
    assert [(p["produto"]["codigo"], p["produto"]["quantidade"]) for p in parts] == [
        ("CAN-350-AZ", 4), ("CAF-ESP-250", 2), ("COA-PAN-M", 2),
    ]  # fmt: skip
    assert {part["produto"]["componente_kit"] for part in parts} == {"S"}
    assert {part["produto"]["codigo_item_kit"] for part in parts} == {kit["ide"]["codigo_item"]}
    assert order["total_pedido"]["valor_total_pedido"] == 399.8 + 18.5

    head = {"codigo_pedido_integracao": "EST-1"}
    half = [{"ide": {"codigo_item_integracao": "1"}, "produto": {"quantidade": 1}}]
    await erp.ask(ORDERS, "AlterarPedidoVenda", cabecalho=head, det=half)
    quantities = [item["produto"]["quantidade"] for item in (await erp.consult())["det"]]
    assert quantities == [1, 2, 1, 1]


async def test_point_14_taxes_a_caller_forces_are_computed_and_those_beside_the_price_added(erp):
    order = await ready(erp)
    order["det"][0]["imposto"] = {
        "ipi": {"aliq_ipi": 5},
        "icms_st": {"valor_icms_st": 3.33},
        "icms": {"base_icms": 100, "aliq_icms": 18},
    }
    await include(erp, order)

    kept = await erp.consult()
    assert kept["det"][0]["imposto"]["ipi"] == {"aliq_ipi": 5, "base_ipi": 120, "valor_ipi": 6}
    totals = kept["total_pedido"]
    assert (totals["valor_IPI"], totals["valor_st"], totals["valor_icms"]) == (6, 3.33, 18)
    assert totals["valor_total_pedido"] == 138.5 + 6 + 3.33


async def test_point_14_without_forced_taxes_the_default_scenario_adds_none(erp):
    await include(erp, await ready(erp))

    kept = await erp.consult()
    assert kept["det"][0]["imposto"]["icms_sn"]["cod_sit_trib_icms_sn"] == "102"
    assert "valor_IPI" not in kept["total_pedido"]


async def test_point_11_of_one_order_sent_ten_times_at_once_one_is_taken(erp):
    order = await ready(erp)
    answers = await asyncio.gather(*(erp.post(ORDERS, "IncluirPedido", **order) for _ in range(10)))

    refused = [answer.json() for answer in answers if answer.status_code == 500]
    assert len(refused) == 9
    assert {fault["faultstring"] for fault in refused} == {
        "ERROR: Pedido de venda já cadastrado para o codigo de integracao [EST-1]!"
    }
    assert len((await erp.control("orders", method="GET"))["orders"]) == 1
