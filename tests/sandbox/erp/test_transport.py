"""Points 1 to 6 and 26: the transport, the keys, the tags, the faults, the log."""

import json

import pytest

from sandbox.erp.services import SERVICES

CLIENTS = "/api/v1/geral/clientes/"


async def test_point_01_without_the_slash_it_says_where_it_moved(erp):
    answer = await erp.http.post("/api/v1/geral/clientes", json={})

    assert answer.status_code == 301
    assert answer.headers["location"].endswith(CLIENTS)


async def test_point_01_a_get_shows_a_page_that_names_the_calls(erp):
    answer = await erp.http.get(CLIENTS)

    assert answer.headers["content-type"].startswith("text/html")
    assert "IncluirCliente" in answer.text


@pytest.mark.parametrize(
    ("param", "extra"),
    [({}, {}), ([], {}), ([{}, {}], {}), ([7], {}), ([{}], {"token": "x"})],
    ids=["an object", "nothing", "two objects", "a number", "a fifth key"],
)
async def test_point_02_the_body_is_four_keys_with_one_object_in_an_array(erp, param, extra):
    keys = {"app_key": erp.key, "app_secret": erp.secret, "call": "ListarClientes"}
    answer = await erp.http.post(CLIENTS, json=keys | {"param": param} | extra)

    assert answer.status_code == 500
    assert "Invalid JSON Object" in answer.json()["faultstring"]


async def test_point_02_what_is_no_json_is_a_syntax_error(erp):
    answer = await erp.http.post(CLIENTS, content=b'{"call":')

    assert "JSON request with SyntaxError" in answer.json()["faultstring"]


@pytest.mark.parametrize("wrong", [{"app_key": "1"}, {"app_secret": "1"}, {"app_key": ""}])
async def test_point_03_a_wrong_key_and_a_wrong_secret_are_refused_alike(erp, wrong):
    keys = {"app_key": erp.key, "app_secret": erp.secret} | wrong
    body = keys | {"call": "ListarClientes", "param": [{}]}
    answer = await erp.http.post(CLIENTS, json=body)

    assert answer.status_code == 403
    assert answer.json() == {
        "faultstring": "A chave de acesso não está preenchida ou não é válida.",
        "faultcode": "SOAP-ENV:Server",
    }


async def test_point_03_a_suspended_key_is_refused_until_it_is_taken_up_again(erp):
    await erp.control("keys", {"app_key": erp.key, "suspended": True})
    answer = await erp.post("geral/empresas", "ListarEmpresas")
    assert answer.status_code == 403
    assert "está suspenso" in answer.json()["faultstring"]

    await erp.control("keys", {"app_key": erp.key, "suspended": False})
    assert (await erp.post("geral/empresas", "ListarEmpresas")).status_code == 200


async def test_point_04_calls_are_known_per_endpoint_and_by_case(erp):
    assert 'Method "IncluirPedido" not exists' in await erp.refused(
        "geral/clientes", "IncluirPedido"
    )
    assert "not exists" in await erp.refused("geral/clientes", "listarclientes")


@pytest.mark.parametrize(
    ("endpoint", "param", "named"),
    [
        ("produtos/pedido ListarPedidos", {"cancelado": "S"}, "CANCELADO pvpListarRequest"),
        (
            "geral/clientes ConsultarCliente",
            {"cnpj_cpf": "1"},
            "CNPJ_CPF clientes_cadastro_chave",
        ),
        (
            "geral/produtos ListarProdutos",
            {"filtrar_codigo": "A"},
            "FILTRAR_CODIGO produto_servico_list_request",
        ),
        ("produtos/pedido IncluirPedido", {"cabecalho": {"numero": 1}}, "NUMERO cabecalho"),
        ("produtos/pedido IncluirPedido", {"det": [{"imposto": {"icms": {"x": 1}}}]}, "X icms"),
        ("geral/clientes IncluirCliente", {"tags": [{"nome": "a"}]}, "NOME tags"),
    ],
)
async def test_point_05_unknown_tags_are_refused_at_every_level(erp, endpoint, param, named):
    tag, complex_type = named.split()

    assert await erp.refused(*endpoint.split(), **param) == (
        f"SOAP-ENV:Client-5001: ERROR: Tag [{tag}] não faz parte da estrutura do tipo complexo"
        f" [{complex_type}]!"
    )


async def test_point_05_only_the_first_unknown_tag_is_named(erp):
    fault = await erp.refused("geral/clientes", "ListarClientes", primeira=1, segunda=2)

    assert "PRIMEIRA" in fault
    assert "SEGUNDA" not in fault


