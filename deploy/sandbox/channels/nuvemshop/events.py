"""How Nuvemshop tells of events: three ids and no content, signed, retried for two days.

Source: the webhook resource of the API documentation and its changelog (3 s since 24/02/2026).
"""

import hashlib
import hmac
from collections.abc import Sequence
from datetime import datetime

from sandbox.channels.channel import (
    ActRefusedError,
    DeliveryRules,
    Document,
    Signing,
    Store,
    Summary,
    Webhook,
)
from sandbox.channels.generator import Product
from sandbox.channels.nuvemshop.order import store_number
from sandbox.channels.nuvemshop.shapes import product_id

_ORDER_EVENTS = (
    *("created", "updated", "paid", "packed", "unpacked", "fulfilled", "cancelled", "pending"),
    *("voided", "edited", "custom_fields_updated"),
)
TOPICS = (
    *(f"order/{name}" for name in _ORDER_EVENTS),
    *("product/created", "product/updated", "product/deleted"),
    *("app/uninstalled", "app/suspended", "app/resumed"),
)
REGISTRABLE = frozenset(
    {
        *TOPICS,
        *("fulfillment_order/status_updated", "fulfillment/updated"),
        *(f"fulfillment_order/tracking_event_{done}" for done in ("created", "updated", "deleted")),
        *(
            f"{thing}/{done}"
            for thing in ("product", "customer", "location", "category")
            for done in ("created", "updated", "deleted")
        ),
        *("domain/updated", "theme/updated", "subscription/updated"),
    }
)
"""What an app may register for by API; the privacy events have addresses in the partner panel."""

_STORE_REDACT = "store/redact"
_ABOUT_CUSTOMERS = ("customers/redact", "customers/data_request")

# "One immediately, then at approximately 5, 10 and 15 minutes", then each wait 1.4 times the one
# before; read as marks in time, both published bounds hold: 18 attempts, 48 hours.
_MARKED = (0.0, 300.0, 300.0, 300.0)
_ATTEMPTS = 18
RULES = DeliveryRules(
    connect_timeout=3.0,
    total_timeout=3.0,
    pauses=(
        *_MARKED,
        *(_MARKED[-1] * 1.4**step for step in range(1, _ATTEMPTS - len(_MARKED))),
    ),
    tolerated_losses=None,
)


def signature(secret: str, body: bytes) -> str:
    """Lower-case hex of HMAC-SHA256 over the raw body, keyed with the app's client secret."""
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def headers(store: Store, body: bytes, _: Signing) -> dict[str, str]:
    """The headers of one delivery.

    Whether the privacy events are signed is not published; here they are.
    """
    return {
        "Content-Type": "application/json",
        "User-Agent": "Nuvemshop",
        "X-Linkedstore-HMAC-SHA256": signature(store.webhook_secret, body),
    }


def body(store: Store, webhook: Webhook, _: datetime) -> Document:
    """What an event says; without an id it is about the app. ActRefusedError for customers."""
    if webhook.topic in _ABOUT_CUSTOMERS:
        raise ActRefusedError("this event has a customer: give its payload")
    if webhook.topic == _STORE_REDACT:
        return {"store_id": store_number(store)}
    about = store.client_id if webhook.payload is None else webhook.payload
    return {"store_id": store_number(store), "event": webhook.topic, "id": int(about)}


def placed(record: Document) -> list[Webhook]:
    """What goes out when a buyer places an order; it is not paid yet."""
    return told(record, "created")


def told(record: Document, *names: str) -> list[Webhook]:
    """These events of the order."""
    return [Webhook(f"order/{name}", record["order"]["id"]) for name in names]


def uninstalled(_: Store) -> list[Webhook]:
    """The shop removed the app."""
    return [Webhook("app/uninstalled", None)]


def product_told(variations: Sequence[Product], removed: bool) -> Webhook:
    """A product was changed or deleted."""
    number = product_id(variations[0].title)
    return Webhook("product/deleted" if removed else "product/updated", number)


def summary(record: Document) -> Summary:
    """The order in one line, for lists and for search."""
    order = record["order"]
    return Summary(
        id=order["id"],
        name=f"#{order['number']}",
        total=order["total"],
        currency=order["currency"],
        financial_status=order["payment_status"],
        cancelled_at=order["cancelled_at"],
        state=order["status"],
        created_at=datetime.fromisoformat(order["created_at"]).timestamp(),
        updated_at=datetime.fromisoformat(order["updated_at"]).timestamp(),
    )
