"""Points 19 and 20 on the note's side: the NF-e a hub reads, and goods that come back."""

import html

import pytest

NOTES, PAPERS = "produtos/nfconsultar", "produtos/dfedocs"
ORDERS, BILLING = "produtos/pedido", "produtos/pedidovendafat"
HERE = "http://127.0.0.1:8411"


async def billed(erp, code="EST-1"):
    """The note of a new order."""
    await erp.placed(code)
    order = await erp.act("invoice", order=code)
    number = order["cabecalho"]["codigo_pedido"]
    return await erp.ask(NOTES, "ConsultarNF", nIdPedido=number)


async def numbers(erp, **filters):
    listed = await erp.ask(NOTES, "ListarNF", **filters)
    return [note["ide"]["nNF"] for note in listed["nfCadastro"]]


async def test_point_19_a_billed_order_has_a_note_found_by_each_of_its_keys(erp):
    note = await billed(erp)

    assert (note["ide"]["mod"], note["ide"]["dCan"], note["ide"]["tpNF"]) == ("55", "", "1")
    assert note["total"]["ICMSTot"]["vNF"] == 138.5
    assert note["nfDestInt"]["cCodCliInt"] == "EST-C-1"
    for key in (
        {"nCodNF": note["compl"]["nIdNF"]},
        {"cChaveNFe": note["compl"]["cChaveNFe"]},
        {"nNF": note["ide"]["nNF"], "serie": note["ide"]["serie"]},
    ):
        assert await erp.ask(NOTES, "ConsultarNF", **key) == note


@pytest.mark.parametrize("times", [1, 2, 3])
async def test_point_19_a_key_has_44_digits_of_which_the_last_checks_the_others(erp, times):
    for number in range(times):
        note = await billed(erp, f"EST-{number}")
    key = note["compl"]["cChaveNFe"]
    weighted = zip(reversed(key[:-1]), [2, 3, 4, 5, 6, 7, 8, 9] * 6, strict=False)
    rest = sum(int(digit) * weight for digit, weight in weighted) % 11

    assert len(key) == 44
    assert int(key[-1]) == (0 if rest < 2 else 11 - rest)
    assert key[20:25] == "55001"


async def test_point_19_an_order_not_billed_has_no_note(erp):
    placed = await erp.placed()
    await erp.ask(BILLING, "FaturarPedidoVenda", cCodIntPed="EST-1")

    asked = {"nIdPedido": placed["codigo_pedido"]}
    assert "não cadastrada" in await erp.refused(NOTES, "ConsultarNF", **asked)
    await erp.advance(5)
    assert (await erp.ask(NOTES, "ConsultarNF", **asked))["ide"]["nNF"] == "00000001"


async def test_point_20_cancelling_dates_the_note(erp):
    note = await billed(erp)
    await erp.ask(BILLING, "CancelarPedidoVenda", cCodIntPed="EST-1")

    cancelled = await erp.ask(NOTES, "ConsultarNF", nCodNF=note["compl"]["nIdNF"])
    assert cancelled["ide"]["dCan"] == "21/10/2026"
    assert await numbers(erp, filtrar_por_status="C") == [note["ide"]["nNF"]]
    assert "5113" in await erp.refused(NOTES, "ListarNF", filtrar_por_status="N")


async def test_notes_are_listed_by_date_number_customer_and_the_customers_own_number(erp):
    order = await erp.order("EST-2")
    order["informacoes_adicionais"]["numero_pedido_cliente"] = "MKT-7"
    note = await billed(erp)
    order["cabecalho"]["codigo_cliente"] = note["nfDestInt"]["nCodCli"]
    await erp.ask(ORDERS, "IncluirPedido", **order)
    await erp.advance(86_400)
    await erp.act("invoice", order="EST-2")

    assert await numbers(erp) == ["00000001", "00000002"]
    assert await numbers(erp, ordem_decrescente="S", registros_por_pagina=1) == ["00000002"]
    assert await numbers(erp, dEmiFinal="21/10/2026") == ["00000001"]
    assert await numbers(erp, dEmiInicial="22/10/2026") == ["00000002"]
    assert await numbers(erp, nNFInicial=2, nNFFinal=2) == ["00000002"]
    assert await numbers(erp, cNumeroPedidoCliente="MKT-7") == ["00000002"]
    assert await numbers(erp, cnpj_cpf="529.982.247-25", cApenasResumo="S") == [
        "00000001", "00000002",
    ]  # fmt: skip
    assert "5113" in await erp.refused(NOTES, "ListarNF", nIdCliente=5)


