"""When an account is left alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omie.breaker import (
    BLOCKED_S,
    FIRST_WRONG_S,
    LONGEST_DOWN_S,
    LONGEST_WRONG_S,
    MOST_IN_A_ROW,
    REFUSED_KEYS_S,
    THROTTLED_S,
    Breaker,
)
from omie.faults import Fault, FaultKind

ORDER, CUSTOMER = "IncluirPedido", "IncluirCliente"
K = FaultKind


def after(*faults: Fault, method: str = ORDER, now: float = 0) -> Breaker:
    breaker = Breaker()
    for fault in faults:
        breaker = breaker.failed(method, fault, now)
    return breaker


def test_it_lets_calls_pass_until_something_is_wrong() -> None:
    assert Breaker().wait(0) == 0
    assert Breaker().succeeded(ORDER).closed


def test_refused_keys_open_it_at_once_for_five_minutes() -> None:
    breaker = after(Fault(K.AUTH), now=100)

    assert breaker.cause is K.AUTH
    assert breaker.wait(100) == REFUSED_KEYS_S
    assert breaker.wait(100 + REFUSED_KEYS_S) == 0


@pytest.mark.parametrize(("announced", "pause"), [(1678.0, 1678.0), (0.0, BLOCKED_S)])
def test_a_block_opens_it_for_the_announced_time(announced: float, pause: float) -> None:
    assert after(Fault(K.BLOCKED, wait_s=announced)).wait(0) == pause


@pytest.mark.parametrize("kind", [K.TRANSIENT, K.UNCLEAR])
def test_an_erp_that_does_not_answer_is_given_more_time_with_every_call(kind: FaultKind) -> None:
    pauses = [after(*[Fault(kind)] * times).wait(0) for times in range(1, 10)]

    assert pauses == [0.5, 1, 2, 4, 8, 16, 32, LONGEST_DOWN_S, LONGEST_DOWN_S]


@pytest.mark.parametrize("kind", [K.TRANSIENT, K.UNCLEAR, K.VALIDATION, K.EMPTY])
def test_five_faults_in_a_row_are_something_to_tell_people(kind: FaultKind) -> None:
    faults = [Fault(kind)] * MOST_IN_A_ROW

    assert not after(*faults[:-1]).open
    assert after(*faults).open


def test_a_method_that_still_runs_is_given_ten_seconds_and_then_a_minute() -> None:
    assert after(Fault(K.BUSY)).wait(0) == 10
    assert after(*[Fault(K.BUSY)] * 2).wait(0) == 61


@pytest.mark.parametrize(("announced", "pause"), [(7.0, 7.0), (0.0, THROTTLED_S)])
def test_being_throttled_means_waiting_and_is_no_fault_of_ours(
    announced: float, pause: float
) -> None:
    breaker = after(*[Fault(K.THROTTLED, wait_s=announced)] * 20)

    assert breaker.wait(0) == pause
    assert not breaker.open


def test_an_answer_of_any_kind_means_the_erp_is_not_down() -> None:
    down = [Fault(K.TRANSIENT)] * (MOST_IN_A_ROW - 1)

    assert not after(*down, Fault(K.VALIDATION), *down).open


@pytest.mark.parametrize("kind", [K.VALIDATION, K.EMPTY, K.DUPLICATE, K.NOT_FOUND, K.REDUNDANT])
def test_five_wrong_calls_of_a_method_in_a_row_open_it_before_the_erps_tenth(
    kind: FaultKind,
) -> None:
    assert after(*[Fault(kind)] * (MOST_IN_A_ROW - 1)).closed
    assert after(*[Fault(kind)] * MOST_IN_A_ROW).wait(0) == FIRST_WRONG_S


def test_wrong_calls_are_counted_for_each_method_by_itself() -> None:
    breaker = Breaker()
    for method in (ORDER, CUSTOMER) * (MOST_IN_A_ROW - 1):
        breaker = breaker.failed(method, Fault(K.VALIDATION), 0)

    assert breaker.closed


def test_a_good_answer_ends_the_row_of_its_method_only() -> None:
    breaker = after(*[Fault(K.VALIDATION)] * (MOST_IN_A_ROW - 1))

    assert not breaker.succeeded(CUSTOMER).failed(ORDER, Fault(K.VALIDATION), 0).closed
    assert breaker.succeeded(ORDER).failed(ORDER, Fault(K.VALIDATION), 0).closed


def test_one_probe_at_a_time_goes_out_and_a_good_answer_closes_it() -> None:
    breaker = after(Fault(K.AUTH))
    probing = breaker.entered(REFUSED_KEYS_S)

    assert probing.wait(REFUSED_KEYS_S) > 0
    assert probing.succeeded(ORDER).wait(REFUSED_KEYS_S) == 0


def test_a_probe_that_fails_means_a_longer_pause() -> None:
    breaker, now, pauses = after(*[Fault(K.VALIDATION)] * MOST_IN_A_ROW), 0.0, []
    for _ in range(6):
        pauses.append(breaker.wait(now))
        now += breaker.wait(now)
        breaker = breaker.entered(now).failed(ORDER, Fault(K.VALIDATION), now)

    assert pauses == [30, 60, 120, 240, BLOCKED_S, LONGEST_WRONG_S]


def test_an_erp_that_goes_down_while_it_refuses_the_keys_still_refuses_them() -> None:
    breaker = after(Fault(K.AUTH), Fault(K.TRANSIENT))

    assert breaker.cause is K.AUTH


@given(
    st.lists(
        st.tuples(
            st.sampled_from([ORDER, CUSTOMER]),
            st.sampled_from([None, *FaultKind]),
            st.floats(0, 120),
        ),
        max_size=60,
    )
)
def test_the_pause_always_ends_and_a_good_answer_always_closes(
    story: list[tuple[str, FaultKind | None, float]],
) -> None:
    breaker, now = Breaker(), 0.0
    for method, kind, later in story:
        now += later
        if breaker.wait(now):
            continue
        breaker = breaker.entered(now)
        breaker = breaker.failed(method, Fault(kind), now) if kind else breaker.succeeded(method)
        assert breaker.wait(now) <= BLOCKED_S + 0.001
        assert breaker.succeeded(method).closed


@given(st.lists(st.sampled_from([K.VALIDATION, K.EMPTY, K.DUPLICATE]), min_size=9, max_size=9))
def test_the_tenth_wrong_call_in_a_row_comes_half_an_hour_after_the_others(
    kinds: list[FaultKind],
) -> None:
    breaker, now = Breaker(), 0.0
    for kind in kinds:
        now += breaker.wait(now)
        breaker = breaker.entered(now).failed(ORDER, Fault(kind), now)

    assert breaker.wait(now) == BLOCKED_S
