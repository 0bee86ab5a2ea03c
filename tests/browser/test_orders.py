"""A shop assistant works through the tabs: finds, corrects, links, sends on, and watches."""

from playwright.async_api import Page, expect

from embedded.belt import Belt
from tests.browser.conftest import Newcomer
from tests.support.browser import Operator
from tests.support.merchant import Merchant, eventually

STORE = "demo-shopify"
PENDING = f"/lojas/{STORE}/pedidos/pendentes"
PROCESSED = f"/lojas/{STORE}/pedidos/processados"
CPF = "52998224725"


def waiting(merchant: Merchant, fault: str) -> dict:
    """An order that reached the pending tab."""
    sold = merchant.sells(fault=fault)
    return merchant.order_in("pending", f"{STORE}:{sold['id']}")


def row(page: Page, order: dict):
    return page.locator(f"tbody[data-order='{order['order_id'].partition(':')[2]}']")


async def test_us_20_each_tab_counts_its_orders_and_opens_one_in_place(
    operator: Operator, merchant: Merchant
) -> None:
    order = waiting(merchant, "missing_tax_id")
    page = operator.page
    await page.goto(PENDING)
    tab = page.get_by_role("navigation", name="Situação dos pedidos").get_by_role("link")
    await expect(tab).to_have_count(3)
    counted = int(await tab.filter(has_text="Pendentes").locator(".number").inner_text())
    assert counted >= await page.locator("tbody[data-order]").count() > 0
    await expect(page.locator("tbody[data-order]").first).to_contain_text(order["number"])
    one = row(page, order)
    await one.get_by_text("Detalhes", exact=False).click()
    for part in ("Cliente", "Entrega e cobrança", "Itens", "Pagamento", "Linha do tempo"):
        await expect(one.get_by_role("heading", name=part, exact=True)).to_be_visible()
    await expect(one.locator(".sums")).to_contain_text("Frete")
    await one.get_by_role("link", name="Abrir o pedido").click()

    await expect(page.get_by_role("heading", level=1)).to_contain_text(order["number"])


async def test_us_21_22_an_order_is_found_filtered_named_and_taken_along(
    operator: Operator, merchant: Merchant
) -> None:
    order = waiting(merchant, "missing_tax_id")
    other = waiting(merchant, "no_street_number")
    page = operator.page
    await page.goto(PENDING)
    await operator.looks("pendentes-lista")
    await page.get_by_label("Buscar pedidos").fill(order["number"])
    await page.keyboard.press("Enter")
    await expect(row(page, order)).to_be_visible()
    await expect(row(page, other)).to_have_count(0)
    assert order["number"].strip("#") not in page.url
    await operator.looks("pendentes-busca")

    await page.get_by_role("link", name="Limpar filtros").click()
    await page.get_by_text("Filtros", exact=True).click()
    await page.get_by_label("Motivo", exact=True).select_option(label="Número do endereço ausente")
    await page.get_by_label("De", exact=True).fill("2020-01-01")
    await operator.looks("pendentes-filtros")
    await page.get_by_role("button", name="Filtrar").click()
    await expect(row(page, other)).to_be_visible()
    await expect(row(page, order)).to_have_count(0)
    await expect(page.get_by_role("list", name="Filtros ligados")).to_contain_text("de 01/01/2020")
    await page.get_by_text("Visões", exact=True).click()
    await page.get_by_label("Guardar esta lista como").fill("Sem número")
    await page.get_by_role("button", name="Guardar").click()
    await page.goto(PROCESSED)
    await page.get_by_text("Visões", exact=True).click()
    await operator.looks("pedidos-visoes")
    await page.get_by_role("link", name="Sem número").click()
    await expect(row(page, other)).to_be_visible()

    async with page.expect_download() as taken:
        await page.get_by_role("link", name="Exportar CSV").click()
    file = await (await taken.value).path()
    assert other["number"] in file.read_text("utf-8-sig")


async def test_a_reason_leads_to_its_field_and_the_corrected_order_leaves_by_itself(
    operator: Operator, merchant: Merchant
) -> None:
    order = waiting(merchant, "missing_tax_id")
    page = operator.page
    await page.goto(PENDING)
    await row(page, order).get_by_role("link", name="CPF/CNPJ ausente").click()
    field = page.get_by_label("CPF ou CNPJ")
    await operator.looks("editar")
    await field.click()
    await field.press_sequentially(CPF)
    assert await field.input_value() == "529.982.247-25"
    await page.get_by_role("button", name="Salvar e reprocessar").click()

    await expect(page.get_by_role("status").first).to_contain_text("Reprocessamento pedido")
    merchant.order_in("processed", order["order_id"])


