"""A merchant connects a first store of every channel, and one that left is connected again."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.async_api import expect

from embedded.belt import Belt
from tests.support.browser import Operator
from tests.support.merchant import Merchant, eventually


def at_channel(belt: Belt, merchant: Merchant, store: str) -> dict[str, Any]:
    """The shop as its channel knows it."""
    listed = merchant.http.get(f"{belt.site.url('channels')}/_control/stores").json()
    return next(one for one in listed["stores"] if one["id"] == store)


def registered(belt: Belt, merchant: Merchant, store: str) -> None:
    """Return when capture has registered the shop's webhooks."""
    eventually(lambda: "app/uninstalled" in at_channel(belt, merchant, store)["subscriptions"])
    merchant.store = at_channel(belt, merchant, store)


async def sets_up(operator: Operator) -> None:
    """The three options that no order goes without, and the e-mail that the ERP wants."""
    for label in ("Etapa", "Categoria ERP", "Conta corrente"):
        chosen = operator.page.get_by_label(label, exact=True)
        await chosen.select_option(index=1)
    await operator.page.get_by_label("E-mail de quem compra").fill("sem@loja.example")
    await operator.page.get_by_role("button", name="Salvar", exact=True).click()
    await expect(operator.page.get_by_role("status").first).to_contain_text("Loja salva")


async def test_a_shop_of_shopify_is_connected_and_its_first_order_arrives(
    belt: Belt, merchant: Merchant, operator: Operator
) -> None:
    await operator.page.goto("/gerenciar")
    await operator.goes("Conectar loja")
    await operator.looks("conectar")
    await operator.goes("Shopify")
    await operator.page.get_by_role("button", name="Continuar").click()
    await expect(operator.page.get_by_role("alert")).to_contain_text("Nada foi salvo")
    await operator.looks("conectar-shopify-erros")
    await operator.page.get_by_label("Nome da loja").fill("Minha loja")
    await operator.page.get_by_label("Endereço na Shopify").fill("minha-loja")
    await operator.page.get_by_role("button", name="Continuar").click()
    await operator.looks("conectar-ir")
    await operator.goes("Ir para a Shopify")
    await operator.goes("Autorizar com minha-loja.myshopify.com")

    await expect(operator.page).to_have_url(
        f"{operator.url}/lojas/shopify-minha-loja/configurar?aviso=conectada"
    )
    await sets_up(operator)
    registered(belt, merchant, "minha-shopify")
    sold = merchant.sells()
    merchant.order_in("processed", f"shopify-minha-loja:{sold['id']}", "integrado")


async def test_a_store_of_nuvemshop_that_left_is_connected_again(
    belt: Belt, merchant: Merchant, operator: Operator
) -> None:
    await operator.page.goto("/conectar/nuvemshop")
    await operator.page.get_by_label("Nome da loja").fill("Minha nuvem")
    await operator.page.get_by_role("button", name="Continuar").click()
    await operator.goes("Ir para a Nuvemshop", "Autorizar com minha-nuvemshop")
    await expect(operator.page.get_by_role("status").first).to_contain_text("Loja conectada")
    registered(belt, merchant, "minha-nuvemshop")

    control = f"{belt.site.url('channels')}/_control/stores/minha-nuvemshop/grants"
    merchant.http.delete(control).raise_for_status()
    store = "/stores/nuvemshop-5120443"
    eventually(lambda: not merchant.panel.get(store).json()["active"])
    await operator.page.goto("/gerenciar")
    await operator.looks("lojas-desconectada")
    await operator.page.get_by_role("link", name="Reconectar Minha nuvem").click()
    await operator.looks("reconectar")
    await operator.page.get_by_role("button", name="Continuar").click()
    await operator.goes("Ir para a Nuvemshop", "Autorizar com minha-nuvemshop")

    await expect(operator.page.get_by_role("status").first).to_contain_text("Loja reconectada")
    assert merchant.panel.get(store).json()["active"]
    registered(belt, merchant, "minha-nuvemshop")


async def test_a_seller_of_mercado_livre_who_says_no_connects_nothing_and_then_does(
    belt: Belt, merchant: Merchant, operator: Operator
) -> None:
    for answer in ("Não autorizar", "Autorizar com minha-mercadolivre"):
        await operator.page.goto("/conectar/mercadolivre")
        await operator.page.get_by_label("Nome da loja").fill("Meu livre")
        await operator.page.get_by_role("button", name="Continuar").click()
        await operator.goes("Ir para o Mercado Livre", answer)
        if answer == "Não autorizar":
            await expect(operator.page.get_by_role("alert")).to_contain_text("não foi autorizado")
            await operator.looks("conectar-recusada")
            assert merchant.panel.get("/stores/mercadolivre-1190345527").status_code == 404
    await expect(operator.page.get_by_role("status").first).to_contain_text("Loja conectada")
    await sets_up(operator)

    merchant.store = at_channel(belt, merchant, "minha-mercadolivre")
    sold = merchant.sells()
    eventually(lambda: merchant.order(f"mercadolivre-1190345527:{sold['id']}"))


@pytest.fixture
def refused(belt: Belt, merchant: Merchant) -> Iterator[Merchant]:
    """A merchant whose shop takes the token of its store no more; `accept` ends that."""
    faults = f"{belt.site.url('channels')}/_control/faults"
    fault = {"status": 401, "store_id": merchant.store["id"], "times": 1_000_000}
    merchant.http.post(faults, json=fault).raise_for_status()
    yield merchant
    merchant.http.delete(faults).raise_for_status()


async def test_us_07_a_refused_access_is_shown_and_the_shops_own_apps_token_cures_it_and_its_orders(
    belt: Belt, refused: Merchant, operator: Operator
) -> None:
    demo = belt.site.card()["stores"][0]
    order_id = f"{demo['id']}:{refused.sells()['id']}"
    waiting = refused.order_in("pending", order_id)
    assert "CHANNEL_TOKEN_EXPIRED" in {reason["code"] for reason in waiting["reasons"]}
    again = f"Reconectar {demo['name']}"
    await reloaded_until(operator, "/gerenciar", again)
    await expect(operator.page.get_by_role("row", name=demo["name"])).to_contain_text(
        "pedido espera"
    )
    await operator.looks("lojas-acesso-recusado")
    await operator.goes(again)
    refused.http.delete(f"{belt.site.url('channels')}/_control/faults").raise_for_status()
    for token in ("shpat_errada", demo["access_token"]):
        if token != demo["access_token"]:
            await operator.page.get_by_text("Usar um aplicativo próprio").click()
        await operator.page.get_by_label("Chave de acesso da API Admin").fill(token)
        await operator.page.get_by_label("Segredo do aplicativo").fill(demo["webhook_secret"])
        await operator.page.get_by_role("button", name="Continuar").click()
        if token != demo["access_token"]:
            await expect(operator.page.get_by_role("alert")).to_contain_text("não aceita a chave")
            await operator.looks("reconectar-chave-recusada")

    await expect(operator.page.get_by_role("status").first).to_contain_text("Loja reconectada")
    refused.order_in("processed", order_id, "integrado")
    await operator.page.goto("/gerenciar")
    await expect(operator.page.get_by_role("link", name=again)).to_have_count(0)


async def reloaded_until(operator: Operator, path: str, link: str) -> None:
    """Look at a page again and again until there is a link of this name."""
    await operator.page.goto(path)
    for _ in range(100):
        if await operator.page.get_by_role("link", name=link).count():
            return
        await operator.page.wait_for_timeout(300)
        await operator.page.reload()
    await expect(operator.page.get_by_role("link", name=link)).to_be_visible()
