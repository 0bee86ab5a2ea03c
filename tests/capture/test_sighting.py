"""Which copy of an order is news: the step, alone."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from capture.channels.channel import Money
from capture.messages import Deleted, Erase, Left, Seen
from capture.sighting import Ignored, Sighting, content_of, step
from contracts.envelope import Message
from contracts.events import OrderCaptured, OrderErased, StoreDisconnected
from contracts.order import Buyer, Canceller, Gap, Order, OrderStatus
from contracts.value import Instant
from tests.support.builders import ACCOUNT, PAID_AT, STORE, an_order, cancelled

ORDER_ID = f"{STORE}:1001"


def at(minute: int) -> datetime:
    return PAID_AT + timedelta(minutes=minute)


def seen(
    minute: int = 0,
    money: Money = Money.RECEIVED,
    *,
    copy_id: str | None = None,
    test: bool = False,
    account_id: str = ACCOUNT,
    number: str | None = None,
    asked_by: str = "",
    **changes: object,
) -> Seen:
    """A copy the channel touched at this minute; what it says follows from the minute."""
    order = an_order(1001, updated_at=at(minute), **changes)
    order = order.model_copy(update={"number": number or f"#{minute}"})
    return Seen(
        store_id=STORE,
        account_id=account_id,
        occurred_at=at(minute),
        copy_id=copy_id or f"inbox.v1:0:{minute}",
        order=order,
        money=money,
        test=test,
        asked_by=asked_by,
    )


def seen_cancelled(minute: int, money: Money = Money.RETURNED, **how: object) -> Seen:
    copy = seen(minute, money, **how)
    return copy.model_copy(update={"order": cancelled(copy.order)})


def erase(minute: int = 99) -> Erase:
    return Erase(store_id=STORE, account_id=ACCOUNT, occurred_at=at(minute), order_id=ORDER_ID)


def deleted() -> Deleted:
    return Deleted(store_id=STORE, account_id=ACCOUNT, occurred_at=at(0), order_id=ORDER_ID)


def run(
    messages: Sequence[Message], known: Sighting | None = None
) -> tuple[Sighting, list[Message]]:
    told: list[Message] = []
    for message in messages:
        known, out = step(known, message)
        told += out
    assert known is not None
    return known, told


def revisions(told: Sequence[Message]) -> list[int]:
    return [event.revision for event in told if isinstance(event, OrderCaptured)]


GAPS = {"refused": (Gap.CHANNEL_TOKEN_REFUSED,), "unreadable": (Gap.DETAILS_UNREADABLE,)}
copies = st.builds(
    lambda minute, money, kind, says, record: (seen_cancelled if kind == "cancelled" else seen)(
        minute,
        money,
        copy_id=f"inbox.v1:0:{record}",
        test=kind == "test",
        number=says,
        gaps=GAPS.get(kind, ()),
        asked_by="sweep 1" if kind == "swept" else "",
    ),
    st.integers(0, 5),
    st.sampled_from(Money),
    st.sampled_from(["plain", "plain", "cancelled", "test", "swept", *GAPS]),
    st.sampled_from("abc"),
    st.integers(0, 9),
)
messages = st.one_of(copies, copies, copies, st.just(erase()), st.just(deleted()))
histories = st.lists(messages, max_size=8)


@given(histories, messages)
def test_the_same_message_again_changes_nothing_and_tells_the_same(
    history: list[Message], message: Message
):
    known, _ = run([*history, message])
    before = run(history)[0] if history else None
    first = step(before, message)

    again = step(first[0], message)

    assert again == (known, first[1])
    assert [m.event_id for m in again[1]] == [m.event_id for m in first[1]]


@given(histories)
def test_revisions_only_grow_by_one_and_each_is_one_content(history: list[Message]):
    _, told = run([deleted(), *history])

    numbers = revisions(told)
    assert all(later - earlier in {0, 1} for earlier, later in pairwise(numbers))
    assert numbers[:1] in ([], [1])
    contents = {(e.revision, content_of(e.order)) for e in told if isinstance(e, OrderCaptured)}
    assert len(contents) == len(set(numbers))


@given(histories)
def test_an_older_copy_never_wins(history: list[Message]):
    """The copies captured are ever newer by the channel's own clock."""
    _, told = run([deleted(), *history])

    moments = [e.order.updated_at for e in told if isinstance(e, OrderCaptured)]
    assert moments == sorted(moments)