async def test_the_papers_of_a_note_are_served_where_the_answers_say(erp):
    note = await billed(erp)
    number = note["compl"]["nIdNF"]
    papers = await erp.ask(PAPERS, "ObterNfe", nIdNfe=number)

    xml = html.unescape(papers["cXmlNfe"])
    assert "&lt;nfeProc" in papers["cXmlNfe"]
    assert f"<chNFe>{papers['nChaveNfe']}</chNFe>" in xml
    assert "<CPF>52998224725</CPF>" in xml
    danfe = await erp.http.get(papers["cPdf"].removeprefix(HERE))
    assert papers["nChaveNfe"] in danfe.text
    short = await erp.ask(PAPERS, "ObterDanfeSimp", nIdNfe=number)
    assert (short["nChaveNfe"], short["cPdf"]) == (papers["nChaveNfe"], papers["cPdf"])
    printed = await erp.ask(PAPERS, "ObterPedVenda", nIdPed=note["compl"]["nIdPedido"])
    page = await erp.http.get(printed["cPdfPed"].removeprefix(HERE))
    assert (printed["cNumPed"], "Pedido de venda 1" in page.text) == ("1", True)
    where = await erp.ask("produtos/notafiscalutil", "GetUrlNotaFiscal", nCodNF=number)
    assert (await erp.http.get(where["cUrlNF"].removeprefix(HERE))).text == xml
    assert (await erp.http.get("/documents/4107733109921/5.xml")).status_code == 404


async def test_tracking_is_written_on_a_billed_order_and_on_no_other(erp):
    await erp.placed()
    keys = {"codigo_pedido_integracao": "EST-1", "codigo_rastreio": "BR123"}
    assert "não está faturado" in await erp.refused(ORDERS, "AlterarPedFaturado", **keys)

    await erp.act("invoice", order="EST-1")
    await erp.ask(ORDERS, "AlterarPedFaturado", **keys)
    assert (await erp.consult())["frete"]["codigo_rastreio"] == "BR123"


async def test_goods_come_back_in_part_then_whole_and_never_twice(erp):
    note = await billed(erp)
    product = note["det"][0]["nfProdInt"]["nCodProd"]
    stocked = {"id_prod": product}
    before = (await erp.ask("estoque/consulta", "PosicaoEstoque", **stocked))["fisico"]
    keys = {"codigo_pedido_integracao": "EST-1"}
    part = [{"codigo_produto": product, "quantidade": 1}]

    back = await erp.ask(ORDERS, "DevolverPedido", **keys, itens=part)
    assert back["cCodStatus"] == "0"
    assert (await erp.consult())["infoCadastro"]["devolvido_parcial"] == "S"
    await erp.ask(ORDERS, "DevolverPedido", **keys, itens=part)
    assert (await erp.consult())["infoCadastro"]["devolvido"] == "S"
    after = (await erp.ask("estoque/consulta", "PosicaoEstoque", **stocked))["fisico"]
    assert after == before + 2
    assert "já foi devolvido" in await erp.refused(ORDERS, "DevolverPedido", **keys)


async def test_no_goods_come_back_twice_whether_returned_or_cancelled(erp):
    product = (await erp.product())["codigo_produto"]
    stocked = {"id_prod": product}
    before = (await erp.ask("estoque/consulta", "PosicaoEstoque", **stocked))["fisico"]
    await billed(erp)
    keys = {"codigo_pedido_integracao": "EST-1"}
    one = [{"codigo_produto": product, "quantidade": 1}]
    await erp.ask(ORDERS, "DevolverPedido", **keys, itens=one)
    two = [{"codigo_produto": product, "quantidade": 2}]
    assert "[quantidade]" in await erp.refused(ORDERS, "DevolverPedido", **keys, itens=two)

    await erp.ask(BILLING, "CancelarPedidoVenda", cCodIntPed="EST-1")
    after = (await erp.ask("estoque/consulta", "PosicaoEstoque", **stocked))["fisico"]
    assert after == before


async def test_an_order_that_is_not_billed_has_nothing_to_give_back(erp):
    await erp.placed()
    keys = {"codigo_pedido_integracao": "EST-1"}

    assert "não está faturado" in await erp.refused(ORDERS, "DevolverPedido", **keys)


async def test_a_return_has_an_incoming_note_of_its_own_share_that_names_the_sales_note(erp):
    sale = await billed(erp)
    keys = {"codigo_pedido_integracao": "EST-1"}
    part = [{"codigo_produto": sale["det"][0]["nfProdInt"]["nCodProd"], "quantidade": 1}]
    back = await erp.ask(ORDERS, "DevolverPedido", **keys, itens=part)
    assert await numbers(erp) == [sale["ide"]["nNF"]]
    await erp.advance(5)

    note = await erp.ask(NOTES, "ConsultarNF", nIdPedido=back["nIdDevolucao"])
    assert (note["ide"]["tpNF"], note["ide"]["finNFe"], note["pedido"]["opPedido"]) == (
        "0", "4", "13",
    )  # fmt: skip
    assert (note["total"]["ICMSTot"]["vProd"], note["total"]["ICMSTot"]["vNF"]) == (64.9, 60)
    assert (note["det"][0]["prod"]["qCom"], note["det"][0]["prod"]["CFOP"]) == (1, "2.202")
    assert await numbers(erp, tpNF="0") == await numbers(erp, opPedido="13") == ["00000002"]
    assert await numbers(erp, tpNF="1") == ["00000001"]
    listed = (await erp.ask(ORDERS, "StatusPedido", **keys))["ListaNfe"]
    assert [one["tipo"] for one in listed] == ["S", "E"]
    papers = await erp.ask(PAPERS, "ObterNfe", nIdNfe=note["compl"]["nIdNF"])
    assert f"<refNFe>{sale['compl']['cChaveNFe']}</refNFe>" in html.unescape(papers["cXmlNfe"])


