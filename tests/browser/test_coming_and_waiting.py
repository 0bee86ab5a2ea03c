"""Orders come, wait for a person, are cured and go on: stories 10, 12, 14 and 30 to 36."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.async_api import Locator, expect

from tests.support.browser import Operator
from tests.support.merchant import Merchant

CHANNELS = ("shopify", "nuvemshop", "mercadolivre")
WITHIN_A_MINUTE = 60_000
CPF = "529.982.247-25"


@pytest.fixture(params=CHANNELS)
def shop(merchant: Merchant, request: pytest.FixtureRequest) -> Iterator[Merchant]:
    """The merchant at each channel in turn."""
    with merchant.at(request.param) as one:
        yield one


def page_of(shop: Merchant, sold: dict[str, Any]) -> str:
    return f"{tab(shop, '')}{sold['id']}"


def tab(shop: Merchant, name: str) -> str:
    return f"/lojas/{shop.store['id']}/pedidos/{name}"


def row(operator: Operator, sold: dict[str, Any]) -> Locator:
    return operator.page.locator(f"tbody[data-order='{sold['id']}']")


def waits(shop: Merchant, **order: Any) -> dict[str, Any]:
    """An order that waits for a person."""
    sold = shop.sells(**order)
    shop.order_in("pending", shop.hub_id(sold))
    return sold


async def test_us_10_a_paid_order_appears_within_a_minute_and_an_unpaid_one_once_it_is_paid(
    operator: Operator, shop: Merchant
) -> None:
    unpaid, paid = shop.sells(pay=False, method="pix"), shop.sells(method="pix")
    shop.order_in("processed", shop.hub_id(paid))

    await operator.page.goto(tab(shop, "processados"))
    await expect(row(operator, paid)).to_be_visible(timeout=WITHIN_A_MINUTE)
    await expect(row(operator, unpaid)).to_have_count(0)
    shop.does("pay", unpaid["id"])
    shop.order_in("processed", shop.hub_id(unpaid))
    await operator.page.reload()
    await expect(row(operator, unpaid)).to_be_visible()


async def test_us_12_an_order_that_is_told_and_fetched_again_is_one_order(
    operator: Operator, merchant: Merchant
) -> None:
    sold = merchant.sells()
    held = merchant.order_in("processed", merchant.hub_id(sold), "integrado")
    for _ in range(3):
        merchant.notify("orders/paid", merchant.channel_order(sold["id"]))
    later = merchant.sells()
    merchant.order_in("processed", merchant.hub_id(later), "integrado")

    await operator.page.goto(tab(merchant, "processados"))
    await operator.page.get_by_label("Buscar pedidos").fill(sold["name"])
    await operator.page.keyboard.press("Enter")
    await expect(operator.page.locator("tbody[data-order]")).to_have_count(1)
    assert (
        merchant.in_the_erp(merchant.hub_id(sold))["cabecalho"]["codigo_pedido"]
        == (held["erp"]["order_id"])
    )


async def test_us_14_an_old_copy_after_the_cancellation_changes_nothing(
    operator: Operator, merchant: Merchant
) -> None:
    sold = merchant.sells()
    merchant.order_in("processed", merchant.hub_id(sold), "integrado")
    old = merchant.channel_order(sold["id"])
    merchant.cancels(sold["id"])
    merchant.order_in("cancelled", merchant.hub_id(sold), "cancelado_no_erp")

    assert merchant.notify("orders/paid", old) == 200
    later = merchant.sells()
    merchant.order_in("processed", merchant.hub_id(later))
    await operator.page.goto(tab(merchant, "processados"))
    await expect(row(operator, later)).to_be_visible()
    await expect(row(operator, sold)).to_have_count(0)


async def test_us_30_31_32_a_pending_order_says_why_is_edited_and_goes_on(
    operator: Operator, shop: Merchant
) -> None:
    sold = waits(shop, fault="generic_name")
    page = operator.page
    await page.goto(tab(shop, "pendentes"))
    await expect(row(operator, sold).get_by_role("link", name="Nome genérico")).to_be_visible()

    await page.goto(page_of(shop, sold))
    await page.get_by_role("button", name="Reprocessar Pedido").click()
    again = shop.order_in("pending", shop.hub_id(sold))
    await expect(page.get_by_role("region", name="O que falta")).to_contain_text("Nome genérico")

    await page.goto(tab(shop, "pendentes"))
    await row(operator, sold).locator(".acts summary").click()
    await row(operator, sold).get_by_role("link", name="Editar").click()
    name = page.get_by_label("Nome", exact=True)
    await expect(name).to_have_attribute("aria-invalid", "true")
    await name.fill("Maria das Dores Figueira")
    await page.get_by_role("button", name="Salvar e reprocessar").click()

    await expect(page.get_by_role("status").first).to_contain_text("Reprocessamento pedido")
    cured = shop.order_in("processed", shop.hub_id(sold), "integrado")
    assert cured["attempt"] > again["attempt"] or cured["attempt"] > 1


async def test_us_33_chosen_orders_are_sent_on_together_with_a_result_for_each(
    operator: Operator, merchant: Merchant
) -> None:
    sold = [waits(merchant, fault="no_street_number") for _ in range(2)]
    page = operator.page
    await page.goto(tab(merchant, "pendentes"))
    for one in sold:
        await row(operator, one).get_by_role("checkbox").check()
    await page.locator(".bulk summary").click()
    await page.get_by_role("button", name="Reprocessar Pedido").first.click()

    await expect(page.get_by_role("heading", level=1)).to_contain_text("Reprocessamento de 2")
    await expect(page.get_by_role("status")).to_contain_text("Todos conferidos")
    await expect(page.get_by_text("Continua pendente")).to_have_count(2)


async def test_us_34_all_that_wait_for_one_product_leave_once_it_is_linked(
    operator: Operator, merchant: Merchant
) -> None:
    one, other = (waits(merchant, fault="unknown_sku", seed=34) for _ in range(2))
    page = operator.page
    await page.goto(tab(merchant, "pendentes"))
    await row(operator, one).get_by_role("link", name="SKU não existe no ERP").click()
    await page.get_by_label("Buscar produto no ERP").fill("Caneca")
    await page.get_by_role("button", name="Buscar").click()
    await page.locator(".products input:enabled").first.check()
    await page.get_by_label(re.compile("Todos os pendentes com o SKU")).check()
    await operator.looks("produto-todos")
    await page.get_by_role("button", name="Vincular e reprocessar").click()

    for sold in (one, other):
        merchant.order_in("processed", merchant.hub_id(sold), "integrado")


async def test_us_36_pressing_twice_makes_one_order_in_the_erp(
    operator: Operator, merchant: Merchant
) -> None:
    sold = waits(merchant, fault="missing_tax_id")
    page = operator.page
    await page.goto(f"{page_of(merchant, sold)}/editar")
    await page.get_by_label("CPF ou CNPJ").fill(CPF)
    await page.get_by_role("button", name="Salvar e reprocessar").dblclick()

    merchant.order_in("processed", merchant.hub_id(sold), "integrado")
    assert merchant.in_the_erp(merchant.hub_id(sold))


async def test_what_the_erp_refused_goes_on_once_it_is_cured_there(
    operator: Operator, merchant: Merchant
) -> None:
    words = "ERROR: A conta corrente informada está inativa."
    merchant.erp("faults", {"kind": "refuse", "call": "IncluirPedido", "text": words})
    sold = waits(merchant)
    page = operator.page
    await page.goto(page_of(merchant, sold))
    await expect(page.get_by_role("region", name="O que falta")).to_contain_text(
        "A conta corrente informada está inativa."
    )
    await operator.looks("pedido-recusado")
    await page.get_by_role("button", name="Reprocessar Pedido").click()

    merchant.order_in("processed", merchant.hub_id(sold), "integrado")
