"""What an operator sees and does in a browser."""

import hashlib
import re
from datetime import timedelta
from decimal import Decimal

import httpx
import pytest
import structlog

from contracts.cancellations import Undoing
from contracts.commands import (
    AddressCorrection,
    BuyerCorrection,
    ItemCorrection,
    PaymentCorrection,
    PaymentOfSeveral,
    ReprocessOrder,
)
from contracts.events import StoreDisconnected
from contracts.order import Payment, PaymentMethod
from contracts.reasons import ReasonCode
from panel import handlers
from panel.board import Query
from panel.disconnection import Disconnection
from panel.door import STATIC_AT
from panel.pages.view import STATIC
from panel.paging import Page
from tests.panel.test_row import reprocess
from tests.support.builders import (
    ACCOUNT,
    PAID_AT,
    a_buyer,
    a_store,
    an_address,
    an_item,
    an_order,
    cancellation_of,
    captured,
    pending,
    posted,
    validated,
)
from tests.support.memory_board import MemoryBoard
from tests.support.panel import Office, fields_of

PENDING = "/lojas/demo-shopify/pedidos/pendentes"
PROCESSED = "/lojas/demo-shopify/pedidos/processados"
CANCELLED = "/lojas/demo-shopify/pedidos/cancelados"
HOME = "/lojas/demo-shopify"
ERP = f"{HOME}/erp"
STORE_FORM = f"{HOME}/configurar"
EDIT = "/lojas/demo-shopify/pedidos/1001/editar"
REPROCESS = "/lojas/demo-shopify/pedidos/1001/reprocessar"
ORDER = an_order()
HOSTILE = '<script>alert("x")</script>&{{7*7}}'


async def test_the_only_store_opens_at_once_and_the_choice_among_several_is_kept(
    office: Office, browser: httpx.AsyncClient
) -> None:
    alone = await browser.get("/")
    paused = a_store(
        store_id="outra", name="Ateliê Norte", active=False, erp_app_secret="v1.sealed"
    )
    office.topics.table.put(paused)
    several = await browser.get("/")
    page = await browser.get("/lojas")
    await browser.get("/lojas/outra")
    chosen = await browser.get("/")

    assert alone.headers["location"] == "/lojas/demo-shopify"
    assert several.headers["location"] == "/lojas"
    assert "Ateliê Norte" in page.text
    assert "está pausada" in page.text
    assert chosen.headers["location"] == "/lojas/outra"


async def test_switching_the_store_keeps_the_tab(
    office: Office, browser: httpx.AsyncClient
) -> None:
    office.topics.table.put(a_store(store_id="outra", name="Ateliê Norte"))

    page = await browser.get(CANCELLED)

    assert 'href="/lojas/outra/pedidos/cancelados"' in page.text


async def test_each_tab_shows_its_orders_and_all_counts(
    office: Office, browser: httpx.AsyncClient
) -> None:
    one, two, three = an_order(1001), an_order(1002), an_order(1003)
    office.board.tell(captured(one), pending(one, ReasonCode.CUSTOMER_EMAIL_MISSING))
    office.board.tell(captured(two), validated(two), posted(two))
    office.board.tell(captured(three), cancellation_of(three, Undoing.NEEDS_ACTION))

    pages = {path: (await browser.get(path)).text for path in (PENDING, PROCESSED, CANCELLED)}

    for path, number, words in (
        (PENDING, "#1001", ("E-mail do cliente ausente", "Reprocessar Pedido", "Editar")),
        (PROCESSED, "#1002", ("Integrado", "1534")),
        (CANCELLED, "#1003", ("Exige ação", "20/11/2026")),
    ):
        text = pages[path]
        assert set(re.findall(r"#100\d", text)) == {number}
        assert all(word in text for word in words)
        assert len(re.findall(r'class="number"[^>]*>1<', text)) == 3
        assert '<html lang="pt-BR">' in text
        assert "<caption>" in text
        assert 'aria-current="page"' in text


def without_tokens(text: str) -> str:
    """The page without the tokens of its forms, which are random."""
    return re.sub(r'name="_token" value="[^"]*"', "", text)


async def test_a_row_speaks_portuguese_and_hides_who_bought(
    office: Office, browser: httpx.AsyncClient
) -> None:
    office.board.tell(captured(ORDER), pending(ORDER))

    text = without_tokens((await browser.get(PENDING)).text)

    assert "R$\N{NO-BREAK SPACE}138,50" in text
    assert "20/11/2026 11:00" in text
    assert "***.982.247-**" in text
    for hidden in ("52998224725", "529.982.247-25", "418", "90460130", "irene.leal@exemplo.test"):
        assert hidden not in text


