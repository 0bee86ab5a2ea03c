"""A merchant readies a store's listings: what matches, what must be linked, a kit, a date."""

import re
from collections.abc import Iterator
from decimal import Decimal

import pytest
from playwright.async_api import expect

from tests.support.browser import Operator
from tests.support.merchant import Merchant, eventually

STORES = ("demo-shopify", "demo-nuvemshop", "demo-mercadolivre")
STORE = STORES[0]
PAN = {"sku": "PAN-FER-24", "title": "Panela de ferro 24 cm"}
DIARY_EAN = "7890610000438"
JAR = {"sku": "JAR-BAR-2L", "title": "Jarra de barro 2 l"}


@pytest.mark.parametrize("store", STORES)
async def test_the_listings_of_a_connected_store_are_there_by_themselves(
    operator: Operator, store: str
) -> None:
    page = operator.page
    await page.goto(f"/lojas/{store}/anuncios")
    await expect(page.locator("table.listings tbody tr").first).to_be_visible(timeout=30_000)

    await expect(page.get_by_role("link", name="Anúncios", exact=True)).to_have_attribute(
        "aria-current", "page"
    )
    if store == STORE:
        await operator.looks("anuncios")


@pytest.fixture
def offered(merchant: Merchant) -> Iterator[None]:
    """What Nuvemshop's demo store offers for now: one of each kind that the report tells apart."""
    store = f"{merchant.card['channels_url']}/_control/stores/demo-nuvemshop/documents"
    path = {"path": "/products"}
    variants = [PAN["sku"], "SKU-QUE-NINGUEM-TEM", "", JAR["sku"], JAR["sku"]]
    shelf = [
        {"id": 900 + n, "name": {"pt": f"Anúncio {n}"}, "variants": [{"id": 9000 + n, "sku": sku}]}
        for n, sku in enumerate(variants)
    ]
    shelf[2]["variants"][0]["barcode"] = DIARY_EAN
    merchant.http.put(store, params=path, json=shelf).raise_for_status()
    yield
    merchant.http.delete(store, params=path).raise_for_status()


@pytest.mark.usefixtures("offered")
async def test_the_report_tells_apart_what_matches_and_a_suggestion_links_nothing_by_itself(
    operator: Operator,
) -> None:
    page = operator.page
    await page.goto("/lojas/demo-nuvemshop/anuncios")
    await page.get_by_role("button", name="Ler os anúncios do canal agora").click()
    for _ in range(100):
        if await page.get_by_role("link", name="1 Sem SKU").count():
            break
        await page.wait_for_timeout(300)
        await page.goto("/lojas/demo-nuvemshop/anuncios")
    for tile in ("1 Sem SKU", "1 SKU desconhecido", "2 SKU repetido", "1 Casado pelo SKU"):
        await expect(page.get_by_role("link", name=tile)).to_be_visible()
    await operator.looks("anuncios-o-que-casa")

    await operator.goes("1 Sem SKU")
    await page.get_by_role("link", name=re.compile("Vincular")).first.click()
    await expect(page.get_by_role("heading", name="Parecidos no ERP")).to_be_visible()
    await operator.looks("anuncio-sugestao")
    await page.goto("/lojas/demo-nuvemshop/anuncios")
    await expect(page.get_by_role("link", name="1 Sem SKU")).to_be_visible()


