"""The table: what is told of a cancelled order, by where it stands in the ERP."""

from decimal import Decimal
from typing import Any

import pytest

from cancellation.policy import INVOICED, OPEN, SHIPPED, step
from cancellation.standing import Standing
from contracts.cancellations import CancellationChoice, OrderCancelled, OrderRefunded, Undoing
from contracts.commands import ResolveCancellation
from contracts.envelope import Message
from contracts.events import ErpFinding, ErpStanding, OrderCaptured, OrderPosted
from contracts.order import Canceller, Refund, RefundLine
from tests.support import builders
from tests.support.builders import PAID_AT, an_order, cancelled, captured

ORDER = an_order()
CANCELLED = captured(cancelled(ORDER), revision=2)
SHIPPED_TOO = captured(cancelled(ORDER.model_copy(update={"shipped": True})), revision=2)
REFUND = Refund(
    refund_id="77",
    amount=Decimal("27.55"),
    lines=(RefundLine(item_id="1", quantity=1, amount=Decimal("27.55")),),
    refunded_at=PAID_AT,
)


def posted(standing: ErpStanding = ErpStanding.OPEN, **changes: Any) -> OrderPosted:
    return builders.posted(ORDER, standing, **changes)


def refused(found: ErpFinding = ErpFinding.INVOICED, **changes: Any) -> OrderPosted:
    return posted(ErpStanding.CANCEL_REFUSED, found=found, **changes)


def chosen(
    choice: CancellationChoice, decision: int = 1, by: str = "operadora-1"
) -> ResolveCancellation:
    return builders.chosen(ORDER, choice, decision, by)


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
    assert told[-1].choices == INVOICED
    assert told[-1].detail == "O pedido de venda 1534 não foi cancelado no ERP: Pedido já faturado."


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


def test_who_wanted_the_cancellation_is_passed_on() -> None:
    by_buyer = cancelled(ORDER).model_copy(update={"cancelled_by": Canceller.BUYER})
    _, [event] = run(captured(by_buyer))

    assert event.cancelled_by is Canceller.BUYER


def test_an_order_cancelled_without_a_date_takes_the_channels_last_change() -> None:
    undated = cancelled(ORDER).model_copy(update={"cancelled_at": None})
    _, [event] = run(captured(undated))

    assert event.cancelled_at == ORDER.updated_at


@pytest.mark.parametrize(
    ("found", "news", "choices"),
    [
        (ErpFinding.OPEN, CANCELLED, OPEN),
        (ErpFinding.INVOICED, CANCELLED, INVOICED),
        (ErpFinding.SHIPPED, CANCELLED, SHIPPED),
        (ErpFinding.OPEN, SHIPPED_TOO, SHIPPED),
        (ErpFinding.INVOICED, SHIPPED_TOO, SHIPPED),
    ],
)
def test_the_choices_are_those_of_where_the_order_stands(
    found: ErpFinding, news: Message, choices: tuple[CancellationChoice, ...]
) -> None:
    _, told = run(posted(), news, refused(found))

    assert (told[-1].undoing, told[-1].choices) == (Undoing.NEEDS_ACTION, choices)


def test_the_writer_hears_at_once_that_the_goods_have_left() -> None:
    _, told = run(posted(), SHIPPED_TOO)

    assert (told[-1].undoing, told[-1].shipped) == (Undoing.REQUESTED, True)


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (ErpFinding.OPEN, ""),
        (ErpFinding.CANCELLED, ""),
        (ErpFinding.DELETED, "O pedido de venda foi excluído no ERP."),
        (ErpFinding.RETURNED, "A devolução está registrada no ERP."),
    ],
)
def test_what_ended_the_sale_in_the_erp_is_told(found: ErpFinding, words: str) -> None:
    _, told = run(posted(), CANCELLED, posted(ErpStanding.CANCELLED, found=found))

    assert (told[-1].undoing, told[-1].detail) == (Undoing.DONE, words)


