"""What the ERP makes of the orders we send: its own sums, its own instalments, its own texts."""

import asyncio
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager
from datetime import timedelta
from decimal import Decimal
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from pydantic import SecretStr

from contracts.events import (
    ErpTerms,
    Intermediary,
    OrderPending,
    OrderPosted,
    PaymentTerms,
    TextChange,
)
from contracts.order import Order
from erp_writer.document import compose_order
from omie.client import Omie
from omie.envelope import Account
from omie.pacing import Pacing
from omie.registers import Option
from tests.support.belt import NOON
from tests.support.builders import a_buyer, an_address, an_item, an_order
from tests.support.catalogues import a_catalogue, register, registers
from tests.support.catalogues import settings as a_store_with
from tests.support.erp_bench import APP_KEY, SECRET, ErpBench, a_bench
from tests.support.sales import SKUS, sales
from tests.support.virtual_time import VirtualLoop, run
from validation.catalogue import Product
from validation.facts import Facts
from validation.rules import judge
from validation.terms import terms_for

PLENTY = 10**9
KIT = an_item("KIT-CAFE-2", quantity=1, unit_price=Decimal("199.90"), discount=Decimal("0.00"))
UNTIDY = an_order(
    buyer=a_buyer(name="Irene 💐 Baptista Leal"),
    shipping_address=an_address(recipient="Portaria", street="Rua " + "dos Ipês " * 9),
)


def known_to(bench: ErpBench) -> Facts:
    """What validation knows of a store that sells what this ERP has."""
    [location, *_], [bank_account, *_] = bench.locations, bench.bank_accounts
    products = (Product(bench.product(sku), sku) for sku in SKUS)
    known = registers(
        bank_accounts=register(Option(bank_account)),
        stock_locations=register(Option(location)),
        salespeople={},
        installments=None,
    )
    store = a_store_with(bank_account_code=bank_account, stock_location_code=location)
    mapping = store.settings.payment_methods | {"other": "99"}
    chosen = store.settings.model_copy(update={"payment_methods": mapping})
    catalogue = a_catalogue(*products)
    catalogue.registers = known
    return Facts(store.model_copy(update={"settings": chosen}), catalogue, NOON + timedelta(days=1))


