"""What an operator reads: each script's output, line by line."""

import json
import logging
import subprocess
import sys
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis import logs
from chassis.logs import HIDDEN, PERSONAL, redact

SET_UP = """
import asyncio, decimal, logging, structlog
from chassis import logs
from tests.support.builders import an_order
logs.set_up("capture")
log = structlog.get_logger()
order = an_order()
"""


def lines(script: str) -> list[dict[str, Any]]:
    done = subprocess.run(  # noqa: S603 - our own words
        [sys.executable, "-c", SET_UP + script], capture_output=True, text=True, check=True
    )
    assert "Irene" not in done.stdout + done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_a_line_is_json_with_its_service_level_and_time_in_utc():
    [line] = lines('log.info("order_moved", order_id="s:1", total=decimal.Decimal("1.10"))')

    assert line["event"] == "order_moved"
    assert (line["service"], line["level"], line["order_id"]) == ("capture", "info", "s:1")
    assert line["total"] == "1.10"
    assert line["timestamp"].endswith("Z")


def test_an_exception_is_its_type_and_place_and_never_its_text():
    [line] = lines(
        """
def parse():
    raise KeyError("Irene Baptista Leal")
try:
    parse()
except KeyError:
    log.exception("failed")
"""
    )

    assert (line["event"], line["error"]) == ("failed", "KeyError")
    assert line["at"].endswith(" parse")


def test_what_the_kafka_client_repeats_is_written_once_in_a_while():
    moment = 0.0
    repeats = logs.Repeats(lambda: moment)

    def written(name: str, words: str) -> bool:
        return repeats.filter(logging.LogRecord(name, 40, "", 1, words, None, None))

    said = []
    for second in range(25):
        moment = float(second)
        said += [written("aiokafka", "no broker"), written("aiokafka.conn", f"lost {second}")]
        assert written("asyncio", "an exception was never retrieved")
        assert not written("aiokafka", "no broker")
    assert [second for second in range(25) if said[2 * second]] == [0, 10, 20]
    assert all(said[1::2])


def test_a_value_that_is_no_plain_data_is_logged_as_its_type():
    [line] = lines('log.info("seen", order=order, many=[order])')

    assert (line["order"], line["many"]) == ("Order", ["Order"])


def test_a_librarys_warning_is_a_line_like_ours_and_its_exception_loses_its_text():
    [line] = lines(
        """
try:
    raise ValueError("Irene Baptista Leal")
except ValueError:
    logging.getLogger("uvicorn.error").exception("Exception in ASGI application")
logging.getLogger("uvicorn.error").info("not worth a line")
"""
    )

    assert line["event"] == "Exception in ASGI application"
    assert (line["level"], line["service"], line["error"]) == ("error", "capture", "ValueError")


keys = st.sampled_from(sorted(PERSONAL))
plain = st.text(max_size=5) | st.integers() | st.none()
nested = st.recursive(
    plain,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(keys | st.just("order"), inner),
    max_leaves=4,
)


def personal(value: Any) -> list[Any]:
    """Every value under a personal key, however deep."""
    if isinstance(value, dict):
        below = [found for each in value.values() for found in personal(each)]
        return [each for key, each in value.items() if key in PERSONAL] + below
    return [found for each in value for found in personal(each)] if isinstance(value, list) else []


@given(st.dictionaries(keys | st.just("order"), nested, max_size=3))
def test_nothing_under_a_personal_key_is_ever_shown(event: dict[str, Any]):
    assert all(value == HIDDEN for value in personal(redact(None, "info", event)))


@pytest.mark.parametrize("key", ["order_id", "store_id", "event", "topic", "offset"])
def test_identifiers_are_shown(key: str):
    assert redact(None, "info", {key: "x"}) == {key: "x"}
