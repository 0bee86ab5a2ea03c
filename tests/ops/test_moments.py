from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ops.exits import Exit, Stop
from ops.moments import HOME, moment, said, window


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("2026-11-20T14:30Z", datetime(2026, 11, 20, 14, 30, tzinfo=UTC)),
        ("2026-11-20T14:30-03:00", datetime(2026, 11, 20, 17, 30, tzinfo=UTC)),
        ("2026-11-20T14:30", datetime(2026, 11, 20, 17, 30, tzinfo=UTC)),
        ("2026-11-20", datetime(2026, 11, 20, 3, 0, tzinfo=UTC)),
    ],
)
def test_a_moment_without_a_zone_is_one_of_sao_paulo(typed: str, meant: datetime):
    assert moment(typed) == meant


@given(st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1)))  # noqa: DTZ001 - typed so
def test_what_was_typed_is_what_a_clock_in_sao_paulo_shows(typed: datetime):
    assert moment(typed.isoformat()).astimezone(HOME).replace(tzinfo=None) == typed


@pytest.mark.parametrize("typed", ["", "yesterday", "20/11/2026", "2026-13-01"])
def test_what_is_no_moment_is_told_with_how_to_write_one(typed: str):
    with pytest.raises(Stop, match="2026-11-20T14:30") as stop:
        moment(typed)

    assert stop.value.code is Exit.USAGE


def test_a_window_that_ends_before_it_begins_is_refused():
    with pytest.raises(Stop) as stop:
        window("2026-11-21", "2026-11-20")

    assert stop.value.code is Exit.USAGE


def test_the_beginning_is_where_the_topic_begins():
    assert window("beginning", None) == (None, None)


def test_the_range_is_told_in_utc():
    since = datetime(2026, 11, 20, tzinfo=UTC)

    assert said(since, since + timedelta(hours=1)) == (
        "2026-11-20 00:00:00 UTC to 2026-11-20 01:00:00 UTC"
    )
    assert said(None, None) == "the beginning to the end"
