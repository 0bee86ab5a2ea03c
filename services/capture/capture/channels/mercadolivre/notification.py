"""Mercado Livre's notifications: a pointer to something that changed, and no signature. Pure.

Source: developers.mercadolivre.com.br, "Receba notificações", as of 2026-06. Nothing in a request
can be verified (`x-signature` is Mercado Pago's). So a notification is only believed to say that
something may have changed: its resource is checked against a strict pattern, its address built
by ourselves, and what is true is asked of the platform with the seller's own token. A forged one
can at worst cost us a question. The platform's source addresses are published but change; they are
not checked.
"""

import re
from typing import Final

import orjson

from capture.channels.channel import (
    Delivery,
    Lead,
    ListingHint,
    NotUsed,
    Said,
    Shop,
    Signature,
    Unreadable,
)
from capture.channels.mercadolivre.payload import read
from capture.channels.part import Part, Text

_LEADS: Final = {
    "orders_v2": re.compile(r"/?orders/(?P<id>[0-9]{1,20})"),
    "payments": re.compile(r"/?(?:collections|payments)/(?P<id>[0-9]{1,20})"),
    "shipments": re.compile(r"/?shipments/(?P<id>[0-9]{1,20})"),
    "post_purchase": re.compile(r"/?post-purchase/v1/claims/(?P<id>[0-9]{1,20})"),
}
"""What a topic's resource looks like; the other topics are about other things than orders."""
ITEMS: Final = "items"
_ITEM: Final = re.compile(r"/?items/(?P<id>ML[A-Z][0-9]{1,20})")
KINDS: Final = {
    "orders_v2": "orders",
    "payments": "payments",
    "shipments": "shipments",
    "post_purchase": "claims",
}


class Notification(Part):
    """What changed, of whom, and for which application."""

    resource: Text = ""
    user_id: Text = ""
    topic: Text = ""
    application_id: Text = ""


def verify(body: bytes) -> Signature:
    """GOOD for whatever may be a notification: which seller's and application's is seen later.

    A body that is no JSON is turned away by the door in words of its own.
    """
    try:
        said = orjson.loads(body)
    except orjson.JSONDecodeError:
        return Signature.GOOD
    shaped = isinstance(said, dict) and {"resource", "user_id", "topic"} <= said.keys()
    return Signature.GOOD if shaped else Signature.FOREIGN


def domain_named(body: bytes) -> str:
    """The seller's user id: an application has one address for all its sellers."""
    try:
        said = orjson.loads(body)
    except orjson.JSONDecodeError:
        return ""
    user = said.get("user_id") if isinstance(said, dict) else None
    return str(user) if isinstance(user, str | int) and not isinstance(user, bool) else ""


def read_notification(delivery: Delivery, shop: Shop) -> Said:
    """What the notification leads to. Raises Unreadable."""
    said = read(Notification, delivery.body)
    check_origin(said, shop)
    if not said.topic:
        raise Unreadable("the notification names no topic")
    if said.topic == ITEMS:
        listing = _ITEM.fullmatch(said.resource)
        if listing is None:
            raise Unreadable("the notification's resource is no item")
        return ListingHint(listing["id"])
    pattern = _LEADS.get(said.topic)
    if pattern is None:
        return NotUsed("topic_not_used")
    found = pattern.fullmatch(said.resource)
    if found is None:
        raise Unreadable("the notification's resource is none of its topic")
    return Lead(f"{KINDS[said.topic]}/{found['id']}")


def check_origin(said: Notification, shop: Shop) -> None:
    """All that a request can be held to: the seller is the store's, the application ours.

    Raises Unreadable, so that a store that was set up wrong loses nothing: its notifications
    wait among the dead letters.
    """
    if said.user_id != shop.domain:
        raise Unreadable("the notification is of another seller")
    if shop.app.client_id and said.application_id != shop.app.client_id:
        raise Unreadable("the notification is for another application")
