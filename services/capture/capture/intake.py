"""Inbox records read: what each says, what its channel adds, and which messages that makes.

This is the reader of capture's flow. The orders of a batch are asked about side by side, all
records of one order together; the messages come out in the records' order.
"""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, TypeVar

import structlog

from capture import inbox
from capture.asking import Asking, Later, Refused
from capture.channels.channel import (
    Channel,
    Delivery,
    Disconnected,
    Findings,
    Lead,
    NotUsed,
    OrderDeleted,
    OrderHint,
    PrivacyRequest,
    Said,
    Shop,
    Unreadable,
)
from capture.cut_off import Publications, before_start
from capture.dated import dated
from capture.deferrals import Deferrals, Deferred, put_aside, until_token, until_token_as_it_is
from capture.exclusion import has_excluded_source, has_excluded_tag
from capture.messages import Deleted, Erase, Left, Seen
from capture.privacy import PrivacyDuties
from capture.shops import Shops
from capture.tally import Tally
from chassis.clock import Clock
from chassis.flow import Failed, Read, Record
from chassis.logs import raised_at
from chassis.patience import patiently
from contracts.events import RawDocument
from contracts.order import Gap

MOST_RAW_CHARACTERS: Final = 1_500_000
"""An event may hold 4 MiB; escaped and beside the order, this is what surely fits."""
LATE_TRIES: Final = 2
"""What a channel adds later than the order is waited for this often: for 15 s, then 30 s."""
STRANGER_TRIES: Final = 4
"""A store this process has not heard of may be on its way: its records are tried this often."""
BREATH: Final = 20
"""Records read in a row; then the webhooks of this process get their turn."""

T = TypeVar("T")
log = structlog.get_logger()


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


Answers = Mapping[tuple[str, str] | None, Findings | Later | Failed]


