"""How Shopify signs, names and retries its webhooks.

Sources: shopify.dev, "Verify deliveries" and "Delivery structure"; the changelog entry on the
retry mechanism of 10/09/2024 (8 retries over 4 hours, then the subscription is removed).
"""

import base64
import hashlib
import hmac
from collections.abc import Sequence
from datetime import UTC, datetime

from sandbox.channels.channel import DeliveryRules, Document, Signing, Store, Summary, Webhook
from sandbox.channels.generator import Product
from sandbox.channels.shopify.catalogue import product_of
from sandbox.channels.shopify.rest_api import shop

TOPICS = (
    "orders/create",
    "orders/paid",
    "orders/updated",
    "orders/edited",
    "orders/cancelled",
    "orders/delete",
    "orders/fulfilled",
    "orders/partially_fulfilled",
    "refunds/create",
    "products/create",
    "products/update",
    "products/delete",
    "app/uninstalled",
)

# The number of retries and the four hours are published, the single pauses are not.
RULES = DeliveryRules(
    connect_timeout=1.0,
    total_timeout=5.0,
    pauses=(15.0, 45.0, 135.0, 405.0, 1200.0, 2400.0, 3600.0, 6600.0),
    tolerated_losses=0,
)


def signature(secret: str, body: bytes) -> str:
    """Base64 of HMAC-SHA256 over the raw body, keyed with the app's client secret."""
    digest = hmac.new(secret.encode(), body, hashlib.sha256).digest()
    return base64.b64encode(digest).decode()


def headers(store: Store, body: bytes, signing: Signing) -> dict[str, str]:
    """The headers of one delivery; a retry repeats them."""
    triggered = signing.at.astimezone(UTC).isoformat(timespec="microseconds")
    return {
        "Content-Type": "application/json",
        "User-Agent": "Shopify-Captain-Hook",
        "X-Shopify-Topic": signing.topic,
        "X-Shopify-Shop-Domain": store.shop_domain,
        "X-Shopify-Hmac-Sha256": signature(store.webhook_secret, body),
        "X-Shopify-API-Version": signing.api_version,
        "X-Shopify-Webhook-Id": signing.webhook_id,
        "X-Shopify-Event-Id": signing.event_id,
        "X-Shopify-Triggered-At": triggered.replace("+00:00", "Z"),
    }


def placed(record: Document) -> list[Webhook]:
    """What goes out when a buyer places an order; it is not paid yet."""
    return [Webhook("orders/create", record["order"])]


def removed(store: Store) -> list[Webhook]:
    """What goes out when the shop removes the app."""
    return [Webhook("app/uninstalled", shop(store))]


def product_told(variations: Sequence[Product], removed: bool) -> Webhook:
    """What goes out when a product was changed or deleted."""
    product = product_of(variations)
    if removed:
        return Webhook("products/delete", {"id": product["id"]})
    return Webhook("products/update", product)


def summary(record: Document) -> Summary:
    """The order in one line, for lists and for search."""
    order = record["order"]
    return Summary(
        id=order["id"],
        name=order["name"],
        total=order["total_price"],
        currency=order["currency"],
        financial_status=order["financial_status"],
        cancelled_at=order["cancelled_at"],
        state=_state(order),
        created_at=datetime.fromisoformat(order["created_at"]).timestamp(),
        updated_at=datetime.fromisoformat(order["updated_at"]).timestamp(),
    )


def _state(order: Document) -> str:
    """The value of REST's `status` that lists this order."""
    if order["cancelled_at"]:
        return "cancelled"
    return "closed" if order["closed_at"] else "open"
