"""Any message at all, for properties: built from the contracts' own declarations."""

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from enum import Enum
from types import NoneType
from typing import Annotated, Any, Literal, TypeVar, get_args, get_origin

from annotated_types import MinLen
from hypothesis import strategies as st
from pydantic import AwareDatetime, BaseModel
from pydantic.fields import FieldInfo

from contracts.envelope import Message
from contracts.topics import TOPICS

M = TypeVar("M", bound=BaseModel)

MESSAGES = sorted({m for topic in TOPICS for m in topic.messages}, key=lambda m: m.type)

amounts = st.decimals(-(10**9), 10**9, places=2)
instants = st.datetimes(
    datetime(2000, 1, 1),  # noqa: DTZ001 - hypothesis adds the zone
    datetime(2100, 1, 1),  # noqa: DTZ001
    timezones=st.sampled_from([UTC, timezone(timedelta(hours=-3))]),
)
_PLAIN: dict[Any, st.SearchStrategy[Any]] = {
    str: st.text(max_size=12),
    int: st.integers(0, 10**12),
    bool: st.booleans(),
    Decimal: amounts,
    AwareDatetime: instants,
    NoneType: st.none(),
}


def messages() -> st.SearchStrategy[Message]:
    """A message of any type."""
    return st.sampled_from(MESSAGES).flatmap(instances)


def instances(kind: type[M]) -> st.SearchStrategy[M]:
    """Any instance of this contract."""
    return st.builds(kind, **{name: _field(f) for name, f in kind.model_fields.items()})


def _field(field: FieldInfo) -> st.SearchStrategy[Any]:
    least = next((m.min_length for m in field.metadata if isinstance(m, MinLen)), 0)
    return _of(field.annotation, least)


def _of(annotation: Any, least: int = 0) -> st.SearchStrategy[Any]:
    if annotation in _PLAIN:
        return _PLAIN[annotation]
    if arguments := get_args(annotation):
        return _of_many(get_origin(annotation), arguments, least)
    return st.sampled_from(annotation) if issubclass(annotation, Enum) else instances(annotation)


def _of_many(origin: Any, arguments: tuple[Any, ...], least: int) -> st.SearchStrategy[Any]:
    if origin is Literal:
        return st.sampled_from(arguments)
    if origin is Annotated:
        return _of(arguments[0], least)
    inner = [_of(each) for each in arguments if each is not Ellipsis]
    if origin is tuple:
        return st.lists(inner[0], min_size=least, max_size=2).map(tuple)
    if origin is dict:
        return st.dictionaries(*inner, max_size=2)
    return st.one_of(inner)
