"""The ledger's rules, message by message, and over any story."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.cancellations import OrderCancelled, Undoing
from contracts.commands import KeepErpOrder
from contracts.envelope import Event, Message
from contracts.events import (
    ErpFinding,
    ErpStanding,
    OrderErased,
    OrderPending,
    OrderPosted,
    OrderValidated,
    PendingStage,
)
from contracts.order import Order
from contracts.reasons import ReasonCode, reason
from erp_writer import codes, ledger
from erp_writer.document import material
from erp_writer.entry import Entry, Found, Sent, State, Undo, Work, outcome
from erp_writer.ledger import step
from tests.support import builders
from tests.support.belt import NOON
from tests.support.builders import ACCOUNT, PAID_AT, a_buyer, an_item, an_order, validated

REJECTED = (reason(ReasonCode.ERP_REJECTED, detail="O ERP respondeu: não"),)
SETTLE = timedelta(seconds=61)
LATER = NOON + timedelta(hours=1)


def cancelled(
    undoing: Undoing = Undoing.REQUESTED, revision: int = 2, **changes: Any
) -> OrderCancelled:
    order = an_order()
    return OrderCancelled(
        order_id=order.order_id,
        store_id=order.store_id,
        account_id=ACCOUNT,
        revision=revision,
        occurred_at=PAID_AT,
        undoing=undoing,
        cancelled_at=PAID_AT,
        **changes,
    )


def checking(decision: int = 1) -> OrderCancelled:
    return cancelled(Undoing.CHECKING, decision=decision)


def kept(revision: int = 2) -> KeepErpOrder:
    return builders.kept(an_order(), revision)


def erased() -> OrderErased:
    order = an_order()
    return OrderErased(
        order_id=order.order_id,
        store_id=order.store_id,
        account_id=ACCOUNT,
        revision=1,
        occurred_at=PAID_AT,
    )


def after(*messages: Message, entry: Entry | None = None) -> Entry:
    for message in messages:
        entry, _ = step(entry, message)
    assert entry is not None
    return entry


def claimed(entry: Entry, at: datetime = NOON) -> Entry:
    version = entry.validated
    assert version is not None
    sent = Sent(
        revision=version.revision,
        attempt=version.attempt,
        material=material(version.order, version.terms),
        customer_id=77,
        total=version.order.totals.total,
        stage_code="20",
        at=at,
    )
    return ledger.claimed(entry, sent, ())


def found(total: str = "138.50", customer_id: int = 77) -> Found:
    return Found(erp_order_id=99, number="4182", customer_id=customer_id, total=Decimal(total))


def posted(*before: Message) -> Entry:
    entry = claimed(after(*(before or (validated(an_order()),))))
    return ledger.confirmed(entry, found())


def changed_order() -> Order:
    return an_order(1001, an_item(quantity=1, discount=Decimal(0)))


def test_a_validated_order_is_queued_under_its_own_code() -> None:
    entry, told = step(None, validated(an_order()))

    assert entry is not None
    assert (entry.state, entry.work, told) == (State.QUEUED, Work.POST, ())
    assert entry.integration_code == codes.of_order("demo-shopify:1001")
    assert len(entry.integration_code) == 20


def test_a_newer_version_replaces_what_waits() -> None:
    newer = validated(an_order(), revision=2)

    for before in (
        after(validated(an_order())),
        ledger.refused(after(validated(an_order())), (1, 1), REJECTED, NOON),
    ):
        entry = after(newer, entry=before)
        assert (entry.state, entry.validated, entry.reasons) == (State.QUEUED, newer, ())


def test_an_older_version_changes_nothing_and_tells_nothing() -> None:
    entry = after(validated(an_order(), revision=2))

    assert step(entry, validated(an_order(), revision=1, attempt=9)) == (entry, ())


def test_a_posted_order_tells_where_it_is_and_keeps_no_buyer() -> None:
    entry = posted()

    [told] = outcome(entry)
    assert isinstance(told, OrderPosted)
    assert (told.erp_order_id, told.erp_order_number, told.total) == (99, "4182", Decimal("138.50"))
    assert told.standing is ErpStanding.OPEN
    assert "Irene" not in entry.model_dump_json()


def test_the_same_content_in_a_newer_version_is_told_as_posted() -> None:
    entry, told = step(posted(), validated(an_order(), revision=3, attempt=2))

    [fact] = told
    assert isinstance(fact, OrderPosted)
    assert (fact.revision, fact.attempt) == (3, 2)
    assert entry is not None
    assert entry.work is Work.TELL  # the first outcome is still to be marked


def test_other_terms_for_the_same_order_are_no_change_of_it() -> None:
    _, told = step(posted(), validated(an_order(), revision=1, attempt=2, stage_code="50"))

    assert isinstance(told[0], OrderPosted)


def test_a_change_at_the_channel_after_posting_waits_for_a_person() -> None:
    entry, told = step(posted(), validated(changed_order(), revision=2))

    [fact] = told
    assert isinstance(fact, OrderPending)
    assert [r.code for r in fact.reasons] == [ReasonCode.ORDER_CHANGED_AT_CHANNEL]
    assert fact.parked_by is PendingStage.ERP
    assert "4182" in fact.reasons[0].detail

    _, told = step(entry, validated(an_order(), revision=3))
    assert isinstance(told[0], OrderPosted)


def test_a_change_that_arrives_during_the_call_is_seen_when_it_ends() -> None:
    entry = claimed(after(validated(an_order())))
    entry = after(validated(changed_order(), revision=2), entry=entry)

    assert entry.state is State.SENDING
    [fact] = outcome(ledger.confirmed(entry, found()))
    assert isinstance(fact, OrderPending)
    assert fact.revision == 2


def test_a_refusal_of_a_version_that_was_replaced_meanwhile_counts_for_nothing() -> None:
    entry = claimed(after(validated(an_order())))
    entry = after(validated(changed_order(), revision=2), entry=entry)

    entry = ledger.refused(entry, (1, 1), REJECTED, NOON)
    assert (entry.state, outcome(entry)) == (State.QUEUED, ())


def test_a_refusal_is_told_with_the_order_and_again_when_asked_again() -> None:
    message = validated(an_order())
    entry = ledger.refused(claimed(after(message)), (1, 1), REJECTED, NOON)

    [fact] = outcome(entry)
    assert isinstance(fact, OrderPending)
    assert (fact.order, fact.reasons) == (message.order, REJECTED)
    assert step(entry, message) == (entry, (fact,))


def test_a_cancelled_order_never_goes_whichever_comes_first() -> None:
    for story in (
        (validated(an_order()), cancelled()),
        (cancelled(), validated(an_order())),
        (cancelled(), validated(an_order(), revision=5)),
    ):
        entry = after(*story)
        assert (entry.state, entry.work) == (State.STOPPED, None)
        assert "Irene" not in entry.model_dump_json()


def test_a_cancellation_of_a_posted_order_is_due_at_once() -> None:
    for undoing in (Undoing.REQUESTED, Undoing.NOT_NEEDED):
        entry, told = step(posted(), cancelled(undoing))
        assert entry is not None
        assert (entry.undo, entry.work, told) == (Undo.DUE, Work.UNDO, ())


def test_a_cancellation_during_the_call_is_due_when_it_ends() -> None:
    entry = after(cancelled(), entry=claimed(after(validated(an_order()))))

    assert ledger.confirmed(entry, found()).work is Work.UNDO
    assert ledger.released(entry, NOON).state is State.STOPPED
    assert ledger.refused(entry, (1, 1), REJECTED, NOON).state is State.STOPPED
    later = ledger.missed(entry, NOON, SETTLE)
    assert later.state is State.UNKNOWN
    assert ledger.missed(later, NOON + SETTLE, SETTLE).state is State.STOPPED


def test_a_settled_cancellation_is_told_again_to_who_asks_and_to_nobody_else() -> None:
    undone = ledger.undone(after(cancelled(), entry=posted()), NOON, ErpFinding.OPEN)

    [fact] = outcome(undone)
    assert isinstance(fact, OrderPosted)
    assert fact.standing is ErpStanding.CANCELLED
    assert step(undone, cancelled(Undoing.REQUESTED)) == (undone, (fact,))
    # These are the answer to that fact: an answer to them would go round for ever.
    for undoing in (Undoing.DONE, Undoing.NEEDS_ACTION):
        assert step(undone, cancelled(undoing)) == (undone, ())


def test_a_cancellation_the_erp_refuses_is_told_with_its_words() -> None:
    refused = ledger.not_undone(
        after(cancelled(), entry=posted()), "já faturado", NOON, ErpFinding.INVOICED, "60"
    )

    [fact] = outcome(refused)
    assert isinstance(fact, OrderPosted)
    assert (fact.standing, fact.erp_message) == (ErpStanding.CANCEL_REFUSED, "já faturado")
    assert (fact.found, fact.stage_code) == (ErpFinding.INVOICED, "60")


def test_a_persons_choice_has_the_erp_looked_at_once_more() -> None:
    def refused(entry: Entry) -> Entry:
        return ledger.not_undone(entry, "já faturado", NOON, ErpFinding.INVOICED)

    first = refused(after(cancelled(), entry=posted()))
    again = after(checking(), entry=first)
    assert again.work is Work.UNDO

    second = refused(again)
    [told] = outcome(second)
    assert told.event_id != outcome(first)[0].event_id
    # The same choice heard again is answered, and the ERP left in peace.
    assert step(second, checking()) == (second, (told,))


def test_what_validation_holds_back_of_a_posted_order_may_stand_too() -> None:
    """Nobody ever judged revision 2 good, so only the writer's word closes the matter."""
    accepted, [told] = step(posted(), kept(2))

    assert accepted is not None
    assert isinstance(told, OrderPosted)
    assert (told.revision, told.standing) == (2, ErpStanding.OPEN)
    assert step(accepted, kept(2)) == (accepted, (told,))
    corrected, [told] = step(accepted, validated(changed_order(), revision=2, attempt=2))
    assert corrected is not None
    assert (type(told), told.revision, told.attempt) == (OrderPosted, 2, 2)


