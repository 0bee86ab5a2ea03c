"""One order, whole: what a person sees of it by their role, and what the ERP holds beside it."""

import re
from datetime import timedelta
from decimal import Decimal
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contracts.accounts import AccountCondition, Condition
from contracts.cancellations import Undoing
from contracts.commands import (
    AddressCorrection,
    BuyerCorrection,
    Command,
    Corrections,
    ItemCorrection,
    ReprocessOrder,
)
from contracts.envelope import Event, Message
from contracts.events import ItemTerms, OrderCaptured, PendingStage, RawDocument
from contracts.order import Canceller, Refund, RefundLine
from contracts.reasons import Reason, ReasonCode, reason
from omie.faults import Fault, FaultKind
from panel.access import Role
from panel.pages.order import Depth
from panel.people import Grant
from tests.panel.test_row import erased, reprocess
from tests.panel.test_store_pages import a_real_store
from tests.support.builders import (
    ACCOUNT,
    PAID_AT,
    STORE,
    a_buyer,
    an_item,
    an_order,
    cancellation_of,
    captured,
    pending,
    posted,
    validated,
)
from tests.support.panel import Office, fields_of
from tests.support.panel_erp import KEYS_REFUSED
from tests.support.strategies import messages

PAGE = f"/lojas/{STORE}/pedidos/1001"
ORDER = an_order()
CPF = "529.982.247-25"
SALE: dict[str, Any] = {
    "cabecalho": {
        "codigo_pedido": 880011,
        "numero_pedido": "1534",
        "etapa": "60",
        "codigo_parcela": "000",
        "origem_pedido": "API",
        "codigo_cenario_impostos": 66,
    },
    "informacoes_adicionais": {
        "codigo_categoria": "1.01.03",
        "codigo_conta_corrente": 7700000346,
        "codVend": 55,
        "meio_pagamento": "17",
        "utilizar_emails": "irene.leal@exemplo.test",
    },
    "det": [
        {
            "ide": {"codigo_item_integracao": "1"},
            "produto": {"codigo_produto": 7711002233, "codigo": "CAN-350", "descricao": "Caneca"},
            "inf_adic": {"codigo_local_estoque": 7700000012},
        }
    ],
    "total_pedido": {"valor_total_pedido": 138.5},
    "infoCadastro": {"faturado": "S", "cancelado": "N"},
}


def text_of(page: str) -> str:
    """What a person reads, in one line."""
    bare = re.sub(r"<(script|style).*?</\1>|<[^>]+>", " ", page, flags=re.DOTALL)
    return " ".join(bare.replace("\N{NO-BREAK SPACE}", " ").split())


async def read(http: httpx.AsyncClient, path: str = PAGE) -> str:
    answer = await http.get(path)
    assert answer.status_code == 200, answer.text
    return text_of(answer.text)


async def press(http: httpx.AsyncClient, path: str, **fields: str) -> httpx.Response:
    token = fields_of(await http.get("/conta"))["_token"]
    return await http.post(path, data={"_token": token, **fields})


async def come_in(office: Office, http: httpx.AsyncClient, role: Role) -> None:
    office.hire("bia", Grant(stores={STORE: role}))
    await http.post("/entrar", data={"usuario": "bia", "senha": "certa"})


def reprocessed() -> ReprocessOrder:
    """A person corrected the document, the number of the address and a SKU."""
    return reprocess(
        corrections=Corrections(
            buyer=BuyerCorrection(document="11144477735"),
            shipping_address=AddressCorrection(number="999"),
            items=(ItemCorrection(item_id="1", sku="CAN-350-VD"),),
        )
    )


