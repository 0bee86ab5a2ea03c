"""What a program may decide about orders that the ERP holds otherwise than the channel."""

from typing import Any

import httpx
import pytest

from contracts.cancellations import CancellationChoice, Undoing
from contracts.commands import KeepErpOrder, ResolveCancellation
from contracts.events import ErpStanding, PendingStage
from contracts.reasons import ReasonCode
from tests.support.builders import (
    ACCOUNT,
    PAID_AT,
    an_order,
    cancellation_of,
    cancelled,
    captured,
    pending,
    posted,
)
from tests.support.panel import Office

ORDER = an_order()
URL = f"/api/v1/orders/{ORDER.order_id}"
CHOICES = (CancellationChoice.CANCEL_INVOICED, CancellationChoice.KEEP)


def invoiced(office: Office, **changes: Any) -> None:
    """The channel cancelled the order; the ERP has invoiced it."""
    asking = {"choices": CHOICES, "detail": "está faturado."} | changes
    office.board.tell(
        captured(cancelled(ORDER), revision=2),
        posted(ORDER, ErpStanding.CANCEL_REFUSED),
        cancellation_of(ORDER, Undoing.NEEDS_ACTION, **asking),
    )


def changed(office: Office) -> None:
    """The channel changed the order after it was posted."""
    office.board.tell(
        captured(ORDER, revision=2),
        posted(ORDER),
        pending(
            ORDER,
            ReasonCode.ORDER_CHANGED_AT_CHANNEL,
            revision=2,
            parked_by=PendingStage.ERP,
        ),
    )


async def test_a_choice_about_a_cancelled_sale_goes_on_the_log(
    office: Office, http: httpx.AsyncClient
) -> None:
    invoiced(office, decision=2)

    answer = await http.post(f"{URL}/cancellation", json={"choice": "cancelar NF-e e pedido"})

    [command] = office.topics.messages(ResolveCancellation)
    assert isinstance(command, ResolveCancellation)
    assert answer.status_code == 202
    assert answer.json() == {"command_id": command.command_id}
    assert (command.choice, command.decision) == (CancellationChoice.CANCEL_INVOICED, 3)
    assert (command.account_id, command.requested_by) == (ACCOUNT, "api")


async def test_only_a_choice_that_is_open_is_taken(office: Office, http: httpx.AsyncClient) -> None:
    invoiced(office)

    closed = await http.post(f"{URL}/cancellation", json={"choice": "registrar devolução"})
    unheard_of = await http.post(f"{URL}/cancellation", json={"choice": "esquecer"})

    assert (closed.status_code, unheard_of.status_code) == (422, 422)
    assert office.topics.messages(ResolveCancellation) == []


@pytest.mark.parametrize("undoing", [u for u in Undoing if u is not Undoing.NEEDS_ACTION])
async def test_where_nothing_is_to_be_chosen_a_choice_is_refused(
    office: Office, http: httpx.AsyncClient, undoing: Undoing
) -> None:
    office.board.tell(captured(ORDER), cancellation_of(ORDER, undoing))

    answer = await http.post(f"{URL}/cancellation", json={"choice": "manter"})

    assert answer.status_code == 409
    assert office.topics.messages(ResolveCancellation) == []


async def test_the_row_shows_who_kept_the_sale(office: Office, http: httpx.AsyncClient) -> None:
    kept: dict[str, Any] = {"choice": "manter", "decision": 1, "decided_by": "ana"}
    invoiced(office)
    office.board.tell(cancellation_of(ORDER, Undoing.KEPT, decided_at=PAID_AT, **kept))

    row = (await http.get(URL)).json()

    assert (row["tab"], row["situation"]) == ("cancelled", "mantido_no_erp")
    told = row["cancellation"]
    assert (told["choice"], told["decided_by"], told["choices"]) == ("manter", "ana", [])


async def test_an_order_the_channel_changed_may_stand_as_the_erp_has_it(
    office: Office, http: httpx.AsyncClient
) -> None:
    changed(office)

    answer = await http.post(f"{URL}/keep", json={})

    [command] = office.topics.messages(KeepErpOrder)
    assert isinstance(command, KeepErpOrder)
    assert answer.status_code == 202
    assert (command.revision, command.requested_by) == (2, "api")


async def test_an_order_that_nobody_changed_has_nothing_to_accept(
    office: Office, http: httpx.AsyncClient
) -> None:
    office.board.tell(captured(ORDER), pending(ORDER, ReasonCode.CUSTOMER_DOC_MISSING))

    answer = await http.post(f"{URL}/keep", json={})

    assert answer.status_code == 409
    assert office.topics.messages(KeepErpOrder) == []