async def test_what_a_buyer_typed_is_only_ever_text(
    office: Office, browser: httpx.AsyncClient
) -> None:
    order = an_order(
        1001,
        an_item(HOSTILE, title=HOSTILE),
        buyer=a_buyer(name=HOSTILE, email=HOSTILE),
        shipping_address=an_address(street=HOSTILE, city=HOSTILE),
    ).model_copy(update={"number": HOSTILE})
    office.board.tell(captured(order), pending(order))

    for path in (PENDING, EDIT):
        text = (await browser.get(path)).text
        assert "<script>" not in text
        assert "&lt;script&gt;" in text
        assert "{{7*7}}" in text


async def test_long_lists_go_on_page_by_page(office: Office, browser: httpx.AsyncClient) -> None:
    for number in range(1, 61):
        order = an_order(number, updated_at=PAID_AT + timedelta(seconds=number))
        office.board.tell(captured(order), pending(order))

    first = (await browser.get(PENDING)).text
    following = re.search(r'rel="next" href="([^"]+)"', first)
    assert following is not None
    second = (await browser.get(following[1].replace("&amp;", "&"))).text

    numbers = [re.findall(r'class="id"[^>]*>#(\d+)<', page) for page in (first, second)]
    assert [*map(int, numbers[0] + numbers[1])] == [*range(60, 0, -1)]
    assert "Mais antigos" not in second
    assert "Voltar ao começo" in second


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/lojas/nenhuma/pedidos/pendentes", 404),
        ("/lojas/demo-shopify/pedidos/todos", 404),
        ("/lojas/demo-shopify/pedidos/404/editar", 404),
        ("/lojas/%00/pedidos/%ff/editar", 404),
        (f"{PENDING}?depois=nonsense", 303),
        (f"{PENDING}?depois=%00%ff", 303),
        (f"{PENDING}?aviso=%3Cb%3E", 200),
        (f"{STATIC_AT}/%00", 404),
        (f"{STATIC_AT}/../pages/guard.py", 404),
        ("/nada", 404),
        (REPROCESS, 405),
    ],
)
async def test_nonsense_in_an_address_gets_a_page_that_says_so(
    browser: httpx.AsyncClient, path: str, status: int
) -> None:
    assert (await browser.get(path)).status_code == status


async def test_an_order_of_another_store_is_not_found_under_this_one(
    office: Office, browser: httpx.AsyncClient
) -> None:
    office.topics.table.put(a_store(store_id="outra", name="Ateliê Norte"))
    office.board.tell(captured(ORDER), pending(ORDER))

    answer = await browser.get("/lojas/outra/pedidos/1001/editar")

    assert answer.status_code == 404


async def test_a_store_that_its_channel_cut_off_says_so_on_its_tabs(
    office: Office, browser: httpx.AsyncClient
) -> None:
    step = handlers.disconnections(
        office.topics.table, office.disconnections, office.topics, office.clock
    )
    cut = StoreDisconnected(
        store_id="demo-shopify", account_id=ACCOUNT, cause="app/uninstalled", occurred_at=PAID_AT
    )
    await step.inject([cut])

    assert isinstance(office.disconnections.state("demo-shopify"), Disconnection)
    assert "O canal desconectou esta loja" in (await browser.get(PENDING)).text


# Reprocessing and correcting.


async def test_pressing_reprocessar_asks_for_it_and_says_so(
    office: Office, browser: httpx.AsyncClient
) -> None:
    office.board.tell(captured(ORDER), pending(ORDER))
    token = fields_of(await browser.get(PENDING))["_token"]

    answer = await browser.post(
        REPROCESS, data={"_token": token}, headers={"Sec-Fetch-Site": "same-origin"}
    )
    after = await browser.get(answer.headers["location"])

    [command] = office.topics.messages(ReprocessOrder)
    assert isinstance(command, ReprocessOrder)
    assert (command.order_id, command.requested_by) == (ORDER.order_id, "ana")
    assert answer.status_code == 303
    assert "Reprocessamento pedido" in after.text


async def test_an_order_that_is_being_judged_again_shows_it(
    office: Office, browser: httpx.AsyncClient
) -> None:
    office.board.tell(captured(ORDER), pending(ORDER), reprocess())

    assert "Reprocessando…" in (await browser.get(PENDING)).text


async def test_the_form_marks_what_is_wrong_and_shows_what_is_known(
    office: Office, browser: httpx.AsyncClient
) -> None:
    told = pending(ORDER, ReasonCode.CUSTOMER_DOC_MISSING)
    [said] = told.reasons
    reason = said.model_copy(update={"field": "buyer.document", "detail": "Peça o documento."})
    office.board.tell(captured(ORDER), told.model_copy(update={"reasons": (reason,)}))

    page = await browser.get(EDIT)

    wrong = re.findall(r'<input id="([^"]+)"[^>]*aria-invalid="true"', page.text)
    assert wrong == ["buyer.document"]
    assert "Peça o documento." in page.text
    assert fields_of(page)["shipping_address.street"] == "Rua dos Ipês"