async def test_an_order_shows_items_buyer_payment_totals_and_refunds(
    office: Office, browser: httpx.AsyncClient
) -> None:
    refund = Refund(
        refund_id="77",
        amount=Decimal("55.10"),
        lines=(RefundLine(item_id="1", quantity=1, amount=Decimal("55.10")),),
        refunded_at=PAID_AT,
    )
    office.board.tell(captured(ORDER.model_copy(update={"refunds": (refund,)})))

    page = await read(browser)

    assert "Pedido #1001 Em validação" in page
    assert "Caneca 350 ml azul SKU CAN-350-AZ anúncio 9001 variação v-1" in page
    assert "– – 2 R$ 64,90 −R$ 9,80" in page
    assert "Itens R$ 129,80 Desconto −R$ 9,80 Frete (PAC) R$ 18,50 Total R$ 138,50" in page
    assert "Pix, R$ 138,50" in page
    assert "Reembolsos R$ 55,10 em 20/11/2026 11:00 1 × Caneca 350 ml azul" in page
    assert "Entrega e cobrança Irene Baptista Leal Rua dos Ipês, *** Petrópolis" in page


async def test_the_buyer_is_masked_until_somebody_asks_and_the_audit_says_who_did(
    office: Office, browser: httpx.AsyncClient
) -> None:
    office.board.tell(captured(ORDER))

    masked = await read(browser)
    answer = await press(browser, f"{PAGE}/comprador")
    shown = text_of(answer.text)

    for page, told in ((masked, "***.982.247-**"), (shown, CPF)):
        assert f"CPF {told}" in page
    for secret in (CPF, "52998224725", "irene.leal@", "98120044", "418", "90460-130", "ap 32"):
        assert secret not in masked
    assert "E-mail irene.leal@exemplo.test Telefone (51) 99812-0044" in shown
    assert "Rua dos Ipês, 418, ap 32 Petrópolis Porto Alegre – RS CEP 90460-130" in shown
    [entry] = office.audit.entries
    assert (entry.by, entry.what, entry.about) == ("ana", "comprador_visto", ORDER.order_id)
    assert await read(browser) == masked


async def test_a_reader_sees_the_buyer_masked_and_cannot_ask_for_more(
    office: Office, visitor: httpx.AsyncClient
) -> None:
    office.board.tell(captured(ORDER), pending(ORDER))
    await come_in(office, visitor, Role.READER)

    page = await read(visitor)

    assert "***.982.247-**" in page
    for word in ("Mostrar dados", "Reprocessar", "Editar", "Bruto"):
        assert word not in page
    assert (await press(visitor, f"{PAGE}/comprador")).status_code == 403
    assert office.audit.entries == []


async def test_what_was_corrected_names_the_fields_and_hides_personal_values(
    office: Office, browser: httpx.AsyncClient
) -> None:
    office.board.tell(captured(ORDER), pending(ORDER), reprocessed())

    details = await read(browser, f"{PAGE}?linha=eventos")
    shown = text_of((await press(browser, f"{PAGE}/comprador?linha=eventos")).text)

    assert "CPF/CNPJ (cliente) número (entrega) SKU de Caneca 350 ml azul: CAN-350-VD" in details
    assert "CPF/CNPJ (cliente): 11144477735 número (entrega): 999" in shown


async def test_an_erased_order_shows_nobody_and_offers_no_data(
    office: Office, browser: httpx.AsyncClient
) -> None:
    await office.hear(captured(ORDER), pending(ORDER), reprocessed(), erased())

    answer = await press(browser, f"{PAGE}/comprador")
    page = await read(browser, f"{PAGE}?linha=bruto")
    event = "br.esteira.order.captured.v1.1.0."
    document = await browser.get(f"{PAGE}/documento", params={"evento": event})

    assert answer.headers["location"] == PAGE
    assert "foram apagados" in page
    assert "Irene" not in page
    assert "Ver o documento" not in page
    assert "não são mais mostrados" in document.text
    assert "Irene" not in document.text
    assert office.audit.entries == []


async def test_the_steps_say_how_long_each_took_and_what_it_waits_for(
    office: Office, browser: httpx.AsyncClient
) -> None:
    later = ORDER.model_copy(update={"updated_at": PAID_AT + timedelta(seconds=3)})
    office.board.tell(captured(later), pending(later, occurred_at=PAID_AT))

    page = await read(browser)

    assert "Capturado 20/11/2026 11:00 3 s depois Esperando correção agora" in page


