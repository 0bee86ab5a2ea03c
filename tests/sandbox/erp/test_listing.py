"""Point 17: what `ListarPedidos` takes, refuses and shows."""

import pytest

ORDERS = "produtos/pedido"
EMPTY = "SOAP-ENV:Client-5113: ERROR: Não existem registros para a página [1]!"


async def codes(erp, **filters):
    """The integration codes of the orders listed."""
    listed = await erp.ask(ORDERS, "ListarPedidos", **filters)
    return [one["cabecalho"]["codigo_pedido_integracao"] for one in listed["pedido_venda_produto"]]


async def test_point_17_a_page_holds_a_hundred_whatever_is_asked(erp):
    for number in range(101):
        await erp.placed(f"EST-{number:03d}")
    listed = await erp.ask(ORDERS, "ListarPedidos", pagina=0, registros_por_pagina=500)

    assert len(listed.pop("pedido_venda_produto")) == 100
    assert listed == {
        "pagina": 1, "total_de_paginas": 2, "registros": 100, "total_de_registros": 101,
    }  # fmt: skip
    assert await codes(erp, pagina=2, registros_por_pagina=500) == ["EST-100"]
    assert (await codes(erp, ordem_descrescente="S", registros_por_pagina=1)) == ["EST-100"]
    assert "página [3]" in await erp.refused(
        ORDERS, "ListarPedidos", pagina=3, registros_por_pagina=100
    )


@pytest.mark.parametrize(
    "tag",
    [
        "codigo_cliente", "codigo_pedido", "numero_pedido", "data_previsao", "cancelado",
        "faturado", "filtrar_apenas_faturado", "filtrar_por_etapa", "ordem_decrescente",
    ],
)  # fmt: skip
async def test_point_17_the_refused_filters_are_refused(erp, tag):
    fault = await erp.refused(ORDERS, "ListarPedidos", **{tag: "1"})

    assert fault.startswith(f"SOAP-ENV:Client-5001: ERROR: Tag [{tag.upper()}]")


async def test_point_17_filters_narrow_the_list(erp):
    await erp.placed("A")
    await erp.placed("B", etapa="10", data_previsao="30/10/2026")
    await erp.act("cancel", order="A")
    customer = (await erp.consult("A"))["cabecalho"]["codigo_cliente"]

    assert await codes(erp, etapa="20") == ["A"]
    assert await codes(erp, filtrar_por_cliente=customer) == ["A", "B"]
    assert await codes(erp, numero_pedido_de=2, numero_pedido_ate=9) == ["B"]
    assert await codes(erp, data_previsao_de="25/10/2026") == ["B"]
    assert await codes(erp, status_pedido="CANCELADO") == ["A"]
    canceled_today = {
        "data_cancelamento_de": "21/10/2026",
        "data_cancelamento_ate": "21/10/2026",
    }
    assert await codes(erp, **canceled_today) == ["A"]
    for nothing in (
        {"etapa": "99"},
        {"filtrar_por_cliente": 5},
        {"status_pedido": "FATURADO"},
        {"filtrar_por_vendedor": 5},
    ):
        assert await erp.refused(ORDERS, "ListarPedidos", **nothing) == EMPTY


async def test_point_17_an_order_is_found_by_the_day_and_the_way_it_ended(erp):
    for code in ("A", "B", "C"):
        await erp.placed(code)
    await erp.advance(86_400)
    await erp.act("invoice", order="A")
    await erp.act("invoice", order="B")
    await erp.ask(ORDERS, "DevolverPedido", codigo_pedido_integracao="B")
    await erp.act("cancel", order="C")

    assert await codes(erp, data_faturamento_de="22/10/2026") == ["A", "B"]
    assert await codes(erp, data_cancelamento_de="22/10/2026") == ["C"]
    for stem in ("data_faturamento", "data_cancelamento"):
        yesterday = {f"{stem}_ate": "21/10/2026"}
        assert await erp.refused(ORDERS, "ListarPedidos", **yesterday) == EMPTY
    assert await codes(erp, status_pedido="FATURADO") == ["A", "B"]
    assert await codes(erp, status_pedido="AUTORIZADO") == ["A", "B"]
    assert await codes(erp, status_pedido="DEVOLVIDO") == ["B"]
    assert await codes(erp, numero_pedido_de=2, numero_pedido_ate=2) == ["B"]


async def test_point_17_a_lonely_end_begins_today(erp):
    await erp.placed("A")
    await erp.advance(86_400)
    await erp.placed("B")

    assert await codes(erp, filtrar_por_data_ate="31/12/2026") == ["B"]
    dates = {"filtrar_por_data_de": "01/10/2026", "filtrar_por_data_ate": "21/10/2026"}
    assert await codes(erp, **dates) == ["A"]


async def test_point_17_in_brief_an_order_has_no_items_and_no_totals(erp):
    await erp.placed()
    listed = await erp.ask(ORDERS, "ListarPedidos", apenas_resumo="S")

    [order] = listed["pedido_venda_produto"]
    assert set(order) == {
        "cabecalho", "infoCadastro", "informacoes_adicionais", "frete", "exportacao",
        "observacoes",
    }  # fmt: skip


async def test_point_17_a_year_before_1900_and_an_unknown_status_are_told(erp):
    fault = await erp.refused(ORDERS, "ListarPedidos", filtrar_por_data_de="01/01/1800")
    assert fault == (
        "SOAP-ENV:Client-104: ERROR: O ano informado na tag [filtrar_por_data_de] deve ser maior"
        " que 1900!"
    )
    assert "FATURADO, CANCELADO" in await erp.refused(ORDERS, "ListarPedidos", status_pedido="X")
