"""What every message on a topic carries, whatever it says."""

from abc import abstractmethod
from typing import ClassVar
from uuid import UUID, uuid5

from contracts.value import Instant, Value, Whole

NAMESPACE = UUID("6f1b7b0e-0b0c-5c0f-9c1e-9d7a5f2a4e11")
"""The namespace of every event id; changing it would give every event a second identity."""


class Message(Value):
    """Something said on a topic. The class is the contract: its `type` and its `topic`."""

    type: ClassVar[str]
    topic: ClassVar[str]

    occurred_at: Instant

    @property
    @abstractmethod
    def key(self) -> str:
        """The record key: messages of one key keep their order."""

    @property
    @abstractmethod
    def subject(self) -> str:
        """What the message is about."""

    @property
    @abstractmethod
    def event_id(self) -> str:
        """The same for a retry, a replay and a re-capture of the same fact."""


class Event(Message):
    """A fact about one order.

    `revision` numbers the versions of the order at the channel (1, 2, …); `attempt` numbers the
    tries of validation on that revision. The record key is the ERP account: one account's events
    stay in order.
    """

    order_id: str
    store_id: str
    account_id: str
    revision: Whole
    attempt: Whole = 0

    @property
    def key(self) -> str:
        """One ERP account's events share a partition."""
        return self.account_id

    @property
    def subject(self) -> str:
        """The order."""
        return self.order_id

    @property
    def stage(self) -> str:
        """Tells apart facts of one type about one attempt; most types have just one."""
        return ""

    @property
    def event_id(self) -> str:
        """UUIDv5 of (order, type, revision, attempt, stage)."""
        name = f"{self.order_id}|{self.type}|{self.revision}|{self.attempt}|{self.stage}"
        return str(uuid5(NAMESPACE, name))


def repeated(stage: str, decision: int) -> str:
    """A stage that people's decisions may repeat; the first time it is the stage alone."""
    return f"{stage}.{decision}" if decision else stage
