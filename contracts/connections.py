"""How a store's connection to its channel is doing, as capture finds it when it looks."""

from enum import StrEnum
from typing import ClassVar
from uuid import uuid5

from contracts.envelope import NAMESPACE, Message
from contracts.value import Instant, Whole


class ChannelAccess(StrEnum):
    """What the channel says to the store's token."""

    GRANTED = "granted"
    REFUSED = "refused"
    """It is not accepted any more, and not renewed: somebody must connect the store again."""
    UNKNOWN = "unknown"
    """The channel did not answer; it is asked again soon."""


class StoreChecked(Message):
    """Capture looked at a store's connection; the latest one per store is the whole truth.

    `store_version` is the version of the store that was looked at. `ends_at` is when the access
    ends and nothing can renew it; None where it lasts. `webhooks_restored` are the topics that were
    not registered at the channel and are now; `webhooks_missing` those the channel would not take,
    and `cause` is why, in its words or ours.
    """

    type: ClassVar[str] = "br.esteira.store.checked.v1"
    topic: ClassVar[str] = "captures.v1"

    store_id: str
    account_id: str
    store_version: Whole
    access: ChannelAccess
    ends_at: Instant | None = None
    webhooks_restored: tuple[str, ...] = ()
    webhooks_missing: tuple[str, ...] = ()
    cause: str = ""

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
        """One per look."""
        name = f"{self.store_id}|{self.type}|{self.occurred_at.isoformat()}"
        return str(uuid5(NAMESPACE, name))