def test_a_changed_order_that_a_person_lets_stand_is_integrated_again() -> None:
    changed = validated(changed_order(), revision=2)
    asked = after(changed, entry=posted())

    accepted, [told] = step(asked, kept())
    assert accepted is not None
    assert isinstance(told, OrderPosted)
    assert (told.revision, told.standing) == (2, ErpStanding.OPEN)
    for again in (kept(), changed):
        assert step(accepted, again) == (accepted, (told,))
    # What was accepted is no change any more; anything else is.
    same, [told] = step(accepted, validated(changed_order(), revision=3))
    assert isinstance(told, OrderPosted)
    _, [told] = step(same, validated(an_order(), revision=4))
    assert isinstance(told, OrderPending)


def test_a_changed_order_of_an_erased_buyer_may_be_let_stand_too() -> None:
    _, told = step(after(validated(changed_order(), revision=2), erased(), entry=posted()), kept())

    assert [type(event) for event in told] == [OrderPosted]


def test_a_person_lets_stand_only_what_they_have_seen() -> None:
    newer = after(validated(changed_order(), revision=3), entry=posted())

    entry, [told] = step(newer, kept(2))
    assert isinstance(told, OrderPending)
    assert entry is not None
    assert entry.validated is not None


def test_what_a_person_let_stand_counts_even_when_it_is_heard_before_the_change() -> None:
    news = (validated(changed_order(), revision=2), kept())

    one, other = (after(*order, entry=posted()) for order in (news, news[::-1]))
    assert one == other


