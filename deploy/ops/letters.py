"""Dead letters: the records a service could not use, as people see them and send them back."""

from collections.abc import Container, Sequence
from dataclasses import dataclass
from typing import Any

from chassis.flow import Record
from contracts import replay
from contracts.topics import SERVICES, dead
from contracts.wire import Outgoing
from ops.exits import not_found, usage
from ops.log import Log, Logged
from ops.selection import store_of, subject_of


@dataclass(frozen=True, slots=True)
class Letter:
    """A dead letter; its id is `service/partition@offset` of where it lies."""

    service: str
    record: Record

    @property
    def id(self) -> str:
        """How people name it."""
        return f"{self.service}/{self.record.partition}@{self.record.offset}"

    @property
    def origin(self) -> replay.Origin | None:
        """Where the record was first; None when the letter does not say."""
        return replay.origin_of_dead(self.record.headers)

    def shown(self) -> dict[str, Any]:
        """All that may be shown of it: nothing of its content."""
        first = self.origin
        return {
            "id": self.id,
            "service": self.service,
            "from": f"{first.topic}/{first.partition}@{first.offset}" if first else None,
            "error": self._header("dead_error"),
            "at": self._header("dead_at"),
            "store": store_of(self.record),
            "about": subject_of(self.record),
            "type": self._header("ce_type") or None,
            "bytes": len(self.record.value or b""),
        }

    def again(self, replay_id: str) -> Outgoing | None:
        """The record for the service's replay topic; None when its origin is not known."""
        first = self.origin
        if first is None:
            return None
        record = self.record
        return replay.again(
            service=self.service,
            origin=first,
            key=record.key,
            value=record.value,
            headers=record.headers,
            replay_id=replay_id,
        )

    def _header(self, name: str) -> str:
        return self.record.headers.get(name, b"").decode("utf-8", "replace")


async def letters(log: Log, services: Sequence[str], store: str | None = None) -> list[Letter]:
    """The dead letters of these services, the oldest first. Raises Unavailable."""
    of = {dead(service): service for service in services}
    found: list[Logged] = []
    async for batch in log.read(await log.spans(list(of))):
        found += batch
    found.sort(key=lambda logged: logged.at)
    every = (Letter(of[logged.record.topic], logged.record) for logged in found)
    return [letter for letter in every if store is None or store_of(letter.record) == store]


def waiting(every: Sequence[Letter], settled: Container[str]) -> list[Letter]:
    """Of each record's letters the newest one, unless it was sent back already, or closed.

    A record that was replayed and refused once more has a newer letter, which waits again.
    """
    newest = {(letter.service, letter.origin or letter.id): letter for letter in every}
    return [letter for letter in newest.values() if letter.id not in settled]


def services_of(asked: str | None) -> tuple[str, ...]:
    """The services whose letters are meant. Raises Stop."""
    if asked is None:
        return SERVICES
    if asked not in SERVICES:
        raise usage(f"there is no service {asked!r}: {', '.join(SERVICES)}")
    return (asked,)


def named(every: Sequence[Letter], ids: Sequence[str]) -> list[Letter]:
    """The letters of these ids, in their order. Raises Stop for an id that there is not."""
    by_id = {letter.id: letter for letter in every}
    if missing := [id_ for id_ in ids if id_ not in by_id]:
        raise not_found(f"there is no dead letter {missing[0]}; see: esteira dead list")
    return [by_id[id_] for id_ in ids]
