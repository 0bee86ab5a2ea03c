"""The ledger's rules: what a message, and what the ERP, make of an entry. All of it pure.

`step` is what the belt says; the other functions are what the worker found out. Each takes the
entry as it stands now, whatever happened to it meanwhile, so that a cancellation or a newer version
that arrives during a call is never lost.
"""

from datetime import datetime, timedelta
from typing import Final

from chassis.kafka import partition_of
from contracts.cancellations import OrderCancelled, Undoing
from contracts.commands import KeepErpOrder
from contracts.envelope import Event, Message
from contracts.events import ErpFinding, OrderErased, OrderValidated, TextChange
from contracts.reasons import Reason
from contracts.topics import PARTITIONS
from erp_writer import codes
from erp_writer.document import material
from erp_writer.entry import AT_ONCE, Entry, Found, Posted, Sent, State, Undo, outcome

UNDER_WAY: Final = (State.SENDING, State.UNKNOWN)
NOT_GONE: Final = (State.QUEUED, State.REFUSED)


def step(entry: Entry | None, message: Message) -> tuple[Entry | None, tuple[Event, ...]]:
    """What the writer knows after this message, and what it has to tell.

    A message told before is answered with what the entry tells now, for the answer may be what was
    lost. A cancellation is answered only once it is settled: an order that is merely open tells
    nobody anything new.
    """
    if isinstance(message, OrderValidated):
        return _validated(entry, message)
    if isinstance(message, OrderCancelled):
        return _cancelled(entry, message)
    if isinstance(message, OrderErased):
        return _erased(entry, message)
    if isinstance(message, KeepErpOrder):
        return _kept(entry, message)
    return entry, ()


def _opened(message: Event | KeepErpOrder) -> Entry:
    return Entry(
        order_id=message.order_id,
        store_id=message.store_id,
        account_id=message.account_id,
        partition=partition_of(message.account_id, PARTITIONS),
        integration_code=codes.of_order(message.order_id),
        since=message.occurred_at,
    )


def _validated(entry: Entry | None, message: OrderValidated) -> tuple[Entry, tuple[Event, ...]]:
    entry = entry or _opened(message)
    rank = (message.revision, message.attempt)
    if entry.cancelled or entry.erased or rank < entry.rank:
        return entry, ()
    if rank == entry.rank:
        return entry, outcome(entry)
    newest: dict[str, object] = {
        "revision": message.revision,
        "attempt": message.attempt,
        "since": message.occurred_at,
        "validated": message,
    }
    if entry.state in NOT_GONE:
        newest |= {
            "account_id": message.account_id,
            "store_id": message.store_id,
            "partition": partition_of(message.account_id, PARTITIONS),
        }
        return _with(entry, **newest, **_AFRESH), ()
    if entry.posted is not None:
        changed = material(message.order, message.terms) != entry.posted.material
        entry = _as_accepted(_with(entry, **newest | {"validated": message if changed else None}))
        return entry, outcome(entry)
    return _with(entry, **newest), ()


_AFRESH: Final[dict[str, object]] = {
    "state": State.QUEUED, "due_at": AT_ONCE, "reasons": (), "refused_at": None,
    "customer_doubted": False, "contradicted": False, "untold": False,
}  # fmt: skip


def _cancelled(entry: Entry | None, message: OrderCancelled) -> tuple[Entry, tuple[Event, ...]]:
    entry = entry or _opened(message)
    if not entry.cancelled:
        entry = _with(entry, cancelled=True, shipped=message.shipped)
        if entry.state in NOT_GONE:
            entry = _stopped(entry)
        elif entry.state is State.POSTED and entry.undo is Undo.NONE:
            entry = _with(entry, undo=Undo.DUE, due_at=AT_ONCE, validated=None)
    if message.undoing is Undoing.CHECKING and message.decision > entry.decision:
        entry = _with(entry, decision=message.decision)
        if entry.undo is Undo.REFUSED:
            entry = _with(entry, undo=Undo.DUE, due_at=AT_ONCE)
    settled = entry.undo in (Undo.DONE, Undo.REFUSED)
    asked = message.undoing in (Undoing.REQUESTED, Undoing.NOT_NEEDED, Undoing.CHECKING)
    return entry, outcome(entry) if settled and asked else ()


