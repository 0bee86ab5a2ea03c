"""One account's ledger drained in order: cancellations first, then look-ups, then new orders."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from functools import partial
from typing import Final

import structlog

from chassis.clock import Clock
from chassis.flow import Publishes
from chassis.kafka import Broken
from chassis.patience import patiently
from chassis.store import Kept
from contracts.envelope import Event
from contracts.wire import encode
from erp_writer import ledger
from erp_writer.accounts import Accounts
from erp_writer.conditions import SERVICE, Conditions
from erp_writer.entry import Entry, State, Undo, Work, outcome
from erp_writer.erp import Erp, Held
from erp_writer.ledger import UNDER_WAY
from erp_writer.mongo import Ledger
from erp_writer.ownership import Ownership
from erp_writer.posting import Change, Posting, Prepared
from erp_writer.undo import Undoing

BATCH: Final = 10
"""Entries read at a time: a cancellation that comes meanwhile waits for no more than these."""
AFTER_A_BUG: Final = timedelta(seconds=60)

log = structlog.get_logger()

Ahead = asyncio.Task[Prepared | Change]
Done = tuple[Kept[Entry], Change | None]
"""An entry as it was sent, and what came of it; None where there is only something to tell."""
Recording = asyncio.Task[Kept[Entry] | None]


class Worker:
    """Does an account's work, one order at a time.

    While one order is being included, the next one's customer is being resolved, and what came of
    the one before is told and written down. What `ownership` does not hold is left to others.
    """

    def __init__(
        self,
        *,
        ledger: Ledger,
        accounts: Accounts,
        conditions: Conditions,
        posting: Posting,
        undoing: Undoing,
        publisher: Publishes,
        clock: Clock,
        ownership: Ownership,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._ledger = ledger
        self._accounts = accounts
        self._conditions = conditions
        self._posting = posting
        self._undoing = undoing
        self._publisher = publisher
        self._clock = clock
        self._ownership = ownership
        self._sleep = sleep

    async def drain(self, account_id: str) -> None:
        """Work until nothing is due, or the account is held, or no longer ours."""
        while (erp := self._accounts.erp(account_id)) is not None and not erp.wait():
            if not await self._conditions.probe(account_id, erp):
                if self._accounts.erp(account_id) is erp:
                    return
                continue
            batch = await patiently(
                partial(self._ledger.due, account_id, self._clock(), BATCH),
                "reading the ledger",
                self._sleep,
            )
            moved = await self._batch(erp, batch) if batch else ()
            if not moved or (len(batch) < BATCH and not any(map(self._is_due, moved))):
                return

    def _is_due(self, entry: Entry) -> bool:
        return entry.work is not None and entry.due_at <= self._clock()

    async def _batch(self, erp: Erp, batch: Sequence[Kept[Entry]]) -> Sequence[Entry]:
        """Work on these entries; those that moved, as they are then.

        What came of one is told and written down while the next is on its way: the ERP takes an
        account's orders one by one, and need not wait for our broker and our database as well.
        """
        told: dict[str, Kept[Entry]] = {}
        recording: list[Recording] = []
        ahead: Ahead | None = None
        try:
            for kept, following in zip(batch, [*batch[1:], None], strict=True):
                if kept.state.partition not in self._ownership.partitions or erp.wait():
                    break
                mine = ahead = ahead or self._prepare(erp, kept)
                if mine is not None and not mine.done():
                    await asyncio.wait([mine])
                ahead = self._prepare(erp, following) if erp.breaker.closed else None
                done = await self._act(erp, kept, mine)
                await asyncio.gather(*recording[-1:])
                if done is not None:
                    recording.append(asyncio.create_task(self._record(*done, told)))
        except Held as held:
            log.debug("account_held", wait_s=held.wait_s)
        finally:
            if ahead is not None:
                ahead.cancel()
            moved = [each.state for each in await asyncio.gather(*recording) if each is not None]
            _log_moved(moved)
        await self._mark(told)
        return moved

    def _prepare(self, erp: Erp, kept: Kept[Entry] | None) -> Ahead | None:
        """Begin what comes before the order itself."""
        if kept is None or kept.state.work is not Work.POST:
            return None
        preparing = asyncio.create_task(self._posting.prepare(erp, kept.state))
        preparing.add_done_callback(lambda task: task.cancelled() or task.exception())
        return preparing

    async def _act(self, erp: Erp, kept: Kept[Entry], mine: Ahead | None) -> Done | None:
        """Do the entry's work at the ERP: what came of it, or None where the entry has moved on."""
        entry = kept.state
        try:
            if mine is not None:
                return await self._post(erp, kept, await mine)
            if entry.work is Work.TELL:
                return kept, None
            if entry.work is Work.UNDO and entry.posted is not None:
                return kept, await self._undoing.undo(erp, entry.posted, shipped=entry.shipped)
            return kept, await self._posting.look_up(erp, entry)
        except (Held, Broken):
            raise
        except Exception as error:  # noqa: BLE001 - a bug on one order must not stop the others
            return kept, self._later(entry, error)

    async def _post(self, erp: Erp, kept: Kept[Entry], prepared: Prepared | Change) -> Done | None:
        """Claim the entry and send it.

        The claim fails if anything happened to the entry since it was read: a cancellation, a
        newer version. So it is the last look before the call, too; nothing is claimed that would
        then wait its turn.
        """
        if not isinstance(prepared, Prepared):
            return kept, prepared
        self._posting.room(erp)
        sent = prepared.sent.model_copy(update={"at": self._clock()})
        claim = Kept(ledger.claimed(kept.state, sent, prepared.changes), kept.version)
        if not await self._save({kept.state.order_id: claim}, "claiming an order"):
            return None
        claimed = Kept(claim.state, claim.version + 1)
        return claimed, await self._posting.send(erp, claimed.state, prepared)

    async def _record(
        self, kept: Kept[Entry], change: Change | None, told: dict[str, Kept[Entry]]
    ) -> Kept[Entry] | None:
        """Write down what came of an entry, and tell it; the entry then, None if it is as it was.

        Without a change there is only something to tell.
        """
        try:
            after = kept if change is None else await self._apply(kept, change)
        except Broken:
            raise
        except Exception as error:  # noqa: BLE001 - a bug on one order must not stop the others
            after = await self._apply(kept, self._later(kept.state, error))
        if after is not None:
            await self._tell(after, told)
        return after

    def _later(self, entry: Entry, error: Exception) -> Change:
        log.error("order_failed", order_id=entry.order_id, exc_info=error)
        return partial(ledger.put_off, due_at=self._clock() + AFTER_A_BUG)

    async def _apply(self, kept: Kept[Entry], change: Change) -> Kept[Entry] | None:
        """Write the change down, on the entry as it is by now; None where it changes nothing.

        That the ERP has the order is told first, while nobody else can tell it, so that writing it
        down is the end of it. Who finds the claim after a crash asks the ERP, and tells the same.
        """
        order_id = kept.state.order_id
        said: tuple[Event, ...] = ()
        while True:
            after = change(kept.state)
            if after == kept.state:
                return None
            found = kept.state.state in UNDER_WAY and after.state is State.POSTED
            if found and self._posting.holds(kept.state):
                said = await self._say(after, said)
                after = after.model_copy(update={"untold": False})
            if await self._save({order_id: Kept(after, kept.version)}, "writing the ledger"):
                return Kept(after, kept.version + 1)
            stored = await patiently(
                lambda: self._ledger.load([order_id]), "reading the ledger", self._sleep
            )
            kept = stored[order_id]

    async def _say(self, entry: Entry, said: tuple[Event, ...]) -> tuple[Event, ...]:
        """Publish what the entry tells, unless that is what was just said."""
        if (messages := outcome(entry)) != said:
            records = [encode(message, SERVICE) for message in messages]
            await patiently(
                lambda: self._publisher.publish(records), "publishing an outcome", self._sleep
            )
        return messages

    async def _tell(self, kept: Kept[Entry], told: dict[str, Kept[Entry]]) -> None:
        """Publish what the entry tells, and note what to mark."""
        if not kept.state.untold:
            return
        marked = ledger.told(kept.state, await self._say(kept.state, ()))
        told[kept.state.order_id] = Kept(marked, kept.version)

    async def _mark(self, told: dict[str, Kept[Entry]]) -> None:
        """Mark as told. What changed meanwhile stays unmarked, and is told again."""
        if told:
            await self._save(told, "marking what was told")

    async def _save(self, changes: dict[str, Kept[Entry]], doing: str) -> bool:
        return await patiently(lambda: self._ledger.save(changes), doing, self._sleep)


def _log_moved(entries: Sequence[Entry]) -> None:
    """One line for a batch, as the flow has it; texts that were not the channel's are named."""
    if not entries:
        return
    moved = [f"{e.order_id} {_standing(e)} {e.revision}.{e.attempt}" for e in entries]
    changed = {e.order_id: [c.field for c in e.text_changes] for e in entries if e.text_changes}
    log.info("entries_moved", account_id=entries[0].account_id, entries=moved, text_changes=changed)


def _standing(entry: Entry) -> str:
    return entry.state if entry.undo is Undo.NONE else f"{entry.state}, undo {entry.undo}"
