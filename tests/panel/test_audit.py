"""Who saw a buyer's data is on record, wherever they saw them, and no log holds any."""

import httpx
from starlette.applications import Starlette
from structlog.testing import capture_logs

from panel.access import Role
from panel.audit import READ_IN_FORM
from panel.pages.guard import Page
from panel.people import Grant
from tests.support.builders import STORE, a_store, an_order, captured, pending
from tests.support.panel import Office, address

ORDER = an_order()


async def test_who_saw_the_buyer_in_the_form_of_an_order_is_on_record(
    office: Office, browser: httpx.AsyncClient
) -> None:
    office.board.tell(captured(ORDER), pending(ORDER))

    form = await browser.get(f"/lojas/{STORE}/pedidos/1001/editar")

    assert ORDER.buyer.email
    assert ORDER.buyer.email in form.text
    read = [entry for entry in office.audit.entries if entry.what == READ_IN_FORM]
    assert [(entry.by, entry.about) for entry in read] == [("ana", ORDER.order_id)]


async def test_everyday_reads_do_not_hide_what_was_changed(
    office: Office, browser: httpx.AsyncClient
) -> None:
    office.board.tell(captured(ORDER), pending(ORDER))
    await office.people.link("ana", by="chefe")
    for _ in range(3):
        await browser.get(f"/lojas/{STORE}/pedidos/1001/editar")

    assert [entry.what for entry in await office.audit.latest(2)] == ["link_de_senha_criado"]


async def test_no_log_line_holds_a_buyer_whatever_page_is_opened_or_refused(
    office: Office, pages: Starlette, browser: httpx.AsyncClient, http: httpx.AsyncClient
) -> None:
    office.board.tell(captured(ORDER), pending(ORDER))
    office.topics.table.put(a_store(store_id="alheia"))
    office.hire("rui", Grant(stores={"alheia": Role.MANAGER}))
    theirs = await office.staff.tokens.create("rui", "programa")
    refused = {"Authorization": f"Bearer {theirs}"}
    gets = [r for r in pages.routes if isinstance(r, Page) and "GET" in (r.methods or ())]

    with capture_logs() as lines:
        for page in gets:
            await browser.get(address(page, STORE))
        for path in ("/orders", f"/orders/{ORDER.order_id}", "/orders?q=52998224725"):
            await http.get(f"/api/v1{path}")
            await http.get(f"/api/v1{path}", headers=refused)

    said, buyer = str(lines), ORDER.buyer
    assert [line["store_id"] for line in lines if line["event"] == "foreign_store_refused"] == [
        STORE
    ]
    assert not any(text in said for text in (buyer.name, buyer.document, buyer.email) if text)
    assert theirs not in said