def test_an_order_found_with_another_total_or_customer_is_looked_at_by_a_person() -> None:
    for strange in (found(total="1.00"), found(customer_id=78)):
        entry = ledger.confirmed(claimed(after(validated(an_order()))), strange)
        [fact] = outcome(entry)
        assert isinstance(fact, OrderPending)
        assert fact.reasons[0].code is ReasonCode.ORDER_CHANGED_AT_CHANNEL
        assert after(cancelled(), entry=entry).work is Work.UNDO


def test_an_order_the_erp_confirms_after_it_was_given_up_is_posted_and_undone_if_cancelled() -> (
    None
):
    gone = ledger.missed(ledger.doubted(claimed(after(validated(an_order()))), NOON), LATER, SETTLE)
    assert gone.state is State.QUEUED
    assert ledger.confirmed(gone, found()).state is State.POSTED

    stopped = after(cancelled(), entry=gone)
    assert stopped.state is State.STOPPED
    assert ledger.confirmed(stopped, found()).work is Work.UNDO


def test_a_claim_another_process_left_is_not_given_up_at_the_first_look() -> None:
    left = claimed(after(validated(an_order())), at=NOON)

    assert ledger.missed(left, LATER, SETTLE).work is Work.LOOK_UP


def test_a_call_without_an_answer_is_settled_from_its_end() -> None:
    silent = ledger.unanswered(claimed(after(validated(an_order())), at=NOON), LATER)

    assert (silent.state, silent.work) == (State.UNKNOWN, Work.LOOK_UP)
    assert ledger.missed(silent, LATER + timedelta(seconds=1), SETTLE).work is Work.LOOK_UP
    assert ledger.missed(silent, LATER + SETTLE, SETTLE).work is Work.POST


