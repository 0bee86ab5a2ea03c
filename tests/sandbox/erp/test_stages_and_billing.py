"""Points 18, 19 and 20: stages, billing, cancelling, removing."""

ORDERS, BILLING = "produtos/pedido", "produtos/pedidovendafat"


async def status(erp, code="EST-1"):
    return await erp.ask(ORDERS, "StatusPedido", codigo_pedido_integracao=code)


async def move(erp, stage, code="EST-1"):
    keys = {"codigo_pedido_integracao": code, "etapa": stage}
    return await erp.ask(ORDERS, "TrocarEtapaPedido", **keys)


async def bill(erp, code="EST-1"):
    return await erp.ask(BILLING, "FaturarPedidoVenda", cCodIntPed=code)


async def stages(erp):
    """The stages in the log, first to last."""
    listed = await erp.ask("produtos/pedidoetapas", "ListarEtapasPedido", nPagina=1)
    return [row["cEtapa"] for row in listed["etapasPedido"]]


async def test_point_18_a_cancelled_order_keeps_its_stage_and_cannot_be_moved(erp):
    await erp.placed()
    assert (await move(erp, "10"))["codigo_status"] == "0"
    await erp.ask(BILLING, "CancelarPedidoVenda", cCodIntPed="EST-1")

    order = await erp.consult()
    assert (order["cabecalho"]["etapa"], order["infoCadastro"]["cancelado"]) == ("10", "S")
    answer = await move(erp, "50")
    assert answer["codigo_status"] != "0"
    assert "Não é possível" in answer["descricao_status"]
    assert (await status(erp))["etapa"] == "10"


async def test_point_18_no_order_is_moved_into_billed_or_out_of_it_by_hand(erp):
    await erp.placed()
    assert (await move(erp, "60"))["codigo_status"] != "0"
    await erp.act("invoice", order="EST-1")
    assert (await move(erp, "20"))["codigo_status"] != "0"
    assert (await status(erp))["etapa"] == "60"


async def test_point_19_billing_takes_its_time_then_has_a_note_with_a_key(erp):
    placed = await erp.placed()
    answer = await bill(erp)
    assert (answer["cCodStatus"], answer["nCodPed"]) == ("0", placed["codigo_pedido"])
    waiting = await status(erp)
    assert (waiting["etapa"], waiting["faturada"]) == ("50", "N")
    assert (await bill(erp))["cCodStatus"] != "0"

    await erp.advance(5)
    done = await status(erp)
    assert (done["etapa"], done["faturada"]) == ("60", "S")
    [note] = done["ListaNfe"]
    assert len(note["chave_nfe"]) == 44
    order = await erp.consult()
    assert (order["infoCadastro"]["autorizado"], order["infoCadastro"]["hFat"]) == (
        "S",
        "10:00:05",
    )
    again = await bill(erp)
    assert again["cCodStatus"] != "0"
    assert again["cDescStatus"].endswith("o Pedido de Venda de Produto já foi autorizado.")
    assert await stages(erp) == ["20", "50", "60"]


async def test_point_19_street_number_and_email_are_checked_before(erp):
    await erp.placed()
    await erp.act("block_customer", customer="EST-C-1")
    assert "bloqueado" in (await bill(erp))["cDescStatus"]
    await erp.act("unblock_customer", customer="EST-C-1")

    order = await erp.order("EST-2")
    order["cabecalho"]["codigo_cliente"] = await erp.customer(
        codigo_cliente_integracao="2", cnpj_cpf="11222333000181", endereco_numero=""
    )
    await erp.ask(ORDERS, "IncluirPedido", **order)
    checked = await erp.ask(BILLING, "ValidarPedidoVenda", cCodIntPed="EST-2")
    refused = await bill(erp, "EST-2")
    assert checked == refused
    assert refused["cDescStatus"] == (
        "Não foi possível realizar o faturamento desse Pedido de Venda de Produto! Para emitir a"
        " NF-e falta preencher o Número do Endereço."
    )
    cure = {"codigo_cliente_integracao": "2", "endereco_numero": "418"}
    await erp.ask("geral/clientes", "AlterarCliente", **cure)
    assert (await bill(erp, "EST-2"))["cCodStatus"] == "0"