async def test_a_returns_note_may_be_refused_and_the_goods_are_back_all_the_same(erp):
    await billed(erp)
    await erp.control("invoicing", {"outcome": "reject", "delay_s": 0})
    keys = {"codigo_pedido_integracao": "EST-1"}
    await erp.ask(ORDERS, "DevolverPedido", **keys)

    listed = (await erp.ask(ORDERS, "StatusPedido", **keys))["ListaNfe"]
    assert [one["status_nfe"] for one in listed] == ["authorised", "rejected"]
    assert (await erp.consult())["infoCadastro"]["devolvido"] == "S"


async def test_the_companys_logo_has_an_address_that_works(erp):
    [business] = (await erp.ask("geral/empresas", "ListarEmpresas"))["empresas_cadastro"]
    asked = {"nCodEmpr": business["codigo_empresa"]}
    found = await erp.ask("produtos/notafiscalutil", "GetUrlLogo", **asked)

    drawn = await erp.http.get(found["cUrlLogo"].removeprefix(HERE))
    assert (drawn.status_code, drawn.headers["content-type"]) == (200, "image/svg+xml")
    assert business["nome_fantasia"] in drawn.text
    assert found["dtValUrl"] == "28/10/2026"
    assert "não cadastrada" in await erp.refused(
        "produtos/notafiscalutil", "GetUrlLogo", nCodEmpr=5
    )


@pytest.mark.parametrize(("call", "tag"), [("ObterCTe", "nIdCTe"), ("ObterCupom", "nIdCupom")])
async def test_a_company_without_carriers_or_tills_papers_says_so_of_every_id(erp, call, tag):
    assert f"[{tag}]" in await erp.refused(PAPERS, call)
    assert "não cadastrado para o Código [5]" in await erp.refused(PAPERS, call, **{tag: 5})


@pytest.mark.parametrize(
    ("call", "complex_type"),
    [("GetUrlDanfe", "nfUtil_GetUrlDanfe_request"), ("GetUrlNotaFiscal", "nfUtil_GetUrlNF_request"),
     ("GetUrlLogo", "nfUtil_GetUrlLogo_request")],
)  # fmt: skip
async def test_point_05_a_types_own_name_is_told_for_each_address(erp, call, complex_type):
    fault = await erp.refused("produtos/notafiscalutil", call, chave=1)
    assert fault.endswith(
        f"Tag [CHAVE] não faz parte da estrutura do tipo complexo [{complex_type}]!"
    )


async def test_a_note_tells_what_came_back_of_each_line_and_the_log_of_stages_when(erp):
    note = await billed(erp)
    line = note["det"][0]
    assert line["itemPedido"] == {
        "nIdItemPedido": line["nfProdInt"]["nCodItem"], "cItemDevolvido": "N",
        "nItemQtdDevolvida": 0,
    }  # fmt: skip
    wanted = [{"codigo_produto": line["nfProdInt"]["nCodProd"], "quantidade": 1}]
    await erp.ask(ORDERS, "DevolverPedido", codigo_pedido_integracao="EST-1", itens=wanted)
    await erp.advance(5)

    sold = await erp.ask(NOTES, "ConsultarNF", nIdPedido=note["compl"]["nIdPedido"])
    back = sold["det"][0]["itemPedido"]
    assert (back["cItemDevolvido"], back["nItemQtdDevolvida"]) == ("S", 1)
    log = await erp.ask("produtos/pedidoetapas", "ListarEtapasPedido", cCodIntPed="EST-1")
    now = log["etapasPedido"][-1]
    assert now["devolucao"] == {
        "cDevolvido": "N", "dDtDev": "21/10/2026", "cHrDev": "10:00:05", "cUsDev": "WEBSERVICE",
    }  # fmt: skip
    billing = now["faturamento"]
    assert (billing["cUsDev"], billing["cDANFE"]) == ("P000481", "S")
    assert (billing["dDtSainda"], billing["cHrSaida"]) == ("21/10/2026", "10:00:00")


async def test_point_19_the_status_of_an_order_links_to_the_danfe_of_its_note(erp):
    await billed(erp)
    [note] = (await erp.ask(ORDERS, "StatusPedido", codigo_pedido_integracao="EST-1"))["ListaNfe"]

    assert note["chave_nfe"] in (await erp.http.get(note["danfe"].removeprefix(HERE))).text
    assert (note["data_saida"], note["contingencia"]) == ("21/10/2026", "N")
