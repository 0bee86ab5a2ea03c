import copy
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.compatibility import breaks
from contracts.generate import schema
from tests.support.strategies import MESSAGES

NULL = {"type": "null"}
TEXT = {"type": "string"}
COLOUR = {"enum": ["red", "green"], "title": "Colour", "type": "string"}
OLD = {
    "$defs": {
        "Colour": COLOUR,
        "Buyer": {
            "properties": {"name": {"type": "string"}, "age": {"default": 0, "type": "integer"}},
            "required": ["name"],
            "title": "Buyer",
            "type": "object",
        },
    },
    "description": "What happened.",
    "properties": {
        "buyer": {"$ref": "#/$defs/Buyer"},
        "colour": {"$ref": "#/$defs/Colour"},
        "lines": {"items": {"$ref": "#/$defs/Buyer"}, "minItems": 1, "type": "array"},
        "codes": {"additionalProperties": {"type": "string"}, "type": "object"},
        "note": {"anyOf": [TEXT, NULL], "default": None},
        "parcel": {"anyOf": [{"$ref": "#/$defs/Buyer"}, NULL], "default": None},
    },
    "required": ["buyer", "colour", "lines"],
    "title": "Sold",
    "type": "object",
}
ANYTHING = [TEXT, NULL, {"type": "integer"}, {"items": TEXT, "type": "array"}, COLOUR]


def changed(**places: Any) -> dict[str, Any]:
    """OLD with other values at these places: `properties__note` is `["properties"]["note"]`."""
    new = copy.deepcopy(OLD)
    for place, value in places.items():
        *path, last = place.split("__")
        into: Any = new
        for step in path:
            into = into["$defs" if step == "defs" else step]
        into[last] = value
    return new


def objects(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Every object schema that has fields."""
    yield from (s for s in (document, *document.get("$defs", {}).values()) if "properties" in s)


documents = st.sampled_from([OLD, *map(schema, MESSAGES)]).map(copy.deepcopy)
names = st.text(min_size=1).map(lambda name: f"new-{name}")


@given(documents, st.data())
def test_a_new_optional_field_anywhere_is_always_fine(new: dict[str, Any], data: st.DataObject):
    old = copy.deepcopy(new)
    where = data.draw(st.sampled_from(list(objects(new))))
    where["properties"][data.draw(names)] = data.draw(st.sampled_from(ANYTHING)) | {"default": None}

    assert breaks(old, new) == []


@given(documents, st.data())
def test_a_new_required_field_anywhere_is_never_fine(new: dict[str, Any], data: st.DataObject):
    old = copy.deepcopy(new)
    where = data.draw(st.sampled_from(list(objects(new))))
    name = data.draw(names)
    where["properties"][name] = TEXT
    where["required"] = [*where.get("required", ()), name]

    assert f"{name} is new and has no default" in "".join(breaks(old, new))


@given(documents, st.data())
def test_a_removed_field_anywhere_is_never_fine(new: dict[str, Any], data: st.DataObject):
    old = copy.deepcopy(new)
    where = data.draw(st.sampled_from([o for o in objects(new) if o["properties"]]))
    name = data.draw(st.sampled_from(sorted(where["properties"])))
    del where["properties"][name]
    where["required"] = [each for each in where.get("required", ()) if each != name]

    assert f"{name} is gone" in "".join(breaks(old, new))


@given(documents, st.data())
def test_another_type_of_a_field_is_never_fine(new: dict[str, Any], data: st.DataObject):
    old = copy.deepcopy(new)
    where = data.draw(st.sampled_from(list(objects(new))))
    name = data.draw(st.sampled_from(sorted(where["properties"])))
    where["properties"][name] = {"anyOf": [{"type": "number"}, TEXT, {"type": "boolean"}]}

    assert breaks(old, new)


@given(documents)
def test_a_message_succeeds_itself(document: dict[str, Any]):
    assert breaks(document, copy.deepcopy(document)) == []


@pytest.mark.parametrize(
    "new",
    [
        changed(description="What was sold."),
        changed(properties__note__default="none given"),
        changed(properties__note__title="Note"),
        changed(required=["buyer", "lines"]),
        changed(defs__Colour__enum=["red", "green", "blue"]),
        changed(properties__extra=TEXT | {"default": ""}),
    ],
    ids=["description", "default", "title", "gains a default", "new enum value", "new field"],
)
def test_what_neither_release_notices_is_fine(new: dict[str, Any]):
    assert breaks(OLD, new) == []


@pytest.mark.parametrize(
    ("new", "words"),
    [
        (changed(defs__Colour__enum=["red"]), "colour no longer knows 'green'"),
        (changed(defs__Colour=TEXT), "colour is no longer an enumeration"),
        (changed(properties__note=COLOUR), "note was string or null and is now string"),
        (changed(properties__note=TEXT), "note was string or null and is now string"),
        (changed(properties__codes=TEXT), "codes was object and is now string"),
        (changed(properties__buyer={"anyOf": [{"$ref": "#/$defs/Buyer"}, NULL]}), "or null"),
        (changed(properties__lines__minItems=2), "lines: `minItems` was 1 and is now 2"),
        (changed(properties__lines__maxItems=9), "lines: `maxItems` was None and is now 9"),
        (changed(properties__lines__items=TEXT), "lines[] was object and is now string"),
        (changed(properties__codes__additionalProperties=COLOUR), "codes.* is now an enumeration"),
        (changed(properties__codes__additionalProperties=False), "codes: `additionalProperties`"),
        (changed(properties__note__anyOf=[TEXT | {"format": "date"}, NULL]), "note: `format`"),
        (changed(defs__Buyer__required=["name", "age"]), "parcel.age lost its default"),
        (changed(defs__Buyer__properties={}), "lines[].name is gone"),
    ],
)
def test_what_one_of_the_releases_would_stumble_over_is_named(new: dict[str, Any], words: str):
    found = breaks(OLD, new)

    assert any(words in each for each in found), found


def test_every_break_is_named_at_once():
    new = changed(properties__note=TEXT, properties__codes=TEXT, properties__lines__minItems=2)

    assert len(breaks(OLD, new)) == 3