async def test_a_pending_order_says_what_to_do_and_where(
    office: Office, browser: httpx.AsyncClient
) -> None:
    reasons = (
        reason(ReasonCode.CUSTOMER_DOC_MISSING, "buyer.document", "Informe o CPF."),
        reason(ReasonCode.STORE_CONFIG_INCOMPLETE, None, "Falta a etapa."),
    )
    office.board.tell(captured(ORDER), pending(ORDER, reasons=reasons))

    page = (await browser.get(PAGE)).text

    assert f'href="{PAGE}/editar#buyer.document">Corrigir</a>' in page
    assert f'href="/lojas/{STORE}/configurar">Configurar a loja</a>' in page
    assert f'action="{PAGE}/reprocessar"' in page
    assert "Informe o CPF." in page


@pytest.mark.parametrize(
    ("waits_for", "main"),
    [
        (reason(ReasonCode.CUSTOMER_DOC_MISSING, "buyer.document"), "Corrigir"),
        (reason(ReasonCode.TOTALS_MISMATCH), "Reprocessar Pedido"),
        (reason(ReasonCode.ERP_REJECTED), "Reprocessar Pedido"),
    ],
)
async def test_what_puts_a_pending_order_right_is_its_one_main_button(
    office: Office, browser: httpx.AsyncClient, waits_for: Reason, main: str
) -> None:
    office.board.tell(captured(ORDER), pending(ORDER, reasons=(waits_for,)))

    page = (await browser.get(PAGE)).text
    buttons = re.findall(r'<(?:a|button)[^>]*class="[^"]*\bmain"[^>]*>([^<]*)', page)

    assert buttons == [main, "Continuar no painel"]


async def test_an_order_that_waits_for_the_erp_says_why_and_until_when(
    office: Office, browser: httpx.AsyncClient
) -> None:
    office.board.tell(captured(ORDER), validated(ORDER))
    until = office.clock() + timedelta(minutes=30)
    condition = AccountCondition(
        account_id=ACCOUNT,
        condition=Condition.BLOCKED,
        since=office.clock(),
        until=until,
        occurred_at=office.clock(),
    )
    office.conditions.put(condition)

    page = await read(browser)

    assert "O ERP bloqueou esta conta por algum tempo." in page
    assert "Nova tentativa às" in page
    assert "Ainda não chegou ao ERP. Assim ele será enviado" in page


async def test_what_the_erp_holds_stands_beside_what_was_sent(
    office: Office, browser: httpx.AsyncClient
) -> None:
    a_real_store(office)
    office.erp.answers["ConsultarPedido"] = {"pedido_venda_produto": SALE}
    office.board.tell(captured(ORDER), validated(ORDER), posted(ORDER))

    page = await read(browser)

    assert "Pedido de venda 1534" in page
    assert "Vendedor Shopify Marina" in page
    assert "Número de parcelas A Vista A Vista" in page
    assert "Cenário fiscal Padrão do ERP Venda interna" in page
    assert "Categoria Venda de Produtos Fabricados Venda de Produtos Fabricados" in page
    assert "Conta corrente Banco do Brasil Conta antiga Diferente" in page
    # An order moves on from stage to stage, which is no difference.
    assert "Etapa Separar Estoque Faturado Origem API API Total R$ 138,50 R$ 138,50" in page
    assert "CAN-350 Caneca código 7711002233 Central 2" in page
    assert page.count("Diferente") == 1


async def test_the_erp_is_asked_once_a_minute_however_often_the_page_is_opened(
    office: Office, browser: httpx.AsyncClient
) -> None:
    a_real_store(office)
    office.erp.answers["ConsultarPedido"] = {"pedido_venda_produto": SALE}
    office.board.tell(captured(ORDER), validated(ORDER), posted(ORDER))

    for _ in range(3):
        await browser.get(PAGE)
    asked = office.erp.asked.count("ConsultarPedido")
    office.clock.advance(seconds=62)
    await browser.get(PAGE)

    assert (asked, office.erp.asked.count("ConsultarPedido")) == (1, 2)


