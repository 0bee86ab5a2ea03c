"""What people did with the command: who, what, when, how much. Kept in `esteira_ops`."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Final, Protocol

from chassis.store import Collection_, translated

DATABASE: Final = "esteira_ops"
COLLECTION: Final = "operations"
DEAD_REPLAY: Final = "dead.replay"
"""What sending dead letters back is called."""
DEAD_CLOSE: Final = "dead.close"
"""What giving dead letters up is called."""


class State(StrEnum):
    """How far an operation has come."""

    RUNNING = "running"
    DONE = "done"
    INTERRUPTED = "interrupted"
    FAILED = "failed"


@dataclass(slots=True)
class Operation:
    """One use of the command that changes something.

    `positions` is where it goes on, by `topic/partition`; `done` of `expected` records are done.
    """

    id: str
    verb: str
    by: str
    began_at: datetime
    asked: Mapping[str, Any]
    expected: int = 0
    done: int = 0
    state: State = State.RUNNING
    ends: dict[str, int] = field(default_factory=dict)
    positions: dict[str, int] = field(default_factory=dict)
    changed_at: datetime | None = None

    @property
    def summary(self) -> dict[str, Any]:
        """What a line about it says."""
        return {
            "operation": self.id,
            "verb": self.verb,
            "by": self.by,
            "state": self.state.value,
            "done": self.done,
            "expected": self.expected,
        }


@dataclass(frozen=True, slots=True)
class Closing:
    """Who gave a dead letter up, when, and why."""

    by: str
    at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Settled:
    """The dead letters that wait no longer, by their ids: sent back, or closed."""

    replayed: frozenset[str]
    closed: Mapping[str, Closing]

    def __contains__(self, id_: object) -> bool:
        """Whether this letter waits no longer."""
        return id_ in self.replayed or id_ in self.closed


class Operations(Protocol):
    """Where operations are written down. Raises Unavailable."""

    async def put(self, operation: Operation) -> None:
        """Write it down as it is now."""

    async def get(self, id_: str) -> Operation | None:
        """The operation as it was written down last."""

    async def settled(self) -> Settled:
        """What became of dead letters."""


class MongoOperations:
    """Operations in a collection."""

    def __init__(self, collection: Collection_[dict[str, Any]]) -> None:
        self._collection = collection

    async def put(self, operation: Operation) -> None:
        """See Operations."""
        with translated():
            await self._collection.replace_one(
                {"_id": operation.id}, encode(operation), upsert=True
            )

    async def get(self, id_: str) -> Operation | None:
        """See Operations."""
        with translated():
            found = await self._collection.find_one({"_id": id_})
        return decode(found) if found else None

    async def settled(self) -> Settled:
        """See Operations."""
        done = {"verb": {"$in": [DEAD_REPLAY, DEAD_CLOSE]}, "state": State.DONE.value}
        with translated():
            found = await self._collection.find(done).to_list(None)
        return settled(decode(document) for document in found)


def settled(operations: Iterable[Operation]) -> Settled:
    """What became of dead letters in these operations; of several closings the first counts."""
    ended = sorted((o for o in operations if o.state is State.DONE), key=lambda o: o.began_at)
    closed: dict[str, Closing] = {}
    for one in ended:
        if one.verb == DEAD_CLOSE:
            closing = Closing(one.by, one.began_at, one.asked["reason"])
            for id_ in one.asked["letters"]:
                closed.setdefault(id_, closing)
    sent = (id_ for one in ended if one.verb == DEAD_REPLAY for id_ in one.asked["letters"])
    return Settled(frozenset(sent), closed)


def encode(operation: Operation) -> dict[str, Any]:
    """An operation as its document; places are lists, for a topic's name has dots."""
    return {
        "verb": operation.verb,
        "by": operation.by,
        "began_at": operation.began_at,
        "asked": dict(operation.asked),
        "expected": operation.expected,
        "done": operation.done,
        "state": operation.state.value,
        "ends": [list(end) for end in operation.ends.items()],
        "positions": [list(position) for position in operation.positions.items()],
        "changed_at": operation.changed_at,
    }


def decode(document: Mapping[str, Any]) -> Operation:
    """An operation from its document."""
    return Operation(
        id=document["_id"],
        verb=document["verb"],
        by=document["by"],
        began_at=document["began_at"],
        asked=document["asked"],
        expected=document["expected"],
        done=document["done"],
        state=State(document["state"]),
        ends={place: int(offset) for place, offset in document["ends"]},
        positions={place: int(offset) for place, offset in document["positions"]},
        changed_at=document["changed_at"],
    )
