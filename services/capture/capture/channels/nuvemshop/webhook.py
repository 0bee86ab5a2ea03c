"""Nuvemshop's webhooks: how they are signed and what each event says. Pure.

Their body is `{store_id, event, id}` and nothing else: no order, no time, no delivery id. Source:
the platform's page on webhooks.
"""

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from typing import Annotated, Final

import orjson

from capture.channels.channel import (
    Delivery,
    Disconnected,
    Headers,
    ListingHint,
    NotUsed,
    OrderHint,
    PrivacyKind,
    PrivacyRequest,
    Said,
    Signature,
    Unreadable,
)
from capture.channels.nuvemshop import payload
from capture.channels.nuvemshop.payload import Id, Listed, read
from capture.channels.part import Part

KEPT_HEADERS: Final[Mapping[bytes, str]] = {}
"""None: all that a webhook says is in its body."""

_ORDER_EVENTS: Final = frozenset(
    f"order/{what}"
    for what in (
        "created", "updated", "paid", "pending", "voided", "edited", "cancelled", "fulfilled",
    )
)  # fmt: skip
_PRODUCT_EVENTS: Final = frozenset({"product/created", "product/updated", "product/deleted"})
_PRIVACY_EVENTS: Final = {
    "customers/data_request": PrivacyKind.SHOW,
    "customers/redact": PrivacyKind.ERASE_BUYER,
    "store/redact": PrivacyKind.ERASE_SHOP,
}
UNINSTALLED: Final = "app/uninstalled"
_SIGNATURE: Final = b"x-linkedstore-hmac-sha256"


def verify(headers: Headers, body: bytes, secrets: Sequence[bytes]) -> Signature:
    """Lower-case hex of HMAC-SHA256 over the raw body, keyed with the app's client secret.

    Whether the platform signs its privacy events is not published. An unsigned one is refused all
    the same: anybody who guesses a shop's number could have its orders erased.
    """
    signed = headers.get(_SIGNATURE)
    if not signed:
        return Signature.MISSING
    for secret in secrets:
        if hmac.compare_digest(_digest(secret, body), signed):
            return Signature.GOOD
    return Signature.WRONG


def domain_named(body: bytes) -> str:
    """The number of the store in the body; empty when it names none."""
    try:
        return _said(body).store_id
    except Unreadable:
        return ""


def outlives_connection(body: bytes) -> bool:
    """Uninstalling repeats, and the privacy events, which come days after it."""
    try:
        return _event(body) in {UNINSTALLED, *_PRIVACY_EVENTS}
    except Unreadable:
        return False


def read_webhook(delivery: Delivery, domain: str) -> Said:
    """What the webhook says to the shop numbered `domain`. Raises Unreadable."""
    said = _said(delivery.body)
    if said.store_id != domain:
        raise Unreadable("the webhook is of another shop")
    event = _event(delivery.body)
    if event in _ORDER_EVENTS or event in _PRODUCT_EVENTS:
        if not (said.id and said.id.isascii() and said.id.isdigit()):
            raise Unreadable("the webhook names no order and no product")
        return OrderHint(said.id) if event in _ORDER_EVENTS else ListingHint(said.id)
    if event == UNINSTALLED:
        return Disconnected(delivery.received_at, cause=UNINSTALLED)
    if event in _PRIVACY_EVENTS:
        return _privacy_request(delivery, _PRIVACY_EVENTS[event])
    return NotUsed("topic_not_used")


class _Named(Part):
    id: Id | None = None


class _Privacy(Part):
    """A privacy webhook; whatever else it holds of the buyer is not read."""

    customer: _Named | None = None
    orders_requested: Annotated[tuple[Id, ...], Listed] = ()
    orders_to_redact: Annotated[tuple[Id, ...], Listed] = ()
    data_request: _Named | None = None


def _said(body: bytes) -> payload.Said:
    return read(payload.Said.model_validate_json, body, "not a webhook")


def _event(body: bytes) -> str:
    """The event; the privacy ones, which name none, are told by the keys they are made of."""
    if event := _said(body).event.lower():
        return event
    keys = orjson.loads(body).keys()
    if "data_request" in keys:
        return "customers/data_request"
    if "orders_to_redact" in keys:
        return "customers/redact"
    if keys == {"store_id"}:
        return "store/redact"
    raise Unreadable("the webhook names no event")


def _privacy_request(delivery: Delivery, kind: PrivacyKind) -> PrivacyRequest:
    asked = read(_Privacy.model_validate_json, delivery.body, "not what its event says")
    numbered = asked.data_request.id if asked.data_request else None
    return PrivacyRequest(
        kind=kind,
        request_id=numbered or hashlib.sha256(delivery.body).hexdigest()[:32],
        customer_id=asked.customer.id if asked.customer else None,
        order_ids=asked.orders_requested + asked.orders_to_redact,
    )


def _digest(secret: bytes, body: bytes) -> bytes:
    return hmac.digest(secret, body, hashlib.sha256).hex().encode()
