"""GraphQL's webhook subscriptions: those that the app made through the API, and new ones.

Source: shopify.dev, `webhookSubscriptions`, `webhookSubscriptionCreate` and
`webhookSubscriptionDelete`, 2026-10. The platform takes HTTPS addresses; hubs beside the sandbox
speak HTTP, so that is taken here too.
"""

from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from sandbox.channels.channel import Document, Store
from sandbox.channels.shopify.paging import page_of
from sandbox.channels.subscriptions import Subscription, Subscriptions

_GID = "gid://shopify/WebhookSubscription/"
_TAKEN = "Address for this topic has already been taken"


class WebhookFields:
    """The fields of the roots that are about one shop's subscriptions."""

    def __init__(self, subscriptions: Subscriptions, store: Store, at: float) -> None:
        self._subscriptions = subscriptions
        self._store = store
        self._at = at

    def fields(self) -> Document:
        """Resolvers, by field."""
        return {
            "webhookSubscriptions": self._listed,
            "webhookSubscriptionCreate": self._created,
            "webhookSubscriptionDelete": self._deleted,
        }

    def _listed(self, _: Any, *, first: int = 50, **_asked: Any) -> Document:
        known = self._subscriptions.of(self._store.id)
        shown = [(str(one.id), self._shown(one)) for one in known[:first]]
        return page_of(shown, more=len(known) > first, fewer=False)

    def _created(self, _: Any, *, topic: str, webhookSubscription: Document) -> Document:  # noqa: N803 - the schema's name
        uri = str(webhookSubscription.get("uri") or "")
        if urlsplit(uri).scheme not in {"http", "https"}:
            return _refused("Address is invalid")
        name = topic_of(topic)
        known = self._subscriptions.of(self._store.id)
        if any(one.topic == name and self._address(one) == uri for one in known):
            return _refused(_TAKEN)
        made = self._subscriptions.add(self._store.id, name, uri, self._at)
        return {"webhookSubscription": self._shown(made), "userErrors": []}

    def _deleted(self, _: Any, *, id: str) -> Document:  # noqa: A002 - the schema's name
        known = self._subscriptions.of(self._store.id)
        found = next((one for one in known if f"{_GID}{one.id}" == id), None)
        if found is None:
            error = {"field": ["id"], "message": "Webhook subscription does not exist"}
            return {"deletedWebhookSubscriptionId": None, "userErrors": [error]}
        self._subscriptions.remove(found.id)
        return {"deletedWebhookSubscriptionId": id, "userErrors": []}

    def _shown(self, one: Subscription) -> Document:
        return {
            "id": f"{_GID}{one.id}",
            "topic": one.topic.upper().replace("/", "_"),
            "uri": self._address(one),
            "createdAt": _moment(one.created_at),
            "updatedAt": _moment(one.updated_at),
        }

    def _address(self, one: Subscription) -> str:
        return one.url or self._store.webhook_url


def topic_of(enumerated: str) -> str:
    """GraphQL's name of a topic as headers write it: ORDERS_PAID is orders/paid."""
    thing, _, what = enumerated.lower().partition("_")
    return f"{thing}/{what}"


def _refused(message: str) -> Document:
    error = {"field": ["webhookSubscription", "uri"], "message": message}
    return {"webhookSubscription": None, "userErrors": [error]}


def _moment(seconds: float) -> str:
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%SZ}"
