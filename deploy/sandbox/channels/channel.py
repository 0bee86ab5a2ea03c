"""What the sandbox needs to know of a channel; each channel module fills in one `Channel`."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict

from sandbox.channels.generator import Fault, Line, Product, Sale

Document = dict[str, Any]

SUSPENDED = "suspended"
"""The plan of a store that its platform has suspended: it tells nothing any more."""


class ActRefusedError(Exception):
    """The order's state does not allow what the buyer or merchant wants."""


class Store(BaseModel):
    """One shop at a channel and the hub that listens to it.

    `shop_domain` is what the channel calls the shop: a domain, or a store's or user's number.
    `webhook_secret` is the app's client secret, `client_id` the app's own number. `webhook_url` is
    where its webhooks go; empty sends them where they are registered to go. `redirect_url` is where
    the app has merchants sent back who let it in; empty takes any. A shop without an `access_token`
    has not let the app in yet. `plan` sets the API's rate limits ("unlimited" for
    benchmarks); `api_version` is the one webhooks are rendered in. `scopes` is what the app may do,
    as Shopify tells it: nothing is refused for what is not among them.
    """

    model_config = ConfigDict(
        frozen=True, extra="ignore", hide_input_in_errors=True, coerce_numbers_to_str=True
    )

    id: str
    channel: str
    shop_domain: str
    access_token: str = ""
    refresh_token: str = ""
    webhook_secret: str
    client_id: str = "7312904455018236"
    webhook_url: str = ""
    redirect_url: str = ""
    plan: str = "standard"
    api_version: str = "2026-10"
    scopes: str = "read_orders,read_products"


@dataclass(frozen=True, slots=True)
class Webhook:
    """Something that happened; `payload` is the body, or what `Channel.body` writes it from."""

    topic: str
    payload: Any


Options = Mapping[str, Any]
Act = Callable[[Document, Options, Iterator[int], datetime], tuple[Document, list[Webhook]]]


@dataclass(frozen=True, slots=True)
class Part:
    """Something of a sale that the channel's API knows by an id of its own, e.g. a shipment.

    The rest is what a hub searches with: moments in seconds since the epoch, words and text.
    """

    kind: str
    id: str
    status: str = ""
    created_at: float = 0.0
    closed_at: float = 0.0
    updated_at: float = 0.0
    tags: tuple[str, ...] = ()
    text: str = ""


@dataclass(frozen=True, slots=True)
class Summary:
    """An order in one line; moments are seconds since the epoch, `state` open/closed/cancelled."""

    id: int
    name: str
    total: str
    currency: str
    financial_status: str
    cancelled_at: str | None
    state: str
    created_at: float
    updated_at: float
    parts: tuple[Part, ...] = ()


def _as_it_was(body: bytes, _attempt: int, _at: datetime) -> bytes:
    return body


@dataclass(frozen=True, slots=True)
class DeliveryRules:
    """How a channel delivers webhooks; all in seconds.

    `pauses` are the waits before each retry. `tolerated_losses` is how many deliveries of a topic
    may be lost in a row; with one more the channel drops the subscription. None never drops it.
    `accepted` are the statuses that count as delivered. `retold` writes a retry's body from the
    first one, the number of the attempt and its moment.
    """

    connect_timeout: float
    total_timeout: float
    pauses: tuple[float, ...]
    tolerated_losses: int | None
    accepted: range = range(200, 300)
    retold: Callable[[bytes, int, datetime], bytes] = _as_it_was


@dataclass(frozen=True, slots=True)
class TokenRules:
    """How long what a channel grants to an app lives, in seconds; None is for ever.

    `refresh_life` 0 means that there are no refresh tokens. `lenient`: the refresh token just used
    works until its successor is used.
    """

    code_life: float
    access_life: float | None = None
    refresh_life: float = 0.0
    lenient: bool = False


@dataclass(frozen=True, slots=True)
class Signing:
    """What a delivery's headers are made of, beyond store and body."""

    topic: str
    at: datetime
    webhook_id: str
    event_id: str
    api_version: str


def _payload(_: Store, webhook: Webhook, _at: datetime) -> Any:
    return webhook.payload


def _nothing(_: Store) -> list[Webhook]:
    return []


def _untold(_: Sequence[Product], __: bool) -> Webhook:
    raise NotImplementedError


@dataclass(frozen=True, slots=True)
class Channel:
    """A channel's behaviour as values and pure functions; its API is mounted apart.

    `topics` are those a hub subscribes to by API. `basket` reads the lines of a partial order in
    the channel's own words; `merge` lays such an order over a record. `acts` maps what people do
    (pay, cancel, refund, edit) to functions of (record, options, ids, at); an option `target` is
    the id by which the control asked for the order. `body` writes a webhook's body. `lacking` are
    the faults that no sale can have there. `tokens` None: the token of the store's settings is
    the only one. `removed` is what goes out when the shop removes the app,
    `product_told` when a product was changed, given its variations, or taken off the shelf.
    """

    name: str
    topics: tuple[str, ...]
    rules: DeliveryRules
    render: Callable[[Sale, Store, Iterator[int], int, datetime], Document]
    basket: Callable[[Mapping[str, Any], Sale], tuple[Line, ...]]
    merge: Callable[[Document, Mapping[str, Any]], Document]
    placed: Callable[[Document], list[Webhook]]
    acts: Mapping[str, Act]
    summary: Callable[[Document], Summary]
    headers: Callable[[Store, bytes, Signing], dict[str, str]]
    body: Callable[[Store, Webhook, datetime], Any] = _payload
    lacking: frozenset[Fault] = frozenset()
    tokens: TokenRules | None = None
    removed: Callable[[Store], list[Webhook]] = _nothing
    product_told: Callable[[Sequence[Product], bool], Webhook] = _untold
