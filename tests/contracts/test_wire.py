import json
import traceback
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.envelope import Message
from contracts.events import OrderCaptured
from contracts.topics import INBOX, largest_record
from contracts.wire import TooLarge, Undecodable, decode, encode
from tests.support.builders import an_order, captured
from tests.support.strategies import MESSAGES, messages

MARK = "Marilda-Quintino"
"""Stands for a buyer's data in a record that cannot be read."""


@given(messages())
def test_a_message_is_read_as_it_was_written(message: Message):
    record = encode(message, "test")

    assert decode(record.topic, dict(record.headers), record.value) == message


@given(messages())
def test_a_lean_reading_lacks_what_the_channel_sent_to_the_letter_and_nothing_else(
    message: Message,
):
    record = encode(message, "test")

    lean = decode(record.topic, dict(record.headers), record.value, lean=True)

    assert lean is not None
    assert not hasattr(lean, "raw")
    assert lean.model_dump() == message.model_dump(exclude={"raw"})
    assert lean.event_id == message.event_id


@given(messages())
def test_the_record_key_is_the_messages_key(message: Message):
    assert encode(message, "test").key.decode() == message.key


def test_a_message_alone_on_its_topic_is_read_without_headers_too():
    record = encode(captured(an_order()), "test")

    assert decode(record.topic, {}, record.value) == captured(an_order())


@given(messages(), st.text(min_size=1))
def test_a_type_from_a_later_release_is_passed_over(message: Message, suffix: str):
    headers = {"ce_type": f"{message.type}{suffix}".encode()}

    assert decode(message.topic, headers, b"anything") is None


@given(st.sampled_from(MESSAGES), st.binary())
def test_garbage_is_refused_in_words_that_quote_nothing_of_it(kind: type[Message], garbage: bytes):
    value = garbage + MARK.encode() + garbage

    assert complaint(kind, value)
    assert MARK not in complaint(kind, value)


@given(messages(), st.data())
def test_a_spoilt_message_is_read_or_refused_in_words_that_quote_nothing_of_it(
    message: Message, data: st.DataObject
):
    body = json.loads(encode(message, "test").value)
    spoilt = data.draw(st.sampled_from([None, 7, MARK, [MARK], {"name": MARK}, {}, True]))
    _replace(body, data.draw(st.sampled_from(list(_places(body)))), spoilt)

    assert MARK not in complaint(message, json.dumps(body).encode())


def test_a_record_without_value_is_refused():
    with pytest.raises(Undecodable, match="no value"):
        decode(OrderCaptured.topic, {}, None)


def test_a_record_of_a_topic_of_raw_bytes_is_refused():
    with pytest.raises(Undecodable, match="ce_type"):
        decode(INBOX, {}, b"{}")


def test_no_header_holds_the_buyers_data():
    order = an_order()

    headers = str(encode(captured(order), "test").headers)

    assert order.buyer.name not in headers
    assert str(order.buyer.document) not in headers


def test_a_message_larger_than_its_topic_takes_is_never_made_into_a_record():
    order = an_order(cancel_reason="x" * largest_record(OrderCaptured.topic))

    with pytest.raises(TooLarge, match=r"orders\.captured\.v1"):
        encode(captured(order), "test")


def complaint(kind: Message | type[Message], value: bytes) -> str:
    """What is said of a record that cannot be read, its causes too; empty when it can."""
    try:
        decode(kind.topic, {"ce_type": kind.type.encode()}, value)
    except Undecodable as refused:
        return "".join(traceback.format_exception(refused))
    return ""


def _places(body: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place of a JSON value, from the whole to the leaves."""
    inner: Any = enumerate(body) if isinstance(body, list) else getattr(body, "items", tuple)()
    return [at for at in [at] if at] + [p for k, v in inner for p in _places(v, (*at, k))]


def _replace(body: Any, place: tuple[Any, ...], value: Any) -> None:
    for key in place[:-1]:
        body = body[key]
    body[place[-1]] = value
