"""A record of the inbox that was read, and the copy of an order that it led to. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from capture import inbox
from capture.channels.channel import Channel, Copy, Delivery, Findings, OrderHint, Said, Shop
from capture.cut_off import before_start
from capture.exclusion import has_excluded_source, has_excluded_tag
from capture.messages import Seen
from chassis.flow import Record
from contracts.events import RawDocument

MOST_RAW_CHARACTERS: Final = 1_500_000
"""An event may hold 4 MiB; escaped and beside the order, this is what surely fits."""
LATE_TRIES: Final = 2
"""What a channel adds later than the order is waited for this often: for 15 s, then 30 s."""
UNREADABLE_TRIES: Final = 4
"""An answer that nobody can read is asked for this often within minutes; then people are told."""


@dataclass(frozen=True, slots=True)
class Heard:
    """A record that was read, and what it says."""

    record: Record
    delivery: Delivery
    channel: Channel
    shop: Shop
    said: Said

    @property
    def order(self) -> tuple[str, str] | None:
        """The store and order to ask about, if the record leads to a question."""
        if not isinstance(self.said, OrderHint):
            return None
        return self.shop.store_id, self.said.order_id


def asked(channel: Channel, order_id: str, document: bytes) -> OrderHint:
    """The order that we ask for ourselves, as a list had it if one did. Raises Unreadable."""
    if document == inbox.NOTHING:
        return OrderHint(order_id)
    return channel.listed(order_id, document)


def too_early(record: Record, hint: OrderHint, found: Findings) -> bool:
    """Whether what the channel did not say is worth waiting for; a cancellation waits for none."""
    if found.unreadable and not hint.urgent and not inbox.long_asked(record):
        return inbox.attempt(record) < UNREADABLE_TRIES
    return bool(found.awaited) and inbox.attempt(record) < LATE_TRIES


def seen(heard: Heard, hint: OrderHint, found: Findings, copy: Copy) -> Seen:
    """The copy of an order as the step of capture hears of it."""
    shop = heard.shop
    return Seen(
        store_id=shop.store_id,
        account_id=shop.account_id,
        occurred_at=copy.order.updated_at,
        copy_id=inbox.copy_id(heard.record),
        order=copy.order,
        money=copy.money,
        test=copy.test,
        sold_elsewhere=copy.sold_elsewhere,
        asked_by=heard.record.headers.get(inbox.ASKED_BY, b"").decode(),
        before_store_start=before_start(copy.order.placed_at, shop.settings.orders_from),
        excluded_tag=has_excluded_tag(copy.marks, shop.settings),
        excluded_source=has_excluded_source(copy.marks, shop.settings),
        raw=_carried((*hint.raw, *found.raw)),
    )


def _carried(raw: Sequence[RawDocument]) -> tuple[RawDocument, ...]:
    """The documents that fit into an event; of any other only its source travels."""
    room, carried = MOST_RAW_CHARACTERS, []
    for document in raw:
        fits = len(document.body) <= room
        room -= len(document.body) if fits else 0
        carried.append(document if fits else document.model_copy(update={"body": ""}))
    return tuple(carried)