def test_an_order_paid_while_the_channel_s_clock_stepped_back_is_taken_by_the_sweep():
    unpaid, paid = seen(5, Money.AWAITED), seen(4)
    swept = seen(4, asked_by="sweep 1", copy_id="inbox.v1:0:9")

    known, told = run([unpaid, paid])
    assert (told, known.ignored) == ([], Ignored.OLDER_COPY)
    known, told = run([swept, swept, unpaid], known)

    assert revisions(told) == [1, 1]
    _, told = run([seen_cancelled(6)], known)
    assert revisions(told) == [2]


def test_an_older_copy_of_a_captured_order_is_not_taken_from_a_sweep_either():
    _, told = run([seen(2), seen(1, asked_by="sweep 1")])

    assert revisions(told) == [1]


def test_who_had_an_order_read_is_known_although_a_webhook_tells_of_it_since():
    known, _ = run([seen(1, asked_by="sweep 1"), seen(2)])

    assert known.asked_by == "sweep 1"
    assert run([seen(3, asked_by="run 7")], known)[0].asked_by == "run 7"


@given(histories)
def test_cancelled_is_final(history: list[Message]):
    known: Sighting | None = None
    for message in history:
        was = known
        known, told = step(known, message)
        if was and was.status is OrderStatus.CANCELLED:
            assert known is not None
            assert (known.status, known.revision) == (OrderStatus.CANCELLED, was.revision)
            assert all(isinstance(e, OrderErased) or e.revision == was.revision for e in told)


@given(histories, histories)
def test_after_an_erasure_the_order_is_never_told_again(
    before: list[Message], after: list[Message]
):
    known, _ = run([*before, erase()])
    _, told = run([erase(), *after], known)

    assert not [event for event in told if isinstance(event, OrderCaptured)]
    assert len({(e.event_id, e.occurred_at) for e in told}) <= 1


@st.composite
def lives(draw: st.DrawFn) -> list[Seen]:
    """An order's whole life: unpaid for a while, then perhaps paid, then perhaps cancelled.

    The channel's clock is coarse: the last copy of one stage and the first of the next may carry
    the same moment.
    """
    unpaid, paid, undone = (draw(st.integers(0, 3)) for _ in range(3))
    money = Money.RECEIVED if paid else Money.AWAITED
    until_paid = unpaid - draw(st.integers(0, min(1, unpaid)))
    until_undone = until_paid + paid - draw(st.integers(0, min(1, paid)))
    return [
        *(seen(n, Money.AWAITED, number=f"#unpaid {n}") for n in range(unpaid)),
        *(seen(until_paid + n, copy_id=f"paid:{n}") for n in range(paid)),
        *(
            seen_cancelled(until_undone + n, money, number="#undone", copy_id=f"undone:{n}")
            for n in range(undone)
        ),
    ]


@given(lives().filter(bool).flatmap(lambda life: st.tuples(st.just(life), st.permutations(life))))
def test_in_any_order_of_arrival_the_newest_copy_decides(both: tuple[list[Seen], list[Seen]]):
    life, shuffled = both
    known, told = run(shuffled)

    newest = life[-1]
    captured = [event for event in told if isinstance(event, OrderCaptured)]
    if newest.money is Money.AWAITED:
        assert captured == []
        assert known.revision == 0
    else:
        assert known.status is newest.order.status
        assert captured[-1].order.status is newest.order.status
        assert known.updated_at == newest.order.updated_at
        if newest.order.status is OrderStatus.PAID:
            assert captured[-1].order == newest.order


def test_the_first_paid_copy_is_revision_one():
    known, told = run([seen(3)])

    [event] = told
    assert (event.revision, event.order_id, event.account_id) == (1, ORDER_ID, ACCOUNT)
    assert event.occurred_at == at(3)
    assert known.revision == 1


def test_an_unpaid_order_waits_until_it_is_paid():
    known, told = run([seen(0, Money.AWAITED), seen(1, Money.AWAITED)])
    assert (told, known.ignored, known.revision) == ([], Ignored.NOT_PAID, 0)

    _, told = run([seen(2)], known)
    assert revisions(told) == [1]


def test_the_unpaid_copy_of_the_second_of_payment_does_not_undo_it():
    late = seen(0, Money.AWAITED, copy_id="inbox.v1:0:9", buyer=Buyer())

    known, told = run([seen(0), late])

    assert revisions(told) == [1]
    assert known.ignored == Ignored.NOT_PAID


def test_an_order_that_owes_again_after_an_edit_is_still_ours():
    _, told = run([seen(0), seen(1, Money.AWAITED)])

    assert revisions(told) == [1, 2]
    assert told[-1].order.status is OrderStatus.PAID


