"""What needs a real browser and no belt: the command menu, and two people at one order.

The panel is one in memory; what the belt would say is told by the test.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence

import pytest_asyncio
from playwright.async_api import Browser, expect

from contracts.commands import ReprocessOrder
from contracts.envelope import Message
from contracts.order import Canceller
from contracts.reasons import ReasonCode
from panel.erp.invoices import Invoices
from panel.erp.stages import Place
from tests.support.browser import OVERFLOW, Operator
from tests.support.builders import (
    ACCOUNT,
    STORE,
    a_store,
    an_item,
    an_order,
    cancellation_of,
    captured,
    pending,
    posted,
)
from tests.support.panel import MANAGER, Office
from tests.support.panel_site import pages_of, served, site_of

ORDERS = f"/lojas/{STORE}/pedidos"
PENDING = f"{ORDERS}/pendentes"
EDIT = f"{ORDERS}/1001/editar"
WAITS = an_order(1001)
LOST = pending(WAITS, ReasonCode.CUSTOMER_DOC_MISSING)
TELEPHONE = {"width": 360, "height": 740}
FINGER_PX = 44
SMALL = """least => [...document.querySelectorAll('a, button, summary, select')]
  .filter(one => one.checkVisibility() && !one.closest('dialog, .skip, .tip'))
  .map(one => [one.textContent.trim(), one.getBoundingClientRect().height,
    parseFloat(getComputedStyle(one, '::before').height) || 0])
  .filter(([, drawn, around]) => Math.max(drawn, around) < least)"""
"""What one presses that is lower than this; a link's room around it counts."""

Seat = Callable[..., Awaitable[Operator]]


@pytest_asyncio.fixture(loop_scope="session")
async def office() -> Office:
    """A panel that knows one order, which waits."""
    found = Office()
    found.topics.table.put(a_store())
    await found.hear(captured(WAITS), LOST)
    return found


@pytest_asyncio.fixture(loop_scope="session")
async def seat(office: Office, browser: Browser) -> AsyncIterator[Seat]:
    """Seats somebody of this name in a browser of their own, logged in."""
    seated: list[Operator] = []
    async with served(site_of(pages_of(office))) as url:

        async def sit_down(login: str, *, script: bool = True) -> Operator:
            office.hire(login, MANAGER)
            one = await Operator(browser, url, script=script).sit_down()
            seated.append(one)
            await one.log_in({"user": login, "password": "certa"})
            return one

        yield sit_down
        for one in seated:
            await one.page.context.close()
    assert [complaint for one in seated for complaint in one.complaints] == []


async def test_an_order_is_gone_to_from_any_page_by_keys_alone(seat: Seat) -> None:
    ana = await seat("ana")
    keys, page = ana.page.keyboard, ana.page
    await page.goto("/conta")
    await keys.press("Control+k")
    menu = page.get_by_role("dialog", name="Ir para")
    await expect(menu.get_by_label("Ir para")).to_be_focused()
    await ana.looks("ir-para")
    await keys.press("Escape")
    await expect(menu).to_have_count(0)
    await keys.press("Control+k")
    await keys.type("irene")
    await expect(menu.get_by_role("region", name="Pedidos").get_by_role("link")).to_have_count(1)
    await expect(menu.get_by_role("status")).to_have_text("1 resultado")
    await ana.looks("ir-para-pedido")
    await keys.press("ArrowDown")
    await keys.press("Enter")

    await expect(page).to_have_url(f"{ana.url}{ORDERS}/1001")
    await page.wait_for_load_state()
    await keys.press("Control+k")
    await expect(menu.get_by_label("Ir para")).to_be_focused()
    await keys.type("processados")
    await expect(menu.get_by_role("link")).to_have_count(1)
    await keys.press("Enter")
    await expect(page).to_have_url(f"{ana.url}{ORDERS}/processados")


async def test_the_command_menu_is_a_page_where_there_is_no_script(seat: Seat) -> None:
    ana = await seat("ana", script=False)
    await ana.page.locator("a.jump-link").click()
    await ana.page.get_by_label("Ir para").fill("1001")
    await ana.page.get_by_role("button", name="Procurar").click()
    await ana.goes("Pedido #1001")

    await expect(ana.page).to_have_url(f"{ana.url}{ORDERS}/1001")