@pytest.mark.parametrize("value", [[], {}, "doze", 1.5, "1e99", True, "9" * 30])
async def test_point_05_a_value_its_tag_cannot_hold_is_a_fault_and_no_breakdown(erp, value):
    fault = await erp.refused("geral/clientes", "ListarClientes", pagina=value)

    assert fault.startswith("SOAP-ENV:Client-3102")


async def test_point_05_half_a_surrogate_pair_is_refused_like_any_bad_value(erp):
    body = {"call": "ConsultarCliente", "app_key": erp.key, "app_secret": erp.secret}
    body["param"] = [{"codigo_cliente_integracao": "\ud83d"}]
    answer = await erp.http.post(CLIENTS, content=json.dumps(body))

    assert answer.json()["faultcode"] == "SOAP-ENV:Client-3102"


async def test_point_06_faults_escape_accents_and_number_themselves_in_a_header(erp):
    answer = await erp.post("geral/clientes", "ConsultarCliente", codigo_cliente_omie=1)

    assert answer.status_code == 500
    assert b"n\\u00e3o cadastrado para o C\\u00f3digo [1]" in answer.content
    assert answer.headers["omieapi-error"].startswith("105 - ERROR: Cliente")


async def test_point_06_a_fault_can_be_made_to_come_with_http_200(erp):
    await erp.control("faults", {"kind": "refuse", "text": "ERROR: não!", "status": 200})
    answer = await erp.post("geral/empresas", "ListarEmpresas")

    assert answer.status_code == 200
    assert answer.json()["faultstring"] == "ERROR: não!"


async def test_point_26_the_log_tells_what_was_asked_with_the_secret_masked(erp):
    await erp.post("geral/clientes", "ConsultarCliente", codigo_cliente_omie=1)
    await erp.post("geral/clientes", "ListarClientes")
    answer = await erp.http.get("/_control/requests", params={"call": "ConsultarCliente"})
    [entry] = answer.json()["requests"]
    assert (entry["service"], entry["param"]) == ("geral/clientes", [{"codigo_cliente_omie": 1}])
    assert (entry["status"], entry["ip"]) == (500, "127.0.0.1")
    assert "Cliente não cadastrado" in entry["fault"]
    assert erp.secret not in answer.text
    assert answer.json()["counts"] == {"ConsultarCliente": 1}
    assert answer.json()["statuses"] == {"ConsultarCliente": {"500": 1}}


async def test_point_26_the_log_is_read_from_a_moment_on_and_can_be_cleared(erp):
    await erp.ask("geral/empresas", "ListarEmpresas")
    await erp.advance(10)
    await erp.ask("geral/cenarios", "ListarCenarios")

    since = "requests?since=2026-10-21T13:00:05+00:00"
    [entry] = (await erp.control(since, method="GET"))["requests"]
    assert entry["call"] == "ListarCenarios"

    await erp.control("requests", method="DELETE")
    assert (await erp.control("requests", method="GET"))["requests"] == []


def test_every_call_takes_a_type_that_its_service_declares():
    assert len(SERVICES) == 30
    for service in SERVICES.values():
        assert service.calls
        for call in service.calls.values():
            assert call.takes is service.types[call.takes.name]


async def test_a_control_route_asked_wrongly_says_so(erp):
    for route, body, status in (
        ("faults", {"kind": "meteor"}, 400),
        ("limits", {"gravity": False}, 400),
        ("act", {"app_key": erp.key, "action": "dance"}, 404),
        ("act", {"app_key": erp.key, "action": "cancel", "order": "none"}, 404),
    ):
        answer = await erp.http.post(f"/_control/{route}", json=body)
        assert answer.status_code == status
        assert answer.json()["error"]


async def test_point_06_faults_of_chosen_numbers_come_with_http_200_while_the_switch_is_on(erp):
    await erp.control("statuses", {"with_200": [5113]})
    empty = await erp.post("geral/clientes", "ListarClientes")
    assert (empty.status_code, empty.json()["faultcode"]) == (200, "SOAP-ENV:Client-5113")
    assert empty.headers["omieapi-error"].startswith("5113 - ")
    missing = await erp.post("geral/clientes", "ConsultarCliente", codigo_cliente_omie=1)
    assert missing.status_code == 500

    await erp.control("statuses", {"with_200": []})
    assert (await erp.post("geral/clientes", "ListarClientes")).status_code == 500
