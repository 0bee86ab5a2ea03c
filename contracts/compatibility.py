"""Whether a changed message may keep its name: its old JSON Schema against its new one.

Two releases run side by side, and a topic keeps what older ones wrote. So both directions count:
the new release must read every record ever written, and the old one every record of the new.
Allowed is what neither notices: a new optional field, a default for a field that had none, another
description. New values of an enumeration pass too, with a condition that no schema can check: the
readers are released before the first writer (`contracts/README.md`).
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

Schema = Mapping[str, Any]

NOTES = frozenset(
    {"$schema", "$id", "$defs", "$ref", "title", "description", "default", "examples"}
)
"""Keywords that restrict nothing."""
WALKED = frozenset({"properties", "required", "items", "anyOf", "enum", "additionalProperties"})
"""Keywords with rules of their own; any difference in any other keyword is a break."""


def breaks(old: Schema, new: Schema) -> list[str]:
    """What makes `new` unfit to succeed `old` under the same name, in words; empty when fit."""
    return list(_between("", _Side(old, old), _Side(new, new)))


class _Side:
    """A schema with the document its references point into."""

    def __init__(self, schema: Schema, document: Schema) -> None:
        while "$ref" in schema:
            schema = document["$defs"][schema["$ref"].removeprefix("#/$defs/")]
        self.schema = schema
        self._document = document

    def at(self, schema: Schema) -> "_Side":
        return _Side(schema, self._document)

    def properties(self) -> dict[str, "_Side"]:
        return {name: self.at(s) for name, s in self.schema.get("properties", {}).items()}

    def required(self) -> set[str]:
        return set(self.schema.get("required", ()))

    def choices(self) -> dict[str, "_Side"]:
        """The alternatives of a union by their JSON type; a plain schema is a union of one.

        A second one of the same type goes by its title.
        """
        found: dict[str, _Side] = {}
        for side in map(self.at, self.schema.get("anyOf", (self.schema,))):
            kind = str(side.schema.get("type", "anything"))
            found[str(side.schema.get("title")) if kind in found else kind] = side
        return found


def _between(path: str, old: _Side, new: _Side) -> Iterator[str]:
    before, after = old.choices(), new.choices()
    if before.keys() != after.keys():
        yield f"{path or 'the message'} was {_either(before)} and is now {_either(after)}"
        return
    for kind, side in before.items():
        yield from _of_one_kind(path, side, after[kind])


def _of_one_kind(path: str, old: _Side, new: _Side) -> Iterator[str]:
    yield from _fields(path, old, new)
    yield from _values(path, old.schema.get("enum"), new.schema.get("enum"))
    for keyword, place in (("items", f"{path}[]"), ("additionalProperties", f"{path}.*")):
        inner = old.schema.get(keyword), new.schema.get(keyword)
        if isinstance(inner[0], Mapping) and isinstance(inner[1], Mapping):
            yield from _between(place, old.at(inner[0]), new.at(inner[1]))
        elif inner[0] != inner[1]:
            yield f"{path}: `{keyword}` was {inner[0]} and is now {inner[1]}"
    for keyword in sorted((old.schema.keys() | new.schema.keys()) - NOTES - WALKED - {"type"}):
        was, is_now = old.schema.get(keyword), new.schema.get(keyword)
        if was != is_now:
            yield f"{path}: `{keyword}` was {was} and is now {is_now}"


def _fields(path: str, old: _Side, new: _Side) -> Iterator[str]:
    before, after = old.properties(), new.properties()
    for name in before.keys() - after.keys():
        yield f"{_dotted(path, name)} is gone (a renamed field is a removed and a new one)"
    for name in sorted(after.keys() & new.required() - old.required()):
        gained = "lost its default" if name in before else "is new and has no default"
        yield f"{_dotted(path, name)} {gained}"
    for name in sorted(before.keys() & after.keys()):
        yield from _between(_dotted(path, name), before[name], after[name])


def _values(path: str, old: Sequence[Any] | None, new: Sequence[Any] | None) -> Iterator[str]:
    if (old is None) != (new is None):
        yield f"{path} {'is now' if new else 'is no longer'} an enumeration"
        return
    for value in old or ():
        if value not in (new or ()):
            yield f"{path} no longer knows {value!r}"


def _dotted(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _either(sides: Mapping[str, _Side]) -> str:
    return " or ".join(sides)