def test_who_keeps_the_sale_closes_the_matter() -> None:
    keep, late = chosen(CancellationChoice.KEEP), chosen(CancellationChoice.CANCEL_INVOICED, 2)
    _, told = run(posted(), CANCELLED, refused(), keep, late)

    for event in told[-2:]:
        assert event.undoing is Undoing.KEPT
        assert (event.choices, event.decision) == ((), 1)
        assert (event.choice, event.decided_by, event.decided_at) == (
            CancellationChoice.KEEP, "operadora-1", keep.occurred_at,
        )  # fmt: skip


@pytest.mark.parametrize("choice", [c for c in CancellationChoice if c != "manter"])
def test_what_a_person_says_they_did_is_looked_for_in_the_erp(choice: CancellationChoice) -> None:
    _, told = run(posted(), CANCELLED, refused(), chosen(choice))

    assert (told[-1].undoing, told[-1].choice, told[-1].decision) == (Undoing.CHECKING, choice, 1)


def test_a_choice_that_the_erp_shows_is_done() -> None:
    choice = chosen(CancellationChoice.REGISTER_RETURN)
    back = posted(ErpStanding.CANCELLED, found=ErpFinding.RETURNED, decision=1)
    _, told = run(posted(), CANCELLED, refused(), choice, back)

    assert (told[-1].undoing, told[-1].decided_by) == (Undoing.DONE, "operadora-1")


def test_a_choice_that_the_erp_does_not_show_asks_again() -> None:
    choice = chosen(CancellationChoice.CANCEL_INVOICED)
    words = refused(erp_message="está faturado.", decision=1)
    _, told = run(posted(), CANCELLED, refused(), choice, words, chosen(CancellationChoice.KEEP, 2))

    again, kept = told[-2:]
    assert (again.undoing, again.choices) == (Undoing.NEEDS_ACTION, INVOICED)
    assert again.detail == (
        "Depois de “cancelar NF-e e pedido”, o ERP ainda mostra o pedido de venda 1534: "
        "está faturado."
    )
    assert again.event_id != told[1].event_id
    assert (kept.undoing, kept.decision) == (Undoing.KEPT, 2)


def test_of_two_who_choose_at_once_the_first_is_obeyed() -> None:
    first = chosen(CancellationChoice.KEEP, by="ana")
    second = chosen(CancellationChoice.CANCEL_INVOICED, by="rui")
    _, told = run(posted(), CANCELLED, refused(), first, second)

    assert [e.decided_by for e in told[-2:]] == ["ana", "ana"]


def refunds_of(*messages: Message) -> list[OrderRefunded]:
    state: Standing | None = None
    told: list[Message] = []
    for message in messages:
        state, out = step(state, message)
        told += out
    return [m for m in told if isinstance(m, OrderRefunded)]


def with_refunds(*refunds: Refund, revision: int = 2) -> OrderCaptured:
    return captured(ORDER.model_copy(update={"refunds": refunds}), revision=revision)


def test_a_partial_refund_is_a_fact_of_its_own_and_cancels_nothing() -> None:
    [fact] = refunds_of(captured(ORDER), with_refunds(REFUND))

    assert (fact.refund, fact.currency, fact.revision) == (REFUND, "BRL", 2)
    assert run(posted(), with_refunds(REFUND))[1] == []


def test_a_refund_told_again_by_later_versions_is_the_same_fact() -> None:
    other = REFUND.model_copy(update={"refund_id": "78"})
    first, again, new = refunds_of(with_refunds(REFUND), with_refunds(REFUND, other, revision=3))

    assert again == first
    assert new.event_id != first.event_id


def test_a_refund_whose_money_moves_later_is_told_again() -> None:
    waiting = REFUND.model_copy(update={"amount": Decimal(0)})
    before, after, late = refunds_of(
        with_refunds(waiting), with_refunds(REFUND, revision=3), with_refunds(waiting)
    )

    assert (before.refund.amount, after.refund.amount) == (Decimal(0), REFUND.amount)
    assert after.event_id != before.event_id
    assert late == after
