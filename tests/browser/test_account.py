"""One's own account, as somebody uses it who has no scripts: a second factor, sessions, a token."""

import httpx
from playwright.async_api import expect

from tests.browser.conftest import Newcomer
from tests.support.browser import Operator

PASSWORD = "um violão afinado no sótão"
TOLD = "Houve um acesso com o seu usuário"


async def invited(admin: Operator, login: str) -> str:
    """The link that lets a new operator in."""
    await admin.page.goto("/usuarios")
    await admin.page.get_by_label("Usuário", exact=True).fill(login)
    await admin.page.get_by_label("(Shopify)").select_option("operador")
    await admin.page.get_by_role("button", name="Criar convite").click()
    return await admin.page.get_by_label("Link de acesso").input_value()


async def test_a_code_is_asked_for_a_new_browser_is_told_of_and_sessions_are_ended(
    operator: Operator, newcomer: Newcomer
) -> None:
    caio, phone = await newcomer(script=False), await newcomer()
    await caio.page.goto(await invited(operator, "caio"))
    await caio.page.get_by_label("Senha nova").fill(PASSWORD)
    await caio.page.get_by_role("button", name="Salvar e entrar").click()
    await caio.page.goto("/conta")
    await caio.goes("Ligar a verificação")
    await caio.sets_up_an_app()
    spare = await caio.page.locator(".spare code").first.text_content()
    await caio.goes("Guardei os códigos")

    await phone.page.goto("/entrar")
    await phone.page.get_by_label("Usuário").fill("caio")
    await phone.page.get_by_label("Senha").fill(PASSWORD)
    await phone.page.keyboard.press("Enter")
    await expect(phone.page.get_by_label("Código do aplicativo")).to_be_focused()
    await phone.looks("codigo")
    await phone.page.keyboard.type("000000")
    await phone.page.keyboard.press("Enter")
    await expect(phone.page.get_by_role("alert")).to_contain_text("Código incorreto")
    await phone.looks("codigo-errado")
    await phone.page.keyboard.type(spare or "")
    await phone.page.keyboard.press("Enter")
    await expect(phone.page.get_by_role("heading", level=1)).to_contain_text("(Shopify)")
    await expect(phone.page.get_by_text(TOLD)).to_have_count(0)

    await caio.page.goto("/")
    await expect(caio.page.get_by_text(TOLD)).to_be_visible()
    await caio.goes("Conferir em Minha conta")
    await expect(caio.page.get_by_text("Novo", exact=True)).to_be_visible()
    await caio.page.get_by_role("button", name="Encerrar as outras").click()
    await expect(caio.page.get_by_role("status").first).to_contain_text("Sessão encerrada")
    await phone.page.goto("/conta")
    await expect(phone.page.get_by_role("button", name="Entrar")).to_be_visible()
    await caio.page.get_by_role("button", name="Fui eu").click()
    await caio.page.goto("/")
    await expect(caio.page.get_by_text(TOLD)).to_have_count(0)

    await operator.page.goto("/usuarios/caio")
    await operator.looks("usuario-com-verificacao")
    await operator.page.get_by_role("button", name="Remover a verificação").click()
    await expect(operator.page.get_by_role("status")).to_contain_text("Verificação removida")
    await caio.page.goto("/conta")
    await expect(caio.page.get_by_role("button", name="Entrar")).to_be_visible()


async def test_a_token_is_made_used_by_a_program_and_revoked(operator: Operator) -> None:
    await operator.page.goto("/conta")
    await operator.looks("conta-inteira")
    await operator.goes("Ver e criar tokens")
    await operator.page.get_by_label("Nome").fill("planilha de conferência")
    await operator.page.get_by_role("button", name="Criar token").click()
    token = await operator.page.locator("#token").text_content()
    await operator.looks("token")
    await operator.goes("Já copiei")
    async with httpx.AsyncClient(base_url=operator.url) as program:
        program.headers["Authorization"] = f"Bearer {token}"
        worked = await program.get("/api/v1/stores")
        await operator.page.reload()
        await expect(operator.page.get_by_text("Nunca")).to_have_count(0)
        await operator.looks("tokens")
        await operator.page.get_by_role("button", name="Revogar planilha de conferência").click()
        await expect(operator.page.get_by_role("status")).to_contain_text("Token revogado")
        refused = await program.get("/api/v1/stores")

    assert (worked.status_code, refused.status_code) == (200, 401)
