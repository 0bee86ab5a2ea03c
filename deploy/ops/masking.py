"""A record as it may be shown: what identifies a person is masked unless asked for. Pure."""

import json
from collections.abc import Mapping
from typing import Any, Final

from ops.log import Logged
from ops.selection import store_of, subject_of

MASKED: Final = "•••"
PLAIN: Final = frozenset(
    {
        "account_id", "attempt", "cancelled_at", "channel", "channel_order_id", "code",
        "command_id", "currency", "decision", "erp_order_id", "erp_order_number",
        "integration_code", "item_id",
        "key", "listing_id", "occurred_at", "order_id", "parked_by", "placed_at", "posted_at",
        "revision", "sku", "stage_code", "standing", "status", "store_id", "total", "undoing",
        "updated_at", "version", "condition", "quantity", "unit_price", "shipped",
    }
)  # fmt: skip
"""Fields whose text is shown as it is: a list of what is harmless, for new fields may not be."""
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


def masked(value: Any, name: str = "") -> Any:
    """The same shape; texts and numbers only under names that are known to be harmless."""
    if isinstance(value, Mapping):
        return {key: masked(each, key) for key, each in value.items()}
    if isinstance(value, list):
        return [masked(each, name) for each in value]
    if value is None or isinstance(value, bool) or name in PLAIN:
        return value
    return MASKED
