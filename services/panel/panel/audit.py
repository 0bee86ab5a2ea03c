"""Who changed what, and when: appended to, never changed."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final, Protocol

from chassis.store import Database, translated


@dataclass(frozen=True, slots=True)
class Entry:
    """One change. `what` is a code, `about` whom or which store; no secret is in `details`."""

    at: datetime
    by: str
    what: str
    about: str
    details: Mapping[str, str] = field(default_factory=dict)


READ_BY_PROGRAM: Final = "comprador_lido_api"
READ_IN_FORM: Final = "comprador_no_formulario"
READS: Final = (READ_BY_PROGRAM, READ_IN_FORM)
"""Somebody read a buyer's data at work: kept, but too frequent to be shown among changes."""
KEPT: Final = timedelta(days=365)


class Audit(Protocol):
    """Where changes are written down."""

    async def note(self, entry: Entry) -> None:
        """Append it. Raises Unavailable."""

    async def latest(self, most: int) -> list[Entry]:
        """The newest entries but everyday reads, the newest first. Raises Unavailable."""


class MongoAudit:
    """The audit in the panel's database."""

    def __init__(self, database: Database[dict[str, Any]]) -> None:
        self._entries = database["audit"]

    async def prepare(self) -> None:
        """Create the index that the latest are read from. Raises Unavailable."""
        with translated():
            await self._entries.create_index([("at", -1)], name="latest")
            await self._entries.create_index(
                "at", expireAfterSeconds=int(KEPT.total_seconds()), name="expiry"
            )

    async def note(self, entry: Entry) -> None:
        """See Audit."""
        with translated():
            await self._entries.insert_one(asdict(entry))

    async def latest(self, most: int) -> list[Entry]:
        """See Audit."""
        found = (
            self._entries.find({"what": {"$nin": READS}}, {"_id": 0}).sort([("at", -1)]).limit(most)
        )
        with translated():
            return [Entry(**document) for document in await found.to_list(None)]
