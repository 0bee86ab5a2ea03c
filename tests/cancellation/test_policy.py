"""The table: what is told of a cancelled order, by where it stands in the ERP."""

from typing import Any

import pytest

from cancellation.policy import CHOICES, step
from cancellation.standing import Standing
from contracts.envelope import Message
from contracts.events import ErpStanding, OrderCancelled, OrderPosted, Undoing
from tests.support import builders
from tests.support.builders import PAID_AT, an_order, cancelled, captured

ORDER = an_order()
CANCELLED = captured(cancelled(ORDER), revision=2)


def posted(standing: ErpStanding = ErpStanding.OPEN, **changes: Any) -> OrderPosted:
    return builders.posted(ORDER, standing, **changes)


def run(*messages: Message) -> tuple[Standing | None, list[OrderCancelled]]:
    state: Standing | None = None
    told: list[OrderCancelled] = []
    for message in messages:
        state, out = step(state, message)
        told += (m for m in out if isinstance(m, OrderCancelled))
    return state, told


def test_a_cancelled_order_that_never_reached_the_erp_needs_no_undoing() -> None:
    _, [event] = run(CANCELLED)

    assert event.undoing is Undoing.NOT_NEEDED
    assert (event.revision, event.cancelled_at, event.cancel_reason) == (2, PAID_AT, "customer")
    assert event.erp_order_id is None


def test_a_cancelled_order_that_is_open_in_the_erp_is_to_be_cancelled_there() -> None:
    _, [event] = run(posted(), CANCELLED)

    assert (event.undoing, event.erp_order_id) == (Undoing.REQUESTED, 880011)


def test_an_order_posted_after_its_cancellation_is_to_be_cancelled_too() -> None:
    _, [first, second] = run(CANCELLED, posted())

    assert (first.undoing, second.undoing) == (Undoing.NOT_NEEDED, Undoing.REQUESTED)
    assert first.event_id != second.event_id


def test_an_order_cancelled_in_the_erp_is_done() -> None:
    _, told = run(posted(), CANCELLED, posted(ErpStanding.CANCELLED))

    assert told[-1].undoing is Undoing.DONE


def test_a_refusal_by_the_erp_asks_a_person_with_the_erps_words_and_the_choices() -> None:
    refusal = posted(ErpStanding.CANCEL_REFUSED, erp_message="Pedido já faturado.")
    _, told = run(posted(), CANCELLED, refusal)

    assert told[-1].undoing is Undoing.NEEDS_ACTION
    assert told[-1].choices == CHOICES
    assert told[-1].detail == "O ERP não cancelou o pedido de venda 1534: Pedido já faturado."


def test_an_order_cancelled_in_the_erp_after_a_refusal_is_done() -> None:
    _, told = run(
        CANCELLED, posted(ErpStanding.CANCEL_REFUSED), posted(ErpStanding.CANCELLED), posted()
    )

    assert [e.undoing for e in told[1:]] == [Undoing.NEEDS_ACTION, Undoing.DONE, Undoing.DONE]


@pytest.mark.parametrize("messages", [(captured(ORDER),), (posted(),), (captured(ORDER), posted())])
def test_nothing_is_told_of_an_order_that_stands(messages: tuple[Message, ...]) -> None:
    assert run(*messages)[1] == []


def test_a_paid_order_is_not_even_remembered() -> None:
    assert run(captured(ORDER)) == (None, [])


def test_a_later_copy_that_is_not_cancelled_changes_nothing() -> None:
    before, _ = run(posted(), CANCELLED)
    after, told = run(posted(), CANCELLED, captured(ORDER, revision=3))

    assert after == before
    assert len(told) == 1


def test_an_order_cancelled_without_a_date_takes_the_channels_last_change() -> None:
    undated = cancelled(ORDER).model_copy(update={"cancelled_at": None})
    _, [event] = run(captured(undated))

    assert event.cancelled_at == ORDER.updated_at
