"""Points 11 and 12: the register of customers."""

import pytest

from tests.support.sandbox_erp import a_customer

CLIENTS = "geral/clientes"


async def found(erp, **wanted):
    listed = await erp.ask(CLIENTS, "ListarClientes", pagina=1, clientesFiltro=wanted)
    return [customer["codigo_cliente_omie"] for customer in listed["clientes_cadastro"]]


async def test_point_11_ids_have_ten_digits_and_come_in_sequence(erp):
    first = await erp.customer()
    second = await erp.customer(codigo_cliente_integracao="EST-C-2", cnpj_cpf="11222333000181")

    assert len(str(first)) == 10
    assert second == first + 1


async def test_point_11_a_refused_call_uses_up_no_id(erp):
    first = await erp.customer()
    await erp.refused(CLIENTS, "IncluirCliente", **a_customer())
    second = await erp.customer(codigo_cliente_integracao="EST-C-2", cnpj_cpf="11222333000181")

    assert second == first + 1


async def test_point_11_a_known_integration_code_is_refused_with_the_ncod(erp):
    number = await erp.customer()

    fault = await erp.refused(CLIENTS, "IncluirCliente", **a_customer(cnpj_cpf="11222333000181"))
    assert fault == (
        "SOAP-ENV:Client-102: ERROR: Cliente já cadastrado para o Código de Integração [EST-C-1]"
        f" com o nCod [{number}] !"
    )


@pytest.mark.parametrize("code", ["EST-C-9", ""])
async def test_point_11_a_known_document_is_refused_with_the_id_and_the_code(erp, code):
    number = await erp.customer(codigo_cliente_integracao=code, cnpj_cpf="11222333000181")

    sent = a_customer(codigo_cliente_integracao="OTHER", cnpj_cpf="11.222.333/0001-81")
    fault = await erp.refused(CLIENTS, "UpsertCliente", **sent)
    assert fault.endswith(
        f"ERROR: Cliente já cadastrado para o CPF/CNPJ [11.222.333/0001-81] com o Id [{number}]"
        f" e código de integração [{code}] ! (add)"
    )


async def test_point_11_companies_share_no_codes_and_no_ids(erp):
    first = await erp.customer()
    await erp.control("companies", {"app_key": "999", "app_secret": "s"})
    erp.key, erp.secret = "999", "s"

    assert await erp.customer() != first


@pytest.mark.parametrize("tag", ["razao_social", "cnpj_cpf", "email"])
async def test_point_12_name_document_and_email_are_required(erp, tag):
    fault = await erp.refused(CLIENTS, "IncluirCliente", **a_customer(**{tag: ""}))

    assert fault.endswith(f"ERROR: O preenchimento da tag [{tag}] é obrigatório!")


@pytest.mark.parametrize(
    ("sent", "shown", "person"),
    [
        ("52998224725", "529.982.247-25", "S"),
        ("529.982.247-25", "529.982.247-25", "S"),
        ("11222333000181", "11.222.333/0001-81", "N"),
        ("12abc34501de35", "12.ABC.345/01DE-35", "N"),
    ],
)
async def test_point_12_documents_are_echoed_masked_and_found_either_way(erp, sent, shown, person):
    number = await erp.customer(cnpj_cpf=sent)

    record = await erp.ask(CLIENTS, "ConsultarCliente", codigo_cliente_omie=number)
    assert (record["cnpj_cpf"], record["pessoa_fisica"]) == (shown, person)
    assert await found(erp, cnpj_cpf=sent) == [number]
    assert await found(erp, cnpj_cpf=shown) == [number]


async def test_point_12_upsert_includes_by_code_then_alters(erp):
    made = await erp.ask(CLIENTS, "UpsertCliente", **a_customer())
    again = await erp.ask(CLIENTS, "UpsertCliente", **a_customer(bairro="Moinhos"))

    assert made["descricao_status"] == "Cliente cadastrado com sucesso!"
    assert again["codigo_cliente_omie"] == made["codigo_cliente_omie"]
    assert again["codigo_status"] == "0"
    record = await erp.ask(CLIENTS, "ConsultarCliente", codigo_cliente_integracao="EST-C-1")
    assert record["bairro"] == "Moinhos"


async def test_point_12_upsert_by_document_finds_whoever_has_it(erp):
    number = await erp.customer(codigo_cliente_integracao="TYPED")
    sent = a_customer(codigo_cliente_integracao="TYPED", endereco_numero="420")
    del sent["razao_social"]

    again = await erp.ask(CLIENTS, "UpsertClienteCpfCnpj", **sent)
    assert again["codigo_cliente_omie"] == number
    uncoded = {"cnpj_cpf": "529.982.247-25", "bairro": "Moinhos"}
    assert (await erp.ask(CLIENTS, "UpsertClienteCpfCnpj", **uncoded))[
        "codigo_cliente_omie"
    ] == number
    record = await erp.ask(CLIENTS, "ConsultarCliente", codigo_cliente_omie=number)
    assert (record["codigo_cliente_integracao"], record["bairro"]) == ("TYPED", "Moinhos")


