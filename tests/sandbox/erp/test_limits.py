"""Points 7 to 9: rates, places in flight, redundancy, and the block for misuse."""

import asyncio


async def asked(erp, times, path="geral/cidades", call="PesquisarCidades"):
    return [(await erp.post(path, call)).status_code for _ in range(times)]


async def use_another_key(erp):
    await erp.control("companies", {"app_key": "999", "app_secret": "s"})
    erp.key, erp.secret = "999", "s"


async def test_point_07_the_241st_request_of_a_method_in_a_minute_is_throttled(strict_erp):
    await strict_erp.control("limits", {"redundancy": False})

    assert set(await asked(strict_erp, 240)) == {200}
    refused = await strict_erp.post("geral/cidades", "PesquisarCidades")
    assert refused.status_code == 429
    assert refused.json()["faultstring"] == "Too many requests"
    assert await asked(strict_erp, 1, "geral/cenarios", "ListarCenarios") == [200]

    await strict_erp.advance(60)
    assert await asked(strict_erp, 1) == [200]


async def test_point_07_another_key_has_an_allowance_of_its_own(strict_erp):
    await strict_erp.control("limits", {"redundancy": False})
    assert set(await asked(strict_erp, 240)) == {200}
    assert await asked(strict_erp, 1) == [429]

    await use_another_key(strict_erp)
    assert await asked(strict_erp, 1) == [200]


async def test_point_07_the_961st_request_of_an_ip_in_a_minute_is_throttled(strict_erp):
    await strict_erp.control("limits", {"redundancy": False})
    for path, call in (
        ("geral/cidades", "PesquisarCidades"),
        ("geral/empresas", "ListarEmpresas"),
        ("geral/cenarios", "ListarCenarios"),
        ("geral/origempedido", "ListarOrigem"),
    ):
        assert set(await asked(strict_erp, 240, path, call)) == {200}

    assert await asked(strict_erp, 1, "estoque/local", "ListarLocaisEstoque") == [429]


async def test_point_07_a_second_write_in_flight_is_busy_and_so_is_a_fifth_read(strict_erp):
    await strict_erp.control("latency", {"ms": 200})
    writes = [
        strict_erp.post("geral/vendedores", "IncluirVendedor", nome=f"Vendedor {number}")
        for number in range(2)
    ]
    reads = [
        strict_erp.post("geral/cidades", "PesquisarCidades", filtrar_por_uf=uf)
        for uf in ("SP", "RJ", "MG", "RS", "PR")
    ]
    answers = await asyncio.gather(*writes, *reads)

    assert [answer.status_code for answer in answers] == [200, 500, 200, 200, 200, 200, 500]
    assert answers[1].json()["faultcode"] == "SOAP-ENV:Client-1880"
    assert "sendo executada" in answers[6].json()["faultstring"]
    assert answers[0].headers["x-omie-parallelratelimit"] == "1/1"
    assert answers[5].headers["x-omie-parallelratelimit"] == "4/4"


async def test_point_08_the_same_call_again_is_redundant_and_the_repeat_restarts_the_wait(
    strict_erp,
):
    assert await asked(strict_erp, 1) == [200]
    await strict_erp.advance(44)
    fault = await strict_erp.refused("geral/cidades", "PesquisarCidades")
    assert fault == (
        "SOAP-ENV:Client-6: ERROR: Consumo redundante detectado. Aguarde 16 segundos para tentar"
        " novamente (REDUNDANT)."
    )
    await strict_erp.advance(59)
    assert "Aguarde 1 segundos" in await strict_erp.refused("geral/cidades", "PesquisarCidades")
    await strict_erp.advance(60)
    assert await asked(strict_erp, 1) == [200]


async def test_point_08_other_parameters_are_another_call_and_their_order_is_none(strict_erp):
    first = {"pagina": 1, "filtrar_por_uf": "SP"}
    await strict_erp.ask("geral/cidades", "PesquisarCidades", **first)
    await strict_erp.ask("geral/cidades", "PesquisarCidades", **first | {"filtrar_por_uf": "RJ"})

    again = dict(reversed(first.items()))
    assert "REDUNDANT" in await strict_erp.refused("geral/cidades", "PesquisarCidades", **again)


async def test_point_08_the_same_call_by_another_key_is_not_redundant(strict_erp):
    assert await asked(strict_erp, 1) == [200]
    await use_another_key(strict_erp)
    assert await asked(strict_erp, 1) == [200]


async def test_point_08_a_refused_call_may_be_repeated_at_once(strict_erp):
    for _ in range(2):
        fault = await strict_erp.refused(
            "geral/clientes", "ConsultarCliente", codigo_cliente_omie=5
        )
        assert "não cadastrado" in fault


async def test_point_09_the_tenth_fault_blocks_the_method_for_half_an_hour(strict_erp):
    for _ in range(9):
        await strict_erp.refused("geral/clientes", "ConsultarCliente", codigo_cliente_omie=5)
    tenth = await strict_erp.post("geral/clientes", "ConsultarCliente", codigo_cliente_omie=5)
    assert tenth.status_code == 425
    assert tenth.json()["faultcode"] == "MISUSE_API_PROCESS"
    assert "Tente novamente em 1800 segundos" in tenth.json()["faultstring"]

    await strict_erp.advance(122)
    later = await strict_erp.post("geral/clientes", "ConsultarCliente", codigo_cliente_omie=6)
    assert "Tente novamente em 1678 segundos" in later.json()["faultstring"]
    assert await asked(strict_erp, 1) == [200]

    await strict_erp.advance(1678)
    fault = await strict_erp.refused("geral/clientes", "ConsultarCliente", codigo_cliente_omie=6)
    assert "não cadastrado" in fault


async def test_point_09_a_good_answer_ends_a_row_of_faults(strict_erp):
    for _ in range(2):
        for number in range(9):
            await strict_erp.refused("geral/cidades", "PesquisarCidades", pagina=90 + number)
        await strict_erp.advance(60)
        assert await asked(strict_erp, 1) == [200]
