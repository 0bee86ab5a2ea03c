"""Narrowing a tab down, coming back to it, looking into it, and taking it along."""

import csv
import io
import re
from datetime import timedelta
from urllib.parse import unquote

import httpx
import pytest

from contracts.reasons import ReasonCode
from panel.access import Role
from panel.people import Grant
from tests.support.builders import (
    PAID_AT,
    STORE,
    a_buyer,
    a_store,
    an_item,
    an_order,
    cancellation_of,
    captured,
    pending,
    posted,
    validated,
)
from tests.support.panel import Office, fields_of

ORDERS = f"/lojas/{STORE}/pedidos"
PENDING = f"{ORDERS}/pendentes"
PROCESSED = f"{ORDERS}/processados"


def numbers(text: str) -> list[str]:
    return re.findall(r'class="id"[^>]*>#(\d+)<', text)


def waits(
    office: Office, number: int, *codes: ReasonCode, days: int = 0, **of_order: object
) -> None:
    """An order that waits, placed so many days before the others."""
    at = PAID_AT - timedelta(days=days)
    order = an_order(number, placed_at=at, **of_order)
    office.board.tell(captured(order), pending(order, *codes))


async def typed(browser: httpx.AsyncClient, text: str, at: str = PENDING) -> httpx.Response:
    """What the search box leads to."""
    form = {"_token": fields_of(await browser.get("/conta"))["_token"], "texto": text}
    answer = await browser.post(f"{at}/busca", data=form)
    return await browser.get(answer.headers["location"])


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ("", {"1001", "1002", "1003"}),
        ("motivo=CUSTOMER_DOC_MISSING", {"1001"}),
        ("valor_de=100&motivo=CUSTOMER_DOC_MISSING", {"1001"}),
        ("valor_de=100&valor_ate=120", set()),
        ("motivo=NONSENSE", {"1001", "1002", "1003"}),
        ("periodo=intervalo&de=2026-11-19&ate=2026-11-19", {"1002"}),
        ("periodo=intervalo&de=2026-11-19", {"1002", "1003"}),
        ("periodo=&de=2026-11-19&ate=2026-11-19", {"1002"}),
        ("periodo=&de=2026-11-19&ate=2026-11-18", {"1001", "1002"}),
        ("periodo=hoje&de=2026-11-18", {"1003"}),
        ("periodo=intervalo&ate=2026-11-18", {"1001"}),
        ("periodo=intervalo&de=31/12&ate=", {"1001", "1002", "1003"}),
        ("periodo=hoje", {"1003"}),
        ("periodo=ontem", {"1002"}),
        ("periodo=7", {"1001", "1002", "1003"}),
        ("periodo=hoje&motivo=CUSTOMER_DOC_MISSING", set()),
        ("situacao=integrado", {"1001", "1002", "1003"}),
        ("tentativas=2", {"1003"}),
        ("tentativas=5", set()),
        ("tentativas=4", {"1001", "1002", "1003"}),
    ],
)
async def test_a_list_shows_the_orders_that_its_filters_let_through(
    office: Office, browser: httpx.AsyncClient, filters: str, found: set[str]
) -> None:
    waits(office, 1001, ReasonCode.CUSTOMER_DOC_MISSING, days=2)
    waits(office, 1002, ReasonCode.PRODUCT_SKU_NOT_FOUND, days=1)
    waits(office, 1003, ReasonCode.PRODUCT_SKU_NOT_FOUND)
    again = an_order(1003, placed_at=PAID_AT)
    office.board.tell(pending(again, ReasonCode.PRODUCT_SKU_NOT_FOUND, attempt=2))

    page = (await browser.get(f"{PENDING}?{filters}")).text

    assert set(numbers(page)) == found
    assert ("passa por estes filtros" in page) is (not found)
    assert bool(re.search("Reprocessar o pedido (desta busca|com este motivo)", page)) is (
        len(found) == 1
    )


