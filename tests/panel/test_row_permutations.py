"""Any order of arrival and any repeat of any set of events give the same row."""

from datetime import timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from contracts.cancellations import CancellationChoice, Undoing
from contracts.commands import BuyerCorrection, Corrections
from contracts.envelope import Message
from contracts.events import ErpStanding, PendingStage
from contracts.reasons import ReasonCode
from panel.heard import Heard
from panel.invoiced import Invoiced
from panel.row import Row, decode, encode, step
from tests.panel.test_row import CHANGED, ORDER, erased, reprocess
from tests.support.builders import (
    ACCOUNT,
    PAID_AT,
    a_buyer,
    cancellation_of,
    cancelled,
    captured,
    chosen,
    kept,
    pending,
    posted,
    refunded,
    validated,
)

CORRECTED = ORDER.model_copy(update={"buyer": a_buyer(name="Irene B. Leal")})
NEWER = ORDER.model_copy(update={"number": "#1001-A"})
WITH_NAME = Corrections(buyer=BuyerCorrection(name="Irene B. Leal"))


def at(minutes: int) -> dict[str, Any]:
    return {"occurred_at": PAID_AT + timedelta(minutes=minutes)}


def invoiced(number: str, minutes: int) -> Invoiced:
    return Invoiced(
        order_id=ORDER.order_id,
        store_id=ORDER.store_id,
        account_id=ACCOUNT,
        revision=1,
        nfe_number=number,
        **at(minutes),
    )


MESSAGES: list[Message] = [
    captured(ORDER),
    captured(NEWER, revision=2).model_copy(update=at(7)),
    captured(cancelled(ORDER), revision=3).model_copy(update=at(12)),
    pending(ORDER, **at(1)),
    reprocess(corrections=WITH_NAME, **at(2)),
    reprocess(command_id="c-2", **at(9)),
    validated(CORRECTED, attempt=2).model_copy(update=at(3)),
    validated(NEWER, revision=2).model_copy(update=at(8)),
    pending(CORRECTED, ReasonCode.ERP_REJECTED, attempt=2, parked_by=PendingStage.ERP, **at(4)),
    pending(NEWER, CHANGED, revision=2, parked_by=PendingStage.ERP, **at(9)),
    posted(CORRECTED, attempt=2, **at(5)),
    posted(CORRECTED, ErpStanding.CANCELLED, attempt=2, **at(14)),
    posted(CORRECTED, ErpStanding.CANCEL_REFUSED, attempt=2, **at(13)),
    cancellation_of(ORDER, Undoing.NOT_NEEDED, revision=3, **at(12)),
    cancellation_of(ORDER, Undoing.REQUESTED, revision=3, **at(12)),
    cancellation_of(ORDER, Undoing.NEEDS_ACTION, revision=3, **at(13)),
    cancellation_of(ORDER, Undoing.DONE, revision=3, **at(14)),
    chosen(ORDER, CancellationChoice.CANCEL_INVOICED),
    posted(CORRECTED, ErpStanding.CANCEL_REFUSED, attempt=2, decision=1, **at(61)),
    cancellation_of(ORDER, Undoing.CHECKING, revision=3, decision=1, **at(60)),
    cancellation_of(ORDER, Undoing.NEEDS_ACTION, revision=3, decision=1, **at(61)),
    cancellation_of(ORDER, Undoing.KEPT, revision=3, decision=2, **at(62)),
    kept(ORDER),
    invoiced("123", 10),
    invoiced("124", 11),
    refunded(ORDER, **at(6)),
    erased(),
]


def heard(message: Message, partition: int, offset: int) -> Heard:
    return Heard(occurred_at=message.occurred_at, message=message, place=(partition, offset))


# The same fact may be told again elsewhere on its topic; a few have no known place.
RECORDS = [heard(m, n % 3, n) for n, m in enumerate([*MESSAGES, *MESSAGES[::-1]])] + MESSAGES[::5]
arrivals = st.lists(st.sampled_from(RECORDS), min_size=1, max_size=20)


def fold(messages: list[Message], row: Row | None = None) -> Row:
    for message in messages:
        row, _ = step(row, message)
    assert row is not None
    return row


@given(first=arrivals, data=st.data())
def test_any_order_and_any_repeat_give_equal_documents(
    first: list[Message], data: st.DataObject
) -> None:
    repeats = data.draw(st.lists(st.sampled_from(first)))
    other = data.draw(st.permutations(first + repeats))

    assert encode(fold(first)) == encode(fold(other))


@given(first=arrivals)
def test_what_was_heard_before_changes_nothing_even_after_a_read(first: list[Message]) -> None:
    row = fold(first)
    read = decode(encode(row) | {"_id": row.order_id})

    assert fold(first, row) == row
    assert fold(first, read) == read


@given(before=arrivals, after=arrivals)
def test_a_row_that_is_read_in_between_decides_as_one_that_never_left_memory(
    before: list[Message], after: list[Message]
) -> None:
    row = fold(before)
    read = decode(encode(row) | {"_id": row.order_id})
    whole, resumed = encode(fold(after, row)), encode(fold(after, read))

    assert {k: v for k, v in whole.items() if k != "orders"} == {
        k: v for k, v in resumed.items() if k != "orders"
    }
