"""Shopify's webhooks: how they are signed and what each topic says. Pure.

Source: shopify.dev, "Verify deliveries" and "Delivery structure"; Shopify's own verifiers accept
each header with and without its `X-`.
"""

import binascii
import hashlib
import hmac
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Annotated, Any, Final, TypeVar

from pydantic import BeforeValidator, ValidationError

from capture.channels.channel import (
    Delivery,
    Disconnected,
    Headers,
    ListingHint,
    NotUsed,
    OrderDeleted,
    OrderHint,
    PrivacyKind,
    PrivacyRequest,
    Said,
    Signature,
    Unreadable,
)
from capture.channels.part import Part
from capture.channels.shopify.normalise import is_cancelled
from capture.channels.shopify.payload import Id, order_in
from contracts.events import RawDocument
from contracts.wire import describe

_KEPT: Final = ("topic", "shop-domain", "api-version", "webhook-id", "event-id", "triggered-at")
KEPT_HEADERS: Final[Mapping[bytes, str]] = {
    f"{family}{name}".encode(): f"{family}{name}"
    for name in _KEPT
    for family in ("x-shopify-", "shopify-")
}

_ORDER_TOPICS: Final = frozenset(
    {
        "orders/create", "orders/paid", "orders/updated", "orders/cancelled", "orders/fulfilled",
        "orders/partially_fulfilled",
    }
)  # fmt: skip
_DELETED: Final = "orders/delete"
_PRODUCT_TOPICS: Final = frozenset({"products/create", "products/update", "products/delete"})
_PRIVACY_TOPICS: Final = {
    "customers/data_request": PrivacyKind.SHOW,
    "customers/redact": PrivacyKind.ERASE_BUYER,
    "shop/redact": PrivacyKind.ERASE_SHOP,
}
UNINSTALLED: Final = "app/uninstalled"
_DUE_AFTER_LEAVING: Final = frozenset({UNINSTALLED, *_PRIVACY_TOPICS})

P = TypeVar("P", bound=Part)
_OWN_DOMAIN: Final = ".myshopify.com"


def verify(headers: Headers, body: bytes, secrets: Sequence[bytes]) -> Signature:
    """Base64 of HMAC-SHA256 over the raw body, keyed with the app's client secret.

    For an hour after a rotation Shopify still signs with the old secret: any accepted one will do.
    """
    signed = headers.get(b"x-shopify-hmac-sha256") or headers.get(b"shopify-hmac-sha256")
    if not signed:
        return Signature.MISSING
    for secret in secrets:
        digest = hmac.digest(secret, body, hashlib.sha256)
        if hmac.compare_digest(binascii.b2a_base64(digest, newline=False), signed):
            return Signature.GOOD
    return Signature.WRONG


def domain_named(headers: Headers) -> str:
    """The shop's permanent domain: the compliance topics of an app have one address for all."""
    stated = headers.get(b"x-shopify-shop-domain") or headers.get(b"shopify-shop-domain") or b""
    return stated.decode("latin-1").strip().lower()


def outlives_connection(headers: Headers) -> bool:
    """Uninstalling repeats, and the privacy topics, which come days after it."""
    topic = headers.get(b"x-shopify-topic") or headers.get(b"shopify-topic") or b""
    return topic.decode("latin-1").lower() in _DUE_AFTER_LEAVING


def read(delivery: Delivery, domain: str) -> Said:
    """What the webhook says to the shop at `domain`, by its topic. Raises Unreadable."""
    if _of_another_shop(delivery, domain):
        raise Unreadable("the webhook is of another shop")
    topic = _header(delivery, "topic").lower()
    if topic in _ORDER_TOPICS:
        order = order_in(delivery.body)
        raw = RawDocument(source=f"webhook {topic}", body=delivery.body.decode())
        return OrderHint(order.id, order, (raw,), urgent=is_cancelled(order))
    if topic in {"orders/edited", "refunds/create"}:
        return OrderHint(_changed(delivery))
    if topic in {_DELETED, *_PRODUCT_TOPICS}:
        number = _model(_Bare, delivery).id
        return OrderDeleted(number) if topic == _DELETED else ListingHint(number)
    if topic == UNINSTALLED:
        return Disconnected(_triggered_at(delivery), cause=UNINSTALLED)
    if topic in _PRIVACY_TOPICS:
        return _privacy_request(delivery, _PRIVACY_TOPICS[topic])
    if not topic:
        raise Unreadable("the webhook names no topic")
    return NotUsed("topic_not_used")


def _of_another_shop(delivery: Delivery, domain: str) -> bool:
    """All shops of one app share its secret, so a good signature does not tell them apart."""
    stated, ours = _header(delivery, "shop-domain").lower(), domain.lower()
    both_permanent = stated.endswith(_OWN_DOMAIN) and ours.endswith(_OWN_DOMAIN)
    return both_permanent and stated != ours


class _Bare(Part):
    id: Id


class _OfOrder(Part):
    order_id: Id


class _Change(Part):
    """An edit or a refund, bare or in an envelope: only which order it is of."""

    order_id: Id | None = None
    order_edit: _OfOrder | None = None
    refund: _OfOrder | None = None


def _ids(value: Any) -> Any:
    return () if value is None else value


class _Named(Part):
    id: Id | None = None


class _Privacy(Part):
    """A privacy webhook; whatever else it holds of the buyer is not read."""

    customer: _Named | None = None
    orders_requested: Annotated[tuple[Id, ...], BeforeValidator(_ids)] = ()
    orders_to_redact: Annotated[tuple[Id, ...], BeforeValidator(_ids)] = ()
    data_request: _Named | None = None


def _changed(delivery: Delivery) -> str:
    change = _model(_Change, delivery)
    inside = change.order_edit or change.refund
    order_id = inside.order_id if inside else change.order_id
    if order_id is None:
        raise Unreadable("the webhook names no order")
    return order_id


def _privacy_request(delivery: Delivery, kind: PrivacyKind) -> PrivacyRequest:
    asked = _model(_Privacy, delivery)
    numbered = asked.data_request.id if asked.data_request else None
    return PrivacyRequest(
        kind=kind,
        request_id=numbered or _header(delivery, "webhook-id") or _fingerprint(delivery.body),
        customer_id=asked.customer.id if asked.customer else None,
        order_ids=asked.orders_requested + asked.orders_to_redact,
    )


def _model(kind: type[P], delivery: Delivery) -> P:
    try:
        return kind.model_validate_json(delivery.body)
    except ValidationError as error:
        raise Unreadable(f"not what its topic says: {describe(error)}") from None


def _fingerprint(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()[:32]


def _triggered_at(delivery: Delivery) -> datetime:
    """When it happened: the same for every retry, unlike the moment of receipt."""
    try:
        moment = datetime.fromisoformat(_header(delivery, "triggered-at"))
    except ValueError:
        return delivery.received_at
    return moment.astimezone(UTC) if moment.tzinfo else delivery.received_at


def _header(delivery: Delivery, name: str) -> str:
    headers = delivery.headers
    return (headers.get(f"x-shopify-{name}") or headers.get(f"shopify-{name}") or "").strip()