def _kept(entry: Entry | None, message: KeepErpOrder) -> tuple[Entry, tuple[Event, ...]]:
    """A person lets the ERP's order stand as it is, up to this revision of the channel's.

    That may be one which validation holds back: then nothing else tells that the matter is closed.
    """
    entry = entry or _opened(message)
    if entry.cancelled:
        return entry, ()
    entry = _as_accepted(_with(entry, accepted=max(entry.accepted, message.revision)))
    if entry.posted is None:
        return entry, ()
    if entry.revision < message.revision:
        unseen = {"revision": message.revision, "attempt": 0, "since": message.occurred_at}
        entry = _with(entry, **unseen)
    return entry, outcome(entry)


def _as_accepted(entry: Entry) -> Entry:
    """Versions are held from now on against the one a person accepted, where it is this one."""
    posted, version = entry.posted, entry.validated
    if posted is None or version is None or version.revision > entry.accepted:
        return entry
    accepted = posted.model_copy(update={"material": material(version.order, version.terms)})
    return _with(entry, posted=accepted, validated=None)


def _erased(entry: Entry | None, message: OrderErased) -> tuple[Entry, tuple[Event, ...]]:
    """Forget the buyer. What was not sent never will be, for nobody is left to send it to."""
    entry = _with(entry or _opened(message), erased=True, validated=None)
    return _stopped(entry) if entry.state in NOT_GONE else entry, ()


def _stopped(entry: Entry) -> Entry:
    return _with(entry, state=State.STOPPED, validated=None, reasons=(), untold=False)


def claimed(entry: Entry, sent: Sent, changes: tuple[TextChange, ...]) -> Entry:
    """The call is about to go out."""
    return _with(entry, state=State.SENDING, sent=sent, text_changes=changes)


def confirmed(entry: Entry, found: Found) -> Entry:
    """The ERP holds the order, as it said itself or as a look-up found.

    It is the one that was sent if total and customer are; otherwise a person has to look at it. It
    is there since it was sent, whoever finds that out when. A cancellation that came meanwhile is
    now due, and a newer version is compared. The ERP's word holds whatever the entry says by then.
    """
    if entry.state is State.POSTED or entry.sent is None:
        return entry
    sent, newest = entry.sent, entry.validated
    same = (found.total, found.customer_id) == (sent.total, sent.customer_id)
    posted = Posted(
        revision=sent.revision,
        attempt=sent.attempt,
        material=sent.material if same else "",
        erp_order_id=found.erp_order_id,
        number=found.number,
        customer_id=found.customer_id,
        total=sent.total if same else found.total,  # the ERP leaves zeros out
        stage_code=sent.stage_code,
        at=sent.at,
    )
    if newest is not None and _material_of(newest, sent) == posted.material:
        newest = None
    after = _with(
        entry,
        state=State.POSTED,
        posted=posted,
        due_at=AT_ONCE,
        validated=None if entry.cancelled else newest,
        undo=Undo.DUE if entry.cancelled else Undo.NONE,
        untold=True,
    )
    return _as_accepted(after)


def _material_of(version: OrderValidated, sent: Sent) -> str:
    """The version's fingerprint; that of what was sent is known."""
    if (version.revision, version.attempt) == (sent.revision, sent.attempt):
        return sent.material
    return material(version.order, version.terms)


def refused(
    entry: Entry, rank: tuple[int, int], reasons: tuple[Reason, ...], now: datetime
) -> Entry:
    """The ERP will not take version `rank`: a person has to cure it, or a newer one has come."""
    if entry.state not in (State.QUEUED, State.SENDING):
        return entry
    if entry.rank != rank or entry.cancelled or entry.erased:
        return released(entry, AT_ONCE)
    return _with(
        entry, state=State.REFUSED, reasons=reasons, refused_at=now, due_at=AT_ONCE, untold=True
    )


