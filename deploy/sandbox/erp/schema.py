"""The complex types of the ERP's services, and the reading of what a caller sent against them.

A file under `types/` declares those of one service, a line each: the name, then its tags, a tag
being text unless it says `:int`, `:dec`, `:bool`, `:other_type` or `:other_type[]`. A number, as in
`:60`, is the size of a text.
"""

from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from functools import cache
from pathlib import Path
from typing import Any

from sandbox.erp import faults
from sandbox.erp.store import Doc

HERE = Path(__file__).parent / "types"
INTEGER_EXPONENT = 17
"""What 64 bits hold."""
DECIMAL_EXPONENT = 11
"""More than any price, and little enough for products of two to stay exact."""


def _text(value: Any) -> str:
    if isinstance(value, bool | dict | list):
        raise TypeError
    text = str(value)
    if not text.isascii():
        text.encode()  # half a surrogate pair is no text
    return text


def _decimal(value: Any, largest: int = DECIMAL_EXPONENT) -> Decimal:
    if isinstance(value, bool | dict | list):
        raise TypeError
    number = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
    if not number.is_finite() or not -largest <= number.adjusted() <= largest:
        raise ValueError
    return number


def _integer(value: Any) -> int:
    """Whether Omie takes integers written as strings is unconfirmed; the sandbox does."""
    number = _decimal(value, INTEGER_EXPONENT)
    if number != number.to_integral_value():
        raise ValueError
    return int(number)


def _boolean(value: Any) -> bool:
    if not isinstance(value, bool):
        raise TypeError
    return value


SCALARS: Mapping[str, Callable[[Any], Any]] = {
    "str": _text, "int": _integer, "dec": _decimal, "bool": _boolean,
}  # fmt: skip
EMPTY: Mapping[str, Any] = {"str": "", "int": 0, "dec": 0, "bool": False}


class ComplexType:
    """A named set of tags; nested ones are looked up among the types of the same service."""

    def __init__(
        self, name: str, tags: Mapping[str, str], family: Mapping[str, "ComplexType"]
    ) -> None:
        self.name = name
        self.tags = {tag: "str" if kind.isdecimal() else kind for tag, kind in tags.items()}
        self.sizes = {tag: int(kind) for tag, kind in tags.items() if kind.isdecimal()}
        self._family = family

    def read(self, record: Doc) -> Doc:
        """What was sent, typed; tags left empty are left out.

        Raises a fault for the first tag that is not declared or cannot hold its value.
        """
        known: Doc = {}
        for tag, value in record.items():
            kind = self.tags.get(tag)
            if kind is None:
                raise faults.unknown_tag(tag, self.name)
            if value is None or value == "":
                continue
            known[tag] = self._read_tag(tag, kind, value)
        return known

    def _read_tag(self, tag: str, kind: str, value: Any) -> Any:
        scalar = SCALARS.get(kind)
        if scalar is not None:
            try:
                held = scalar(value)
            except (TypeError, ValueError, InvalidOperation):
                raise faults.wrong_type(tag) from None
            if tag in self.sizes and len(held) > self.sizes[tag]:
                raise faults.too_long(tag, self.sizes[tag])
            return held
        if kind.endswith("[]"):
            inner = self._family[kind.removesuffix("[]")]
            if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
                raise faults.wrong_type(tag)
            return [inner.read(one) for one in value]
        if not isinstance(value, dict):
            raise faults.wrong_type(tag)
        return self._family[kind].read(value)

    def filled(self, record: Doc) -> Doc:
        """The record with every declared scalar there, empty where the record lacks it."""
        whole: Doc = {}
        for tag, kind in self.tags.items():
            if kind in EMPTY:
                whole[tag] = record.get(tag, EMPTY[kind])
            elif kind.endswith("[]"):
                inner = self._family[kind.removesuffix("[]")]
                whole[tag] = [inner.filled(one) for one in record.get(tag, ())]
            else:
                whole[tag] = self._family[kind].filled(record.get(tag, {}))
        return whole


@cache
def types_of(service: str) -> Mapping[str, ComplexType]:
    """The complex types of a service such as `geral/clientes`."""
    family: dict[str, ComplexType] = {}
    declared = (HERE / f"{service.replace('/', '_')}.types").read_text(encoding="utf-8")
    for line in declared.replace("\n    ", " ").splitlines():
        name, _, tags = line.partition(" = ")
        kinds = {tag.partition(":")[0]: tag.partition(":")[2] or "str" for tag in tags.split()}
        family[name] = ComplexType(name, kinds, family)
    return family