async def test_what_changes_swaps_in_place_and_what_is_new_waits_behind_a_bar(
    operator: Operator, merchant: Merchant
) -> None:
    order = waiting(merchant, "missing_tax_id")
    page = operator.page
    await page.goto(PENDING)
    await expect(page.locator(".live")).to_contain_text("Ao vivo")
    first = row(page, order)
    place = await first.bounding_box()
    new = waiting(merchant, "no_street_number")
    await expect(page.locator(".news")).to_contain_text("novo")
    await expect(row(page, new)).to_have_count(0)
    shifted = await first.bounding_box()
    assert place == shifted
    await operator.looks("pendentes-novos")

    merchant.reprocess(order["order_id"], {"buyer": {"document": CPF}})
    await expect(first).to_contain_text("Foi para Pedidos Processados")
    await operator.looks("pendentes-mudou")
    await page.get_by_role("link", name="Mostrar").click()
    await expect(row(page, new)).to_be_visible()
    await expect(row(page, order)).to_have_count(0)


async def test_all_with_one_reason_are_sent_on_and_each_result_is_shown(
    operator: Operator, merchant: Merchant
) -> None:
    for _ in range(3):
        waiting(merchant, "generic_name")
    page = operator.page
    await page.goto(f"{PENDING}?motivo=CUSTOMER_NAME_GENERIC")
    await page.locator(".bulk summary").click()
    await operator.looks("pendentes-acoes")
    await page.get_by_role("button", name="Reprocessar todos os").click()
    await expect(page.get_by_role("heading", level=1)).to_contain_text("Reprocessar")
    await operator.looks("lote-confirmar")
    await page.get_by_role("button", name="Reprocessar").click()

    await expect(page.get_by_role("status")).to_contain_text("Todos conferidos")
    await expect(page.get_by_text("Continua pendente").first).to_be_visible()
    await operator.looks("lote")


async def test_a_product_is_looked_for_in_the_erp_and_linked(
    operator: Operator, merchant: Merchant
) -> None:
    order = waiting(merchant, "no_sku")
    page = operator.page
    await page.goto(PENDING)
    await row(page, order).get_by_role("link", name="Produto sem vínculo com o ERP").click()
    await expect(page.get_by_role("heading", level=1)).to_contain_text("Vincular produto")
    await operator.looks("produto")
    await page.get_by_label("Buscar produto no ERP").fill("Caneca")
    await page.get_by_role("button", name="Buscar").click()
    await page.locator(".products input:enabled").first.check()
    await operator.looks("produto-escolhido")
    await page.get_by_role("button", name="Vincular e reprocessar").click()

    merchant.order_in("processed", order["order_id"])


async def test_keys_go_through_the_list_and_open_what_one_wants(
    operator: Operator, merchant: Merchant
) -> None:
    order = waiting(merchant, "missing_tax_id")
    page = operator.page
    await page.goto(PENDING)
    await page.keyboard.press("?")
    await expect(page.get_by_role("dialog")).to_be_visible()
    await operator.looks("teclas")
    await page.keyboard.press("Escape")
    await page.keyboard.press("g")
    await page.keyboard.press("p")
    await expect(page).to_have_url(f"{operator.url}{PROCESSED}")
    await expect(page.locator(".live")).to_be_visible()  # the script, and so the keys, are there
    await page.keyboard.press("g")
    await page.keyboard.press("n")
    await expect(page).to_have_url(f"{operator.url}{PENDING}")
    await expect(page.locator(".live")).to_be_visible()
    await page.keyboard.press("j")
    first = row(page, order)
    await expect(first.locator("a.id")).to_be_focused()
    await page.keyboard.press("e")
    await expect(first.get_by_text("Linha do tempo")).to_be_visible()
    await operator.looks("pendentes-detalhes")
    await page.keyboard.press("x")
    await expect(first.get_by_role("checkbox")).to_be_checked()
    await page.keyboard.press("r")
    eventually(lambda: (merchant.order(order["order_id"]) or {})["attempt"] == 2)
    await expect(first).not_to_contain_text("Reprocessando")
    await page.keyboard.press("c")

    await expect(page.get_by_role("heading", level=1)).to_contain_text("Editar o pedido")


async def test_the_list_works_without_a_script(
    belt: Belt, newcomer: Newcomer, merchant: Merchant
) -> None:
    order = waiting(merchant, "missing_tax_id")
    one = await newcomer(script=False)
    await one.log_in(belt.site.card()["panel"], at=f"/entrar?ir={PENDING}")
    page = one.page
    await page.get_by_label("Buscar pedidos").fill(order["number"])
    await page.get_by_role("button", name="Buscar").click()
    await row(page, order).get_by_role("checkbox").check()
    await page.locator(".bulk summary").click()
    await page.get_by_role("button", name="Reprocessar Pedido").first.click()
    await expect(page.get_by_role("heading", level=1)).to_contain_text("Reprocessamento de 1")
    await page.get_by_role("link", name=order["number"]).click()

    await expect(page.get_by_role("heading", level=1)).to_contain_text(order["number"])
