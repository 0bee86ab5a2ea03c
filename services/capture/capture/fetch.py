"""One fetch of a store's orders ("Buscar Pedidos"): what people may ask of it, and when. Pure.

A fetch looks first, at what would come and what would not, and waits for a person; then it runs,
day by day. What it holds is enough to go on after a restart: from the last day that was not done.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from capture.prospect import Prospect
from capture.sighting import Ignored, Sighting
from contracts.envelope import Message
from contracts.fetches import (
    DirectFetch,
    FetchCounts,
    FetchDirective,
    FetchOrders,
    FetchOutcome,
    FetchProgress,
    FetchState,
)
from contracts.value import Instant, Value, Whole

UNDER_WAY: Final = (FetchState.LOOKING, FetchState.RUNNING)
NO_ANSWER: Final = "no_answer"
"""Of an order: it was asked for, and nothing came in time."""


class Fetch(Value):
    """A fetch. `step` counts its changes; `reached` is up to when its days are done.

    `counts` are of what was dealt with, `counts_reached` of those done days alone. `looked` tells
    whether the looking is over.
    """

    fetch_id: str
    store_id: str
    account_id: str
    requested_by: str
    asked_at: Instant
    since: Instant | None = None
    until: Instant | None = None
    number: str = ""
    state: FetchState = FetchState.LOOKING
    step: Whole = 1
    looked: bool = False
    expected: FetchCounts = FetchCounts()
    counts: FetchCounts = FetchCounts()
    counts_reached: FetchCounts = FetchCounts()
    reached: Instant | None = None
    cause: str = ""


_NEXT: Final[Mapping[FetchDirective, Mapping[FetchState, FetchState]]] = {
    FetchDirective.START: {FetchState.LOOKED: FetchState.RUNNING},
    FetchDirective.PAUSE: {FetchState.RUNNING: FetchState.PAUSED},
    FetchDirective.RESUME: {
        FetchState.PAUSED: FetchState.RUNNING,
        FetchState.FAILED: FetchState.RUNNING,
    },
    FetchDirective.CANCEL: dict.fromkeys(
        (
            FetchState.LOOKING,
            FetchState.LOOKED,
            FetchState.RUNNING,
            FetchState.PAUSED,
            FetchState.FAILED,
        ),
        FetchState.CANCELLED,
    ),
}


def step(known: Fetch | None, message: Message) -> tuple[Fetch | None, Sequence[Message]]:
    """The fetch after this command, and how it stands."""
    match message:
        case FetchOrders():
            fetch = known or _asked(message)
        case DirectFetch() if known is not None and known.store_id == message.store_id:
            fetch = _directed(known, message.directive)
        case _:
            return known, ()
    return fetch, (progress(fetch, message.occurred_at),)


def moved(fetch: Fetch, **changed: Any) -> Fetch:
    """The fetch one step further."""
    return fetch.model_copy(update={"step": fetch.step + 1, **changed})


def progress(fetch: Fetch, at: datetime) -> FetchProgress:
    """How the fetch stands, told."""
    return FetchProgress(
        fetch_id=fetch.fetch_id,
        store_id=fetch.store_id,
        account_id=fetch.account_id,
        step=fetch.step,
        state=fetch.state,
        requested_by=fetch.requested_by,
        asked_at=fetch.asked_at,
        since=fetch.since,
        until=fetch.until,
        number=fetch.number,
        expected=fetch.expected,
        counts=fetch.counts,
        cause=fetch.cause,
        occurred_at=at,
    )


def expectation(expected: Prospect | Ignored) -> tuple[FetchOutcome, str]:
    """What would become of a listed order, in the words of a fetch; why, if it is ignored."""
    if isinstance(expected, Ignored):
        return FetchOutcome.IGNORED, expected.value
    return FetchOutcome(expected.value), ""


def outcome(before: Sighting | None, after: Sighting | None) -> tuple[FetchOutcome, str]:
    """What became of an order that was asked for; `before` None also where nobody remembers."""
    if after is None:
        return FetchOutcome.FAILED, NO_ANSWER
    earlier = before.revision if before else 0
    if after.revision > earlier:
        return (FetchOutcome.NEW if after.revision == 1 else FetchOutcome.CHANGED), ""
    if after.revision:
        return FetchOutcome.KNOWN, ""
    return FetchOutcome.IGNORED, after.ignored or ""


def counted(counts: FetchCounts, found: Sequence[tuple[FetchOutcome, str]]) -> FetchCounts:
    """The counts with these orders added."""
    numbers = {
        name.value: getattr(counts, name) + sum(each is name for each, _ in found)
        for name in FetchOutcome
        if name is not FetchOutcome.IGNORED
    }
    ignored = dict(counts.ignored)
    for each, reason in found:
        if each is FetchOutcome.IGNORED:
            ignored[reason] = ignored.get(reason, 0) + 1
    return FetchCounts(**numbers, ignored=ignored)


def encode(fetch: Fetch) -> dict[str, Any]:
    """A fetch as its document; `kept_since` is for the index that forgets it."""
    return fetch.model_dump(mode="json") | {"kept_since": fetch.asked_at}


def decode(document: dict[str, Any]) -> Fetch:
    """A fetch from its document."""
    return Fetch.model_validate(document)


def _asked(asked: FetchOrders) -> Fetch:
    whole = bool(asked.number) or (asked.since is not None and asked.until is not None)
    return Fetch(
        fetch_id=asked.fetch_id,
        store_id=asked.store_id,
        account_id=asked.account_id,
        requested_by=asked.requested_by,
        asked_at=asked.occurred_at,
        since=asked.since,
        until=asked.until,
        number=asked.number,
        state=FetchState.LOOKING if whole else FetchState.CANCELLED,
    )


def _directed(fetch: Fetch, directive: FetchDirective) -> Fetch:
    """What cannot be done now, or was done already, changes nothing."""
    state = _NEXT[directive].get(fetch.state)
    if state is None:
        return fetch
    if state is FetchState.RUNNING and not fetch.looked:
        state = FetchState.LOOKING
    return moved(fetch, state=state, cause="")
