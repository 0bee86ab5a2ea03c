"""Which records a replay takes: decided of one record at a time. Pure."""

import re
from collections.abc import Sequence
from typing import Final

from chassis.flow import Record
from contracts.topics import INBOX, SERVICES, replayable
from contracts.value import Instant, Value
from ops.exits import usage
from ops.log import Logged

_SUBJECT: Final = "ce_subject"
_STORE: Final = "store_id"


class Selection(Value):
    """The records of `topics` for `service`: of these stores, of these orders, in this window.

    Empty `stores` or `orders` take all. The window is by when a record was written; its end is
    not part of it.
    """

    service: str
    topics: tuple[str, ...]
    stores: tuple[str, ...] = ()
    orders: tuple[str, ...] = ()
    since: Instant | None = None
    until: Instant | None = None

    @property
    def is_of_all_stores(self) -> bool:
        """Whether nothing narrows it to some merchants."""
        return not self.stores and not self.orders

    def takes(self, logged: Logged) -> bool:
        """Whether this record is among them."""
        record = logged.record
        if self.since and logged.at < self.since:
            return False
        if self.until and logged.at >= self.until:
            return False
        if self.stores and store_of(record) not in self.stores:
            return False
        return not self.orders or any(speaks_of(record, order_id) for order_id in self.orders)


def topics_of(service: str, asked: Sequence[str]) -> tuple[str, ...]:
    """The topics to replay, in the order they are declared. Raises Stop."""
    if service not in SERVICES:
        raise usage(f"there is no service {service!r}: {', '.join(SERVICES)}")
    readable = replayable(service)
    if foreign := [topic for topic in asked if topic not in readable]:
        raise usage(f"{service} does not replay {foreign[0]}; it replays {', '.join(readable)}")
    return tuple(topic for topic in readable if not asked or topic in asked)


def store_of(record: Record) -> str:
    """The store a record is about; empty where it does not say."""
    stated = record.headers.get(_STORE)
    if stated is None:
        stated = record.headers.get(_SUBJECT, b"").partition(b":")[0]
    return stated.decode("utf-8", "replace")


def subject_of(record: Record) -> str:
    """The order a record is about, or its store; empty where it does not say."""
    subject = record.headers.get(_SUBJECT) or record.headers.get(_STORE, b"")
    return subject.decode("utf-8", "replace")


def speaks_of(record: Record, order_id: str) -> bool:
    """Whether a record is about this order.

    A webhook says so in its channel's own way: it is taken if the order's number stands anywhere
    in it. One too many does no harm.
    """
    if record.topic != INBOX:
        return subject_of(record) == order_id
    store, _, number = order_id.partition(":")
    if store_of(record) != store:
        return False
    said = b" ".join((record.value or b"", record.headers.get("refresh", b"")))
    return (
        re.search(rb"(?<![0-9A-Za-z])%b(?![0-9A-Za-z])" % re.escape(number.encode()), said)
        is not None
    )