def test_an_order_not_found_is_sent_again_only_once_the_call_has_certainly_ended() -> None:
    entry = claimed(after(validated(an_order())), at=NOON)

    soon = ledger.missed(entry, NOON + timedelta(seconds=2), SETTLE)
    assert (soon.state, soon.work) == (State.UNKNOWN, Work.LOOK_UP)
    assert soon.due_at == NOON + timedelta(seconds=63)
    assert ledger.missed(soon, soon.due_at, SETTLE).work is Work.POST


def test_an_erased_buyer_is_forgotten_and_what_was_not_sent_never_goes() -> None:
    queued = after(validated(an_order()), erased())
    assert queued.state is State.STOPPED

    sending = after(erased(), entry=claimed(after(validated(an_order()))))
    assert ledger.confirmed(sending, found()).state is State.POSTED
    assert ledger.released(sending, NOON).state is State.STOPPED

    for entry in (queued, sending, after(erased(), validated(an_order()))):
        assert "Irene" not in entry.model_dump_json()
        assert after(validated(an_order(), revision=9), entry=entry).validated is None


def test_an_order_that_was_not_sent_moves_with_its_store_to_another_account() -> None:
    moved = validated(an_order(), revision=2).model_copy(update={"account_id": "omie-5"})

    assert after(validated(an_order()), moved).account_id == "omie-5"
    assert after(moved, entry=posted()).account_id == ACCOUNT


def test_only_what_was_told_is_marked_as_told() -> None:
    entry = posted()
    told = outcome(entry)

    assert ledger.told(entry, told).work is None
    newer = after(validated(changed_order(), revision=2), entry=entry)
    assert ledger.told(newer, told).work is Work.TELL


# Any story

ORDERS = (an_order(), changed_order(), an_order(buyer=a_buyer(name="Outra Pessoa")))
Turn = Callable[[Entry, datetime], Entry]

