"""A correction leads back to where it was begun; an order that is in the ERP is not corrected."""

import httpx
import pytest

from contracts.cancellations import Undoing
from contracts.commands import ReprocessOrder
from contracts.reasons import ReasonCode
from tests.support.builders import (
    STORE,
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
PAGE = f"{ORDERS}/1001"
EDIT = f"{PAGE}/editar"
CPF = {"buyer.document": "529.982.247-25"}


@pytest.fixture
def waits(office: Office) -> None:
    """An order that waits."""
    order = an_order(1001)
    office.board.tell(captured(order), pending(order, ReasonCode.CUSTOMER_DOC_MISSING))


@pytest.mark.usefixtures("waits")
@pytest.mark.parametrize(
    ("came", "led"),
    [
        ("", f"{PENDING}?aviso=reprocessamento#pedido-1001"),
        (
            f"http://panel.test{PENDING}?motivo=CUSTOMER_DOC_MISSING&aviso=nenhum",
            f"{PENDING}?motivo=CUSTOMER_DOC_MISSING&aviso=reprocessamento#pedido-1001",
        ),
        (f"http://panel.test{PAGE}?linha=eventos", f"{PAGE}?linha=eventos&aviso=reprocessamento"),
        ("https://evil.test/lojas/x", f"{PENDING}?aviso=reprocessamento#pedido-1001"),
        (f"https://evil.test{PENDING}", f"{PENDING}?aviso=reprocessamento#pedido-1001"),
        ("http://panel.test/conta", f"{PENDING}?aviso=reprocessamento#pedido-1001"),
    ],
)
async def test_saving_leads_back_to_where_the_form_was_opened(
    browser: httpx.AsyncClient, came: str, led: str
) -> None:
    form = fields_of(await browser.get(EDIT, headers={"referer": came}))
    wrong = await browser.post(EDIT, data=form | {"buyer.document": "1"})
    answer = await browser.post(EDIT, data=fields_of(wrong) | CPF)

    assert wrong.status_code == 422
    assert answer.headers["location"] == led


@pytest.mark.usefixtures("waits")
async def test_the_way_back_cannot_be_made_to_lead_elsewhere(browser: httpx.AsyncClient) -> None:
    form = fields_of(await browser.get(EDIT)) | CPF

    answer = await browser.post(EDIT, data=form | {"_volta": f"//evil.test{PENDING}"})

    assert answer.headers["location"].startswith(PENDING)


async def test_an_order_that_the_erp_holds_is_not_corrected_here_and_the_page_says_where(
    office: Office, browser: httpx.AsyncClient
) -> None:
    order = an_order(1001)
    office.board.tell(captured(order), validated(order), posted(order, erp_order_number="1534"))

    page = await browser.get(EDIT)

    assert page.status_code == 409
    assert "altere-o por lá" in page.text
    assert "pedido de venda <b>1534</b>" in page.text
    assert 'name="buyer.document"' not in page.text
    assert office.topics.messages(ReprocessOrder) == []


async def test_a_cancelled_order_is_not_corrected_either(
    office: Office, browser: httpx.AsyncClient
) -> None:
    order = an_order(1001)
    office.board.tell(captured(order), cancellation_of(order, Undoing.NOT_NEEDED))

    page = await browser.get(EDIT)

    assert page.status_code == 409
    assert "não vai mais para o ERP" in page.text


@pytest.mark.usefixtures("waits")
async def test_a_telephone_is_shown_as_people_write_it_and_saved_as_its_digits(
    office: Office, browser: httpx.AsyncClient
) -> None:
    form = fields_of(await browser.get(EDIT))
    await browser.post(EDIT, data=form)
    await browser.post(EDIT, data=form | {"buyer.phone": "(11) 91234-5678"})

    kept, changed = office.topics.messages(ReprocessOrder)
    assert form["buyer.phone"] == "(51) 99812-0044"
    assert isinstance(kept, ReprocessOrder)
    assert isinstance(changed, ReprocessOrder)
    assert kept.corrections.buyer is None
    assert changed.corrections.buyer is not None
    assert changed.corrections.buyer.phone == "11912345678"
