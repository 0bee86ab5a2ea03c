"""A record told again to one service alone: the original's bytes, and where they came from.

The record goes to the service's replay topic, under its own key and with its own headers, so what
the service makes of it is what it made of the original: the same event ids, told to everybody.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from contracts.topics import replay
from contracts.wire import Outgoing

REPLAY_ID: Final = "replay_id"
"""Which replay brought the record."""
_TOPIC: Final = "replay_topic"
_PARTITION: Final = "replay_partition"
_OFFSET: Final = "replay_offset"
_OURS: Final = ("replay_", "dead_")
"""How headers begin that say where a record was, and nothing of what it is."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a record was first."""

    topic: str
    partition: int
    offset: int


def again(
    *,
    service: str,
    origin: Origin,
    key: bytes | None,
    value: bytes | None,
    headers: Mapping[str, bytes],
    replay_id: str,
) -> Outgoing:
    """The record to write so that `service` works on the original once more."""
    kept = [(name, text) for name, text in headers.items() if not name.startswith(_OURS)]
    stated = {
        REPLAY_ID: replay_id,
        _TOPIC: origin.topic,
        _PARTITION: str(origin.partition),
        _OFFSET: str(origin.offset),
    }
    return Outgoing(
        topic=replay(service),
        key=key or b"",
        value=value or b"",
        headers=(*kept, *((name, text.encode()) for name, text in stated.items())),
    )


def origin(headers: Mapping[str, bytes]) -> Origin | None:
    """Where a record of a replay topic came from; None when its headers do not say."""
    return _stated(headers, "replay_")


def origin_of_dead(headers: Mapping[str, bytes]) -> Origin | None:
    """Where a dead letter came from; None when its headers do not say."""
    return _stated(headers, "dead_")


def _stated(headers: Mapping[str, bytes], prefix: str) -> Origin | None:
    try:
        return Origin(
            topic=headers[f"{prefix}topic"].decode(),
            partition=int(headers[f"{prefix}partition"]),
            offset=int(headers[f"{prefix}offset"]),
        )
    except (KeyError, ValueError):
        return None
