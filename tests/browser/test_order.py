"""One order's page: read, decided upon, and looked into to the letter."""

import re
from typing import Any

import pytest
from playwright.async_api import expect

from embedded.belt import Belt
from tests.browser.conftest import Newcomer
from tests.browser.test_stores import HEAVIEST, STORE, hub_id
from tests.support.browser import Operator
from tests.support.merchant import Merchant


def page_of(sold: dict[str, Any]) -> str:
    return f"/lojas/{STORE}/pedidos/{sold['id']}"


@pytest.fixture
def integrated(merchant: Merchant) -> dict[str, Any]:
    """An order that the ERP holds."""
    sold = merchant.sells()
    merchant.order_in("processed", hub_id(sold), "integrado")
    return sold


async def test_an_order_in_the_erp_shows_what_became_of_it_beside_what_was_sent(
    operator: Operator, merchant: Merchant, integrated: dict[str, Any]
) -> None:
    held = merchant.order(hub_id(integrated))
    assert held is not None
    await operator.page.goto(f"/lojas/{STORE}/pedidos/processados")
    await operator.goes(integrated["name"])

    await expect(operator.page).to_have_url(f"{operator.url}{page_of(integrated)}")
    erp = operator.page.get_by_role("region", name="No ERP")
    await expect(erp).to_contain_text(held["erp"]["number"])
    await expect(erp.get_by_role("row")).to_have_count(10)
    for option in ("Vendedor", "Cenário fiscal", "Categoria", "Conta corrente", "Etapa", "Origem"):
        row = erp.get_by_role("row", name=option)
        sent, now = await row.get_by_role("cell").all_inner_texts()
        assert sent
        assert now, option
    await expect(erp.get_by_text("Diferente")).to_have_count(0)
    await operator.looks("pedido")


async def test_buyers_are_masked_until_somebody_asks(
    operator: Operator, integrated: dict[str, Any]
) -> None:
    await operator.page.goto(page_of(integrated))
    buyer = operator.page.get_by_role("region", name="Comprador")
    await expect(buyer).to_contain_text(re.compile(r"\*\*\*\.\d{3}\.\d{3}-\*\*"))
    await buyer.get_by_role("button", name="Mostrar dados").click()

    await expect(buyer).to_contain_text(re.compile(r"\d{3}\.\d{3}\.\d{3}-\d{2}"))
    await operator.looks("pedido-comprador")
    await operator.page.goto("/usuarios")
    await expect(operator.page.locator(".timeline li").first).to_contain_text(
        f"viu os dados do comprador do pedido {hub_id(integrated)}"
    )


async def test_us_23_the_history_goes_three_levels_deep_down_to_what_the_channel_sent(
    operator: Operator, integrated: dict[str, Any]
) -> None:
    await operator.page.goto(page_of(integrated))
    for depth in ("Detalhes", "Bruto"):
        await operator.goes(depth)
        await operator.looks(f"pedido-{depth.lower()}")
    await operator.page.get_by_role("link", name="Pedido capturado no canal").click()
    await expect(operator.page.locator("#documento")).to_contain_text('"document": "•••"')
    await operator.looks("documento")
    await operator.page.get_by_role("button", name="Mostrar sem máscara").click()

    shown = operator.page.locator("#documento")
    await expect(shown).to_contain_text('"source": "')
    await expect(shown).to_contain_text(f'"id": {integrated["id"]}')
    await operator.looks("documento-sem-mascara")


async def test_us_24_the_channel_is_told_among_the_erps_stages_which_lead_to_the_order(
    operator: Operator, merchant: Merchant, integrated: dict[str, Any]
) -> None:
    held = merchant.order(hub_id(integrated))
    assert held is not None
    await operator.page.goto(f"/lojas/{STORE}")
    await operator.goes("ERP")
    await expect(operator.page.get_by_role("heading", level=1)).to_have_text("Pedidos no ERP")
    card = operator.page.locator(".sale", has_text=f"pedido {integrated['name']}")
    await expect(card).to_contain_text("Origem: Shopify")
    await operator.looks("pedidos-no-erp")
    await card.get_by_role("link", name=f"no ERP {held['erp']['number']}").click()

    await expect(operator.page).to_have_url(f"{operator.url}{page_of(integrated)}")
    channel = operator.page.get_by_role("region", name="No canal")
    await expect(channel).to_contain_text("Shopify")


async def test_a_pending_order_leads_to_its_cure_and_back(
    operator: Operator, merchant: Merchant
) -> None:
    faulty = merchant.sells(fault="missing_tax_id")
    merchant.order_in("pending", hub_id(faulty))
    await operator.page.goto(page_of(faulty))
    await operator.looks("pedido-pendente")
    await operator.page.get_by_role("button", name="Reprocessar Pedido").click()

    await expect(operator.page).to_have_url(re.compile(f"{page_of(faulty)}\\?aviso"))
    await expect(operator.page.get_by_text("Reprocessamento pedido.")).to_be_visible()
    await operator.page.get_by_role("region", name="O que falta").get_by_role("link").click()
    await expect(operator.page).to_have_url(re.compile(f"{page_of(faulty)}/editar#"))


async def test_a_decision_is_followed_by_itself_until_the_order_stands_still(
    operator: Operator, merchant: Merchant
) -> None:
    faulty = merchant.sells(fault="missing_tax_id")
    merchant.order_in("pending", hub_id(faulty))
    await operator.page.goto(page_of(faulty))
    await operator.goes("Corrigir")
    await operator.page.get_by_label("CPF ou CNPJ").fill("529.982.247-25")
    await operator.page.get_by_role("button", name="Salvar e reprocessar").click()
    await operator.page.goto(page_of(faulty))

    situation = operator.page.get_by_role("heading", level=1)
    await expect(situation).to_contain_text("Integrado", timeout=20_000)


async def test_ids_are_copied_with_a_press(operator: Operator, integrated: dict[str, Any]) -> None:
    await operator.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    await operator.page.goto(page_of(integrated))
    await operator.page.get_by_role("button", name="Copiar o id no canal").click()

    await expect(operator.page.get_by_text("Copiado")).to_be_visible()
    assert await operator.page.evaluate("navigator.clipboard.readText()") == str(integrated["id"])


async def test_the_page_of_an_order_is_whole_without_a_script(
    belt: Belt, newcomer: Newcomer, integrated: dict[str, Any]
) -> None:
    one = await newcomer(script=False)
    await one.log_in(belt.site.card()["panel"], at=f"/entrar?ir={page_of(integrated)}")
    await one.page.get_by_role("button", name="Mostrar dados").click()
    await one.goes("Bruto")

    await expect(one.page.get_by_role("link", name="Ver o documento")).to_have_count(3)
    await expect(one.page.get_by_role("button", name="Copiar")).to_have_count(0)


@pytest.mark.parametrize("query", ["", "?linha=bruto"])
async def test_the_page_of_an_order_is_light_and_closed_to_scripts_of_others(
    operator: Operator, integrated: dict[str, Any], query: str
) -> None:
    session = await operator.page.context.new_cdp_session(operator.page)
    sizes: list[float] = []
    session.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    await session.send("Network.enable")
    await session.send("Network.setCacheDisabled", {"cacheDisabled": True})
    answer = await operator.page.goto(page_of(integrated) + query)
    await operator.page.wait_for_load_state("networkidle")

    assert len(sizes) >= 3
    assert sum(sizes) < HEAVIEST
    assert answer is not None
    policy = (await answer.all_headers())["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