async def test_saving_asks_for_exactly_what_was_changed(
    office: Office, browser: httpx.AsyncClient
) -> None:
    office.board.tell(captured(ORDER), pending(ORDER))
    form = fields_of(await browser.get(EDIT)) | {
        "buyer.document": "111.444.777-35",
        "shipping_address.number": " 420 ",
        "shipping_address.cep": "90460-130",
        "items.1.erp_product_id": "7711002233",
        "payment.method": "credit_card",
        "payment.installments": "3",
    }

    answer = await browser.post(EDIT, data=form)

    [command] = office.topics.messages(ReprocessOrder)
    assert isinstance(command, ReprocessOrder)
    assert answer.headers["location"].startswith(PENDING)
    fixes = command.corrections
    assert fixes.buyer == BuyerCorrection(document="11144477735")
    assert fixes.shipping_address == AddressCorrection(number="420")
    assert fixes.billing_address == AddressCorrection(number="420")
    assert fixes.items == (ItemCorrection(item_id="1", erp_product_id=7711002233),)
    assert fixes.payment == PaymentCorrection(method=PaymentMethod.CREDIT_CARD, installments=3)
    assert fixes.note is None


async def test_what_the_channel_withheld_is_marked_for_whoever_fills_it_in(
    office: Office, browser: httpx.AsyncClient
) -> None:
    order = an_order(
        buyer=a_buyer(name="", document=None), shipping_address=an_address(street="", number="")
    )
    office.board.tell(captured(order), pending(order, ReasonCode.BUYER_DATA_WITHHELD))

    page = await browser.get(EDIT)
    listed = await browser.get(PENDING)

    assert set(re.findall(r'<input id="([^"]+)"[^>]*aria-invalid="true"', page.text)) == {
        "buyer.name", "buyer.document", "shipping_address.street", "shipping_address.number",
    }  # fmt: skip
    assert "/pedidos/1001/editar#buyer.name" in listed.text


async def test_each_of_several_payments_is_corrected_apart_and_the_one_meant_is_marked(
    office: Office, browser: httpx.AsyncClient
) -> None:
    paid = [
        Payment(method=PaymentMethod.OTHER, gateway="vale", amount=Decimal("38.50")),
        Payment(method=PaymentMethod.CREDIT_CARD, amount=Decimal("100.00")),
    ]
    order = an_order(payments=tuple(paid))
    told = pending(order, ReasonCode.PAYMENT_UNMAPPED)
    [said] = told.reasons
    reason = said.model_copy(update={"field": "payments.1.method"})
    office.board.tell(captured(order), told.model_copy(update={"reasons": (reason,)}))

    page = await browser.get(EDIT)
    fields = fields_of(page) | {"payments.1.method": "gift_card", "payments.2.installments": "3"}
    await browser.post(EDIT, data=fields)

    assert re.findall(r'<select id="([^"]+)"[^>]*aria-invalid="true"', page.text) == [
        "payments.1.method"
    ]
    assert "Pagamento 1 de 2" in page.text
    [command] = office.topics.messages(ReprocessOrder)
    assert isinstance(command, ReprocessOrder)
    assert command.corrections.payment is None
    assert command.corrections.payments == (
        PaymentOfSeveral(number=1, method=PaymentMethod.GIFT_CARD),
        PaymentOfSeveral(number=2, installments=3),
    )
    office.board.tell(command)
    details = (await browser.get("/lojas/demo-shopify/pedidos/1001?linha=eventos")).text
    assert "meio (pagamento 1): Vale-presente" in details


