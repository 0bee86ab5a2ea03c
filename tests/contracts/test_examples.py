"""One whole message per type, written once: what these files say must be readable for ever."""

import ast
import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator, FormatChecker
from pydantic import BaseModel
from validate_docbr import CNPJ, CPF

from contracts import generate
from contracts.envelope import Message
from contracts.events import OrderPosted
from contracts.order import Order
from tests.support.strategies import MESSAGES

EXAMPLES = generate.ROOT / "contracts/examples"


def written(kind: type[Message]) -> str:
    return (EXAMPLES / f"{kind.type}.json").read_text("utf-8")


def read(kind: type[Message]) -> Message:
    return kind.model_validate_json(written(kind))


def parts(value: Any) -> Iterator[BaseModel]:
    """Every value object inside a value, itself included."""
    if isinstance(value, BaseModel):
        yield value
        for field in type(value).model_fields:
            yield from parts(getattr(value, field))
    elif isinstance(value, tuple):
        for each in value:
            yield from parts(each)


ALL_PARTS = [part for kind in MESSAGES for part in parts(read(kind))]


def test_every_type_has_an_example_and_every_example_a_type():
    assert {path.stem for path in EXAMPLES.iterdir()} == {kind.type for kind in MESSAGES}


@pytest.mark.parametrize("kind", MESSAGES)
def test_an_example_reads_and_writes_back_to_the_same_json(kind: type[Message]):
    assert json.loads(read(kind).model_dump_json()) == json.loads(written(kind))


@pytest.mark.parametrize("kind", MESSAGES)
def test_an_example_obeys_the_checked_in_schema(kind: type[Message]):
    path = generate.ROOT / generate.SCHEMAS / f"{kind.type}.json"
    schema = json.loads(path.read_text("utf-8"))

    Draft202012Validator.check_schema(schema)
    Draft202012Validator(schema, format_checker=FormatChecker()).validate(json.loads(written(kind)))


def test_every_field_is_filled_in_somewhere():
    filled = {
        (type(part).__name__, field)
        for part in ALL_PARTS
        for field in type(part).model_fields
        if getattr(part, field) not in (None, "", (), {})
    }
    declared = {(type(part).__name__, f) for part in ALL_PARTS for f in type(part).model_fields}

    assert declared - filled == set()


@pytest.mark.parametrize("order", [part for part in ALL_PARTS if isinstance(part, Order)])
def test_the_totals_of_an_example_close_to_the_cent(order: Order):
    totals = order.totals

    assert sum(i.unit_price * i.quantity for i in order.items) == totals.items
    assert sum(i.discount for i in order.items) == totals.discount
    assert totals.items - totals.discount + totals.shipping + totals.other == totals.total
    assert sum(p.amount for p in order.payments) == totals.total


@pytest.mark.parametrize("order", [part for part in ALL_PARTS if isinstance(part, Order)])
def test_documents_of_an_example_are_made_up_and_have_right_check_digits(order: Order):
    document = order.buyer.document

    assert document is None or CPF().validate(document) or CNPJ().validate(document)


def test_the_subscriber_on_the_page_asks_for_what_there_is():
    page = (generate.ROOT / generate.README).read_text("utf-8")
    shown = page.partition("```python\n")[2].partition("```")[0]

    said = {node.value for node in ast.walk(ast.parse(shown)) if isinstance(node, ast.Constant)}
    assert {OrderPosted.topic, OrderPosted.type.encode()} <= said
    fields = set(re.findall(r'order\["(\w+)"\]', shown))
    assert fields
    assert fields <= set(OrderPosted.model_fields)