async def test_filters_that_are_on_are_said_and_each_can_be_taken_off(
    office: Office, browser: httpx.AsyncClient
) -> None:
    waits(office, 1001, ReasonCode.CUSTOMER_DOC_MISSING)

    page = (await browser.get(f"{PENDING}?periodo=30&motivo=CUSTOMER_DOC_MISSING")).text

    off = re.findall(r'class="chip quiet" href="([^"]+)">([^<]+)', page)
    assert off == [
        (f"{PENDING}?motivo=CUSTOMER_DOC_MISSING", "Data do pedido: últimos 30 dias "),
        (f"{PENDING}?periodo=30", "CPF/CNPJ ausente "),
    ]
    assert "Limpar filtros" in page


@pytest.mark.parametrize(
    "text", ["529.982.247-25", "irêne bap", "IRENE.LEAL@exemplo.test", "#1001", "can-77", "1001, 7"]
)
async def test_the_search_box_finds_an_order_and_the_address_names_nobody(
    office: Office, browser: httpx.AsyncClient, text: str
) -> None:
    waits(office, 1001)
    office.board.rows.clear()
    order = an_order(1001, an_item("CAN-77"))
    other = an_order(1002, buyer=a_buyer(name="Otto", document="11144477735", email="o@x.test"))
    for one in (order, other):
        office.board.tell(captured(one), pending(one))

    page = await typed(browser, text)

    assert numbers(page.text) == ["1001"]
    assert text not in unquote(str(page.url))
    assert "Busca: " in page.text


async def test_a_search_that_was_sealed_for_another_store_finds_everything_again(
    office: Office, browser: httpx.AsyncClient
) -> None:
    office.topics.table.put(a_store(store_id="outra"))
    waits(office, 1001)
    page = await typed(browser, "nobody", at="/lojas/outra/pedidos/pendentes")

    moved = await browser.get(f"{PENDING}?{page.url.query.decode()}")

    assert numbers(moved.text) == ["1001"]


async def test_the_next_page_keeps_the_filters(office: Office, browser: httpx.AsyncClient) -> None:
    for number in range(1, 61):
        waits(office, number, ReasonCode.CUSTOMER_DOC_MISSING)

    first = await browser.get(f"{PENDING}?motivo=CUSTOMER_DOC_MISSING")
    [following] = re.findall(r'rel="next" href="([^"]+)"', first.text)
    second = await browser.get(following.replace("&amp;", "&"))

    assert "motivo=CUSTOMER_DOC_MISSING" in following
    assert len(numbers(first.text) + numbers(second.text)) == 60


async def test_pages_lead_on_and_back_and_the_first_one_is_the_list_itself(
    office: Office, browser: httpx.AsyncClient
) -> None:
    for number in range(1, 121):
        waits(office, number, ReasonCode.CUSTOMER_DOC_MISSING)
    listed = f"{PENDING}?motivo=CUSTOMER_DOC_MISSING"

    async def turned(page: httpx.Response, way: str) -> httpx.Response:
        [link] = re.findall(rf'rel="{way}" href="([^"]+)"', page.text)
        return await browser.get(link.replace("&amp;", "&"))

    first = await browser.get(listed)
    second = await turned(first, "next")
    third = await turned(second, "next")
    back = await turned(third, "prev")
    begin = await turned(back, "prev")

    assert 'rel="prev"' not in first.text
    assert 'rel="next"' not in third.text
    assert numbers(back.text) == numbers(second.text)
    assert len({*numbers(first.text), *numbers(second.text), *numbers(third.text)}) == 120
    assert begin.headers["location"] == listed


async def test_a_list_can_be_named_come_back_to_and_forgotten(
    office: Office, browser: httpx.AsyncClient, visitor: httpx.AsyncClient
) -> None:
    waits(office, 1001, ReasonCode.CUSTOMER_DOC_MISSING)
    listed = f"{PENDING}?motivo=CUSTOMER_DOC_MISSING"
    form = {"_token": fields_of(await browser.get(listed))["_token"]}
    chosen = {"motivo": "CUSTOMER_DOC_MISSING", "nome": "  Sem   CPF "}

    answer = await browser.post(f"{PENDING}/visoes", data=form | chosen)
    named = (await browser.get(PROCESSED)).text
    await browser.post(f"{PENDING}/visoes", data=form | {"acao": "apagar", "nome": "Sem CPF"})
    after = (await browser.get(PROCESSED)).text

    assert answer.headers["location"] == f"{listed}&aviso=visao-guardada"
    assert re.search(rf'href="{re.escape(listed)}"[^>]*>Sem CPF\s', named)
    assert "Sem CPF" not in after
    assert "Pendentes de hoje" in after