async def test_of_two_people_at_one_order_the_second_is_told_and_loses_nothing(
    office: Office, seat: Seat
) -> None:
    ana, rui = await seat("ana"), await seat("rui")
    for one in (ana, rui):
        await one.page.goto(EDIT)
    await ana.page.get_by_label("CPF ou CNPJ").fill("529.982.247-25")
    await ana.page.get_by_label("Nome", exact=True).fill("Irene B. Leal")
    await ana.page.get_by_role("button", name="Salvar e reprocessar").click()
    await expect(ana.page.get_by_text("Reprocessamento pedido.")).to_be_visible()

    await rui.page.get_by_label("Nome", exact=True).fill("Irene Leal")
    await rui.page.get_by_role("button", name="Salvar e reprocessar").click()
    await expect(rui.page.get_by_role("alert")).to_contain_text("ana salvou este pedido")
    await expect(rui.page.get_by_label("Nome", exact=True)).to_have_value("Irene Leal")
    assert len(office.topics.messages(ReprocessOrder)) == 1

    corrected = WAITS.model_copy(
        update={"buyer": WAITS.buyer.model_copy(update={"name": "Irene B. Leal"})}
    )
    [asked] = office.topics.messages(ReprocessOrder)
    await office.hear(asked, pending(corrected, ReasonCode.ADDRESS_NUMBER_MISSING, attempt=2))
    await rui.page.get_by_role("button", name="Salvar e reprocessar").click()
    await expect(rui.page.get_by_text("No pedido agora: Irene B. Leal")).to_be_visible()
    await rui.looks("editar-dois")
    await rui.page.get_by_role("button", name="Salvar e reprocessar").click()

    await expect(rui.page.get_by_text("Reprocessamento pedido.")).to_be_visible()
    again = office.topics.messages(ReprocessOrder)[-1]
    assert isinstance(again, ReprocessOrder)
    assert again.requested_by == "rui"
    assert again.corrections.buyer is not None
    assert again.corrections.buyer.name == "Irene Leal"


async def test_a_change_above_leaves_the_row_under_the_pointer_where_it_is(
    office: Office, seat: Seat
) -> None:
    for number in range(1002, 1030):
        order = an_order(number)
        await office.hear(captured(order), pending(order, ReasonCode.CUSTOMER_DOC_MISSING))
    above = an_order(1029)
    ana = await seat("ana")
    await ana.page.goto(PENDING)
    await expect(ana.page.locator(".live")).to_contain_text("Ao vivo")
    pointed = ana.page.locator("tbody[data-order='1020']")
    await pointed.locator(".buyer").hover()
    before = await pointed.bounding_box()
    many = [code for code in ReasonCode if code is not ReasonCode.CUSTOMER_DOC_MISSING][:12]
    await office.hear(pending(above, *many, attempt=2))
    office.changes.told.put_nowait(above.order_id)
    changed = ana.page.locator("tbody[data-order='1029']")
    await expect(changed.locator(".chip")).to_have_count(len(many))

    after = await pointed.bounding_box()
    assert before
    assert after
    assert abs(after["y"] - before["y"]) < 1
    assert await ana.page.evaluate("scrollY") > 0


async def test_keys_choose_a_range_open_the_filters_and_lead_back_to_a_corrected_row(
    office: Office, seat: Seat
) -> None:
    for number in (1002, 1003, 1004):
        order = an_order(number)
        await office.hear(captured(order), pending(order, ReasonCode.CUSTOMER_DOC_MISSING))
    ana = await seat("ana")
    page, keys = ana.page, ana.page.keyboard
    await page.goto(f"{PENDING}?motivo=CUSTOMER_DOC_MISSING")
    for key in ("j", "x", "j", "j", "Shift+X"):
        await keys.press(key)
    await expect(page.locator(".orders .pick input:checked")).to_have_count(3)
    await ana.looks("teclas-intervalo")
    await keys.press("f")
    await expect(page.get_by_label("Data do pedido", exact=True)).to_be_focused()
    await keys.press("Escape")
    await expect(page.get_by_label("Data do pedido", exact=True)).to_be_hidden()
    await page.get_by_role("button", name="Teclas").click()
    await expect(page.get_by_role("dialog", name="Teclas")).to_be_visible()
    await keys.press("Escape")

    row = page.locator("tbody[data-order='1002']")
    await row.locator(".acts summary").click()
    await row.get_by_role("link", name="Editar").click()
    await page.get_by_label("CPF ou CNPJ").fill("529.982.247-25")
    await page.get_by_role("button", name="Salvar e reprocessar").click()
    await expect(page).to_have_url(
        f"{ana.url}{PENDING}?motivo=CUSTOMER_DOC_MISSING&aviso=reprocessamento#pedido-1002"
    )
    await expect(row.locator("a.id")).to_be_focused()


