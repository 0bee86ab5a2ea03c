"""What a record of the inbox looks like: the webhook's body untouched, the rest in headers.

A record may also be ours: `refresh` names an order to ask the channel about, `asked_by` says on
whose behalf; its body is the order as a list had it, or empty. `attempt` counts how
often a record was put back because its channel could not be reached, `long_asked` how often an
order was asked about again whose details nobody could read, `after` is the last order that a long
erasure has reached.
"""

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final

from capture.channels.channel import Delivery, Headers, Unreadable
from chassis.flow import Record
from contracts.topics import INBOX
from contracts.wire import Outgoing

REQUEST_HEADER: Final = "http_"
REFRESH: Final = "refresh"
ASKED_BY: Final = "asked_by"
NOTHING: Final = b"{}"
ATTEMPT: Final = "attempt"
LONG_ASKED: Final = "long_asked"
AFTER: Final = "after"

_PRINTABLE: Final = bytes(c if 32 <= c < 127 else ord("?") for c in range(256))  # noqa: PLR2004
_LONGEST_VALUE: Final = 256
_TRACEPARENT: Final = re.compile(rb"00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")

RandomBytes = Callable[[int], bytes]


def outgoing(
    *,
    store_id: str,
    channel: str,
    received_at: datetime,
    traceparent: bytes,
    headers: Headers,
    kept: Mapping[bytes, str],
    body: bytes,
) -> Outgoing:
    """An accepted webhook as the record to write, with those of its `headers` that are `kept`."""
    return Outgoing(
        topic=INBOX,
        key=store_id.encode(),
        value=body,
        headers=(
            ("channel", channel.encode()),
            ("store_id", store_id.encode()),
            ("received_at", received_at.isoformat().encode()),
            ("traceparent", traceparent),
            *[(REQUEST_HEADER + n, safe(headers[h])) for h, n in kept.items() if h in headers],
        ),
    )


def safe(value: bytes) -> bytes:
    """A request's header as bytes that any reader of the topic can print."""
    return value[:_LONGEST_VALUE].translate(_PRINTABLE)


def trace(given: bytes | None, random_bytes: RandomBytes) -> bytes:
    """The W3C traceparent that the request brought, or a new one."""
    if given is not None and _TRACEPARENT.fullmatch(given):
        return given
    fresh = random_bytes(24).hex().encode()
    return b"00-%b-%b-01" % (fresh[:32], fresh[32:])


def delivery(record: Record) -> Delivery:
    """The webhook in a record. Raises Unreadable."""
    if record.value is None:
        raise Unreadable("the record has no value")
    if record.key is not None and record.key != record.headers.get("store_id", record.key):
        raise Unreadable("the record's key is another store's")
    try:
        return Delivery(
            store_id=record.headers["store_id"].decode(),
            channel=record.headers["channel"].decode(),
            received_at=datetime.fromisoformat(record.headers["received_at"].decode()),
            headers={
                name.removeprefix(REQUEST_HEADER): value.decode()
                for name, value in record.headers.items()
                if name.startswith(REQUEST_HEADER)
            },
            body=record.value,
        )
    except KeyError as missing:
        raise Unreadable(f"the record has no header {missing}") from None
    except ValueError:
        raise Unreadable("a header of the record is unreadable") from None


def copy_id(record: Record) -> str:
    """The same for every reading of a record, another for every record."""
    return f"{record.topic}:{record.partition}:{record.offset}"


def attempt(record: Record) -> int:
    """How often this record was put back."""
    return _number(record, ATTEMPT)


def long_asked(record: Record) -> int:
    """How often the order of this record was asked about again because of unreadable details."""
    return _number(record, LONG_ASKED)


def _number(record: Record, name: str) -> int:
    stated = record.headers.get(name, b"0")
    return int(stated) if stated.isdigit() else 0


def again(record: Record, **changed: str) -> Outgoing:
    """The same record once more, with some of our own headers changed."""
    headers = dict(record.headers) | {name: text.encode() for name, text in changed.items()}
    return Outgoing(INBOX, record.key or b"", record.value or b"", tuple(headers.items()))


def refresh(record: Record, order_id: str, long_asked: int = 0) -> Outgoing:
    """A record that asks for an order anew; it holds nothing of the webhook that led to it."""
    kept = ("channel", "store_id", "received_at", "traceparent", ASKED_BY)
    headers = {name: record.headers[name] for name in kept if name in record.headers}
    headers[REFRESH] = order_id.encode()
    if long_asked:
        headers[LONG_ASKED] = str(long_asked).encode()
    return Outgoing(INBOX, record.key or b"", NOTHING, tuple(headers.items()))


def question(
    *,
    store_id: str,
    channel: str,
    at: datetime,
    traceparent: bytes,
    order_id: str,
    document: bytes,
    asked_by: str,
) -> Outgoing:
    """A record that asks for an order that a list has, on behalf of a sweep or a run."""
    headers = {
        "channel": channel.encode(),
        "store_id": store_id.encode(),
        "received_at": at.isoformat().encode(),
        "traceparent": traceparent,
        REFRESH: order_id.encode(),
        ASKED_BY: asked_by.encode(),
    }
    return Outgoing(INBOX, store_id.encode(), document or NOTHING, tuple(headers.items()))
