"""Login, the first administrator, users and their roles, as people meet them."""

import os
import subprocess
import sys

from playwright.async_api import expect

from embedded.belt import Belt
from tests.browser.conftest import Newcomer
from tests.support.browser import Operator

STORE = "demo-shopify"
PASSWORD = "cavalo correto bateria grampo"


def first_admin(belt: Belt) -> str:
    """The path of the link that the command line prints."""
    environ = os.environ | belt.site.environment("panel")
    said = subprocess.run(
        [sys.executable, "-m", "panel", "first-admin", "dona"],
        env=environ,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    return said.split(belt.site.url("panel"))[1].strip()


async def test_us_90_the_first_administrator_comes_in_by_a_link_and_invites_an_operator(
    belt: Belt, newcomer: Newcomer
) -> None:
    dona, bia = await newcomer(), await newcomer()
    await dona.page.goto(first_admin(belt))
    await dona.looks("convite")
    await dona.page.get_by_label("Senha nova").fill("senha1234567")
    await dona.page.get_by_role("button", name="Salvar e entrar").click()
    await expect(dona.page.get_by_role("alert")).to_contain_text("conhecida demais")
    await dona.looks("convite-senha-fraca")
    await dona.page.get_by_label("Senha nova").fill(PASSWORD)
    await dona.page.get_by_role("button", name="Salvar e entrar").click()
    await expect(dona.page.get_by_text("Falta este passo")).to_be_visible()
    await dona.looks("verificacao")
    await dona.sets_up_an_app()
    await expect(dona.page.get_by_role("heading", name="Códigos de reserva")).to_be_visible()
    await dona.looks("codigos-de-reserva")
    await dona.goes("Guardei os códigos")

    await dona.page.locator(".account > summary").click()
    await dona.looks("conta-menu")
    await dona.goes("Usuários")
    await dona.page.get_by_label("Usuário", exact=True).fill("bia")
    await dona.page.get_by_label("(Shopify)").select_option("operador")
    await dona.page.get_by_role("button", name="Criar convite").click()
    link = await dona.page.get_by_label("Link de acesso").input_value()
    await dona.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    await dona.page.get_by_role("button", name="Copiar link").click()
    await expect(dona.page.get_by_role("button", name="Copiado")).to_be_visible()
    assert await dona.page.evaluate("navigator.clipboard.readText()") == link
    await dona.looks("usuario-link")
    await dona.goes("Voltar aos usuários")
    await dona.looks("usuarios")

    await bia.page.goto(link)
    await bia.page.get_by_label("Senha nova").fill(PASSWORD)
    await bia.page.get_by_role("button", name="Salvar e entrar").click()
    await expect(bia.page.get_by_role("heading", level=1)).to_contain_text("(Shopify)")
    await expect(bia.page.get_by_role("link", name="Usuários")).to_have_count(0)
    refused = await bia.page.goto("/usuarios")
    foreign = await bia.page.goto("/lojas/demo-nuvemshop")
    assert refused is not None
    assert foreign is not None
    assert (refused.status, foreign.status) == (403, 404)
    await bia.looks("recusado")


async def test_a_wrong_password_is_said_and_the_right_one_leads_where_one_wanted_to_go(
    belt: Belt, newcomer: Newcomer
) -> None:
    one = await newcomer()
    await one.page.goto(f"/lojas/{STORE}/pedidos/cancelados")
    await one.page.get_by_label("Usuário").fill("demo")
    await one.page.get_by_label("Senha").fill("errada")
    await one.page.keyboard.press("Enter")
    await expect(one.page.get_by_role("alert")).to_contain_text("Usuário ou senha incorretos")
    await one.looks("login-errado")
    await one.page.get_by_label("Senha").fill(belt.site.card()["panel"]["password"])
    await one.page.keyboard.press("Enter")

    await expect(one.page).to_have_url(f"{one.url}/lojas/{STORE}/pedidos/cancelados")


async def test_us_01_minha_loja_switches_the_store_and_keeps_the_tab(operator: Operator) -> None:
    await operator.page.goto("/lojas")
    await operator.looks("lojas-escolha")
    await operator.goes("Loja demonstração (Shopify)", "Pedidos", "Cancelados")
    await operator.page.get_by_text("Minha loja").click()
    await operator.looks("minha-loja-aberto")
    await operator.goes("Loja demonstração (Nuvemshop)")

    await expect(operator.page).to_have_url(
        f"{operator.url}/lojas/demo-nuvemshop/pedidos/cancelados"
    )
    await operator.page.goto("/")
    await expect(operator.page).to_have_url(f"{operator.url}/lojas/demo-nuvemshop")


async def test_everything_can_be_reached_by_keyboard_alone(operator: Operator) -> None:
    await operator.page.goto(f"/lojas/{STORE}")
    await operator.page.keyboard.press("Tab")
    await expect(operator.page.get_by_role("link", name="Ir para o conteúdo")).to_be_focused()
    await operator.looks("pular-para-o-conteudo")
    await operator.page.keyboard.press("Enter")
    await expect(operator.page.locator("main")).to_be_focused()

    account = operator.page.locator(".account > summary")
    await account.focus()
    await operator.page.keyboard.press("Enter")
    await expect(operator.page.get_by_role("link", name="Minha conta")).to_be_visible()
    await operator.page.keyboard.press("Escape")
    await expect(operator.page.get_by_role("link", name="Minha conta")).to_be_hidden()
    await expect(account).to_be_focused()


async def test_logging_out_leads_to_the_login_and_back_shows_nothing(operator: Operator) -> None:
    await operator.page.goto("/conta")
    await operator.looks("conta")
    await operator.page.locator(".account > summary").click()
    await operator.page.get_by_role("button", name="Sair").click()
    await expect(operator.page).to_have_url(f"{operator.url}/entrar")

    await operator.page.goto(f"/lojas/{STORE}")
    await expect(operator.page.get_by_role("button", name="Entrar")).to_be_visible()
    await operator.looks("login")


async def test_an_idle_session_asks_before_it_ends_and_goes_on_when_told_to(
    operator: Operator,
) -> None:
    await operator.page.clock.install()
    await operator.page.goto("/conta")
    asked = operator.page.get_by_text("A sua sessão termina em 2 minutos")
    await expect(asked).to_be_hidden()
    await operator.page.clock.fast_forward("28:01")
    await expect(asked).to_be_visible()
    await operator.looks("sessao-termina")
    await operator.page.get_by_role("button", name="Continuar no painel").click()

    await expect(asked).to_be_hidden()


async def test_the_dark_theme_is_as_easy_to_read(operator: Operator) -> None:
    await operator.page.emulate_media(color_scheme="dark")
    for name, path in (("inicio", ""), ("loja", "/configurar"), ("erp", "/erp")):
        await operator.page.goto(f"/lojas/{STORE}{path}")
        await operator.looks(f"escuro-{name}")
