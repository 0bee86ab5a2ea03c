"""Setting a store up, testing it, and seeing how it is doing."""

import re

import pytest
from playwright.async_api import expect

from embedded.belt import Belt
from panel.stores import CHANNELS
from tests.browser.conftest import Newcomer
from tests.support.browser import Operator
from tests.support.merchant import Merchant

STORE = "demo-shopify"
HEAVIEST = 120_000
"""Bytes of a page with all it loads, compressed."""


def hub_id(sold: dict) -> str:
    return f"{STORE}:{sold['id']}"


async def test_us_02_03_a_manager_sees_every_store_chooses_from_the_erps_lists_and_saves(
    operator: Operator,
) -> None:
    await operator.page.goto(f"/lojas/{STORE}")
    await operator.goes("Lojas")
    await operator.looks("lojas")
    await operator.page.get_by_role("link", name="Editar Loja demonstração (Shopify)").click()
    await operator.looks("loja")
    chosen = operator.page.get_by_label("Vendedor", exact=True)
    names = await chosen.locator("option").all_inner_texts()
    await chosen.select_option(index=1)
    await operator.page.get_by_text("De/para de parcelas").click()
    await operator.looks("loja-parcelas")
    await operator.page.get_by_role("button", name="Salvar").click()

    await expect(operator.page.get_by_role("status").first).to_contain_text("Loja salva")
    assert len(names) > 1
    assert await chosen.input_value() != ""


async def test_us_04_05_the_keys_are_tested_in_place_and_changing_them_is_warned_about(
    operator: Operator,
) -> None:
    await operator.page.goto(f"/lojas/{STORE}/configurar")
    await operator.page.get_by_label("Nome", exact=True).fill("Ainda não salvo")
    await operator.page.get_by_role("button", name="Testar ERP").click()
    await expect(operator.page.locator("#teste-erp")).to_contain_text("O ERP aceita as chaves")
    await operator.page.get_by_role("button", name="Testar Shopify").click()
    await expect(operator.page.locator("#teste-canal")).to_contain_text("aceita a chave")
    assert await operator.page.get_by_label("Nome", exact=True).input_value() == "Ainda não salvo"
    await operator.looks("loja-testada")

    await operator.page.get_by_label("App Secret").fill("outra")
    await operator.page.get_by_role("button", name="Salvar").click()
    await expect(operator.page.get_by_role("alert")).to_contain_text("nenhum pedido segue")
    assert await operator.page.get_by_label("App Secret").input_value() == ""
    await operator.looks("loja-aviso-de-chaves")


async def test_every_channel_can_be_tested(operator: Operator) -> None:
    for channel, name in CHANNELS.items():
        await operator.page.goto(f"/lojas/demo-{channel}/configurar")
        await operator.page.get_by_role("button", name=f"Testar {name}").click()
        await expect(operator.page.locator("#teste-canal")).to_contain_text("aceita a chave")
    await operator.looks("loja-canal-testado")


async def test_links_and_forms_work_without_a_script(belt: Belt, newcomer: Newcomer) -> None:
    one = await newcomer(script=False)
    await one.log_in(belt.site.card()["panel"], at=f"/entrar?ir=/lojas/{STORE}/configurar")
    await one.page.get_by_role("button", name="Testar ERP").click()

    await expect(one.page.locator("#teste-erp")).to_contain_text("O ERP")
    await one.page.locator(".account > summary").click()
    await one.page.get_by_role("link", name="Minha conta").click()
    await expect(one.page.get_by_role("heading", name="Minha conta")).to_be_visible()


MANY_WAIT = re.compile(r"\b([2-9]|\d\d+) pedidos esperam")
"""The two that were just sold, and what waited in the store for other reasons."""


async def test_us_06_a_missing_option_is_said_once_with_what_waits_and_its_cure_frees_the_orders(
    operator: Operator, merchant: Merchant
) -> None:
    account = operator.page.get_by_label("Conta corrente", exact=True)
    await operator.page.goto(f"/lojas/{STORE}/configurar")
    chosen = await account.input_value()
    await account.select_option("")
    await operator.page.get_by_role("button", name="Salvar").click()
    await expect(operator.page.get_by_role("status").first).to_contain_text("Loja salva")
    waiting = [hub_id(merchant.sells()) for _ in range(2)]
    for order_id in waiting:
        merchant.order_in("pending", order_id)

    await operator.page.goto(f"/lojas/{STORE}")
    banner = operator.page.get_by_role("status").filter(has_text="Falta escolher Conta corrente")
    await expect(banner).to_contain_text(MANY_WAIT)
    await operator.looks("inicio-falta-opcao")
    await banner.get_by_role("link", name="Configurar").click()
    await account.select_option(chosen)
    await operator.page.get_by_role("button", name="Salvar").click()

    for order_id in waiting:
        merchant.order_in("processed", order_id, "integrado")
    await operator.page.goto(f"/lojas/{STORE}")
    await expect(banner).to_have_count(0)


async def test_us_92_the_first_page_shows_what_needs_a_hand_and_leads_there(
    operator: Operator, merchant: Merchant
) -> None:
    fine, faulty = merchant.sells(), merchant.sells(fault="missing_tax_id")
    merchant.order_in("processed", hub_id(fine), "integrado")
    merchant.order_in("pending", hub_id(faulty))
    await operator.page.goto(f"/lojas/{STORE}")
    await expect(operator.page.get_by_text("pendente", exact=False).first).to_be_visible()
    await operator.looks("inicio")
    await operator.page.get_by_text("Ver em tabela").click()
    await operator.looks("inicio-tabela")
    await operator.goes("Resolver pendências")

    await expect(operator.page).to_have_url(f"{operator.url}/lojas/{STORE}/pedidos/pendentes")
    await operator.looks("pendentes")


async def test_orders_in_the_erp_stand_in_its_stages(
    operator: Operator, merchant: Merchant
) -> None:
    sold = merchant.sells()
    shown = merchant.order_in("processed", hub_id(sold), "integrado")
    await operator.page.goto(f"/lojas/{STORE}")
    await operator.goes("ERP")

    card = operator.page.locator(".sale", has_text=sold["name"])
    await expect(card).to_contain_text(shown["erp"]["number"])
    await expect(card).to_contain_text("Origem: Shopify")
    await expect(operator.page.get_by_role("heading", level=2)).not_to_have_count(0)
    await operator.looks("erp")


@pytest.mark.parametrize("path", ["", "/erp", "/configurar", "/pedidos/pendentes"])
async def test_a_page_is_light_with_all_it_loads(operator: Operator, path: str) -> None:
    session = await operator.page.context.new_cdp_session(operator.page)
    sizes: list[float] = []
    session.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    await session.send("Network.enable")
    await session.send("Network.setCacheDisabled", {"cacheDisabled": True})
    await operator.page.goto(f"/lojas/{STORE}{path}")
    await operator.page.wait_for_load_state("networkidle")

    assert len(sizes) >= 3
    assert sum(sizes) < HEAVIEST