async def test_point_19_sefaz_can_reject_and_can_keep_silent(erp):
    await erp.placed()
    await erp.control("invoicing", {"outcome": "reject", "delay_s": 1})
    await bill(erp)
    await erp.advance(1)
    assert (await status(erp))["etapa"] == "50"
    assert (await status(erp))["faturada"] == "N"

    await erp.control("invoicing", {"outcome": "hold"})
    assert (await bill(erp))["cCodStatus"] == "0"
    await erp.advance(86_400)
    assert (await status(erp))["faturada"] == "N"

    await erp.act("invoice", order="EST-1")
    assert (await status(erp))["faturada"] == "S"


async def test_point_20_cancelling_marks_the_order_and_its_note(erp):
    await erp.placed()
    await erp.act("invoice", order="EST-1")
    answer = await erp.ask(BILLING, "CancelarPedidoVenda", cCodIntPed="EST-1")
    assert answer["cCodStatus"] == "0"

    order = await erp.consult()
    assert order["cabecalho"]["etapa"] == "60"
    info = order["infoCadastro"]
    assert (info["cancelado"], info["dCan"], info["uCan"]) == ("S", "21/10/2026", "WEBSERVICE")
    assert (await status(erp))["ListaNfe"][0]["status_nfe"] == "cancelled"
    again = await erp.ask(BILLING, "CancelarPedidoVenda", cCodIntPed="EST-1")
    assert again["cCodStatus"] != "0"


async def test_a_cancelled_order_is_not_billed_later(erp):
    await erp.placed()
    await bill(erp)
    await erp.ask(BILLING, "CancelarPedidoVenda", cCodIntPed="EST-1")
    await erp.advance(60)

    assert (await status(erp))["faturada"] == "N"
    assert "cancelado" in (await bill(erp))["cDescStatus"]


async def test_point_20_removing_leaves_nothing_and_is_refused_once_billed(erp):
    await erp.placed()
    await erp.placed("EST-2")
    await erp.act("invoice", order="EST-2")

    removed = await erp.ask(ORDERS, "ExcluirPedido", codigo_pedido_integracao="EST-1")
    assert removed["codigo_status"] == "0"
    assert "não cadastrado" in await erp.refused(
        ORDERS, "ConsultarPedido", codigo_pedido_integracao="EST-1"
    )
    fault = await erp.refused(ORDERS, "ExcluirPedido", codigo_pedido_integracao="EST-2")
    assert "já faturado" in fault
    assert "20" in await stages(erp)
    assert len(await stages(erp)) == 2


async def test_orders_of_a_stage_and_their_codes(erp):
    placed = await erp.placed()
    number = placed["codigo_pedido"]
    await erp.ask(BILLING, "AssociarCodIntPedidoVenda", nCodPed=number, cCodIntPed="NEW")

    found = await erp.ask(BILLING, "ObterPedidosVenda", cEtapa="20")
    assert found["listaPedidosVenda"] == [{"nIdPed": number, "cNumPedido": "1"}]
    assert (await erp.consult("NEW"))["cabecalho"]["codigo_pedido"] == number


async def test_the_log_of_stages_is_read_by_order_stage_and_date(erp):
    placed = await erp.placed()
    await erp.placed("EST-2")
    await erp.advance(86_400)
    await erp.act("move_stage", order=placed["codigo_pedido"], stage="80")

    async def rows(**by):
        return (await erp.ask("produtos/pedidoetapas", "ListarEtapasPedido", **by))["etapasPedido"]

    assert [row["cEtapa"] for row in await rows(cCodIntPed="EST-1")] == ["20", "80"]
    [moved] = await rows(dDtInicial="22/10/2026")
    assert (moved["cEtapa"], moved["cUsEtapa"]) == ("80", "P000481")
    latest = await rows(cOrdenarPor="DATAHORA", cOrdemDecrescente="S", nRegPorPagina=1)
    assert latest[0]["cEtapa"] == "80"
