"""What a channel offers the hub: the promises that a file in `channels/` keeps.

A channel is told of a webhook in four steps. `verify` and `read` are pure and look at the request
alone; `fetch` asks the channel for what the webhook lacks; `normalise` is pure again and writes
the canonical order. Everything between and around them is the same for all channels.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum, StrEnum
from typing import Any, Protocol

from capture.channels.listed import Allowance, Missed, Page, Period
from capture.channels.marks import UNMARKED, Marks
from contracts.events import RawDocument
from contracts.order import Gap, Order
from contracts.stores import StoreSettings

Headers = Mapping[bytes, bytes]
"""A request's headers as ASGI gives them: names in lower case."""


class Signature(Enum):
    """What a request's signature is worth.

    FOREIGN is nothing that the channel would send, where it signs nothing.
    """

    GOOD = "good"
    MISSING = "missing"
    WRONG = "wrong"
    FOREIGN = "foreign"


class Unreadable(Exception):  # noqa: N818 - it names what the document is
    """Nobody can read this document; the text says why and quotes nothing of it."""


class TokenRefused(Exception):  # noqa: N818 - it names what happened
    """The channel does not accept the store's token, or the token lacks a scope."""


class Unreachable(Exception):  # noqa: N818 - it names the state of the channel
    """The channel does not answer, or asks us to wait: `wait_s` seconds if it said how long."""

    def __init__(self, cause: str, wait_s: float = 0.0) -> None:
        super().__init__(cause)
        self.wait_s = wait_s


class Unclear(Unreachable):
    """The channel answers, and its answer is of no use to us: what it means we cannot read."""


class Throttled(Unreachable):
    """The channel had enough of our calls for a while."""


@dataclass(frozen=True, slots=True)
class Application:
    """Our application at a channel, for which a merchant granted us tokens."""

    client_id: str = ""
    client_secret: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class TokenRequest:
    """A question for new tokens, to be posted as a form."""

    url: str
    form: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Shop:
    """The store at its channel. `domain` is its address there, `token` opens its API.

    Where tokens end, `refresh_token` renews them for `app`; `token_ends_at` is None where nobody
    has said when. `version` is the store's.
    """

    store_id: str
    account_id: str
    domain: str
    token: str = field(repr=False)
    settings: StoreSettings
    app: Application = Application()
    refresh_token: str = field(default="", repr=False)
    version: int = 0
    token_ends_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Delivery:
    """A webhook as it was accepted: its signature was good. `headers` are the channel's own."""

    store_id: str
    channel: str
    received_at: datetime
    headers: Mapping[str, str]
    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class OrderHint:
    """An order may have changed. `order` is the channel's own model of it, if the webhook had one.

    `urgent` marks a copy that must not wait for details: its order was cancelled.
    """

    order_id: str
    order: Any = field(default=None, repr=False)
    raw: tuple[RawDocument, ...] = field(default=(), repr=False)
    urgent: bool = False


@dataclass(frozen=True, slots=True)
class Lead:
    """Something of an order changed, and only the channel knows of which: it must be followed.

    `resource` is what to ask about, in the channel's own words.
    """

    resource: str


@dataclass(frozen=True, slots=True)
class ListingHint:
    """A listing is new, changed or gone: it is worth a look before the next round."""

    listing_id: str


@dataclass(frozen=True, slots=True)
class OrderDeleted:
    """The channel no longer has the order. We keep ours."""

    order_id: str


@dataclass(frozen=True, slots=True)
class Disconnected:
    """The shop removed our app at this moment."""

    at: datetime
    cause: str


class PrivacyKind(StrEnum):
    """What a shop or a buyer asks about personal data."""

    SHOW = "show"
    ERASE_BUYER = "erase_buyer"
    ERASE_SHOP = "erase_shop"


@dataclass(frozen=True, slots=True)
class PrivacyRequest:
    """A duty under the privacy law, by ids alone. `request_id` is the same for a redelivery."""

    kind: PrivacyKind
    request_id: str
    customer_id: str | None = None
    order_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NotUsed:
    """A webhook the hub has no use for, and why."""

    reason: str


Said = OrderHint | Lead | ListingHint | OrderDeleted | Disconnected | PrivacyRequest | NotUsed
"""What a webhook says."""


@dataclass(frozen=True, slots=True)
class Findings:
    """What the channel answered about one order, in its own models, and each answer as text.

    `awaited` names what the channel is known to add a little later than the order; `unreadable`
    says why an answer was of no use, and quotes nothing of it.
    """

    order: Any = field(default=None, repr=False)
    details: Any = field(default=None, repr=False)
    raw: tuple[RawDocument, ...] = field(default=(), repr=False)
    gaps: tuple[Gap, ...] = ()
    awaited: str = ""
    unreadable: str = ""


class Money(StrEnum):
    """Whether the buyer's money is there."""

    AWAITED = "awaited"
    RECEIVED = "received"
    RETURNED = "returned"


@dataclass(frozen=True, slots=True)
class Copy:
    """One copy of an order in the canonical form, and what decides whether it is captured."""

    order: Order = field(repr=False)
    money: Money
    test: bool = False
    sold_elsewhere: bool = False
    """Brought in from another channel, which tells of the sale itself."""
    marks: Marks = UNMARKED


class Channel(Protocol):
    """A marketplace or shop system."""

    name: str
    """As in the webhook's URL and in the store's settings."""

    kept_headers: Mapping[bytes, str]
    """The request headers that travel with the body, by the name they travel under."""

    def verify(self, headers: Headers, body: bytes, secrets: Sequence[bytes]) -> Signature:
        """Check the signature over the raw body against every accepted secret."""

    def domain_named(self, headers: Headers, body: bytes) -> str:
        """The shop's `domain` as the request itself names it; empty when it names none.

        It is what the caller says: nothing follows from it before the signature is good.
        """

    def outlives_connection(self, headers: Headers, body: bytes) -> bool:
        """Whether this webhook is still due after the shop has left."""

    def read(self, delivery: Delivery, shop: Shop) -> Said:
        """What the webhook says to this shop. Raises Unreadable, also if it is of another one."""

    async def follow(self, shop: Shop, lead: Lead) -> OrderHint | None:
        """The order that a lead from `read` is of; None if it is of none that the channel has.

        Raises TokenRefused, Unreachable and Unreadable.
        """

    async def fetch(self, shop: Shop, hints: Sequence[OrderHint]) -> Findings:
        """Ask about the one order all `hints` are of. Raises Unreachable and Unreadable.

        A refused token is no error but a gap in the findings.
        """

    def normalise(self, shop: Shop, hint: OrderHint, found: Findings) -> Copy | None:
        """The newest copy among the hint and the findings; None when neither has the order.

        Raises Unreadable.
        """

    allowance: Allowance
    """What sweeps and "Buscar Pedidos" may ask of it."""

    async def orders(self, shop: Shop, period: Period, after: str) -> Page:
        """A page of the store's orders; `after` is the page before's, empty for the first.

        Cancelled and unpaid ones too, as far as the channel lists them. Raises TokenRefused,
        Unreachable and Unreadable; so do the others below.
        """

    async def numbered(self, shop: Shop, number: str) -> Page:
        """The orders of this number, as people or the channel itself know it."""

    def listed(self, order_id: str, document: bytes) -> OrderHint:
        """What `Listed.document` says. Pure."""

    async def missed(self, shop: Shop) -> Sequence[Missed]:
        """The webhooks that the channel kept because it could not deliver them, if it keeps any."""
