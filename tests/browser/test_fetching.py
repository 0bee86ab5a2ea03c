"""Buscar Pedidos as a merchant uses it: orders whose webhooks went nowhere are fetched."""

import re
from collections.abc import Iterator

import pytest
from playwright.async_api import expect

from embedded.belt import Belt
from tests.browser.conftest import Newcomer
from tests.support.browser import Operator
from tests.support.merchant import Merchant

STORE = "demo-nuvemshop"
MANY = 120
NOWHERE = "http://127.0.0.1:9/nobody-listens"


@pytest.fixture
def unheard(belt: Belt) -> Iterator[Merchant]:
    """A merchant whose store's webhooks reach nobody."""
    card = belt.site.card()
    [store] = [each for each in card["stores"] if each["id"] == STORE]
    with Merchant({**card, "stores": [store]}) as one:
        stores = f"{card['channels_url']}/_control/stores"
        one.http.post(stores, json={"id": STORE, "webhook_url": NOWHERE}).raise_for_status()
        yield one
        back = {"id": STORE, "webhook_url": store["webhook_url"]}
        one.http.post(stores, json=back).raise_for_status()


async def test_orders_of_a_period_are_looked_at_first_and_then_fetched(
    unheard: Merchant, operator: Operator
) -> None:
    sold = [unheard.sells()["name"] for _ in range(3)]
    unpaid = unheard.sells(pay=False)["name"]
    await operator.page.goto(f"/lojas/{STORE}/pedidos/pendentes")
    await operator.goes("Buscar Pedidos")
    await operator.looks("buscar")

    await operator.page.get_by_role("button", name="Ver o que viria").first.click()
    await expect(operator.page.get_by_role("status")).to_contain_text("3 pedidos viriam")
    await expect(operator.page.get_by_text("ainda não foi pago")).to_be_visible()
    await operator.looks("buscar-o-que-viria")
    await operator.page.get_by_role("button", name="Buscar 3 pedidos").click()
    await expect(operator.page.get_by_role("status")).to_contain_text("Concluída")

    for name in sold:
        await expect(operator.page.get_by_role("link", name=name, exact=True)).to_be_visible()
    await operator.page.reload()
    await operator.looks("buscar-resultado")
    await operator.goes("Ignorados")
    await expect(operator.page.get_by_role("rowheader", name=unpaid)).to_be_visible()
    await operator.goes("Buscar Pedidos")
    await expect(operator.page.get_by_role("table")).to_contain_text("Concluída")
    await operator.looks("buscar-anteriores")


async def test_a_run_is_held_goes_on_by_itself_after_capture_died_and_tells_of_every_order(
    unheard: Merchant, belt: Belt, operator: Operator
) -> None:
    many = unheard.sells(count=MANY)["orders"]
    page = operator.page
    await page.goto(f"/lojas/{STORE}/pedidos/buscar")
    await page.get_by_role("button", name="Ver o que viria").first.click()
    await page.get_by_role("button", name=f"Buscar {MANY} pedidos").click()
    pause = page.get_by_role("button", name="Pausar")
    async with page.expect_response(re.compile("/pedidos/buscar/")):
        await pause.focus()
    await expect(pause).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("status")).to_contain_text("Pausada")
    await operator.looks("buscar-pausada")
    await page.get_by_role("button", name="Continuar").click()
    await expect(page.get_by_role("status")).to_contain_text("Buscando")
    belt.kill("capture")
    belt.restart("capture")

    await expect(page.get_by_role("status")).to_contain_text("Concluída", timeout=60_000)
    await expect(page.get_by_text("Falharam")).to_have_count(0)
    await page.reload()
    await operator.looks("buscar-depois-da-queda")
    for sold in many:
        unheard.order_in("processed", f"{STORE}:{sold['id']}")


async def test_a_search_that_is_given_up_brings_nothing(
    unheard: Merchant, operator: Operator
) -> None:
    name = unheard.sells()["name"]
    await operator.page.goto(f"/lojas/{STORE}/pedidos/buscar")
    await operator.page.get_by_label("Número do pedido").fill(name)
    await operator.page.get_by_role("button", name="Ver o que viria").last.click()
    await expect(operator.page.get_by_role("status")).to_contain_text("1 pedido viria")
    await operator.page.get_by_role("button", name="Cancelar busca").click()

    await expect(operator.page.get_by_role("status")).to_contain_text("Cancelada")
    await operator.goes("Fazer outra busca")
    await expect(operator.page.get_by_role("table")).to_contain_text("Cancelada")


async def test_what_mercado_livre_sold_is_one_order_though_nuvemshop_has_a_copy_of_it(
    unheard: Merchant, operator: Operator
) -> None:
    name = unheard.sells(storefront="meli")["name"]
    await operator.page.goto(f"/lojas/{STORE}/pedidos/buscar")
    await operator.page.get_by_label("Número do pedido").fill(name)
    await operator.page.get_by_role("button", name="Ver o que viria").last.click()

    await expect(operator.page.get_by_role("status")).to_contain_text("Nenhum pedido viria")
    await expect(operator.page.get_by_text("foi vendido em outro canal")).to_be_visible()
    await operator.looks("buscar-de-outro-canal")


async def test_one_order_is_fetched_by_its_number_without_a_script(
    unheard: Merchant, belt: Belt, newcomer: Newcomer
) -> None:
    name = unheard.sells()["name"]
    one = await newcomer(script=False)
    await one.log_in(belt.site.card()["panel"], at=f"/entrar?ir=/lojas/{STORE}/pedidos/buscar")
    await one.page.get_by_label("Número do pedido").fill(name)
    await one.page.get_by_role("button", name="Ver o que viria").last.click()
    await _refreshed(one, "1 pedido viria")
    await one.page.get_by_role("button", name="Buscar 1 pedido").click()
    await _refreshed(one, "Concluída")

    await expect(one.page.get_by_role("link", name=name, exact=True)).to_be_visible()


async def test_a_number_that_no_order_has_is_said_kindly(operator: Operator) -> None:
    await operator.page.goto(f"/lojas/{STORE}/pedidos/buscar")
    await operator.page.get_by_label("Número do pedido").fill("999999")
    await operator.page.get_by_role("button", name="Ver o que viria").last.click()

    await expect(operator.page.get_by_role("status")).to_contain_text("Nenhum pedido viria")
    await expect(operator.page.get_by_role("button", name="Buscar")).to_have_count(0)
    await operator.looks("buscar-nada")


async def _refreshed(one: Operator, words: str) -> None:
    """Press "Atualizar" until the page says so."""
    status = one.page.get_by_role("status")
    for _ in range(50):
        if words in await status.inner_text():
            return
        await one.page.get_by_role("link", name="Atualizar").click()
    await expect(status).to_contain_text(words)
