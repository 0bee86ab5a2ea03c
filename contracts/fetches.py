"""Orders fetched on demand ("Buscar Pedidos"): what people ask, and how it is going."""

from enum import StrEnum
from typing import ClassVar
from uuid import uuid5

from pydantic import Field

from contracts.envelope import NAMESPACE, Message
from contracts.value import Instant, Value, Whole


class FetchCommand(Message):
    """What a person asks of one fetch of a store's orders. Asking twice is harmless."""

    topic: ClassVar[str] = "captures.commands.v1"

    command_id: str
    fetch_id: str
    store_id: str
    account_id: str
    requested_by: str

    @property
    def key(self) -> str:
        """One store's fetches stay in order."""
        return self.store_id

    @property
    def subject(self) -> str:
        """The fetch."""
        return self.fetch_id

    @property
    def event_id(self) -> str:
        """The command's own id: a redelivery carries it again."""
        return self.command_id


class FetchOrders(FetchCommand):
    """Look at the orders placed in a period, or at those of one number; fetch none yet.

    A number wins over a period.
    """

    type: ClassVar[str] = "br.esteira.command.fetch-orders.v1"

    since: Instant | None = None
    until: Instant | None = None
    number: str = Field(default="", max_length=60)


class FetchDirective(StrEnum):
    """What to do with a fetch."""

    START = "start"
    PAUSE = "pause"
    RESUME = "resume"
    CANCEL = "cancel"


class DirectFetch(FetchCommand):
    """Go on with a fetch, hold it, or give it up."""

    type: ClassVar[str] = "br.esteira.command.direct-fetch.v1"

    directive: FetchDirective


class FetchState(StrEnum):
    """How far a fetch is. `FAILED`: it needs a hand, `cause` says why.

    A fetch under way that has a `cause` waits for the channel, and goes on by itself.
    """

    LOOKING = "looking"
    LOOKED = "looked"
    RUNNING = "running"
    PAUSED = "paused"
    DONE = "done"
    CANCELLED = "cancelled"
    FAILED = "failed"


class FetchCounts(Value):
    """Orders by what there is to expect of them, or by what became of them.

    `known` are those we have as they are; `ignored` are by reason.
    """

    new: Whole = 0
    changed: Whole = 0
    known: Whole = 0
    failed: Whole = 0
    ignored: dict[str, Whole] = Field(default_factory=dict)

    @property
    def total(self) -> int:
        """All of them."""
        return self.new + self.changed + self.known + self.failed + sum(self.ignored.values())


class FetchProgress(Message):
    """A fetch as it is now; `step` counts its changes from 1, the highest is the whole truth.

    `expected` is what looking found, `counts` what became of the orders so far.
    """

    type: ClassVar[str] = "br.esteira.fetch.progress.v1"
    topic: ClassVar[str] = "captures.v1"

    fetch_id: str
    store_id: str
    account_id: str
    step: Whole
    state: FetchState
    requested_by: str
    asked_at: Instant
    since: Instant | None = None
    until: Instant | None = None
    number: str = ""
    expected: FetchCounts = FetchCounts()
    counts: FetchCounts = FetchCounts()
    cause: str = ""

    @property
    def key(self) -> str:
        """One store's messages stay in order."""
        return self.store_id

    @property
    def subject(self) -> str:
        """The fetch."""
        return self.fetch_id

    @property
    def event_id(self) -> str:
        """One per step."""
        return str(uuid5(NAMESPACE, f"{self.fetch_id}|{self.type}|{self.step}"))


class FetchOutcome(StrEnum):
    """What became of one order of a fetch."""

    NEW = "new"
    CHANGED = "changed"
    KNOWN = "known"
    IGNORED = "ignored"
    FAILED = "failed"


class OrderFetched(Message):
    """One order of a fetch was dealt with; `reason` says why it was ignored or failed."""

    type: ClassVar[str] = "br.esteira.fetch.order.v1"
    topic: ClassVar[str] = "captures.v1"

    fetch_id: str
    store_id: str
    account_id: str
    order_id: str
    number: str
    placed_at: Instant
    outcome: FetchOutcome
    reason: str = ""

    @property
    def key(self) -> str:
        """One store's messages stay in order."""
        return self.store_id

    @property
    def subject(self) -> str:
        """The order, as this fetch met it."""
        return f"{self.fetch_id}:{self.order_id}"

    @property
    def event_id(self) -> str:
        """One per order and fetch."""
        return str(uuid5(NAMESPACE, f"{self.subject}|{self.type}|{self.outcome}"))