def test_an_order_cancelled_before_it_was_paid_is_none_of_ours():
    known, told = run([seen_cancelled(0, Money.AWAITED)])

    assert (told, known.ignored) == ([], Ignored.NOT_PAID)


def test_an_order_cancelled_after_it_was_paid_is_told_even_if_never_seen_before():
    _, told = run([seen_cancelled(0, Money.RECEIVED)])

    assert [event.order.status for event in told] == [OrderStatus.CANCELLED]


def test_a_captured_order_whose_payment_is_void_is_cancelled_when_the_channel_says_so():
    _, told = run([seen(0), seen_cancelled(1, Money.AWAITED)])

    assert [event.order.status for event in told] == [OrderStatus.PAID, OrderStatus.CANCELLED]


def test_a_test_order_is_never_captured():
    known, told = run([seen(0, test=True)])

    assert (told, known.ignored) == ([], Ignored.TEST_ORDER)


def test_the_same_content_touched_later_is_no_new_revision():
    known, told = run([seen(0, number="#1"), seen(5, number="#1")])

    assert revisions(told) == [1]
    assert (known.ignored, known.updated_at) == (Ignored.SAME_CONTENT, at(5))


def test_a_retry_with_the_original_body_does_not_undo_what_came_after():
    known, told = run([seen(0), seen(5), seen(0, copy_id="inbox.v1:0:77")])

    assert revisions(told) == [1, 2]
    assert known.ignored is Ignored.OLDER_COPY


def test_details_that_arrive_late_are_news_although_the_order_is_untouched():
    _, told = run([seen(0, number="#1"), seen(0, copy_id="inbox.v1:0:7", number="#1 with details")])

    assert revisions(told) == [1, 2]


def test_a_copy_read_with_a_refused_token_does_not_replace_a_whole_one():
    poor = {"gaps": (Gap.CHANNEL_TOKEN_REFUSED,), "copy_id": "inbox.v1:0:7"}
    known, told = run([seen(0), seen(0, **poor)])
    assert (revisions(told), known.ignored) == ([1], Ignored.POORER_COPY)

    _, told = run([seen(0, **poor), seen(0)])
    assert revisions(told) == [1, 2], "but the other way round it does"


def test_a_record_read_again_after_a_crash_is_told_again():
    copy = seen(0)
    known, first = run([copy])

    _, again = run([copy], known)

    assert again == first


def test_an_order_stays_with_the_erp_account_it_first_went_to():
    _, told = run([seen(0), seen(1, account_id="omie-another")])

    assert [event.account_id for event in told] == [ACCOUNT, ACCOUNT]


def test_an_order_never_captured_is_forgotten_in_silence():
    known, told = run([erase()])

    assert told == []
    assert known.erased_at == at(99)


def test_a_store_that_left_is_told_of_and_nothing_is_kept():
    left = Left(store_id=STORE, account_id=ACCOUNT, occurred_at=at(1), cause="app/uninstalled")

    known, told = step(None, left)

    assert known is None
    assert told == (
        StoreDisconnected(
            store_id=STORE, account_id=ACCOUNT, occurred_at=at(1), cause="app/uninstalled"
        ),
    )


def test_a_message_of_others_changes_nothing():
    assert step(None, run([seen(0)])[1][0]) == (None, ())


def test_the_content_is_all_but_the_moment_of_the_last_touch():
    order = an_order()

    assert content_of(order) == content_of(order.model_copy(update={"updated_at": at(9)}))
    assert content_of(order) != content_of(order.model_copy(update={"number": "#2"}))


def test_a_field_the_contract_gains_is_no_news_of_old_orders():
    class Tomorrow(Order):
        wrapped_at: Instant | None = None

    order = an_order()
    later = Tomorrow.model_validate(order.model_dump())

    assert content_of(later) == content_of(order)


def test_who_cancelled_learned_later_is_no_other_cancellation():
    order = cancelled(an_order())
    known = order.model_copy(update={"cancelled_by": Canceller.BUYER})

    assert content_of(known) == content_of(order)


def test_goods_that_left_are_told_with_the_next_version_and_are_no_version_themselves():
    _, told = run([seen(1, number="#1"), seen(2, number="#1", shipped=True)])
    _, then = run([seen(1, number="#1"), seen_cancelled(3, shipped=True)])

    assert revisions(told) == [1]
    assert isinstance(then[-1], OrderCaptured)
    assert then[-1].order.shipped
