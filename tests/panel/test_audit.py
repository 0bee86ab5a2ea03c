"""Who saw a buyer's data is on record, wherever they saw them."""

import httpx

from panel.audit import READ_IN_FORM
from tests.support.builders import STORE, an_order, captured, pending
from tests.support.panel import Office

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
