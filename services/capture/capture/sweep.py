"""How far a store's orders are swept, and which part of its lists is next. Pure."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from capture.channels.listed import By, Missed, Period
from contracts.stores import StoreConfigured
from contracts.value import Instant, Value

OVERLAP: Final = timedelta(minutes=10)
"""Channels list a change a little later than they make it, and their clocks are not ours."""
FIRST_REACH: Final = timedelta(days=2)
"""A store is swept from its last setting on, but not from longer ago: that is "Buscar Pedidos"."""
COUNT_EVERY: Final = timedelta(days=1)
COUNT_REACH: Final = timedelta(days=30)
STILL_MOVING: Final = timedelta(minutes=10)
"""Younger orders are not counted: their webhooks may be on the way."""


class Sweep(Value):
    """A store's sweeps so far.

    `began` is where the first one began; what was placed before is nobody's to miss. `swept_until`
    is when the last whole one began. `heard` are the missed webhooks that the channel still keeps
    and that were taken in.
    """

    store_id: str
    began: Instant
    swept_until: Instant
    counted_at: Instant | None = None
    heard: tuple[str, ...] = ()


def begun(store: StoreConfigured, now: datetime) -> Sweep:
    """A store that was never swept: from when it was set up, or changed last."""
    since = min(max(store.occurred_at, now - FIRST_REACH), now)
    return Sweep(store_id=store.store_id, began=since, swept_until=since)


def changes(sweep: Sweep) -> Period:
    """Whatever changed since the last sweep, and somewhat before."""
    return Period(sweep.swept_until - OVERLAP, until=None, by=By.CHANGED)


def countable(sweep: Sweep, now: datetime) -> Period | None:
    """The days whose orders are to be counted now; None when it is not time yet."""
    due = sweep.counted_at is None or now >= sweep.counted_at + COUNT_EVERY
    since, until = max(sweep.began, now - COUNT_REACH), now - STILL_MOVING
    return Period(since, until, By.PLACED) if due and since < until else None


def unheard(sweep: Sweep, missed: Sequence[Missed]) -> list[Missed]:
    """The missed webhooks that were not taken in before."""
    known = set(sweep.heard)
    return [each for each in missed if each.id not in known]


def encode(sweep: Sweep) -> dict[str, Any]:
    """A sweep as its document."""
    return sweep.model_dump(mode="json")


def decode(document: dict[str, Any]) -> Sweep:
    """A sweep from its document."""
    return Sweep.model_validate(document)
