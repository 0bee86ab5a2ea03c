"""Inbox records read: what each says, what its channel adds, and which messages that makes.

This is the reader of capture's flow. Whatever may wait for a channel is done by `prepare`, which
each store's records go through by themselves (`lanes.py`) before the flow reads them. The orders of
a batch are asked about side by side, all records of one order together.
"""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, TypeVar

import structlog

from capture import inbox
from capture.asking import Asking, Later, Refused
from capture.channels.channel import (
    Disconnected,
    Findings,
    Lead,
    ListingHint,
    NotUsed,
    OrderDeleted,
    OrderHint,
    PrivacyRequest,
    Unreadable,
)
from capture.cut_off import Publications
from capture.dated import dated
from capture.deferrals import (
    Deferrals,
    Deferred,
    put_aside,
    until_readable,
    until_token,
    until_token_as_it_is,
)
from capture.heard import Heard, asked, seen, too_early
from capture.listing_hints import ListingHints
from capture.messages import Deleted, Erase, Left, Seen
from capture.privacy import PrivacyDuties
from capture.shops import Shops
from capture.tally import Tally
from chassis.clock import Clock
from chassis.flow import Failed, Read, Record
from chassis.logs import raised_at
from chassis.patience import patiently
from contracts.order import Gap

STRANGER_TRIES: Final = 4
"""A store this process has not heard of may be on its way: its records are tried this often."""
BREATH: Final = 20
"""Records read in a row; then the webhooks of this process get their turn."""

