"""Point 14's taxes: what each scenario makes of an order, and of it when it is altered."""

import pytest

ORDERS = "produtos/pedido"


@pytest.fixture
async def scenarios(erp):
    """The ids of the tax scenarios by their names."""
    listed = await erp.ask("geral/cenarios", "ListarCenarios")
    assert all("regras" not in one for one in listed["cenariosEncontrados"])
    return {one["cNome"]: one["nCodigo"] for one in listed["cenariosEncontrados"]}


async def lines(erp):
    order = await erp.consult()
    return order["det"], order["total_pedido"]


async def test_point_14_the_default_scenario_computes_no_tax(erp, scenarios):
    await erp.placed()
    [line], total = await lines(erp)

    default = scenarios["Venda a consumidor final"]
    assert line["inf_adic"]["codigo_cenario_impostos_item"] == default
    assert line["imposto"]["icms_sn"]["cod_sit_trib_icms_sn"] == "102"
    assert line["produto"]["cfop"] == "6.108"
    assert total["valor_total_pedido"] == 138.5
    assert "valor_icms" not in total


async def test_point_14_taxes_of_the_normal_regime_are_within_the_price(erp, scenarios):
    await erp.placed(codigo_cenario_impostos=scenarios["Venda pelo regime normal"])
    [line], total = await lines(erp)

    assert line["imposto"]["icms"]["aliq_icms"] == 12
    assert line["imposto"]["icms"]["base_icms"] == 120
    assert (total["valor_icms"], total["valor_pis"], total["valor_cofins"]) == (14.4, 1.98, 9.12)
    assert total["valor_total_pedido"] == 138.5


async def test_point_14_ipi_is_charged_beside_the_price(erp, scenarios):
    await erp.placed(codigo_cenario_impostos=scenarios["Venda de produção própria"])
    _, total = await lines(erp)

    assert (total["valor_IPI"], total["valor_total_pedido"]) == (6, 144.5)


async def test_point_14_a_line_may_be_of_another_scenario_than_its_order(erp, scenarios):
    order = await erp.order()
    order["cabecalho"]["codigo_cliente"] = await erp.customer()
    order["det"][0]["inf_adic"] = {
        "codigo_cenario_impostos_item": scenarios["Venda a contribuinte"]
    }
    await erp.ask(ORDERS, "IncluirPedido", **order)
    assert (await lines(erp))[0][0]["produto"]["cfop"] == "6.102"

    order["cabecalho"]["codigo_pedido_integracao"] = "EST-2"
    order["det"][0]["inf_adic"]["codigo_cenario_impostos_item"] = 5
    assert "[codigo_cenario_impostos_item]" in await erp.refused(ORDERS, "IncluirPedido", **order)


async def test_point_14_taxes_follow_an_alteration_of_quantity_or_scenario(erp, scenarios):
    await erp.placed(codigo_cenario_impostos=scenarios["Venda pelo regime normal"])
    key = {"codigo_pedido_integracao": "EST-1"}
    [line], _ = await lines(erp)
    more = {"ide": {"codigo_item_integracao": line["ide"]["codigo_item_integracao"]}}
    more["produto"] = {"quantidade": 3}
    await erp.ask(ORDERS, "AlterarPedidoVenda", cabecalho=key, det=[more])
    assert (await lines(erp))[1]["valor_icms"] == 22.19

    consumer = {"codigo_cenario_impostos": scenarios["Venda a consumidor final"]}
    await erp.ask(ORDERS, "AlterarPedidoVenda", cabecalho=key | consumer)
    [line], total = await lines(erp)
    assert ("icms" in line["imposto"], "valor_icms" in total) == (False, False)


@pytest.mark.parametrize(
    ("uf", "cfop", "rate"), [("SP", "5.102", 18), ("RJ", "6.108", 12), ("BA", "6.108", 7)]
)
async def test_taxes_of_a_sale_are_told_before_it_is_made(erp, scenarios, uf, cfop, rate):
    customer = await erp.customer(estado=uf, cidade="")
    asked = {
        "codigo_cliente_omie": customer,
        "codigo": "CAN-350-AZ",
        "consumo_final": "S",
        "codigo_cenario": scenarios["Venda pelo regime normal"],
    }
    told = await erp.ask("geral/cenarios", "ListarImpostosCenario", **asked)

    assert (told["uf_empresa"], told["uf_cliente"]) == ("SP", uf)
    assert (told["impostos"]["cfop"], told["impostos"]["aliquota_icms"]) == (cfop, rate)
    assert told["impostos"]["aliquota_pis"] == 1.65


async def test_of_lines_with_one_integration_code_an_alteration_means_the_first(erp):
    order = await erp.order()
    order["cabecalho"]["codigo_cliente"] = await erp.customer()
    order["det"] = order["det"] * 3
    await erp.ask(ORDERS, "IncluirPedido", **order)
    ide = order["det"][0]["ide"]
    sent = [{"ide": ide, "produto": {"quantidade": 5}}]
    await erp.ask(
        ORDERS, "AlterarPedidoVenda", cabecalho={"codigo_pedido_integracao": "EST-1"}, det=sent
    )
    quantities = [line["produto"]["quantidade"] for line in (await lines(erp))[0]]
    assert quantities == [5, 2, 2]

    sent = [{"ide": ide | {"acao_item": "E"}}]
    await erp.ask(
        ORDERS, "AlterarPedidoVenda", cabecalho={"codigo_pedido_integracao": "EST-1"}, det=sent
    )
    assert len((await lines(erp))[0]) == 2


async def test_taxes_of_a_sale_nobody_has_made_are_simulated_line_by_line(erp, scenarios):
    product = (await erp.product())["codigo_produto"]
    line = {"codigo_produto": product, "quantidade": 2, "valor_unitario": 50, "valor_desconto": 10}
    normal = {"codigo_cenario_impostos_item": scenarios["Venda pelo regime normal"]}
    asked = {
        "consumidor_final": "S",
        "cliente_simul": {"clientes_estado": "BA"},
        "det_simul": [{"produto_simul": line, **normal}, {"produto_simul": line}],
    }
    [first, second] = (await erp.ask(ORDERS, "SimularImpostos", **asked))["det_simul_resp"]

    assert first["produto_simul_resp"]["valor_total"] == 90
    assert (first["produto_simul_resp"]["cfop"], first["imposto"]["icms"]["valor_icms"]) == (
        "6.108", 6.3,
    )  # fmt: skip
    assert "icms" not in second["imposto"]
    asked["uf_entrega"] = "SP"
    [first, _] = (await erp.ask(ORDERS, "SimularImpostos", **asked))["det_simul_resp"]
    assert first["produto_simul_resp"]["cfop"] == "5.102"
    assert "[det_simul]" in await erp.refused(ORDERS, "SimularImpostos", consumidor_final="S")
