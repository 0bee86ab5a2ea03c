"""Every page there is, looked at as it is: accessible, narrow enough, light, closed to scripts.

The stories walk through states; this walks through addresses, so that no page is forgotten. The
panel is one in memory: nothing else has to run.
"""

from collections.abc import AsyncIterator
from decimal import Decimal
from typing import Any, Literal

import pytest_asyncio
from playwright.async_api import Browser

from contracts.cancellations import Undoing
from contracts.listings import ListingState
from contracts.order import KitPart, Refund, RefundLine
from contracts.reasons import ReasonCode
from panel.pages.guard import Page
from tests.browser.test_stores import HEAVIEST
from tests.panel.test_order_page import SALE
from tests.panel.test_store_pages import a_real_store
from tests.support.browser import AXE, NARROW, OVERFLOW, VIOLATIONS, WIDE, Operator
from tests.support.builders import (
    PAID_AT,
    STORE,
    an_item,
    an_order,
    cancellation_of,
    cancelled,
    captured,
    pending,
    posted,
    validated,
)
from tests.support.listings import a_link, a_listing, a_variation
from tests.support.panel import ADMIN, Office, address
from tests.support.panel_listings import a_row
from tests.support.panel_site import pages_of, served, site_of

NO_PAGES = ("/sessao", "/exportar", "/ao-vivo", "/detalhes", "/linha", "/retorno")
"""What is no page by itself: a download, a stream, parts of pages, the way back from a channel."""

LOOKS: dict[Literal["light", "dark"], tuple[int, int]] = {"light": WIDE, "dark": NARROW}

ORDERS = f"/lojas/{STORE}/pedidos"
OFFERS = f"/lojas/{STORE}/anuncios"
STATES = [
    "/nada-aqui",
    f"{ORDERS}/processados",
    f"{ORDERS}/cancelados",
    *(f"{ORDERS}/{number}" for number in range(1001, 1007)),
    *(f"{ORDERS}/1002?linha={depth}" for depth in ("eventos", "bruto")),
    f"{ORDERS}/1002/documento?evento=br.esteira.order.captured.v1.1.0.",
    f"{ORDERS}/1001/produto?item=1",
    f"{OFFERS}?situacao=sem-sku",
    f"{OFFERS}?q=nada-assim",
    f"{OFFERS}?encerrados=sim",
    f"{OFFERS}/9002/vinculo?variacao=k-1",
    "/lojas/vazia/anuncios",
    "/lojas/vazia",
    "/lojas/vazia/erp",
    "/lojas/vazia/pedidos/pendentes",
]
"""Addresses beside one of every route: orders wherever they can stand, and where there is none."""


async def tell(office: Office) -> None:
    """Orders in every tab: pending, in the ERP, waiting for it, cancelled, changed, erased."""
    a_real_store(office)
    a_real_store(office, store_id="vazia", name="Ainda vazia")
    office.hire("ana", ADMIN)
    office.hire("gestor", ADMIN)
    office.erp.answers["ConsultarPedido"] = {"pedido_venda_produto": SALE}
    orders = {number: an_order(number) for number in range(1001, 1007)}
    part = RefundLine(item_id="1", quantity=1, amount=Decimal("55.10"))
    refund = Refund(refund_id="7", amount=part.amount, lines=(part,), refunded_at=PAID_AT)
    gone = cancelled(orders[1004]).model_copy(update={"refunds": (refund,)})
    choices = ("cancelar NF-e e pedido", "registrar devolução", "manter")
    changed = an_order(1005, an_item(quantity=3, title="Caneca " * 20))
    await office.hear(
        *map(captured, orders.values()),
        pending(orders[1001], ReasonCode.CUSTOMER_DOC_MISSING, ReasonCode.PRODUCT_SKU_NOT_FOUND),
        *(validated(orders[number]) for number in (1002, 1003, 1004, 1005)),
        *(posted(orders[number]) for number in (1002, 1004, 1005)),
        captured(gone, revision=2),
        cancellation_of(gone, Undoing.NEEDS_ACTION, choices=choices, detail="Já faturado."),
        captured(changed, revision=2),
        pending(changed, ReasonCode.ORDER_CHANGED_AT_CHANNEL, revision=2, parked_by="erp"),
    )


def offer(office: Office) -> None:
    """Listings that match, that do not, that are linked to a kit, and that are gone."""
    office.erp.answers["ListarProdutos"] = {
        "total_de_paginas": 1,
        "produto_servico_cadastro": [
            a_row(1, "CAN-350-AZ", "Caneca 350 ml azul"),
            a_row(2, "COL-1", "Colher de chá " * 8, inativo="S"),
        ],
    }
    kit = [KitPart(erp_product_id=n, quantity=n, share=Decimal(50)) for n in (1, 2)]
    office.topics.links.put(a_link(*kit, listing_id="9002", variation_id="k-1"))
    more = [a_variation(f"v-{n}", sku=sku) for n, sku in enumerate((None, "X", "COL-1"), 1)]
    office.listings.put(
        a_listing(variations=(a_variation(""), *more), title="Caneca " * 20),
        a_listing("9002", title="Kit", variations=(a_variation("k-1", sku=None),)),
        a_listing("9003", title="Livro", state=ListingState.REMOVED, published_at=None),
        *(a_listing(str(n), title=f"Item {n}") for n in range(100, 170)),
    )


@pytest_asyncio.fixture(loop_scope="session")
async def looker(browser: Browser) -> AsyncIterator[tuple[Operator, list[str]]]:
    """Somebody who is logged in as an administrator, and every address to look at."""
    office = Office()
    await tell(office)
    offer(office)
    pages = pages_of(office)
    routes = [r for r in pages.routes if isinstance(r, Page) and "GET" in (r.methods or ())]
    shown = [address(page, STORE) for page in routes if not page.path.endswith(NO_PAGES)]
    async with served(site_of(pages)) as url:
        one = await Operator(browser, url).sit_down()
        ana = {"user": "ana", "password": "certa"}
        await one.log_in(ana, code=lambda: office.code("ana"))
        yield one, [*dict.fromkeys([*shown, *STATES])]
        await one.page.context.close()
    assert one.complaints == []


async def test_every_page_is_accessible_narrow_light_and_closed_to_foreign_scripts(
    looker: tuple[Operator, list[str]],
) -> None:
    one, addresses = looker
    session = await one.page.context.new_cdp_session(one.page)
    sizes: list[float] = []
    session.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    await session.send("Network.enable")
    await session.send("Network.setCacheDisabled", {"cacheDisabled": True})
    found: list[Any] = []
    for path in addresses:
        sizes.clear()
        answer = await one.page.goto(path)
        assert answer is not None
        if answer.status >= 500:
            found.append((path, answer.status))
        headers = await answer.all_headers()
        policy = headers["content-security-policy"]
        if "unsafe" in policy or "default-src 'none'" not in policy:
            found.append((path, policy))
        if (weight := sum(sizes)) >= HEAVIEST:
            found.append((path, f"{weight:.0f} bytes"))
        await one.page.evaluate(AXE.read_text("utf-8"))
        for scheme, (width, height) in LOOKS.items():
            await one.page.emulate_media(color_scheme=scheme)
            await one.page.set_viewport_size({"width": width, "height": height})
            if (over := await one.page.evaluate(OVERFLOW)) > 0:
                found.append((path, width, f"{over} px too wide"))
            if violations := await one.page.evaluate(VIOLATIONS):
                found.append((path, width, violations))

    assert found == []
    assert len(addresses) >= 25
