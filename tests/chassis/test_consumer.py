"""How long the consumer rests between batches."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.consumer import BACKLOG, BUSY_PER_S, CALM_PER_S, LATELY_S, REST_S, lately, rest_s

RATES = st.floats(0, 5_000)


@given(st.floats(0, CALM_PER_S))
def test_while_few_records_come_nobody_waits(per_s: float):
    assert rest_s(per_s, there=1) == 0


@given(RATES, st.integers(BACKLOG, 1_000_000))
def test_a_backlog_is_read_without_a_rest(per_s: float, there: int):
    assert rest_s(per_s, there) == 0


@given(RATES, RATES)
def test_more_records_a_second_are_worth_a_longer_rest_up_to_its_limit(few: float, more: float):
    few, more = sorted((few, more))

    assert rest_s(few, there=1) <= rest_s(more, there=1) <= REST_S
    assert rest_s(BUSY_PER_S, there=1) == REST_S


@given(st.integers(1, 50), st.lists(st.integers(1, 50), min_size=1, max_size=40))
def test_how_many_come_a_second_does_not_depend_on_the_batches_they_came_in(
    each_10_ms: int, pauses: Sequence[int]
):
    counted = 0.0
    for pause in pauses:
        counted = lately(counted, each_10_ms * pause, pause / 100)

    assert counted == pytest.approx(
        lately(0.0, each_10_ms * sum(pauses), sum(pauses) / 100), rel=1e-6
    )


def test_a_burst_after_a_quiet_hour_is_no_busy_hour():
    assert lately(0.0, records=200, elapsed_s=3_600) < 1


def test_a_busy_hour_is_over_soon_after_its_last_record():
    assert lately(1_000, records=0, elapsed_s=5 * LATELY_S) < CALM_PER_S


def test_the_first_batch_of_all_is_no_busy_hour():
    assert lately(0.0, records=200, elapsed_s=float("inf")) == 0
