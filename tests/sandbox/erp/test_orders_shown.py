"""Points 15 and 16: the numbers of orders, and how the query and the listing show them."""

import pytest

ORDERS = "produtos/pedido"


async def test_point_15_numbers_follow_each_other_padded_in_answers_and_bare_in_listings(erp):
    assert (await erp.placed("A"))["numero_pedido"] == "000000000000001"
    await erp.refused(ORDERS, "IncluirPedido", cabecalho={"etapa": "20"})
    assert (await erp.placed("B"))["numero_pedido"] == "000000000000002"

    listed = await erp.ask(ORDERS, "ListarPedidos", pagina=1)
    numbers = [one["cabecalho"]["numero_pedido"] for one in listed["pedido_venda_produto"]]
    assert numbers == ["1", "2"]


async def test_a_known_integration_code_is_refused_and_the_order_stays_one(erp):
    await erp.placed()
    order = await erp.order()
    order["cabecalho"]["codigo_cliente_integracao"] = "EST-C-1"

    assert "já cadastrado para o codigo de integracao [EST-1]" in await erp.refused(
        ORDERS, "IncluirPedido", **order
    )
    assert len((await erp.control("orders", method="GET"))["orders"]) == 1


async def test_point_16_the_query_wraps_an_object_and_drops_what_is_empty(erp):
    placed = await erp.placed()
    by_number = await erp.ask(ORDERS, "ConsultarPedido", numero_pedido="000000000000001")
    by_id = await erp.ask(ORDERS, "ConsultarPedido", codigo_pedido=placed["codigo_pedido"])

    assert by_number == by_id
    order = by_id["pedido_venda_produto"]

    def empties(value):
        inner = value.values() if isinstance(value, dict) else value
        return [
            one
            for one in inner
            if one in ("", 0, None, [], {}) or (isinstance(one, dict | list) and empties(one))
        ]

    assert not empties(order)
    assert "codigo_empresa" not in order["cabecalho"]
    assert "valor_seguro" not in order["frete"]


async def test_point_16_the_listing_keeps_what_is_empty_but_no_moment_that_never_came(erp):
    await erp.placed()
    [order] = (await erp.ask(ORDERS, "ListarPedidos"))["pedido_venda_produto"]

    assert order["frete"]["valor_seguro"] == 0
    assert order["cabecalho"]["enc_motivo"] == ""
    assert order["cabecalho"]["codigo_empresa"] > 0
    assert {"dCan", "hCan", "uCan", "dFat", "hFat", "uFat"}.isdisjoint(order["infoCadastro"])

    await erp.act("cancel", order="EST-1")
    [order] = (await erp.ask(ORDERS, "ListarPedidos"))["pedido_venda_produto"]
    assert order["infoCadastro"]["dCan"] == "21/10/2026"
    assert "dFat" not in order["infoCadastro"]


@pytest.mark.parametrize(
    ("by", "words"),
    [
        ({"codigo_pedido": 1}, "Client-105: ERROR: Pedido não cadastrado para o Código [1] !"),
        ({"codigo_pedido_integracao": "X"}, "para o Código de Integração [X] !"),
        ({"numero_pedido": "77"}, "Client-107"),
        ({}, "[codigo_pedido] ou [codigo_pedido_integracao]"),
    ],
)
async def test_an_order_nobody_has_is_told_by_key(erp, by, words):
    assert words in await erp.refused(ORDERS, "ConsultarPedido", **by)
