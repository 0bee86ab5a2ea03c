import json
from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from contracts.envelope import Message
from contracts.order import Totals
from contracts.wire import decode, encode
from tests.support.strategies import messages

exact = st.decimals(
    allow_nan=False, allow_infinity=False, min_value=-(10**9), max_value=10**9, places=4
)


def refuse(number: str) -> Any:
    raise AssertionError(f"a float travelled: {number}")


def amounts_of(value: Any) -> list[str]:
    """Every Decimal in a value, as it is written."""
    if isinstance(value, BaseModel):
        return [a for field in type(value).model_fields for a in amounts_of(getattr(value, field))]
    if isinstance(value, tuple):
        return [a for each in value for a in amounts_of(each)]
    return [str(value)] if isinstance(value, Decimal) else []


@given(messages())
def test_no_message_ever_writes_a_float(message: Message):
    json.loads(encode(message, "test").value, parse_float=refuse)


@given(messages())
def test_amounts_come_back_to_the_last_digit_and_with_the_same_places(message: Message):
    record = encode(message, "test")

    read = decode(record.topic, dict(record.headers), record.value)

    assert amounts_of(read) == amounts_of(message)


@given(exact, exact)
def test_an_amount_is_written_as_its_own_digits(items: Decimal, total: Decimal):
    written = json.loads(Totals(items=items, total=total).model_dump_json())

    assert (written["items"], written["total"]) == (str(items), str(total))