async def test_point_12_a_code_is_given_to_a_customer_typed_in_the_erp(erp):
    number = await erp.customer(codigo_cliente_integracao="")
    keys = {"codigo_cliente_omie": number, "codigo_cliente_integracao": "EST-C-7"}
    await erp.ask(CLIENTS, "AssociarCodIntCliente", **keys)

    assert await found(erp, codigo_cliente_integracao="EST-C-7") == [number]


async def test_point_12_a_new_customer_has_the_tags_that_were_sent_and_no_others(erp):
    bare = await erp.customer()
    assert (await erp.ask(CLIENTS, "ConsultarCliente", codigo_cliente_omie=bare))["tags"] == []

    sent = [{"tag": "cliente"}, {"tag": "vip"}]
    made = await erp.customer(
        codigo_cliente_integracao="EST-C-2", cnpj_cpf="11222333000181", tags=sent
    )
    record = await erp.ask(CLIENTS, "ConsultarCliente", codigo_cliente_omie=made)
    assert record["tags"] == sent


async def test_tags_are_added_and_taken_away_singly(erp):
    path, who = "geral/clientetag", {"cCodIntCliente": "EST-C-1"}
    number = await erp.customer(tags=[{"tag": "cliente"}])

    added = await erp.ask(path, "IncluirTags", **who, tags=[{"tag": "VIP"}, {"tag": "Cliente"}])
    assert added["cCodStatus"] == "0"
    assert [one["tag"] for one in added["tagsLista"]] == ["cliente", "VIP"]
    await erp.ask(path, "ExcluirTags", nCodCliente=number, tags=[{"tag": "cliente"}])
    listed = await erp.ask(path, "ListarTags", **who)
    assert [one["tag"] for one in listed["tagsLista"]] == ["VIP"]
    assert await found(erp, tags=[{"tag": "vip"}]) == [number]

    await erp.ask(path, "ExcluirTodas", nCodCliente=number)
    assert (await erp.ask(path, "ListarTags", nCodCliente=number))["tagsLista"] == []
    assert "[tags]" in await erp.refused(path, "IncluirTags", nCodCliente=number)
    assert "[nCodCliente] ou [cCodIntCliente]" in await erp.refused(path, "ListarTags")


async def test_point_12_an_alteration_replaces_the_list_of_tags(erp):
    number = await erp.customer(tags=[{"tag": "cliente"}, {"tag": "vip"}])
    await erp.ask(CLIENTS, "AlterarCliente", codigo_cliente_omie=number, tags=[{"tag": "novo"}])

    record = await erp.ask(CLIENTS, "ConsultarCliente", codigo_cliente_omie=number)
    assert record["tags"] == [{"tag": "novo"}]
    assert record["razao_social"] == "Irene Baptista Leal"
    assert await found(erp, tags=[{"tag": "novo"}]) == [number]


async def test_point_12_cities_are_echoed_as_the_erp_writes_them(erp):
    number = await erp.customer(cidade="São José do Rio Preto", estado="sp")
    record = await erp.ask(CLIENTS, "ConsultarCliente", codigo_cliente_omie=number)
    assert (record["cidade"], record["estado"]) == ("SAO JOSE DO RIO PRETO (SP)", "SP")

    number = await erp.customer(
        codigo_cliente_integracao="2", cnpj_cpf="11222333000181", cidade="4106902", estado="PR"
    )
    record = await erp.ask(CLIENTS, "ConsultarCliente", codigo_cliente_omie=number)
    assert record["cidade"] == "CURITIBA (PR)"


async def test_a_customer_nobody_has_is_a_fault_for_queries_and_for_lists(erp):
    by_id = await erp.refused(CLIENTS, "ConsultarCliente", codigo_cliente_omie=999999999)
    assert by_id == (
        "SOAP-ENV:Client-105: ERROR: Cliente não cadastrado para o Código [999999999] !"
    )
    by_code = await erp.refused(CLIENTS, "ConsultarCliente", codigo_cliente_integracao="X")
    assert by_code == "SOAP-ENV:Client-103: ERROR: Cliente não cadastrado para o Código [0] !"
    listed = await erp.refused(CLIENTS, "ListarClientes", clientesFiltro={"cnpj_cpf": "1"})
    assert listed == ("SOAP-ENV:Client-5113: ERROR: Não existem registros para a página [1]!")


