"""A store's orders as its channel lists them, for sweeps, counts and "Buscar Pedidos"."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from capture.channels.marks import UNMARKED, Marks


class By(StrEnum):
    """Which of an order's dates a period is of."""

    CHANGED = "changed"
    PLACED = "placed"


@dataclass(frozen=True, slots=True)
class Period:
    """From `since` to `until`, both ends included; without an end, up to now and beyond.

    An open period loses nothing while it is paged through: what changes meanwhile stays in it.
    """

    since: datetime
    until: datetime | None
    by: By = By.CHANGED


@dataclass(frozen=True, slots=True)
class Listed:
    """One order in a list. `touched_at` is the channel's clock on it, as in the canonical order.

    `paid`: money came, whatever became of it. `document` is the order as the list has it, where
    that is all of it; else it must be asked for.
    """

    order_id: str
    number: str
    placed_at: datetime
    touched_at: datetime
    paid: bool
    cancelled: bool = False
    test: bool = False
    sold_elsewhere: bool = False
    listing_ids: tuple[str, ...] = ()
    marks: Marks = UNMARKED
    document: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True)
class Page:
    """Some orders of a list. `after` leads to the next page, and is empty on the last.

    `total` counts the whole list, where the channel says so; `unreadable` those of this page that
    nobody can read.
    """

    orders: tuple[Listed, ...] = ()
    after: str = ""
    total: int | None = None
    unreadable: int = 0


@dataclass(frozen=True, slots=True)
class Missed:
    """A webhook that the channel could not deliver and kept: its body, to be read as if it came."""

    id: str
    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Allowance:
    """What work in the background may ask of a channel: half of what it grants a store.

    `burst` calls at once and `per_s` a second; an order that a list does not hold whole costs
    `per_order`. A list holds `deepest` orders at most: a longer
    one is cut into shorter periods.
    """

    burst: float
    per_s: float
    per_order: float
    deepest: int