TURNS: dict[str, Turn] = {
    "claim": lambda e, t: claimed(e, t) if e.work is Work.POST and e.validated else e,
    "confirm": lambda e, t: ledger.confirmed(e, _as_sent(e)),
    "find another": lambda e, t: ledger.confirmed(e, found(total="1.00")),
    "refuse": lambda e, t: ledger.refused(e, e.rank, REJECTED, t),
    "release": ledger.released,
    "hear nothing": ledger.unanswered,
    "doubt": ledger.doubted,
    "miss": lambda e, t: ledger.missed(e, t, SETTLE),
    "lose the customer": lambda e, t: ledger.customer_lost(e) if e.state is State.SENDING else e,
    "contradict": lambda e, t: ledger.contradicted(e, t, SETTLE) if e.state is State.SENDING else e,
    "put off": ledger.put_off,
    "undo": lambda e, t: ledger.undone(e, t, ErpFinding.OPEN),
    "do not undo": lambda e, t: ledger.not_undone(e, "não", t, ErpFinding.INVOICED),
    "undo later": ledger.undo_later,
    "mark": lambda e, t: ledger.told(e, outcome(e)),
}


def _as_sent(entry: Entry) -> Found:
    if entry.sent is None:
        return found()
    return found(str(entry.sent.total), entry.sent.customer_id)


messages = st.one_of(
    st.builds(
        lambda n, revision, attempt: validated(ORDERS[n], revision, attempt),
        st.integers(0, 2),
        st.integers(1, 3),
        st.integers(1, 2),
    ),
    st.sampled_from([u for u in Undoing if u is not Undoing.CHECKING]).map(cancelled),
    st.integers(1, 2).map(checking),
    st.integers(1, 3).map(kept),
    st.just(erased()),
)
stories = st.lists(st.one_of(messages, st.sampled_from(sorted(TURNS))), max_size=14)


@dataclass
class Story:
    """An entry through a story, and everything that was told on the way."""

    entry: Entry | None = None
    now: datetime = NOON
    told: list[Event] = field(default_factory=list)
    facts: dict[tuple[str, int, int], OrderValidated] = field(default_factory=dict)

    def hear(self, message: Message) -> None:
        if isinstance(message, OrderValidated):
            # One version of an order has one content.
            key = (message.order_id, message.revision, message.attempt)
            message = self.facts.setdefault(key, message)
        was = self.entry
        self.entry, told = step(self.entry, message)
        self.told += told
        assert step(self.entry, message) == (self.entry, told)
        if was is not None and self.entry is not None:
            assert self.entry.rank >= was.rank

    def turn(self, name: str) -> None:
        self.now += timedelta(seconds=20)
        if self.entry is not None:
            self.entry = TURNS[name](self.entry, self.now)
            if self.entry.untold:
                self.told += outcome(self.entry)


@settings(max_examples=400, deadline=None)
@given(stories)
def test_any_story_keeps_the_promises(story: list[Message | str]) -> None:
    told = Story()
    for part in story:
        told.turn(part) if isinstance(part, str) else told.hear(part)
        entry = told.entry
        if entry is None:
            continue
        assert Entry.model_validate(entry.model_dump(mode="json", exclude_defaults=True)) == entry
        if entry.cancelled or entry.erased:
            assert entry.state not in (State.QUEUED, State.REFUSED)
            assert entry.erased <= (entry.validated is None)
        if entry.cancelled and entry.state is State.POSTED:
            assert entry.undo is not Undo.NONE
        if entry.work is Work.POST:
            assert entry.validated is not None
    # Whatever was told twice under one id said the same both times.
    assert len({(e.event_id, e.model_dump_json()) for e in told.told}) == len(
        {e.event_id for e in told.told}
    )


@settings(max_examples=200, deadline=None)
@given(stories)
def test_messages_told_again_later_bring_nothing_back(story: list[Message | str]) -> None:
    told = Story()
    for part in story:
        told.turn(part) if isinstance(part, str) else told.hear(part)
    before = told.entry
    for part in story:
        if not isinstance(part, str):
            told.hear(part)
    if before is not None and told.entry is not None:
        assert told.entry.state is before.state
        assert told.entry.work is before.work
