"""A message as bytes and headers on Kafka, and back: CloudEvents 1.0, binary mode."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from pydantic import ValidationError

from contracts.envelope import Message
from contracts.events import CapturedOrder, OrderCaptured
from contracts.topics import largest_record, messages_of


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A record to write: where, under which key, what, with which headers."""

    topic: str
    key: bytes
    value: bytes
    headers: tuple[tuple[str, bytes], ...]


class Undecodable(Exception):  # noqa: N818 - it names what the record is
    """Nobody can read this record; the text says why and holds none of its content."""


class TooLarge(Exception):  # noqa: N818 - it names what the message is
    """The topic does not take so large a record; sending it would only fail at the broker."""


def encode(message: Message, source: str, traceparent: bytes | None = None) -> Outgoing:
    """Write `message` as the service `source` says it. Raises TooLarge."""
    value = message.__pydantic_serializer__.to_json(message)
    if len(value) > largest_record(message.topic):
        raise TooLarge(f"{len(value)} bytes are too many for {message.topic}")
    headers = [
        ("ce_specversion", b"1.0"),
        ("ce_id", message.event_id.encode()),
        ("ce_type", message.type.encode()),
        ("ce_source", f"/esteira/{source}".encode()),
        ("ce_subject", message.subject.encode()),
        ("ce_time", message.occurred_at.isoformat().encode()),
        ("content-type", b"application/json"),
    ]
    if traceparent:
        headers.append(("traceparent", traceparent))
    return Outgoing(
        topic=message.topic,
        key=message.key.encode(),
        value=value,
        headers=tuple(headers),
    )


LEAN: Final[Mapping[type[Message], type[Message]]] = {OrderCaptured: CapturedOrder}
"""Large messages, and the same without the part that most readers leave alone."""


def decode(
    topic: str, headers: Mapping[str, bytes], value: bytes | None, *, lean: bool = False
) -> Message | None:
    """Read a record of `topic`, if `lean` as its `LEAN` class.

    None for a type this release does not know yet. A record without `ce_type` is read as the
    topic's only type. Raises Undecodable.
    """
    known = messages_of(topic)
    if value is None:
        raise Undecodable("the record has no value")
    if (stated := headers.get("ce_type")) is not None:
        kind = known.get(stated.decode("utf-8", "replace"))
        if kind is None:
            return None
    elif len(known) == 1:
        (kind,) = known.values()
    else:
        raise Undecodable("the record has no ce_type header")
    if lean:
        kind = LEAN.get(kind, kind)
    try:
        return kind.model_validate_json(value)
    except ValidationError as error:
        raise Undecodable(describe(error)) from None


def describe(error: ValidationError) -> str:
    """What is wrong and where, without the values."""
    found = (
        f"{'.'.join(map(str, e['loc'])) or 'body'}: {e['type']}"
        for e in error.errors(include_url=False, include_context=False, include_input=False)
    )
    return "; ".join(list(found)[:5])