@contextmanager
def an_open_bench() -> Iterator[tuple[asyncio.Runner, ErpBench, Omie]]:
    """One ERP without limits, for many examples."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        stack = AsyncExitStack()
        bench = runner.run(stack.enter_async_context(a_bench()))
        switches = dict.fromkeys(("rate", "redundancy", "parallel", "misuse"), False)
        runner.run(bench.control("POST", "limits", switches))
        pacing = Pacing(runner.get_loop().time, per_method=PLENTY, per_ip=PLENTY)
        try:
            yield runner, bench, Omie(bench.http, Account(APP_KEY, SecretStr(SECRET)), pacing)
        finally:
            runner.run(stack.aclose())


def test_the_erp_charges_what_the_buyer_paid_to_the_cent_whatever_was_sold() -> None:
    numbers = count(1)
    with an_open_bench() as (runner, bench, omie):
        known = known_to(bench)
        customer = runner.run(a_customer(omie))

        async def sent(order: Order, terms: ErpTerms) -> dict[str, Any]:
            code = f"EST-{next(numbers)}"
            document = compose_order(order, terms, customer, code, NOON.date())
            await omie.call("produtos/pedido", "IncluirPedido", document, write=True)
            asked = {"codigo_pedido_integracao": code}
            answer = await omie.call("produtos/pedido", "ConsultarPedido", asked)
            return dict(answer["pedido_venda_produto"])

        @settings(max_examples=1000, deadline=None, suppress_health_check=[HealthCheck.too_slow])
        @given(sales())
        def adds_up(order: Order) -> None:
            assert judge(order, known) == ()
            held = runner.run(sent(order, terms_for(order, known)))

            assert held["total_pedido"]["valor_total_pedido"] == order.totals.total
            parts = held["lista_parcelas"]["parcela"]
            assert sum(Decimal(part.get("valor", 0)) for part in parts) == order.totals.total
            assert sum(Decimal(part.get("percentual", 0)) for part in parts) == 100

        adds_up()
        assert next(numbers) > 1000


async def a_customer(omie: Omie) -> int:
    customer = {
        "codigo_cliente_integracao": "C", "razao_social": "Irene", "cnpj_cpf": "52998224725",
        "email": "irene@exemplo.test", "estado": "RS",
    }  # fmt: skip
    answer = await omie.call("geral/clientes", "IncluirCliente", customer, write=True)
    return int(answer["codigo_cliente_omie"])


@pytest.mark.parametrize("explode", [False, True])
@pytest.mark.parametrize("trouble", [None, "cut_after", "broken_after"])
def test_a_kit_is_one_line_of_the_order_and_is_recognised_when_it_is_read_back(
    trouble: str | None, *, explode: bool
) -> None:
    async def main() -> None:
        async with a_bench() as bench:
            await bench.control("POST", "kits", {"explode": explode})
            if trouble:
                await bench.break_(trouble)
            await bench.put(bench.validated(an_order(1001, KIT)))
            await bench.settle()

            [order] = await bench.orders()
            assert order["det"][0]["produto"]["codigo_produto"] == bench.product("KIT-CAFE-2")
            assert len(order["det"]) == (4 if explode else 1)
            assert bench.seen(OrderPending) == []
            [fact] = bench.seen(OrderPosted)
            assert fact.total == an_order(1001, KIT).totals.total
            posted = bench.ledger.kept[fact.order_id].state.posted
            assert posted is not None
            assert posted.material

    run(main())


def test_each_of_several_payments_is_in_the_erp_with_its_own_means() -> None:
    card = PaymentTerms(method_code="03", amount=Decimal("100.00"), installments=2)
    coin = PaymentTerms(method_code="99", name="Vale Cultura", amount=Decimal("38.50"))

    async def main() -> None:
        async with a_bench() as bench:
            paid = bench.validated(
                an_order(), installment_code="999", installments=3, payments=(card, coin)
            )
            await bench.put(paid)
            await bench.settle()

            [order] = await bench.orders()
            told = order["lista_parcelas"]["parcela"]
            assert [p["meio_pagamento"] for p in told] == ["99", "03", "03"]
            assert sum(Decimal(str(p["valor"])) for p in told) == an_order().totals.total

    run(main())


def test_a_marketplaces_sale_names_it_in_the_erp() -> None:
    async def main() -> None:
        async with a_bench() as bench:
            market = Intermediary(cnpj="11222333000181", seller="LOJA-DEMO")
            await bench.put(bench.validated(an_order(1), marketplace=True, intermediary=market))
            await bench.put(bench.validated(an_order(2), marketplace=True))
            await bench.settle()

            details = [o["informacoes_adicionais"]["outros_detalhes"] for o in await bench.orders()]
            assert {d.get("cCnpjIntOd"): d.get("cIndicadorIntOd") for d in details} == {
                "11222333000181": "1",
                None: None,
            }

    run(main())


def test_a_text_that_had_to_be_cleaned_is_told_by_its_field() -> None:
    async def main() -> None:
        async with a_bench() as bench:
            await bench.put(bench.validated(UNTIDY))
            await bench.settle()

            [fact] = bench.seen(OrderPosted)
            assert fact.changes == (
                TextChange(field="razao_social", replaced=True),
                TextChange(field="nome_fantasia", replaced=True),
                TextChange(field="cEnderecoOd", cut_at=60),
            )
            assert "Irene" not in fact.model_dump_json()

    run(main())


def test_a_text_of_a_customer_that_we_did_not_write_is_not_told_as_changed() -> None:
    async def main() -> None:
        async with a_bench() as bench:
            await bench.put(bench.validated(an_order(buyer=a_buyer(name="Irene Leal"))))
            await bench.settle()
            untidy = UNTIDY.model_copy(update={"order_id": "demo-shopify:2"})
            await bench.put(bench.validated(untidy))
            await bench.settle()

            [_, fact] = bench.seen(OrderPosted)
            assert [change.field for change in fact.changes] == ["cEnderecoOd"]

    run(main())