async def test_a_product_that_is_inactive_in_the_erp_is_replaced_by_a_kit_and_its_order_goes_on(
    operator: Operator, merchant: Merchant
) -> None:
    sold = merchant.sells(fault="inactive_product")
    order = merchant.order_in("pending", f"{STORE}:{sold['id']}")
    [item] = [item for item in order["order"]["items"] if waits(order, item)]
    page = operator.page
    await page.goto(f"/lojas/{STORE}/anuncios")
    await page.get_by_role("link", name=re.compile("Inativo no ERP")).click()
    await operator.looks("anuncios-inativos")
    await page.goto(f"/lojas/{STORE}/anuncios/{item['listing_id']}")
    await operator.looks("anuncio")
    variation = page.get_by_role("row").filter(has_text=item["sku"])
    await variation.get_by_role("link", name=re.compile("Vincular")).click()
    await operator.looks("anuncio-vinculo")

    await page.get_by_label("Buscar produto no ERP").fill("caneca")
    await page.keyboard.press("Enter")
    await page.get_by_role("button", name=re.compile("^Escolher")).first.click()
    await page.get_by_role("button", name=re.compile("^Acrescentar")).first.click()
    await page.get_by_label(re.compile("^% do preço")).first.fill("33,34")
    await page.get_by_role("button", name="Salvar vínculo").click()
    await expect(page.get_by_role("alert")).to_contain_text("somam 83,34%")
    await operator.looks("anuncio-kit")
    await page.get_by_label(re.compile("^% do preço")).last.fill("66,66")
    await page.get_by_role("button", name="Salvar vínculo").click()

    await expect(page.get_by_role("status").first).to_contain_text("Vínculo salvo")
    await operator.looks("anuncio-vinculado")
    posted = merchant.order_in("processed", order["order_id"], "integrado")
    code = posted["erp"]["integration_code"]
    [row] = [each for each in merchant.erp_orders() if each["codigo_pedido_integracao"] == code]
    held = row["pedido_venda_produto"]
    lines = len(order["order"]["items"]) + 1
    assert len(held["det"]) == lines, "a line for each part of the kit"
    charged = Decimal(str(held["total_pedido"]["valor_total_pedido"]))
    assert charged == Decimal(order["total"]), "what the buyer paid, to the cent"


def waits(order: dict, item: dict) -> bool:
    return any(f"items.{item['item_id']}." in (r["field"] or "") for r in order["reasons"])


async def test_a_publication_date_is_moved_back_and_given_back_without_a_script(
    newcomer, belt
) -> None:
    operator = await newcomer(script=False)
    await operator.log_in(belt.site.card()["panel"])
    page = operator.page
    await page.goto(f"/lojas/{STORE}/anuncios")
    await page.locator("table.listings tbody th a").first.click()

    await page.get_by_label("Capturar pedidos feitos a partir de").fill("2025-11-01")
    await page.get_by_role("button", name="Salvar data").click()
    await expect(page.get_by_text("antes de 01/11/2025")).to_be_visible()
    await page.get_by_role("button", name="Voltar à data do canal").click()
    await expect(page.get_by_text("É a data do canal.")).to_be_visible()


async def test_orders_before_the_publication_date_come_once_it_is_moved_back_and_they_are_fetched(
    operator: Operator, merchant: Merchant
) -> None:
    page = operator.page
    await page.goto(f"/lojas/{STORE}/anuncios?q={PAN['sku']}")
    await page.locator("table.listings tbody th a").first.click()
    listing = page.url
    await page.get_by_label("Capturar pedidos feitos a partir de").fill("2099-01-01")
    await page.get_by_role("button", name="Salvar data").click()
    await expect(page.get_by_text("antes de 01/01/2099")).to_be_visible()
    early = eventually(lambda: not_captured(merchant))

    await page.goto(listing)
    await page.get_by_role("button", name="Voltar à data do canal").click()
    await page.get_by_role("link", name="Buscar Pedidos").click()
    await page.get_by_label("Número do pedido").fill(early["name"])
    await page.get_by_role("button", name="Ver o que viria").last.click()
    await expect(page.get_by_role("status")).to_contain_text("1 pedido viria")
    await page.get_by_role("button", name="Buscar 1 pedido").click()

    merchant.order_in("processed", f"{STORE}:{early['id']}")


def not_captured(merchant: Merchant) -> dict | None:
    """An order of the pan that was passed over, once capture has heard of the date.

    A store's webhooks are read in their order: when a later one is here, the earlier was read.
    """
    early = merchant.sells(line_items=[PAN])
    late = merchant.sells(line_items=[JAR])
    merchant.order_in("processed", f"{STORE}:{late['id']}")
    return early if merchant.order(f"{STORE}:{early['id']}") is None else None