def released(entry: Entry, due_at: datetime) -> Entry:
    """The order is certainly not in the ERP: it may be sent, from `due_at` on."""
    if entry.state not in (State.QUEUED, *UNDER_WAY):
        return entry
    if entry.cancelled or entry.erased:
        return _stopped(entry)
    return _with(entry, state=State.QUEUED, due_at=due_at)


def unanswered(entry: Entry, now: datetime) -> Entry:
    """The call ended without a usable answer: to be looked up, and `now` is when it was last heard.

    It may have waited for its turn since the claim, so the claim's moment says little.
    """
    if entry.state is not State.SENDING or entry.sent is None:
        return entry
    sent = entry.sent.model_copy(update={"at": now})
    return _with(entry, state=State.UNKNOWN, sent=sent, due_at=AT_ONCE)


def doubted(entry: Entry, due_at: datetime) -> Entry:
    """Nobody knows whether the order is in the ERP: to be looked up, from `due_at` on."""
    if entry.state not in UNDER_WAY:
        return entry
    return _with(entry, state=State.UNKNOWN, due_at=due_at)


def missed(entry: Entry, asked_at: datetime, settle: timedelta) -> Entry:
    """A look-up at `asked_at` did not find the order.

    A call that timed out may still be under way at the ERP, and the same look-up may not be
    repeated within a minute: only once `settle` has passed since the call is the answer final. A
    claim found by another process tells nothing of when the call went out, so its first miss is
    never final.
    """
    if entry.state not in UNDER_WAY or entry.sent is None:
        return entry
    if entry.state is State.UNKNOWN and asked_at >= entry.sent.at + settle:
        return released(entry, AT_ONCE)
    return doubted(entry, asked_at + settle)


def customer_lost(entry: Entry) -> Entry:
    """The ERP does not know the customer we remembered: once more, with a fresh look."""
    return _with(released(entry, AT_ONCE), customer_doubted=True)


def contradicted(entry: Entry, asked_at: datetime, settle: timedelta) -> Entry:
    """The ERP calls the order a duplicate and does not find it: look once more, later."""
    return _with(missed(entry, asked_at, settle), contradicted=True)


def put_off(entry: Entry, due_at: datetime) -> Entry:
    """Something is wrong on our side: the others go on, this one is tried again at `due_at`."""
    if entry.state in UNDER_WAY:
        return doubted(entry, due_at)
    return released(undo_later(entry, due_at), due_at)


def undone(entry: Entry, now: datetime, found: ErpFinding, stage: str = "") -> Entry:
    """The order is cancelled in the ERP, or gone, or was found so."""
    return _settled(entry, Undo.DONE, now, found=found, found_stage=stage)


def not_undone(
    entry: Entry, words: str, now: datetime, found: ErpFinding, stage: str = ""
) -> Entry:
    """The order stays in the ERP, for this reason: a person has to choose."""
    return _settled(entry, Undo.REFUSED, now, undo_words=words, found=found, found_stage=stage)


def undo_later(entry: Entry, due_at: datetime) -> Entry:
    """The cancellation has to wait."""
    return _with(entry, due_at=due_at) if entry.undo is Undo.DUE else entry


def _settled(entry: Entry, undo: Undo, now: datetime, **found: object) -> Entry:
    if entry.undo is not Undo.DUE:
        return entry
    settled = {"undo": undo, "undone_at": now, "due_at": AT_ONCE, "untold": True, "undo_words": ""}
    return _with(entry, **settled | found)


def told(entry: Entry, messages: tuple[Event, ...]) -> Entry:
    """These messages are on the log; what changed since then still has to be told."""
    return _with(entry, untold=False) if outcome(entry) == messages else entry


def _with(entry: Entry, **changes: object) -> Entry:
    return entry.model_copy(update=changes)
