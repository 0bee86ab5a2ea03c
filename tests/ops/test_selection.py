from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.flow import Record
from contracts.topics import SERVICES, replayable
from contracts.wire import encode
from ops.exits import Exit, Stop
from ops.log import Logged
from ops.selection import Selection, speaks_of, store_of, topics_of
from tests.support.belt import NOON
from tests.support.builders import an_order, captured

OF_ORDER = encode(captured(an_order(1001)), "capture")


def logged(minutes: int = 0, outgoing=OF_ORDER) -> Logged:
    record = Record(outgoing.topic, 0, 0, outgoing.key, outgoing.value, dict(outgoing.headers))
    return Logged(record, NOON + timedelta(minutes=minutes))


def webhook(body: bytes, store: str = "demo-shopify") -> Record:
    return Record("inbox.v1", 0, 0, store.encode(), body, {"store_id": store.encode()})


def all_of(**narrowed) -> Selection:
    return Selection(service="panel", topics=("orders.captured.v1",), **narrowed)


@given(st.integers(-100, 100), st.integers(-100, 100), st.integers(-100, 100))
def test_a_record_is_taken_from_the_first_moment_on_and_before_the_last(at, since, until):
    chosen = all_of(since=NOON + timedelta(minutes=since), until=NOON + timedelta(minutes=until))

    assert chosen.takes(logged(at)) == (since <= at < until)


def test_nothing_asked_for_takes_every_record_and_says_that_it_is_of_all_stores():
    assert all_of().takes(logged())
    assert all_of().is_of_all_stores
    assert not all_of(stores=("demo-shopify",)).is_of_all_stores


def test_records_are_told_apart_by_store_and_by_order():
    assert all_of(stores=("demo-shopify",)).takes(logged())
    assert not all_of(stores=("another",)).takes(logged())
    assert all_of(orders=("demo-shopify:1001",)).takes(logged())
    assert not all_of(orders=("demo-shopify:100",)).takes(logged())


@pytest.mark.parametrize(
    ("body", "speaks"),
    [
        (b'{"id": 1001}', True),
        (b'{"resource": "/orders/1001"}', True),
        (b'{"id": "gid://shopify/Order/1001"}', True),
        (b'{"id": 11001}', False),
        (b'{"id": 10010}', False),
        (b"", False),
    ],
)
def test_a_webhook_is_of_an_order_whose_number_stands_in_it(body: bytes, speaks: bool):
    assert speaks_of(webhook(body), "demo-shopify:1001") == speaks
    assert not speaks_of(webhook(body), "another:1001")


def test_the_store_of_a_record_is_the_one_of_its_order_or_of_its_webhook():
    assert store_of(logged().record) == "demo-shopify"
    assert store_of(webhook(b"{}")) == "demo-shopify"
    assert store_of(Record("inbox.v1", 0, 0, b"", b"", {})) == ""


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_replays_what_it_reads_and_nothing_else(service: str):
    assert topics_of(service, ()) == replayable(service)
    with pytest.raises(Stop, match="does not replay") as stop:
        topics_of(service, ["stores.v1"])
    assert stop.value.code is Exit.USAGE


def test_a_service_that_there_is_not_is_told_with_those_that_there_are():
    with pytest.raises(Stop, match="capture, validation"):
        topics_of("painel", ())
