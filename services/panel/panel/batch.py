"""Many orders asked for at once: what was asked, and what became of each. Pure.

A batch remembers where each order stood when it was asked for; what became of it is read from
the rows, so that progress survives anything and a repeat asks for the same.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final
from uuid import NAMESPACE_URL, uuid5

from contracts.commands import Corrections, ReprocessOrder
from panel import commands
from panel.commands import Refused
from panel.desk import Desk
from panel.tab import Tab

MOST: Final = 2_000
"""Orders in one batch; more are asked for again afterwards."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One order of a batch, as it stood. `refused` says why it could not be asked for."""

    order_id: str
    number: str
    revision: int
    attempt: int
    refused: str = ""


@dataclass(frozen=True, slots=True)
class Batch:
    """Orders of one store that somebody asked for at once."""

    store_id: str
    by: str
    at: datetime
    orders: tuple[Asked, ...] = ()


class Fate(StrEnum):
    """What became of an order of a batch."""

    GONE_ON = "seguiu"
    STILL = "pendente"
    CANCELLED = "cancelado"
    WAITING = "esperando"
    REFUSED = "recusado"


Correct = Callable[[Mapping[str, Any]], Corrections]


def plan(
    desk: Desk, batch_id: str, rows: Iterable[Mapping[str, Any]], by: str, correct: Correct
) -> tuple[tuple[Asked, ...], list[ReprocessOrder]]:
    """What to ask for, and what cannot be. The same batch again asks for the same."""
    asked, found, now = [], [], desk.clock()
    for row in rows:
        refused = ""
        try:
            found.append(
                commands.reprocess(
                    row,
                    desk.stores.table.get(row["store_id"]),
                    correct(row),
                    command_id=str(uuid5(NAMESPACE_URL, f"{batch_id}|{row['_id']}")),
                    by=by,
                    at=now,
                )
            )
        except Refused as error:
            refused = error.why.value
        asked.append(Asked(row["_id"], row["number"], row["revision"], row["attempt"], refused))
    return tuple(asked), found


def fate(asked: Asked, row: Mapping[str, Any] | None) -> Fate:
    """What became of it, from its row as it is now."""
    if asked.refused or row is None:
        return Fate.REFUSED
    if row["tab"] == Tab.CANCELLED:
        return Fate.CANCELLED
    if row["tab"] == Tab.PROCESSED:
        return Fate.GONE_ON
    judged = (row["revision"], row["attempt"]) > (asked.revision, asked.attempt)
    return Fate.STILL if judged and row["tab"] == Tab.PENDING else Fate.WAITING


def summed(fates: Sequence[Fate]) -> dict[Fate, int]:
    """How many orders met each fate."""
    return {each: fates.count(each) for each in Fate}


def encode(batch: Batch) -> dict[str, Any]:
    """A batch as its document."""
    return {
        "store_id": batch.store_id,
        "by": batch.by,
        "at": batch.at,
        "orders": [
            [one.order_id, one.number, one.revision, one.attempt, one.refused]
            for one in batch.orders
        ],
    }


def decode(document: dict[str, Any]) -> Batch:
    """A batch from its document."""
    return Batch(
        store_id=document["store_id"],
        by=document["by"],
        at=document["at"],
        orders=tuple(Asked(*one) for one in document["orders"]),
    )