async def test_the_brief_list_names_the_id_otherwise_and_pages_go_on(erp):
    for number in range(3):
        document = f"1122233300018{number}"
        await erp.customer(codigo_cliente_integracao=f"C{number}", cnpj_cpf=document)
    page = {"pagina": 2, "registros_por_pagina": 2}
    listed = await erp.ask(CLIENTS, "ListarClientesResumido", **page)

    [row] = listed.pop("clientes_cadastro_resumido")
    assert row["codigo_cliente_integracao"] == "C2"
    assert "codigo_cliente" in row
    assert listed == {
        "pagina": 2, "total_de_paginas": 2, "registros": 1, "total_de_registros": 3,
    }  # fmt: skip


async def test_customers_are_listed_by_their_codes(erp):
    number = await erp.customer()
    keys = [{"codigo_cliente_integracao": "EST-C-1"}, {"codigo_cliente_omie": 5}]
    listed = await erp.ask(CLIENTS, "ListarClientes", clientesPorCodigo=keys)

    assert [one["codigo_cliente_omie"] for one in listed["clientes_cadastro"]] == [number]


async def test_a_customer_without_orders_can_be_removed(erp):
    await erp.placed()
    fault = await erp.refused(CLIENTS, "ExcluirCliente", codigo_cliente_integracao="EST-C-1")
    assert "em uso" in fault

    await erp.ask("produtos/pedido", "ExcluirPedido", codigo_pedido_integracao="EST-1")
    await erp.ask(CLIENTS, "ExcluirCliente", codigo_cliente_integracao="EST-C-1")
    assert "não cadastrado" in await erp.refused(
        CLIENTS, "ConsultarCliente", codigo_cliente_integracao="EST-C-1"
    )


@pytest.mark.parametrize(
    ("tag", "size"), [("razao_social", 60), ("endereco", 60), ("nome_fantasia", 100), ("cep", 10)]
)
async def test_point_12_a_text_longer_than_its_tag_is_refused(erp, tag, size):
    fault = await erp.refused(CLIENTS, "IncluirCliente", **a_customer(**{tag: "x" * (size + 1)}))
    assert f"número máximo de caracteres da tag [{tag}] é [{size}]" in fault

    await erp.ask(CLIENTS, "IncluirCliente", **a_customer(**{tag: "x" * size}))


async def test_point_12_the_cep_fills_what_is_empty_where_that_is_asked_for(erp):
    sent = a_customer(cep="01310-100", bairro="Minha Vila", pesquisar_cep="S")
    for tag in ("endereco", "cidade", "estado"):
        del sent[tag]
    number = (await erp.ask(CLIENTS, "IncluirCliente", **sent))["codigo_cliente_omie"]

    record = await erp.ask(CLIENTS, "ConsultarCliente", codigo_cliente_omie=number)
    assert record["endereco"] == "Avenida Paulista"
    assert (record["cidade"], record["estado"]) == ("SAO PAULO (SP)", "SP")
    assert record["bairro"] == "Minha Vila"
    assert "pesquisar_cep" not in record


async def test_point_12_an_unknown_cep_fills_nothing(erp):
    sent = a_customer(cep="99999-999", cidade="", estado="", pesquisar_cep="S")
    number = (await erp.ask(CLIENTS, "IncluirCliente", **sent))["codigo_cliente_omie"]

    record = await erp.ask(CLIENTS, "ConsultarCliente", codigo_cliente_omie=number)
    assert (record["cidade"], record["estado"]) == ("", "")


async def test_a_lot_saves_what_can_be_saved_and_tells_of_each(erp):
    first = a_customer()
    second = a_customer(codigo_cliente_integracao="EST-C-2", cnpj_cpf="11222333000181")
    made = await erp.ask(
        CLIENTS, "IncluirClientesPorLote", lote=7, clientes_cadastro=[first, second]
    )
    assert (made["lote"], made["codigo_status"]) == (7, "0")

    third = a_customer(codigo_cliente_integracao="EST-C-3", cnpj_cpf="11444777000161")
    mixed = await erp.ask(CLIENTS, "IncluirClientesPorLote", clientes_cadastro=[first, third])
    assert mixed["codigo_status"] == "1"
    assert "já cadastrado" in mixed["descricao_status"]
    renamed = second | {"razao_social": "Outro nome"}
    await erp.ask(CLIENTS, "UpsertClientesPorLote", clientes_cadastro=[renamed])
    listed = (await erp.ask(CLIENTS, "ListarClientes"))["clientes_cadastro"]
    assert [one["codigo_cliente_integracao"] for one in listed] == ["EST-C-1", "EST-C-2", "EST-C-3"]
    assert listed[1]["razao_social"] == "Outro nome"


@pytest.mark.parametrize("call", ["IncluirClientesPorLote", "UpsertClientesPorLote"])
async def test_a_lot_holds_one_to_fifty(erp, call):
    assert "[clientes_cadastro]" in await erp.refused(CLIENTS, call, lote=1)
    assert "máximo 50" in await erp.refused(CLIENTS, call, clientes_cadastro=[a_customer()] * 51)
    assert "Não existem registros" in await erp.refused(CLIENTS, "ListarClientes")