async def test_what_the_erp_said_last_stays_when_it_answers_no_more(
    office: Office, browser: httpx.AsyncClient
) -> None:
    a_real_store(office)
    office.erp.answers["ConsultarPedido"] = {"pedido_venda_produto": SALE}
    office.board.tell(captured(ORDER), validated(ORDER), posted(ORDER))
    before = re.search(r"No ERP em [\d/]+ \d\d:\d\d", await read(browser))
    office.erp.away = True
    office.clock.advance(minutes=10)

    page = await read(browser)

    assert before
    assert before[0] in page
    assert "Vendedor Shopify Marina" in page


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (
            Fault(
                FaultKind.NOT_FOUND, "ERROR: Pedido não cadastrado para o número [1534] !", "107"
            ),
            "O ERP não tem mais este pedido",
        ),
        (
            {"pedido_venda_produto": SALE | {"cabecalho": {"codigo_pedido": 4}}},
            "O ERP não mostrou este pedido agora",
        ),
        (
            Fault(FaultKind.TRANSIENT, "Tempo esgotado", "SOAP-ENV:Server"),
            "O ERP não mostrou este pedido agora",
        ),
    ],
)
async def test_an_order_the_erp_does_not_tell_of_shows_what_was_sent(
    office: Office, browser: httpx.AsyncClient, answer: Any, said: str
) -> None:
    a_real_store(office)
    office.erp.answers["ConsultarPedido"] = answer
    office.board.tell(captured(ORDER), validated(ORDER), posted(ORDER))

    page = await read(browser)

    assert said in page
    assert "Vendedor Shopify Número de parcelas" in page


async def test_an_account_that_refuses_is_not_asked_order_after_order(
    office: Office, browser: httpx.AsyncClient
) -> None:
    a_real_store(office)
    office.erp.answers["ConsultarPedido"] = KEYS_REFUSED
    for number in range(1001, 1011):
        order = an_order(number)
        numbers = {"erp_order_id": number, "erp_order_number": str(number)}
        office.board.tell(captured(order), validated(order), posted(order, **numbers))

    for number in range(1001, 1011):
        await browser.get(f"/lojas/{STORE}/pedidos/{number}")
    refused = office.erp.asked.count("ConsultarPedido")
    office.clock.advance(minutes=2)
    condition = AccountCondition(
        account_id=ACCOUNT,
        condition=Condition.KEYS_REFUSED,
        since=office.clock(),
        occurred_at=office.clock(),
    )
    office.conditions.put(condition)
    page = await read(browser)

    assert (refused, office.erp.asked.count("ConsultarPedido")) == (1, 1)
    assert "O ERP não mostrou este pedido agora" in page


async def test_a_cancelled_sale_that_the_erp_keeps_offers_its_choices_here_too(
    office: Office, browser: httpx.AsyncClient
) -> None:
    choices = ("cancelar NF-e e pedido", "manter")
    office.board.tell(
        captured(ORDER),
        posted(ORDER),
        cancellation_of(ORDER, Undoing.NEEDS_ACTION, choices=choices, detail="Já faturado."),
    )

    page = (await browser.get(PAGE)).text

    told = text_of(page)
    assert "Pedido do comprador. Cancelado em 20/11/2026 11:00" in told
    assert "Já faturado." in told
    for choice in choices:
        assert f'<button name="escolha" value="{choice}">' in page


@pytest.mark.parametrize(
    ("channel", "by", "told"),
    [
        ("shopify", Canceller.BUYER, "Cancelado pelo comprador em"),
        ("mercadolivre", Canceller.MERCHANT, "Cancelado pela loja em"),
        ("mercadolivre", Canceller.CHANNEL, "Cancelado pelo Mercado Livre em"),
    ],
)
async def test_who_wanted_the_cancellation_is_told_where_the_channel_says_it(
    office: Office, browser: httpx.AsyncClient, channel: str, by: Canceller, told: str
) -> None:
    order = ORDER.model_copy(update={"channel": channel})
    office.board.tell(captured(order), cancellation_of(order, cancelled_by=by))

    assert told in text_of((await browser.get(PAGE)).text)
    cancelled_ones = (await browser.get(f"/lojas/{STORE}/pedidos/cancelados")).text
    assert told.split(" ", 1)[1].removesuffix(" em") in cancelled_ones