T = TypeVar("T")
Answers = Mapping[tuple[str, str] | None, Findings | Later | Failed]
log = structlog.get_logger()


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
    hints: ListingHints
    _prepared: dict[str, Heard | Read] = field(default_factory=dict, init=False)
    """What records say, by their `copy_id`, until the flow reads them; of an erasure only that."""

    async def prepare(self, records: Sequence[Record]) -> None:
        """Find out what records say, and put aside those whose channel does not answer in time."""
        heard: list[Heard | Read] = []
        aside: list[Deferred] = []
        for i, record in enumerate(records, start=1):
            heard.append(_tried(lambda each: self._hear(each, aside), record))
            if i % BREATH == 0:
                await asyncio.sleep(0)
        deadline = self.asking.deadline()
        heard = await self._follow(heard, deadline, aside)
        answers = await self._ask([h for h in heard if isinstance(h, Heard)], deadline)
        for i, each in enumerate(heard, start=1):
            if isinstance(each, Heard):
                heard[i - 1] = _tried(lambda one: self._told(one, answers, aside), each)
            if i % BREATH == 0:
                await asyncio.sleep(0)
        if aside:
            await self._put_aside(aside)
        for record, each in zip(records, heard, strict=True):
            self._prepared[inbox.copy_id(record)] = each

    async def read(self, records: Sequence[Record]) -> Sequence[Read]:
        """What every record says, or why it cannot be used."""
        ids = [inbox.copy_id(record) for record in records]
        unprepared = [r for r, id_ in zip(records, ids, strict=True) if id_ not in self._prepared]
        if unprepared:
            await self.prepare(unprepared)
        reads: list[Read] = []
        for id_ in ids:
            each = self._prepared[id_]
            if isinstance(each, Heard):
                each = await _guarded(self._erased(each, reads))
            reads.append(each)
        reads = list(await dated(reads, self.publications))
        for id_ in ids:
            self._prepared.pop(id_, None)
        return reads

    def _hear(self, record: Record, aside: list[Deferred]) -> Heard | Read:
        """Read one record by itself."""
        delivery = inbox.delivery(record)
        store = self.shops.store(delivery.store_id)
        if store is None:
            if inbox.attempt(record) >= STRANGER_TRIES:
                return Failed("nobody knows the record's store")
            aside.append(put_aside(record, delivery.store_id, self.clock()))
            return ()
        channel = self.shops.channel(store, delivery.channel)
        if channel is None:
            raise Unreadable("the record is not of the store's channel")
        shop = self.shops.shop(store)
        wanted = record.headers.get(inbox.REFRESH)
        if wanted is None:
            return Heard(record, delivery, channel, shop, channel.read(delivery, shop))
        hint = asked(channel, wanted.decode(), delivery.body)
        return Heard(record, delivery, channel, shop, hint)

    async def _follow(
        self, heard: Sequence[Heard | Read], deadline: float, aside: list[Deferred]
    ) -> list[Heard | Read]:
        """Put the order that it is of in the place of every lead, each followed once."""
        leads = {
            (each.shop.store_id, each.said): each
            for each in heard
            if isinstance(each, Heard) and isinstance(each.said, Lead)
        }
        if not leads:
            return list(heard)
        questions = (
            self.asking.follow(each.channel, each.shop, lead, deadline)
            for (_, lead), each in leads.items()
        )
        found = await asyncio.gather(*(_guarded(question) for question in questions))
        answers = dict(zip(leads, found, strict=True))
        return [
            self._led(each, answers[each.shop.store_id, each.said], aside)
            if isinstance(each, Heard) and isinstance(each.said, Lead)
            else each
            for each in heard
        ]

    def _led(
        self,
        heard: Heard,
        answer: OrderHint | Later | Refused | Failed | None,
        aside: list[Deferred],
    ) -> Heard | Read:
        """What a record says once its lead was followed."""
        store_id = heard.shop.store_id
        match answer:
            case OrderHint():
                return replace(heard, said=answer)
            case Failed():
                return answer
            case Later():
                aside.append(put_aside(heard.record, store_id, self.clock()))
            case Refused():
                self.tally.ignored("channel_token_refused", store_id)
                aside.append(until_token_as_it_is(heard.record, store_id, self.clock()))
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

    def _told(self, heard: Heard, answers: Answers, aside: list[Deferred]) -> Heard | Read:
        """The messages of one record; what an erasure concerns is looked up when it is read."""
        shop, at = heard.shop, heard.delivery.received_at
        of = {"store_id": shop.store_id, "account_id": shop.account_id}
        match heard.said:
            case OrderHint() as hint:
                return self._of_order(heard, hint, answers[heard.order], aside)
            case OrderDeleted(order_id):
                return (Deleted(**of, occurred_at=at, order_id=f"{shop.store_id}:{order_id}"),)
            case Disconnected(left_at, cause):
                return (Left(**of, occurred_at=left_at, cause=cause),)
            case PrivacyRequest():
                return heard
            case ListingHint(listing_id):
                self.hints.add(shop.store_id, listing_id)
                return ()
            case NotUsed(reason):
                self.tally.ignored(reason, shop.store_id)
                return ()
            case Lead():
                raise AssertionError("every lead was followed")

    def _of_order(
        self,
        heard: Heard,
        hint: OrderHint,
        answer: Findings | Later | Failed,
        aside: list[Deferred],
    ) -> Read:
        if isinstance(answer, Failed):
            return answer
        record, store_id = heard.record, heard.shop.store_id
        if isinstance(answer, Later) or too_early(record, hint, answer):
            aside.append(put_aside(record, store_id, self.clock()))
            return ()
        refused = Gap.CHANNEL_TOKEN_REFUSED in answer.gaps
        if refused:
            aside.append(until_token(record, store_id, hint.order_id, self.clock()))
        elif answer.unreadable:
            order_id = f"{store_id}:{hint.order_id}"
            log.error("details_unreadable", order_id=order_id, cause=answer.unreadable)
            aside += until_readable(record, store_id, hint.order_id, self.clock())
        copy = heard.channel.normalise(heard.shop, hint, answer)
        if copy is None:
            reason = "channel_token_refused" if refused else "order_not_found"
            self.tally.ignored(reason, store_id, f"{store_id}:{hint.order_id}")
            return ()
        return (seen(heard, hint, answer, copy),)

    async def _erased(self, heard: Heard, before: Sequence[Read]) -> Read:
        """Whose buyers a privacy request concerns; the reads `before` it are not stored yet."""
        if not isinstance(heard.said, PrivacyRequest):
            raise TypeError("only an erasure is left to the reader")
        store_id, at = heard.shop.store_id, heard.delivery.received_at
        unstored = [
            message.subject
            for read in before
            if not isinstance(read, Failed)
            for message in read
            if isinstance(message, Seen) and message.store_id == store_id
        ]
        order_ids = await self.privacy.to_erase(store_id, heard.said, heard.record, at, unstored)
        of = {"store_id": store_id, "account_id": heard.shop.account_id}
        return [Erase(**of, occurred_at=at, order_id=order_id) for order_id in order_ids]

    async def _put_aside(self, aside: Sequence[Deferred]) -> None:
        await patiently(lambda: self.deferrals.put(*aside), "deferring records")
        for store_id, records in Counter(each.store_id for each in aside).items():
            until = min(each.due_at for each in aside if each.store_id == store_id)
            log.info(
                "records_deferred", store_id=store_id, records=records, until=until.isoformat()
            )


def _tried(work: Callable[[T], Heard | Read], each: T) -> Heard | Read:
    """One record that cannot be read must not stop the others."""
    try:
        return work(each)
    except Exception as error:  # noqa: BLE001 - a bug on one record must not stop all
        return _failed(error)


async def _guarded(work: Awaitable[T]) -> T | Failed:
    """The same of what is waited for."""
    try:
        return await work
    except Exception as error:  # noqa: BLE001 - a bug on one record must not stop all
        return _failed(error)


def _failed(error: Exception) -> Failed:
    if isinstance(error, Unreadable):
        return Failed(str(error))
    return Failed(f"{type(error).__name__} at {raised_at(error)}")