async def test_words_without_end_and_hundreds_of_items_fit_into_the_page(
    office: Office, seat: Seat
) -> None:
    endless = an_item("SKU-" + "X" * 90, title="Supercalifragilistico" * 7)
    many = an_order(1002, *(an_item(item_id=str(n)) for n in range(1, 201)))
    await office.hear(
        pending(an_order(1003, endless), ReasonCode.PRODUCT_SKU_NOT_FOUND), captured(many)
    )
    ana = await seat("ana")

    await ana.page.goto(f"{ORDERS}/1003")
    await ana.looks("pedido-sem-fim")
    await ana.page.goto(f"{ORDERS}/1002")
    await expect(ana.page.get_by_role("heading", name="Itens")).to_contain_text("200")
    await ana.looks("pedido-de-200-itens")

    assert await ana.page.evaluate("document.documentElement.scrollHeight") < 3 * 800


async def test_at_four_times_the_size_nothing_stands_in_front_of_what_one_reads(seat: Seat) -> None:
    ana = await seat("ana")
    await ana.page.set_viewport_size({"width": 320, "height": 256})
    await ana.page.goto(EDIT)

    await ana.page.get_by_label("CPF ou CNPJ").scroll_into_view_if_needed()

    for part in (".top", ".bar"):
        await expect(ana.page.locator(part)).to_have_css("position", "static")
    assert await ana.page.evaluate(OVERFLOW) <= 0


async def test_on_a_telephone_a_finger_has_room_on_all_that_it_presses(seat: Seat) -> None:
    ana = await seat("ana")
    await ana.page.set_viewport_size(TELEPHONE)
    for path in (PENDING, f"{ORDERS}/1001", EDIT, f"/lojas/{STORE}", f"/lojas/{STORE}/configurar"):
        await ana.page.goto(path)

        assert await ana.page.evaluate(SMALL, FINGER_PX) == [], path


async def test_chosen_rows_are_taken_along_and_the_page_stays_in_use(
    office: Office, seat: Seat
) -> None:
    for number in (1002, 1003):
        order = an_order(number)
        await office.hear(captured(order), pending(order, ReasonCode.CUSTOMER_DOC_MISSING))
    ana = await seat("ana")
    page = ana.page
    await page.goto(PENDING)
    await page.locator("#lote summary").click()
    take = page.get_by_role("button", name="Exportar CSV (nenhum selecionado)")
    await expect(take).to_be_disabled()
    await page.keyboard.press("Escape")
    for number in (1001, 1003):
        await page.get_by_label(f"Selecionar o pedido #{number}").check()
    for _ in range(2):
        await page.locator("#lote summary").click()
        async with page.expect_download() as coming:
            await page.get_by_role("button", name="Exportar CSV (2 selecionados)").click()
        lines = (await (await coming.value).path()).read_text("utf-8").splitlines()
        assert [line.partition(";")[0] for line in lines[1:]] == ["#1003", "#1001"]
        await page.keyboard.press("Escape")


async def test_an_exact_time_shows_on_focus_and_on_pointing_and_goes_on_escape(seat: Seat) -> None:
    ana = await seat("ana")
    page = ana.page
    await page.goto(f"{ORDERS}/1001")
    moment = page.locator(".timeline .ago").last
    exact = moment.locator(".tip")

    async def shown() -> bool:
        return (await exact.evaluate("node => getComputedStyle(node).clipPath")) == "none"

    assert not await shown()
    await moment.focus()
    assert await shown()
    await ana.looks("hora-exata")
    await page.keyboard.press("Escape")
    assert not await shown()
    await page.get_by_role("heading", level=1).click()
    await moment.hover()
    assert await shown()


async def test_an_nfe_and_who_cancelled_have_room_in_lists_and_pages(
    office: Office, seat: Seat
) -> None:
    billed, gone = an_order(1002), an_order(1003, channel="mercadolivre")
    await office.hear(captured(billed), posted(billed, erp_order_id=7, erp_order_number="1534"))
    await office.hear(captured(gone), cancellation_of(gone, cancelled_by=Canceller.CHANNEL))

    async def hears(news: Sequence[Message]) -> None:
        office.board.tell(*news)

    hearing = Invoices(office.board, office.topics.table, hears, office.clock)
    await hearing.hear(ACCOUNT, {7: Place("60", "4521", number="1534")})
    ana = await seat("ana")
    page = ana.page

    await page.goto(f"{ORDERS}/cancelados")
    await expect(page.locator(".since")).to_contain_text("pelo Mercado Livre")
    await ana.looks("cancelados-por-quem")
    await page.goto(PENDING)
    await page.get_by_label("Buscar pedidos").fill("NF-e 4521")
    await page.get_by_role("button", name="Buscar", exact=True).click()
    await page.get_by_role("link", name="Processados").click()
    await ana.looks("processados-com-nfe")
    await page.goto(f"{ORDERS}/1002")
    await expect(page.get_by_role("region", name="No ERP")).to_contain_text("NF-e 4521")
    await ana.looks("pedido-com-nfe")