async def test_a_sale_that_the_channel_changed_shows_both_sums(
    office: Office, browser: httpx.AsyncClient
) -> None:
    changed = an_order(1001, an_item(quantity=3))
    office.board.tell(
        captured(ORDER),
        posted(ORDER),
        captured(changed, revision=2),
        pending(
            changed,
            ReasonCode.ORDER_CHANGED_AT_CHANNEL,
            revision=2,
            parked_by=PendingStage.ERP,
        ),
    )

    page = await read(browser)

    assert "Valor no ERP: R$ 138,50; no canal agora: R$ 203,40." in page
    assert "Manter como está no ERP" in page


@pytest.mark.parametrize(
    ("changes", "address"),
    [
        ({}, "https://demo-shopify.myshopify.com/admin/orders/1001"),
        ({"channel": "nuvemshop", "domain": "44556"}, None),
    ],
)
async def test_the_order_is_a_click_away_at_its_channel_where_the_address_is_known(
    office: Office, browser: httpx.AsyncClient, changes: dict[str, str], address: str | None
) -> None:
    a_real_store(office, **changes)
    office.board.tell(captured(ORDER))

    page = (await browser.get(PAGE)).text

    assert (f'href="{address}"' in page) is (address is not None)
    assert ("Abrir na" in page) is (address is not None)


@pytest.mark.parametrize("path", [PAGE, f"/lojas/{STORE}/pedidos/9999"])
async def test_an_order_that_is_not_there_is_not_found(
    browser: httpx.AsyncClient, path: str
) -> None:
    assert (await browser.get(path)).status_code == 404


async def test_an_order_of_which_only_later_facts_arrived_is_shown_all_the_same(
    office: Office, browser: httpx.AsyncClient
) -> None:
    office.board.tell(posted(ORDER))

    page = await read(browser)

    assert "Pedido de venda 1534" in page
    assert "ainda não chegaram" in page


async def test_whatever_a_buyer_typed_is_shown_as_text(
    office: Office, browser: httpx.AsyncClient
) -> None:
    hostile = '<script>alert("x")</script>'
    order = an_order(1001, an_item(title=hostile), buyer=a_buyer(name=hostile))
    await office.hear(captured(order.model_copy(update={"number": hostile})))

    for path in (PAGE, f"{PAGE}?linha=bruto"):
        assert hostile not in (await browser.get(path)).text


# To the letter.

CAPTURED = "br.esteira.order.captured.v1.1.0."
RAW = RawDocument(source="webhook orders/paid", body='{"customer": {"first_name": "Irene"}}')


def told() -> list[Message]:
    raw = captured(ORDER).model_copy(update={"raw": (RAW,)})
    return [raw, validated(ORDER)]


async def test_a_manager_reads_what_was_told_with_everything_personal_masked(
    office: Office, browser: httpx.AsyncClient
) -> None:
    await office.hear(*told())

    page = await read(browser, f"{PAGE}?linha=bruto")
    answer = await browser.get(f"{PAGE}/documento", params={"evento": CAPTURED})

    assert "orders.captured.v1 / 0 / 0" in page
    assert answer.status_code == 200
    assert "&#34;sku&#34;: &#34;CAN-350-AZ&#34;" in answer.text
    assert "&#34;document&#34;: &#34;•••&#34;" in answer.text
    for secret in ("Irene", "52998224725", "Ipês"):
        assert secret not in answer.text
    assert office.audit.entries == []


async def test_what_was_told_is_unmasked_on_demand_which_the_audit_keeps(
    office: Office, browser: httpx.AsyncClient
) -> None:
    await office.hear(*told())

    answer = await press(browser, f"{PAGE}/documento?evento={CAPTURED}")

    assert "52998224725" in answer.text
    assert "&#34;first_name&#34;: &#34;Irene&#34;" in answer.text
    [entry] = office.audit.entries
    assert (entry.what, entry.about) == ("documento_visto", f"{ORDER.order_id} {CAPTURED}")


