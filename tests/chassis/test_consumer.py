"""How long the consumer rests between batches."""

from hypothesis import given
from hypothesis import strategies as st

from chassis.consumer import BUSY_RECORDS, REST_S, rest_s

SIZES = st.integers(0, 200)


@given(SIZES.filter(lambda size: size < BUSY_RECORDS))
def test_a_record_that_comes_alone_or_with_few_keeps_nothing_waiting(records: int):
    assert rest_s(records, behind=0) == 0


@given(SIZES, st.integers(1, 1_000_000))
def test_a_backlog_is_read_without_a_rest(records: int, behind: int):
    assert rest_s(records, behind) == 0


@given(SIZES, SIZES)
def test_more_records_are_worth_a_longer_rest_up_to_its_limit(few: int, more: int):
    few, more = sorted((few, more))

    assert rest_s(few, behind=0) <= rest_s(more, behind=0) <= REST_S
    assert rest_s(200, behind=0) == REST_S
