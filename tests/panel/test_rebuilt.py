"""Rows folded from part of the topics, joined with rows that heard of everything."""

from hypothesis import given
from hypothesis import strategies as st

from contracts.envelope import Message
from panel.rebuilt import joined
from panel.row import encode
from tests.panel.test_row import ORDER, erased
from tests.panel.test_row_permutations import MESSAGES, arrivals, fold
from tests.support.builders import captured, posted


@given(whole=arrivals, data=st.data())
def test_what_the_topics_no_longer_hold_is_kept_from_the_stored_row(
    whole: list[Message], data: st.DataObject
) -> None:
    kept = data.draw(st.lists(st.sampled_from(whole), min_size=1))
    stored = fold(whole)

    assert encode(joined(fold(kept), stored)) == encode(stored)


@given(part=arrivals, rest=arrivals)
def test_a_stored_row_that_is_behind_adds_nothing(part: list[Message], rest: list[Message]) -> None:
    told = fold(part + rest)

    assert joined(told, fold(part)) == told


@given(first=arrivals, second=arrivals)
def test_both_tell_what_a_row_that_heard_both_tells(
    first: list[Message], second: list[Message]
) -> None:
    tombstone = erased()
    if fold(first).erased != fold(second).erased:
        first, second = [*first, tombstone], [*second, tombstone]

    assert encode(joined(fold(first), fold(second))) == encode(fold(first + second))


def test_an_order_that_the_topics_forgot_is_kept_whole() -> None:
    stored = fold(MESSAGES)

    assert joined(None, stored) == stored


def test_a_buyer_forgotten_long_ago_stays_forgotten() -> None:
    stored = fold([captured(ORDER), posted(ORDER), erased()])
    told = fold([captured(ORDER)])

    row = joined(told, stored)

    assert row.erased
    assert "Irene" not in str(encode(row))
