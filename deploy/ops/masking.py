"""A record as it may be shown: what identifies a person is masked unless asked for. Pure."""

import json
from typing import Any, Final

from ops.log import Logged
from ops.selection import store_of, subject_of
from panel.documents import masked

_HARMLESS_HEADERS: Final = ("ce_", "dead_", "replay_", "content-type", "traceparent", "attempt")


def shown(logged: Logged, *, reveal: bool = False) -> dict[str, Any]:
    """A record as `topics tail` prints it."""
    record = logged.record
    headers = record.headers.items()
    return {
        "topic": record.topic,
        "partition": record.partition,
        "offset": record.offset,
        "at": logged.at.isoformat(),
        "store": store_of(record),
        "about": subject_of(record),
        "type": record.headers.get("ce_type", b"").decode("utf-8", "replace") or None,
        "headers": {
            name: text.decode("utf-8", "replace")
            for name, text in headers
            if reveal or name.startswith(_HARMLESS_HEADERS)
        },
        "body": body(record.value, reveal=reveal),
        "bytes": len(record.value or b""),
    }


def body(value: bytes | None, *, reveal: bool = False) -> Any:
    """The body as JSON, masked; None where it is none."""
    try:
        found = json.loads(value or b"")
    except ValueError:
        return None
    return found if reveal else masked(found)
