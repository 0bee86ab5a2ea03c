"""The catalogue as the ERP's API gives it."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from omie.client import Omie
from omie.envelope import Account
from omie.faults import Fault, FaultKind
from omie.pacing import Pacing
from tests.support.belt import NOON
from tests.support.builders import ACCOUNT
from tests.support.sandbox_erp import KEY, SECRET
from tests.support.validating import Ground, an_erp
from tests.support.virtual_time import run
from validation.catalogue import Catalogue, Product
from validation.reading import look_up, read_catalogue

Answers = Callable[[str], httpx.Response]


@asynccontextmanager
async def a_client(**seed: Any) -> AsyncIterator[tuple[Omie, Ground]]:
    async with an_erp(**seed) as erp:
        yield Omie(erp.api, Account(KEY, SecretStr(SECRET)), Pacing()), erp


def read(**seed: Any) -> tuple[Catalogue, dict[str, int]]:
    """The catalogue of an ERP seeded so, and how often each method was called."""

    async def main() -> tuple[Catalogue, dict[str, int]]:
        async with a_client(**seed) as (omie, erp):
            catalogue = await read_catalogue(omie, ACCOUNT, NOON)
            return catalogue, (await erp.control("requests", method="GET"))["counts"]

    return run(main())


def answered_by(answer: Answers) -> Catalogue:
    """The catalogue of an ERP that answers each method so."""

    def by_call(request: httpx.Request) -> httpx.Response:
        return answer(request.content.decode().split('"call":"', 1)[1].split('"', 1)[0])

    async def main() -> Catalogue:
        transport = httpx.MockTransport(by_call)
        http = httpx.AsyncClient(transport=transport, base_url="http://erp/api/v1/")
        omie = Omie(http, Account(KEY, SecretStr(SECRET)), Pacing())
        return await read_catalogue(omie, ACCOUNT, NOON)

    return run(main())


def fault(text: str, number: int) -> httpx.Response:
    code = f"SOAP-ENV:Client-{number}"
    return httpx.Response(500, json={"faultstring": f"ERROR: {text}", "faultcode": code})


def test_all_products_are_read_page_by_page_and_not_only_those_of_the_till():
    products = [{"codigo": f"SKU-{n:03}"} for n in range(250)]

    catalogue, calls = read(products=products)

    assert {product.code for product in catalogue} == {p["codigo"] for p in products}
    assert calls["ListarProdutos"] == 3


def test_products_carry_what_the_rules_ask():
    catalogue, _ = read()

    [retired] = catalogue.find("CAN-350-AM")
    [kit] = catalogue.find("KIT-CAFE-2")
    assert not retired.active
    assert (kit.kit, kit.parts, kit.active) == (True, 3, True)
    assert kit.ean.isdecimal()


def test_registers_carry_what_the_rules_ask():
    registers = read()[0].registers

    assert registers.stages is not None
    assert (registers.stages["20"].name, registers.stages["20"].active) == (
        "Separar Estoque",
        True,
    )
    assert (registers.stages["70"].name, registers.stages["80"].active) == ("Entrega", False)
    assert registers.stages["10"].name == "Pedido de Venda"
    assert registers.categories is not None
    assert registers.categories["1.01"].totals
    assert not registers.categories["1.01.99"].active
    assert registers.installments is not None
    assert registers.installments["010"].payments == 10
    assert registers.payment_methods is not None
    assert registers.payment_methods["17"].name == "PIX"
    for register in (
        registers.bank_accounts,
        registers.salespeople,
        registers.tax_scenarios,
        registers.stock_locations,
    ):
        assert register is not None
        assert {option.active for option in register.values()} == {True, False}


def test_an_account_without_products_has_an_empty_catalogue():
    assert len(read(products=[])[0]) == 0


def test_a_register_without_rows_is_empty_and_one_that_is_not_shown_is_unknown():
    def answer(call: str) -> httpx.Response:
        if call == "ListarCenarios":
            return fault('Method "ListarCenarios" not exists', 101)
        return fault("Não existem registros para a página [1]!", 5113)

    registers = answered_by(answer).registers

    assert registers.tax_scenarios is None
    assert registers.stages == {}
    assert registers.payment_methods == {}


def test_an_erp_that_breaks_half_way_gives_no_catalogue():
    def answer(call: str) -> httpx.Response:
        if call == "ListarVendedores":
            return httpx.Response(502, html="<h1>Bad gateway</h1>")
        return fault("Não existem registros para a página [1]!", 5113)

    with pytest.raises(Fault) as broken:
        answered_by(answer)

    assert broken.value.kind is FaultKind.TRANSIENT


def test_one_product_is_looked_up_by_its_sku_or_by_its_id():
    async def main() -> tuple[Product, Product]:
        async with a_client() as (omie, _):
            by_sku = await look_up(omie, "KIT-CAFE-2")
            return by_sku, await look_up(omie, by_sku.product_id)

    by_sku, by_id = run(main())

    assert by_sku == by_id
    assert by_sku.parts == 3


def test_a_product_the_erp_lacks_is_not_found():
    async def main() -> None:
        async with a_client() as (omie, _):
            await look_up(omie, "NOWHERE")

    with pytest.raises(Fault) as missing:
        run(main())

    assert missing.value.kind is FaultKind.NOT_FOUND
