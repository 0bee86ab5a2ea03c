"""What the sandbox needs to know of a channel; each channel module fills in one `Channel`."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict

from sandbox.channels.generator import Line, Sale

Document = dict[str, Any]


class ActRefusedError(Exception):
    """The order's state does not allow what the buyer or merchant wants."""


class Store(BaseModel):
    """One shop at a channel and the hub that listens to it.

    `webhook_url` is where its webhooks go; empty sends none. `plan` sets the API's rate limits
    ("unlimited" for benchmarks); `api_version` is the one webhooks are rendered in.
    """

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    id: str
    channel: str
    shop_domain: str
    access_token: str
    webhook_secret: str
    webhook_url: str = ""
    plan: str = "standard"
    api_version: str = "2026-10"


@dataclass(frozen=True, slots=True)
class Webhook:
    """Something that happened, as the channel tells it."""

    topic: str
    payload: Any


Options = Mapping[str, Any]
Act = Callable[[Document, Options, Iterator[int], datetime], tuple[Document, list[Webhook]]]


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


@dataclass(frozen=True, slots=True)
class DeliveryRules:
    """How a channel delivers webhooks; all in seconds.

    `pauses` are the waits before each retry. `deletes_subscription` says whether the channel
    drops an API-made subscription when the last retry of a delivery has failed.
    """

    connect_timeout: float
    total_timeout: float
    pauses: tuple[float, ...]
    deletes_subscription: bool


@dataclass(frozen=True, slots=True)
class Signing:
    """What a delivery's headers are made of, beyond store and body."""

    topic: str
    at: datetime
    webhook_id: str
    event_id: str
    api_version: str


@dataclass(frozen=True, slots=True)
class Channel:
    """A channel's behaviour as values and pure functions; its API is mounted apart.

    `topics` are those a hub subscribes to by API. `basket` reads the lines of a partial order in
    the channel's own words; `merge` lays such an order over a record. `acts` maps what people do
    (pay, cancel, refund, edit) to functions of (record, options, ids, at).
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
