"""How an ERP account is doing, told once per change and not once per order that waits for it."""

from enum import StrEnum
from typing import ClassVar
from uuid import uuid5

from contracts.envelope import NAMESPACE, Message
from contracts.value import Instant


class Condition(StrEnum):
    """What keeps an account's orders waiting, if anything."""

    GOOD = "good"
    """Calls pass."""
    KEYS_REFUSED = "keys_refused"
    """The ERP refuses the keys, or has suspended them. It ends when it takes them again."""
    BLOCKED = "blocked"
    """The ERP blocked the account for a time that it announced."""
    UNREACHABLE = "unreachable"
    """The ERP does not answer, or not sensibly. It ends when it does."""
    REFUSING = "refusing"
    """The ERP said no to one call after another: we pause before it blocks the account."""


class AccountCondition(Message):
    """An ERP account's condition from now on; the latest one per account is the whole truth.

    `since` is when it began. `until` is when calls pass again by themselves; it is None where that
    depends on somebody else. A condition whose `until` is past is over, also if nobody said so.
    """

    type: ClassVar[str] = "br.esteira.account.condition.v1"
    topic: ClassVar[str] = "accounts.v1"

    account_id: str
    condition: Condition
    since: Instant
    until: Instant | None = None

    @property
    def key(self) -> str:
        """The topic is compacted by account."""
        return self.account_id

    @property
    def subject(self) -> str:
        """The account."""
        return self.account_id

    @property
    def event_id(self) -> str:
        """One per change: told again, it is the same."""
        until = self.until.isoformat() if self.until else ""
        name = f"{self.account_id}|{self.type}|{self.condition}|{self.since.isoformat()}|{until}"
        return str(uuid5(NAMESPACE, name))
