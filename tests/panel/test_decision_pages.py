"""What an operator decides in a browser about orders the ERP holds otherwise than the channel."""

from decimal import Decimal

import httpx
import pytest

from contracts.cancellations import CancellationChoice
from contracts.commands import KeepErpOrder, ResolveCancellation
from contracts.order import Refund, RefundLine
from panel.access import Role
from panel.people import Grant
from tests.panel.test_api_decisions import CHOICES, ORDER, changed, invoiced
from tests.support.builders import PAID_AT, STORE, captured, posted
from tests.support.panel import Office, fields_of

ORDERS = f"/lojas/{STORE}/pedidos"
CHOOSE = f"{ORDERS}/1001/cancelamento"
KEEP = f"{ORDERS}/1001/manter"
DETAILS = f"{ORDERS}/1001/detalhes"
PART = {"X-Parte": "1"}


async def sent(
    browser: httpx.AsyncClient, address: str, page: str, **fields: str
) -> httpx.Response:
    token = fields_of(await browser.get(page))["_token"]
    return await browser.post(address, data={"_token": token, **fields})


async def test_a_cancelled_sale_that_the_erp_keeps_offers_its_choices(
    office: Office, browser: httpx.AsyncClient
) -> None:
    invoiced(office)
    page = (await browser.get(DETAILS, headers=PART)).text

    assert "está faturado" in page
    for choice in CancellationChoice:
        assert (f'value="{choice}"' in page) is (choice in CHOICES)


async def test_a_choice_by_a_word_of_tomorrow_is_told_without_a_button(
    office: Office, browser: httpx.AsyncClient
) -> None:
    invoiced(office, choices=("estornar a duplicata",))
    details = (await browser.get(DETAILS, headers=PART)).text
    page = (await browser.get(f"{ORDERS}/1001")).text

    for shown in (details, page):
        assert "O que fazer no ERP: estornar a duplicata." in shown
        assert 'name="escolha"' not in shown


async def test_pressing_a_choice_asks_for_it_and_says_so(
    office: Office, browser: httpx.AsyncClient
) -> None:
    invoiced(office)

    answer = await sent(browser, CHOOSE, f"{ORDERS}/cancelados", escolha="manter")

    [command] = office.topics.messages(ResolveCancellation)
    assert isinstance(command, ResolveCancellation)
    assert (command.choice, command.requested_by) == (CancellationChoice.KEEP, "ana")
    assert "Escolha registrada" in (await browser.get(answer.headers["location"])).text


@pytest.mark.parametrize("choice", ["", "esquecer", "registrar devolução"])
async def test_a_choice_that_is_not_open_is_refused(
    office: Office, browser: httpx.AsyncClient, choice: str
) -> None:
    invoiced(office)

    answer = await sent(browser, CHOOSE, f"{ORDERS}/cancelados", escolha=choice)

    assert answer.status_code == 409
    assert office.topics.messages(ResolveCancellation) == []


async def test_an_order_the_channel_changed_may_be_left_as_the_erp_has_it(
    office: Office, browser: httpx.AsyncClient
) -> None:
    changed(office)

    page = (await browser.get(DETAILS, headers=PART)).text
    answer = await sent(browser, KEEP, f"{ORDERS}/pendentes")

    assert "Valor no ERP" in page

    assert answer.status_code == 303
    [command] = office.topics.messages(KeepErpOrder)
    assert isinstance(command, KeepErpOrder)
    assert (command.revision, command.requested_by) == (2, "ana")


async def test_whoever_only_reads_sees_the_choices_and_no_buttons(
    office: Office, visitor: httpx.AsyncClient
) -> None:
    office.hire("rui", Grant(stores={STORE: Role.READER}))
    invoiced(office)
    await visitor.post("/entrar", data={"usuario": "rui", "senha": "certa"})

    page = (await visitor.get(DETAILS, headers=PART)).text

    assert "cancelar NF-e e pedido" in page
    assert 'name="escolha"' not in page


async def test_a_partial_refund_is_shown_on_its_order(
    office: Office, browser: httpx.AsyncClient
) -> None:
    line = RefundLine(item_id="1", quantity=1, amount=Decimal("27.55"))
    gone = RefundLine(item_id="9", quantity=2, amount=Decimal(0))
    refund = Refund(
        refund_id="77", amount=Decimal("27.55"), lines=(line, gone), refunded_at=PAID_AT
    )
    order = ORDER.model_copy(update={"refunds": (refund,)})
    office.board.tell(captured(order), posted(order))

    listed = (await browser.get(f"{ORDERS}/processados")).text
    page = (await browser.get(DETAILS, headers=PART)).text

    assert "com reembolso" in listed
    assert "27,55" in page
    assert "1 × Caneca 350 ml azul" in page
    assert "2 × item 9" in page
