"""Stores held against their channels' own lists, so that no webhook needs to arrive."""

from typing import ClassVar
from uuid import uuid5

from pydantic import Field

from contracts.envelope import NAMESPACE, Message
from contracts.value import Value, Whole


class SweepCounts(Value):
    """Listed orders by what there was to them: `new` and `changed` ones were fetched.

    `vanished` are orders of ours that the channel does not list any more; they were asked for too.
    """

    listed: Whole = 0
    new: Whole = 0
    changed: Whole = 0
    known: Whole = 0
    vanished: Whole = 0
    ignored: dict[str, Whole] = Field(default_factory=dict)


class StoreSwept(Message):
    """A store's orders were looked through at its channel.

    `changes` is what changed since the sweep before. `count` is the daily look at the last weeks;
    None where it was not time for it. `missed` are webhooks that the channel had kept, `throttled`
    is how often it asked us to wait since the sweep before.
    """

    type: ClassVar[str] = "br.esteira.store.swept.v1"
    topic: ClassVar[str] = "captures.v1"

    store_id: str
    account_id: str
    changes: SweepCounts = SweepCounts()
    count: SweepCounts | None = None
    missed: Whole = 0
    throttled: Whole = 0

    @property
    def key(self) -> str:
        """One store's messages stay in order."""
        return self.store_id

    @property
    def subject(self) -> str:
        """The store."""
        return self.store_id

    @property
    def event_id(self) -> str:
        """One per sweep."""
        name = f"{self.store_id}|{self.type}|{self.occurred_at.isoformat()}"
        return str(uuid5(NAMESPACE, name))
