"""Whatever the order and the repeats of the news, a cancelled order ends the same way."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from cancellation.handlers import decode, encode, flow
from cancellation.policy import step
from cancellation.standing import Standing
from contracts.cancellations import CancellationChoice, OrderCancelled, Undoing
from contracts.commands import ResolveCancellation
from contracts.envelope import Event, Message
from contracts.events import ErpFinding, ErpStanding, OrderPosted
from tests.cancellation.test_policy import ORDER, chosen, posted, refused
from tests.support.belt import Belt, FakeClock
from tests.support.builders import PAID_AT, cancelled, captured
from tests.support.memory import MemoryDocuments

News = Event | ResolveCancellation
FACTS: list[News] = [
    captured(ORDER),
    captured(cancelled(ORDER), revision=2),
    captured(cancelled(ORDER), revision=3),
    posted(),
    posted(attempt=2, occurred_at=PAID_AT + timedelta(minutes=6)),
    posted(ErpStanding.CANCELLED, occurred_at=PAID_AT + timedelta(minutes=9)),
    posted(
        ErpStanding.CANCEL_REFUSED,
        erp_message="Pedido já faturado.",
        occurred_at=PAID_AT + timedelta(minutes=8),
    ),
    refused(
        ErpFinding.SHIPPED,
        decision=1,
        occurred_at=PAID_AT + timedelta(hours=1, minutes=1),
    ),
    chosen(CancellationChoice.REGISTER_RETURN),
    chosen(CancellationChoice.KEEP, 2),
]
some_facts = st.lists(st.sampled_from(FACTS), max_size=12)


def run(
    messages: list[News], state: Standing | None = None
) -> tuple[Standing | None, list[Message]]:
    told: list[Message] = []
    for message in messages:
        state, out = step(state, message)
        told += out
    return state, told


@given(facts=some_facts, data=st.data())
def test_any_order_and_any_repeat_end_alike_and_tell_the_same_last_word(
    facts: list[News], data: st.DataObject
) -> None:
    other = data.draw(
        st.permutations(facts + data.draw(st.lists(st.sampled_from(facts or FACTS[:1]))))
    )

    state, told = run(facts)
    other_state, other_told = run(other)

    assert state == other_state
    assert told[-1:] == other_told[-1:]


@given(facts=some_facts)
def test_news_heard_again_changes_nothing_and_tells_only_how_things_stand(
    facts: list[News],
) -> None:
    state, told = run(facts)
    again, retold = run(facts, state)

    assert again == state
    assert all(event == told[-1] for event in retold)
    assert bool(retold) == bool(told)


@given(facts=some_facts)
def test_no_cancelled_order_is_left_open_in_the_erp(facts: list[News]) -> None:
    _, told = run(facts)
    has_cancellation = any(f in facts for f in FACTS[1:3])
    standings = {f.standing for f in facts if isinstance(f, OrderPosted)}

    assert bool(told) == has_cancellation
    if told:
        last = told[-1]
        assert isinstance(last, OrderCancelled)
        assert (last.undoing is Undoing.NOT_NEEDED) == (not standings)
        if standings == {ErpStanding.OPEN}:
            assert last.undoing is Undoing.REQUESTED
        if ErpStanding.CANCELLED in standings:
            assert last.undoing is Undoing.DONE


@given(facts=some_facts)
def test_a_standing_survives_the_database(facts: list[News]) -> None:
    state, _ = run(facts)

    assert state is None or decode(encode(state)) == state


async def test_a_cancellation_that_overtakes_the_posting_is_undone_on_the_belt() -> None:
    belt, documents = Belt(), MemoryDocuments[Standing]()
    belt.add(flow(documents, belt.log, FakeClock()))

    await belt.put(captured(cancelled(ORDER), revision=2))
    await belt.settle()
    await belt.put(posted())
    await belt.settle()

    assert [e.undoing for e in belt.seen(OrderCancelled)] == [
        Undoing.NOT_NEEDED,
        Undoing.REQUESTED,
    ]
