"""Where each message travels: the one declaration that creates, checks and documents topics.

Run `make contracts` after a change: the cards in `contracts/README.md` are written from here.
"""

from dataclasses import dataclass, field
from functools import cache
from typing import Final

from contracts.accounts import AccountCondition
from contracts.cancellations import OrderCancelled, OrderRefunded
from contracts.commands import KeepErpOrder, ReprocessOrder, ResolveCancellation
from contracts.connections import StoreChecked
from contracts.envelope import Message
from contracts.events import (
    OrderCaptured,
    OrderErased,
    OrderPending,
    OrderPosted,
    OrderValidated,
    StoreDisconnected,
)
from contracts.fetches import DirectFetch, FetchOrders, FetchProgress, OrderFetched
from contracts.listings import (
    ListingLinked,
    ListingSeen,
    ListingsWanted,
    PublicationDateSet,
)
from contracts.stores import StoreConfigured
from contracts.sweeps import StoreSwept

DAY_MS: Final = 24 * 60 * 60 * 1000
MIB: Final = 1024 * 1024
PARTITIONS: Final = 12
"""Divides by 1, 2, 3, 4 and 6 processes. Fixed for ever: growing it would break key order."""

SERVICES: Final = ("capture", "validation", "erp-writer", "cancellation", "panel")
OPS: Final = "ops"
"""Who writes replays: a person with the `esteira` command."""


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic's card.

    `retention_ms` None keeps records for ever (compacted topics); `max_message_bytes` None leaves
    the broker's default, 1 MiB.
    """

    name: str
    key: str
    writers: tuple[str, ...]
    readers: tuple[str, ...]
    messages: tuple[type[Message], ...] = ()
    partitions: int = PARTITIONS
    retention_ms: int | None = 30 * DAY_MS
    compacted: bool = False
    max_message_bytes: int | None = None
    purpose: str = field(default="", compare=False)

    @property
    def largest_record(self) -> int:
        """How many bytes a record's value may have, with room left for key and headers."""
        return (self.max_message_bytes or MIB) - 16 * 1024


def dead(service: str) -> str:
    """The topic of the records that `service` could not decode."""
    return f"{service}.dead.v1"


def replay(service: str) -> str:
    """The topic of the records that `service` alone is to work on again."""
    return f"{service}.replay.v1"


INBOX: Final = "inbox.v1"

_BELT = (
    Topic(
        INBOX, key="store id", writers=("capture",), readers=("capture",),
        max_message_bytes=4 * MIB,
        purpose="Every accepted webhook, byte for byte, before anyone reads it.",
    ),
    Topic(
        OrderCaptured.topic, key="ERP account id", writers=("capture",),
        readers=("validation", "cancellation", "panel"), messages=(OrderCaptured,),
        max_message_bytes=4 * MIB,
        purpose="Paid orders, and their later versions, in the canonical form.",
    ),
    Topic(
        OrderValidated.topic, key="ERP account id", writers=("validation",),
        readers=("erp-writer", "panel"), messages=(OrderValidated,),
        purpose="Orders that may go to the ERP, with every choice made.",
    ),
    Topic(
        OrderPending.topic, key="ERP account id", writers=("validation", "erp-writer"),
        readers=("panel",), messages=(OrderPending,),
        purpose="Orders that wait for a person. The one topic with two writers: any step may park.",
    ),
    Topic(
        OrderPosted.topic, key="ERP account id", writers=("erp-writer",),
        readers=("cancellation", "panel"), messages=(OrderPosted,),
        purpose="Where each sales order stands in the ERP.",
    ),
    Topic(
        OrderCancelled.topic, key="ERP account id", writers=("cancellation",),
        readers=("erp-writer", "panel"), messages=(OrderCancelled,),
        purpose="Cancelled at the channel, and what that undoes in the ERP.",
    ),
    Topic(
        OrderRefunded.topic, key="ERP account id", writers=("cancellation",),
        readers=("panel",), messages=(OrderRefunded,),
        purpose="Money given back to buyers, each refund as a fact of its own.",
    ),
    Topic(
        OrderErased.topic, key="ERP account id", writers=("capture",),
        readers=("validation", "erp-writer", "panel"), messages=(OrderErased,),
        purpose="Whose personal data must be forgotten.",
    ),
    Topic(
        ReprocessOrder.topic, key="ERP account id", writers=("panel",),
        readers=("validation", "erp-writer", "cancellation", "panel"),
        messages=(ReprocessOrder, ResolveCancellation, KeepErpOrder),
        purpose="What operators ask for.",
    ),
    Topic(
        StoreConfigured.topic, key="store id", writers=("panel",),
        readers=("capture", "validation", "erp-writer", "panel"), messages=(StoreConfigured,),
        partitions=1, retention_ms=None, compacted=True,
        purpose="Every store as it is now; credentials are sealed.",
    ),
    Topic(
        StoreDisconnected.topic, key="store id", writers=("capture",),
        readers=("panel",), partitions=1,
        messages=(StoreDisconnected, StoreChecked, FetchProgress, OrderFetched, StoreSwept),
        purpose="What capture has to say about stores rather than orders.",
    ),
    Topic(
        FetchOrders.topic, key="store id", writers=("panel",), readers=("capture",),
        messages=(FetchOrders, DirectFetch), partitions=1,
        purpose="What people ask of capture: orders to look for, and when to fetch them.",
    ),
    Topic(
        ListingSeen.topic, key="listing", writers=("capture",), readers=("panel",),
        messages=(ListingSeen,), partitions=1, retention_ms=None, compacted=True,
        purpose="What every store offers at its channel, as it is now.",
    ),
    Topic(
        ListingLinked.topic, key="what is decided", writers=("panel",),
        readers=("capture", "validation", "panel"),
        messages=(ListingLinked, PublicationDateSet, ListingsWanted),
        partitions=1, retention_ms=None, compacted=True,
        purpose="What people decide about listings: their ERP products, their publication dates.",
    ),
    Topic(
        AccountCondition.topic, key="ERP account id", writers=("erp-writer",),
        readers=("erp-writer", "panel"), messages=(AccountCondition,),
        partitions=1, retention_ms=None, compacted=True,
        purpose="How every ERP account is doing: once per change, not once per order that waits.",
    ),
)  # fmt: skip

_DEAD = tuple(
    Topic(
        dead(service), key="the record's own", writers=(service,), readers=(),
        partitions=1, max_message_bytes=5 * MIB,
        purpose=f"Records that {service} could not decode, with their origin.",
    )
    for service in SERVICES
)  # fmt: skip

_REPLAY = tuple(
    Topic(
        replay(service), key="the record's own", writers=(OPS,), readers=(service,),
        retention_ms=3 * DAY_MS, max_message_bytes=4 * MIB + 64 * 1024,
        purpose=f"Records that {service} works on again, with their origin: a copy, kept briefly.",
    )
    for service in SERVICES
)  # fmt: skip

TOPICS: Final[tuple[Topic, ...]] = _BELT + _DEAD + _REPLAY


def replayable(service: str) -> tuple[str, ...]:
    """The topics whose records `service` can work on again: what it reads, save tables."""
    return tuple(t.name for t in _BELT if service in t.readers and not t.compacted)


@cache
def messages_of(topic: str) -> dict[str, type[Message]]:
    """The message classes of a topic by their `type`; empty for topics of raw bytes."""
    return {m.type: m for t in TOPICS if t.name == topic for m in t.messages}


@cache
def largest_record(topic: str) -> int:
    """How many bytes the value of a record of this topic may have."""
    return next((t.largest_record for t in TOPICS if t.name == topic), MIB)