async def test_an_order_with_two_addresses_has_both_corrected_apart(
    office: Office, browser: httpx.AsyncClient
) -> None:
    order = an_order(billing_address=an_address(street="Av. Ipiranga"))
    office.board.tell(captured(order), pending(order))
    form = fields_of(await browser.get(EDIT)) | {"billing_address.number": "9"}

    await browser.post(EDIT, data=form)

    [command] = office.topics.messages(ReprocessOrder)
    assert isinstance(command, ReprocessOrder)
    assert command.corrections.billing_address == AddressCorrection(number="9")
    assert command.corrections.shipping_address is None


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("buyer.document", "111.444.777"),
        ("buyer.document", "111.111.111-11"),
        ("buyer.document", "529.982.247-26"),
        ("buyer.document", "12.ABC.345/01DE-36"),
        ("shipping_address.cep", "9046"),
        ("shipping_address.uf", "R5"),
        ("buyer.email", "irene"),
        ("items.1.erp_product_id", "9" * 30),
        ("items.1.erp_product_id", "²"),
        ("payment.installments", "0"),
        ("payment.method", "fiado"),
        ("buyer.name", "x" * 201),
    ],
)
async def test_what_cannot_be_is_said_at_the_field_and_nothing_typed_is_lost(
    office: Office, browser: httpx.AsyncClient, name: str, typed: str
) -> None:
    office.board.tell(captured(ORDER), pending(ORDER))
    form = fields_of(await browser.get(EDIT)) | {"buyer.phone": "11 99999-0000", name: typed}

    answer = await browser.post(EDIT, data=form)

    assert answer.status_code == 422
    assert re.search(rf'id="{re.escape(name)}"[^>]*aria-invalid="true"', answer.text)
    assert f'href="#{name}"' in answer.text
    assert fields_of(answer)["buyer.phone"] == "11 99999-0000"
    assert office.topics.messages(ReprocessOrder) == []


async def test_whoever_saves_after_the_order_changed_is_told_and_overwrites_nothing(
    office: Office, browser: httpx.AsyncClient
) -> None:
    office.board.tell(captured(ORDER), pending(ORDER))
    form = fields_of(await browser.get(EDIT)) | {"buyer.phone": "11 99999-0000"}
    office.board.tell(pending(ORDER, attempt=2, occurred_at=PAID_AT + timedelta(minutes=1)))

    first = await browser.post(EDIT, data=form)
    second = await browser.post(EDIT, data=fields_of(first))

    assert first.status_code == 409
    assert "mudou enquanto você editava" in first.text
    assert second.status_code == 303
    assert len(office.topics.messages(ReprocessOrder)) == 1


async def test_an_order_that_is_in_the_erp_already_cannot_be_changed_here(
    office: Office, browser: httpx.AsyncClient
) -> None:
    office.board.tell(captured(ORDER), pending(ORDER))
    form = fields_of(await browser.get(EDIT))
    office.board.tell(posted(ORDER))

    answer = await browser.post(REPROCESS, data=form)

    assert answer.status_code == 409
    assert "já está no ERP" in answer.text


async def test_nothing_is_promised_while_kafka_is_away(
    office: Office, browser: httpx.AsyncClient
) -> None:
    office.board.tell(captured(ORDER), pending(ORDER))
    form = fields_of(await browser.get(EDIT))
    office.topics.away = True

    answer = await browser.post(REPROCESS, data=form)

    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")


@pytest.mark.parametrize(
    "path", ["/lojas", HOME, ERP, STORE_FORM, "/gerenciar", "/conta", PENDING, PROCESSED, EDIT]
)
async def test_pages_hold_no_script_and_load_nothing_from_elsewhere(
    office: Office, browser: httpx.AsyncClient, path: str
) -> None:
    office.board.tell(captured(ORDER), pending(ORDER))

    answer = await browser.get(path)

    policy = answer.headers["content-security-policy"]
    assert answer.status_code == 200
    assert "script-src 'self';" in policy
    assert "unsafe" not in policy
    assert answer.headers["cache-control"] == "no-store"
    assert not re.search(r"<script>|\sstyle=|<style|\son\w+=|https?://", answer.text)
    for script in re.findall(r'<script src="([^"]+)"', answer.text):
        assert (await browser.get(script)).status_code == 200


async def test_the_style_sheet_loads_nothing_and_may_be_kept(browser: httpx.AsyncClient) -> None:
    style = await browser.get(f"{STATIC_AT}/panel.css")

    assert style.headers["cache-control"] == "no-cache"
    assert "url(" not in style.text


def test_files_of_others_are_those_whose_licence_and_checksum_are_written_down() -> None:
    told = (STATIC / "vendor" / "README.md").read_text("utf-8")
    files = list((STATIC / "vendor").glob("*.js"))

    assert files
    for file in files:
        assert f"`{file.name}`" in told
        assert hashlib.sha256(file.read_bytes()).hexdigest() in told


async def test_a_failure_of_ours_has_a_code_that_the_log_knows_and_a_way_to_try_again(
    office: Office, browser: httpx.AsyncClient
) -> None:
    class Broken(MemoryBoard):
        async def page(self, query: Query) -> Page:
            raise RuntimeError(query.tab)

    object.__setattr__(office.desk, "board", Broken())
    with structlog.testing.capture_logs() as logs:
        page = await browser.get("/lojas/demo-shopify/pedidos/pendentes")

    assert page.status_code == 500
    [code] = [entry["code"] for entry in logs if entry["event"] == "request_failed"]
    assert f"Código para o suporte: {code}, às 20/11/2026 12:00." in page.text
    assert "Tentar de novo" in page.text