async def test_views_are_ones_own(office: Office, browser: httpx.AsyncClient) -> None:
    token = fields_of(await browser.get(PENDING))["_token"]
    await browser.post(
        f"{PENDING}/visoes", data={"_token": token, "periodo": "7", "nome": "Só minha"}
    )
    office.hire("rui", Grant(stores={STORE: Role.READER}))
    await browser.post("/entrar", data={"usuario": "rui", "senha": "certa"})

    assert "Só minha" not in (await browser.get(PENDING)).text


async def exported(browser: httpx.AsyncClient, address: str) -> list[dict[str, str]]:
    answer = await browser.get(address)
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"].startswith("attachment")
    text = answer.content.decode("utf-8")
    assert text.startswith("\N{ZERO WIDTH NO-BREAK SPACE}Pedido;")
    return list(csv.DictReader(io.StringIO(text[1:], newline=""), delimiter=";"))


async def test_the_list_is_taken_along_as_brazil_writes_it(
    office: Office, browser: httpx.AsyncClient
) -> None:
    waits(office, 1001, ReasonCode.CUSTOMER_DOC_MISSING, ReasonCode.CUSTOMER_NAME_GENERIC)
    waits(office, 1002, ReasonCode.CUSTOMER_NAME_GENERIC)

    [line] = await exported(browser, f"{PENDING}/exportar?motivo=CUSTOMER_DOC_MISSING")

    assert line["Pedido"] == "#1001"
    assert line["Valor"] == "138,50"
    assert line["Data do pedido"] == "20/11/2026 11:00"
    assert line["Motivos"] == "CPF/CNPJ ausente; Nome genérico"
    assert line["CPF/CNPJ"] == "529.982.247-25"
    [note] = [e for e in office.audit.entries if e.what == "pedidos_exportados"]
    assert (note.by, note.about, note.details["documentos"]) == ("ana", STORE, "inteiros")


async def test_the_chosen_orders_are_taken_along_alone_in_the_order_of_the_list(
    office: Office, browser: httpx.AsyncClient
) -> None:
    for number in (1001, 1002, 1003):
        waits(office, number)
    token = fields_of(await browser.get(PENDING))["_token"]
    form = {"_token": token, "pedido.1003": "1", "pedido.1001": "1", "pedido.foreign": "1"}

    answer = await browser.post(f"{PENDING}/exportar", data=form)
    none = await browser.post(f"{PENDING}/exportar", data={"_token": token})

    lines = csv.DictReader(io.StringIO(answer.text[1:], newline=""), delimiter=";")
    assert [(line["Pedido"], line["CPF/CNPJ"]) for line in lines] == [
        ("#1003", "529.982.247-25"),
        ("#1001", "529.982.247-25"),
    ]
    assert [e.what for e in office.audit.entries].count("pedidos_exportados") == 1
    assert none.headers["location"] == f"{PENDING}?aviso=nenhum-exportado"


@pytest.mark.parametrize("tab", ["processados", "pendentes", "cancelados"])
async def test_whoever_only_reads_may_choose_orders_to_take_along_in_every_tab(
    office: Office, visitor: httpx.AsyncClient, tab: str
) -> None:
    office.hire("rui", Grant(stores={STORE: Role.READER}))
    one, two, three = an_order(1001), an_order(1002), an_order(1003)
    office.board.tell(captured(one), pending(one), captured(two), posted(two))
    office.board.tell(captured(three), cancellation_of(three))
    await visitor.post("/entrar", data={"usuario": "rui", "senha": "certa"})

    page = (await visitor.get(f"/lojas/{STORE}/pedidos/{tab}")).text

    assert page.count('<input type="checkbox" form="lote"') == 1
    assert f'formaction="/lojas/{STORE}/pedidos/{tab}/exportar"' in page
    assert 'name="quais"' not in page


async def test_whoever_only_reads_takes_masked_documents_along(
    office: Office, visitor: httpx.AsyncClient
) -> None:
    office.hire("rui", Grant(stores={STORE: Role.READER}))
    waits(office, 1001)
    await visitor.post("/entrar", data={"usuario": "rui", "senha": "certa"})

    [line] = await exported(visitor, f"{PENDING}/exportar")

    assert line["CPF/CNPJ"] == "***.982.247-**"