@dataclass(frozen=True, slots=True)
class Intake:
    """Reads batches of the inbox."""

    shops: Shops
    asking: Asking
    deferrals: Deferrals
    privacy: PrivacyDuties
    tally: Tally
    clock: Clock
    publications: Publications

    async def read(self, records: Sequence[Record]) -> Sequence[Read]:
        """What every record says, or why it cannot be used."""
        heard: list[Heard | Read] = []
        for i, record in enumerate(records):
            heard.append(await _guarded(self._hear(record)))
            if i % BREATH == 0:
                await asyncio.sleep(0)
        deadline = self.asking.deadline()
        heard = await self._follow(heard, deadline)
        answers = await self._ask([h for h in heard if isinstance(h, Heard)], deadline)
        reads: list[Read] = []
        for i, each in enumerate(heard):
            if isinstance(each, Heard):
                reads.append(await _guarded(self._messages(each, answers)))
            else:
                reads.append(each)
            if i % BREATH == 0:
                await asyncio.sleep(0)
        return await dated(reads, self.publications)

    async def _hear(self, record: Record) -> Heard | Read:
        """Read one record by itself."""
        delivery = inbox.delivery(record)
        store = self.shops.store(delivery.store_id)
        if store is None:
            return await self._put_stranger_aside(record, delivery)
        channel = self.shops.channel(store, delivery.channel)
        if channel is None:
            raise Unreadable("the record is not of the store's channel")
        shop = self.shops.shop(store)
        asked = record.headers.get(inbox.REFRESH)
        if asked is None:
            return Heard(record, delivery, channel, shop, channel.read(delivery, shop))
        hint = _asked(channel, asked.decode(), delivery.body)
        return Heard(record, delivery, channel, shop, hint)

    async def _follow(self, heard: Sequence[Heard | Read], deadline: float) -> list[Heard | Read]:
        """Put the order that it is of in the place of every lead, each followed once."""
        leads = {
            (each.shop.store_id, each.said): each
            for each in heard
            if isinstance(each, Heard) and isinstance(each.said, Lead)
        }
        questions = (
            self.asking.follow(each.channel, each.shop, lead, deadline)
            for (_, lead), each in leads.items()
        )
        found = await asyncio.gather(*(_guarded(question) for question in questions))
        answers = dict(zip(leads, found, strict=True))
        return [
            await _guarded(self._led(each, answers[each.shop.store_id, each.said]))
            if isinstance(each, Heard) and isinstance(each.said, Lead)
            else each
            for each in heard
        ]

    async def _led(
        self, heard: Heard, answer: OrderHint | Later | Refused | Failed | None
    ) -> Heard | Read:
        """What a record says once its lead was followed."""
        store_id = heard.shop.store_id
        match answer:
            case OrderHint():
                return replace(heard, said=answer)
            case Failed():
                return answer
            case Later():
                await self._put_aside(put_aside(heard.record, store_id, self.clock()))
            case Refused():
                self.tally.ignored("channel_token_refused", store_id)
                await self._put_aside(until_token_as_it_is(heard.record, store_id, self.clock()))
            case None:
                self.tally.ignored("order_not_found", store_id)
        return ()

    async def _ask(self, heard: Sequence[Heard], deadline: float) -> Answers:
        """Ask about every order of the batch, once each."""
        records = defaultdict(list)
        for each in heard:
            if each.order:
                records[each.order].append(each)
        questions = (
            self.asking.ask(
                of_order[0].channel,
                of_order[0].shop,
                [each.said for each in of_order if isinstance(each.said, OrderHint)],
                deadline,
            )
            for of_order in records.values()
        )
        answers = await asyncio.gather(*(_guarded(question) for question in questions))
        return dict(zip(records, answers, strict=True))

    async def _messages(self, heard: Heard, answers: Answers) -> Read:
        """The messages of one record."""
        shop, at = heard.shop, heard.delivery.received_at
        of = {"store_id": shop.store_id, "account_id": shop.account_id}
        match heard.said:
            case OrderHint() as hint:
                return await self._of_order(heard, hint, answers[heard.order])
            case OrderDeleted(order_id):
                return (Deleted(**of, occurred_at=at, order_id=f"{shop.store_id}:{order_id}"),)
            case Disconnected(left_at, cause):
                return (Left(**of, occurred_at=left_at, cause=cause),)
            case PrivacyRequest() as asked:
                order_ids = await self.privacy.to_erase(shop.store_id, asked, heard.record, at)
                return [Erase(**of, occurred_at=at, order_id=order_id) for order_id in order_ids]
            case NotUsed(reason):
                self.tally.ignored(reason, shop.store_id)
                return ()
            case Lead():
                raise AssertionError("every lead was followed")

    async def _of_order(
        self, heard: Heard, hint: OrderHint, answer: Findings | Later | Failed
    ) -> Read:
        shop = heard.shop
        if isinstance(answer, Failed):
            return answer
        too_early = isinstance(answer, Findings) and bool(answer.awaited)
        if isinstance(answer, Later) or (too_early and inbox.attempt(heard.record) < LATE_TRIES):
            await self._put_aside(put_aside(heard.record, shop.store_id, self.clock()))
            return ()
        refused = Gap.CHANNEL_TOKEN_REFUSED in answer.gaps
        if refused:
            at = self.clock()
            await self._put_aside(until_token(heard.record, shop.store_id, hint.order_id, at))
        copy = heard.channel.normalise(shop, hint, answer)
        if copy is None:
            reason = "channel_token_refused" if refused else "order_not_found"
            self.tally.ignored(reason, shop.store_id, f"{shop.store_id}:{hint.order_id}")
            return ()
        seen = Seen(
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
            raw=_carried((*hint.raw, *answer.raw)),
        )
        return (seen,)

    async def _put_stranger_aside(self, record: Record, delivery: Delivery) -> Read:
        if inbox.attempt(record) >= STRANGER_TRIES:
            return Failed("nobody knows the record's store")
        await self._put_aside(put_aside(record, delivery.store_id, self.clock()))
        return ()

    async def _put_aside(self, deferred: Deferred) -> None:
        await patiently(lambda: self.deferrals.put(deferred), "deferring a record")
        log.info("record_deferred", store_id=deferred.store_id, until=deferred.due_at.isoformat())


def _asked(channel: Channel, order_id: str, document: bytes) -> OrderHint:
    """The order that we ask for ourselves, as a list had it if one did."""
    if document == inbox.NOTHING:
        return OrderHint(order_id)
    return channel.listed(order_id, document)


async def _guarded(work: Awaitable[T]) -> T | Failed:
    """One record that cannot be read must not stop the others."""
    try:
        return await work
    except Unreadable as error:
        return Failed(str(error))
    except Exception as error:  # noqa: BLE001 - a bug on one record must not stop all
        return Failed(f"{type(error).__name__} at {raised_at(error)}")


def _carried(raw: Sequence[RawDocument]) -> tuple[RawDocument, ...]:
    """The documents that fit into an event; of any other only its source travels."""
    room, carried = MOST_RAW_CHARACTERS, []
    for document in raw:
        fits = len(document.body) <= room
        room -= len(document.body) if fits else 0
        carried.append(document if fits else document.model_copy(update={"body": ""}))
    return tuple(carried)