async def test_an_operator_is_shown_no_documents(
    office: Office, visitor: httpx.AsyncClient
) -> None:
    await office.hear(*told())
    await come_in(office, visitor, Role.OPERATOR)

    page = await read(visitor, f"{PAGE}?linha=bruto")
    answer = await visitor.get(f"{PAGE}/documento", params={"evento": CAPTURED})

    assert "orders.captured.v1" not in page
    assert answer.status_code == 403


async def test_a_record_that_tells_of_something_else_is_never_shown(
    office: Office, browser: httpx.AsyncClient
) -> None:
    await office.hear(*told())
    office.topics.topics[OrderCaptured.topic].clear()
    await office.hear(captured(an_order(1002)))

    answer = await browser.get(f"{PAGE}/documento", params={"evento": CAPTURED})

    assert "não está mais guardado" in answer.text
    assert "1002" not in answer.text


async def test_a_document_that_the_topic_dropped_is_said_to_be_gone(
    office: Office, browser: httpx.AsyncClient
) -> None:
    await office.hear(*told())
    office.topics.topics.clear()

    answer = await browser.get(f"{PAGE}/documento", params={"evento": CAPTURED})

    assert "não está mais guardado" in answer.text


async def test_an_event_that_the_order_never_had_is_not_found(
    office: Office, browser: httpx.AsyncClient
) -> None:
    await office.hear(*told())

    answer = await browser.get(f"{PAGE}/documento", params={"evento": "nenhum"})

    assert answer.status_code == 404


async def test_what_is_asked_for_on_the_orders_page_leads_back_to_it(
    office: Office, browser: httpx.AsyncClient
) -> None:
    office.board.tell(captured(ORDER), pending(ORDER))

    answer = await press(browser, f"{PAGE}/reprocessar", **fields_of(await browser.get(PAGE)))

    assert answer.headers["location"] == f"{PAGE}?aviso=reprocessamento"
    assert "Reprocessamento pedido" in await read(browser, answer.headers["location"])


def a_kit() -> tuple[ItemTerms, ...]:
    """The first of two items is a kit of two products; the second is itself."""
    return (
        ItemTerms(item_id="1", erp_product_id=71, quantity=2, stock_location_code=7700000012),
        ItemTerms(item_id="1", erp_product_id=72, quantity=6),
        ItemTerms(item_id="2", erp_product_id=73),
    )


async def test_a_kit_shows_each_product_that_it_became_with_its_stock(
    office: Office, browser: httpx.AsyncClient
) -> None:
    a_real_store(office)
    order = an_order(1001, an_item(), an_item("PIR-20", "2", title="Pires"))
    held = [
        {
            "ide": {"codigo_item_integracao": str(number)},
            "produto": {"codigo_produto": 70 + number, "codigo": f"P{number}"},
            "inf_adic": {"codigo_local_estoque": location},
        }
        for number, location in ((3, 7700000012), (1, 5), (2, 7700000012))
    ]
    office.erp.answers["ConsultarPedido"] = {"pedido_venda_produto": SALE | {"det": held}}
    office.board.tell(captured(order), validated(order, items=a_kit()), posted(order))

    page = await read(browser)

    kit = "2 × P1 código 71 6 × P2 código 72 5 Diferente enviado: Central Central 2"
    assert kit in page
    assert "variação v-2 P3 código 73 Central 2" in page


async def test_while_kafka_is_away_a_document_is_to_be_asked_for_again(
    office: Office, browser: httpx.AsyncClient
) -> None:
    await office.hear(*told())
    office.topics.away = True

    answer = await browser.get(f"{PAGE}/documento", params={"evento": CAPTURED})

    assert answer.status_code == 503
    assert "Tente de novo" in answer.text


told_of_orders = messages().filter(lambda m: isinstance(m, Event | Command))


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(told=st.lists(told_of_orders, min_size=1, max_size=3), depth=st.sampled_from(Depth))
async def test_whatever_is_told_of_an_order_its_page_can_be_read(
    office: Office, browser: httpx.AsyncClient, told: list[Message], depth: Depth
) -> None:
    office.board.rows.clear()
    same = {"order_id": ORDER.order_id, "store_id": STORE}
    await office.hear(*(message.model_copy(update=same) for message in told))

    assert (await browser.get(f"{PAGE}?linha={depth}")).status_code == 200