@pytest.mark.parametrize("name", ["=1+1", "+55", "-2", "@cmd", "\t=1", "  =1", '=HYPERLINK("x;y")'])
async def test_no_cell_of_the_sheet_is_a_formula(
    office: Office, browser: httpx.AsyncClient, name: str
) -> None:
    waits(office, 1001, buyer=a_buyer(name=name))

    [line] = await exported(browser, f"{PENDING}/exportar")

    assert line["Cliente"] == f"'{name}"


async def test_a_sheet_goes_on_beyond_one_page(office: Office, browser: httpx.AsyncClient) -> None:
    for number in range(1, 521):
        waits(office, number)

    lines = await exported(browser, f"{PENDING}/exportar")

    assert len({line["Pedido"] for line in lines}) == 520


async def test_details_come_as_a_part_for_the_list_and_lead_a_link_to_the_orders_page(
    office: Office, browser: httpx.AsyncClient
) -> None:
    waits(office, 1001)

    part = await browser.get(f"{ORDERS}/1001/detalhes", headers={"X-Parte": "1"})
    link = await browser.get(f"{ORDERS}/1001/detalhes")

    assert "<html" not in part.text
    for told in ("Cliente", "Entrega", "Itens", "Pagamento", "Frete", "Linha do tempo"):
        assert told in part.text
    assert f'href="{ORDERS}/1001">Abrir o pedido' in part.text
    assert "***.982.247-**" in part.text
    assert "52998224725" not in part.text
    assert link.headers["location"] == f"{ORDERS}/1001"


async def test_details_of_a_very_long_order_show_its_first_items_and_lead_to_all(
    office: Office, browser: httpx.AsyncClient
) -> None:
    for number, items in ((1001, 20), (1002, 200)):
        lines = [an_item(f"SKU-{n:03}", str(n)) for n in range(1, items + 1)]
        office.board.tell(captured(an_order(number, *lines)))

    short, long = [
        (await browser.get(f"{ORDERS}/{n}/detalhes", headers={"X-Parte": "1"})).text
        for n in (1001, 1002)
    ]

    assert ("SKU-020" in short, "SKU-020" in long, "SKU-021" in long) == (True, True, False)
    assert "Ver todos" not in short
    assert f'<a href="{ORDERS}/1002">Ver todos os 200 itens</a>' in long


async def test_a_row_that_left_its_tab_says_where_it_went(
    office: Office, browser: httpx.AsyncClient
) -> None:
    order = an_order(1001)
    waits(office, 1001)
    office.board.tell(validated(order, attempt=2), posted(order, attempt=2))

    line = await browser.get(f"{ORDERS}/1001/linha?aba=pendentes")

    assert line.text.lstrip().startswith('<tbody data-order="1001" class="gone">')
    assert "Foi para Pedidos Processados" in line.text
    assert "Editar" not in line.text


@pytest.mark.parametrize(
    ("code", "field", "cure"),
    [
        (ReasonCode.CUSTOMER_DOC_MISSING, "buyer.document", "/1001/editar#buyer.document"),
        (ReasonCode.PRODUCT_SKU_NOT_FOUND, "items.1.sku", "/1001/produto?item=1"),
        (ReasonCode.STORE_CONFIG_INCOMPLETE, "settings.erp_stage_code", "/configurar"),
        (ReasonCode.CHANNEL_TOKEN_EXPIRED, None, "/reconectar"),
        (ReasonCode.ITEM_QTY_INVALID, "items.1.quantity", ""),
        (ReasonCode.ERP_REJECTED, None, "/1001/editar"),
    ],
)
async def test_each_reason_leads_to_its_cure(
    office: Office, browser: httpx.AsyncClient, code: ReasonCode, field: str | None, cure: str
) -> None:
    order = an_order(1001)
    told = pending(order, code)
    reasons = (told.reasons[0].model_copy(update={"field": field}),)
    office.board.tell(captured(order), told.model_copy(update={"reasons": reasons}))

    found = re.findall(r'<a class="chip" href="([^"]+)"', (await browser.get(PENDING)).text)

    assert [address.endswith(cure) for address in found] == ([True] if cure else [])
