"""What one event said, to the letter, as it may be shown. Pure."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from chassis.flow import Record
from contracts.events import OrderCaptured
from contracts.topics import TOPICS
from contracts.wire import Undecodable, decode
from panel import timeline
from panel.timeline import Entry

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
LONGEST: Final = 200_000
"""Characters of a document on a page."""
_BODY: Final = "body"


@dataclass(frozen=True, slots=True)
class Document:
    """An event's record: where it is, and its text. `size` is in bytes; `cut`: not all is shown."""

    topic: str
    partition: int
    offset: int
    event_id: str
    text: str
    size: int
    cut: bool = False


def topic_of(entry: Entry) -> str | None:
    """The topic of the event that an entry of a timeline tells of."""
    kind: str = entry["event"]
    return next((t.name for t in TOPICS for m in t.messages if m.type == kind), None)


def document(entry: Entry, order_id: str, record: Record, *, revealed: bool) -> Document | None:
    """The record as it may be shown; None where it is not the one that the entry tells of."""
    try:
        message = decode(record.topic, record.headers, record.value)
    except Undecodable:
        return None
    if message is None or message.subject != order_id:
        return None
    told = timeline.entry(message, entry["at"])
    if told is None or told["id"] != entry["id"]:
        return None
    body = json.loads(record.value or b"null")
    shown = opened(body) if revealed else masked(body)
    text = json.dumps(shown, indent=2, ensure_ascii=False)
    return Document(
        topic=record.topic,
        partition=record.partition,
        offset=record.offset,
        event_id=message.event_id,
        text=text[:LONGEST],
        size=len(record.value or b""),
        cut=len(text) > LONGEST,
    )


def captured_order(record: Record | None, order_id: str) -> Mapping[str, Any] | None:
    """The order as the channel's adapter wrote it into this record; None where it tells of none."""
    try:
        message = decode(record.topic, record.headers, record.value) if record else None
    except Undecodable:
        return None
    if not isinstance(message, OrderCaptured) or message.order_id != order_id:
        return None
    return message.order.model_dump(mode="json")


def masked(value: Any, name: str = "") -> Any:
    """The same shape; texts and numbers only under names that are known to be harmless."""
    if isinstance(value, Mapping):
        return {key: masked(each, key) for key, each in value.items()}
    if isinstance(value, list):
        return [masked(each, name) for each in value]
    if value is None or isinstance(value, bool) or name in PLAIN:
        return value
    return MASKED


def opened(value: Any, name: str = "") -> Any:
    """The same; a channel's own document inside it is read where it is JSON too."""
    if isinstance(value, Mapping):
        return {key: opened(each, key) for key, each in value.items()}
    if isinstance(value, list):
        return [opened(each, name) for each in value]
    if name == _BODY and isinstance(value, str):
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value
