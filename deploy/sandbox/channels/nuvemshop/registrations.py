"""/webhooks: what an app registers for, one event and address per registration.

The platform takes HTTPS addresses only, and none of localhost; hubs beside the sandbox are there
and speak HTTP, so both are taken here.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from sandbox.channels.channel import Document, Store
from sandbox.channels.nuvemshop.answer import Answer, InvalidFieldsError, refusal
from sandbox.channels.nuvemshop.events import REGISTRABLE
from sandbox.channels.nuvemshop.paging import page_of, paged, since_of
from sandbox.channels.nuvemshop.shapes import moment
from sandbox.channels.nuvemshop.view import only
from sandbox.channels.subscriptions import Subscription, Subscriptions


class WebhooksApi:
    """The registrations of the stores' app."""

    def __init__(self, subscriptions: Subscriptions) -> None:
        self._subscriptions = subscriptions

    def listed(self, store: Store, url: str, given: Mapping[str, str]) -> Answer:
        """One page of the registrations."""
        page, since = page_of(given), since_of(given)
        shown = [_shown(one, store) for one in self._subscriptions.of(store.id) if one.id > since]
        for name in ("event", "url"):
            if name in given:
                shown = [one for one in shown if one[name] == given[name]]
        wanted = [only(one, given) for one in shown[page.offset : page.offset + page.size]]
        if not shown:
            return Answer([], headers={"X-Total-Count": "0"})
        return paged(wanted, len(shown), page, url, given)

    def created(self, store: Store, sent: Any, at: float) -> Answer:
        """Register; the same event and address again are the same registration."""
        event, url = _valid(sent)
        own = any(
            one.topic == event and not one.url and store.webhook_url == url
            for one in self._subscriptions.of(store.id)
        )
        made = self._subscriptions.add(store.id, event, "" if own else url, at)
        return Answer(_shown(made, store), 201)

    def one(self, store: Store, number: str, given: Mapping[str, str]) -> Answer:
        """The registration of this id."""
        known = self._known(store, number)
        return Answer(only(_shown(known, store), given)) if known else _no_webhook()

    def changed(self, store: Store, number: str, sent: Any, at: float) -> Answer:
        """Another event or address, or both."""
        known = self._known(store, number)
        if known is None:
            return _no_webhook()
        given = sent if isinstance(sent, dict) else {}
        event, url = _valid({**_shown(known, store), **given})
        return Answer(_shown(self._subscriptions.change(known, event, url, at), store))

    def removed(self, store: Store, number: str) -> Answer:
        """End a registration."""
        known = self._known(store, number)
        if known is None:
            return _no_webhook()
        self._subscriptions.remove(known.id)
        return Answer({})

    def _known(self, store: Store, number: str) -> Subscription | None:
        registered = self._subscriptions.of(store.id)
        return next((one for one in registered if str(one.id) == number), None)


def _no_webhook() -> Answer:
    return refusal(404, "Webhook with such id does not exist")


def _valid(sent: Any) -> tuple[str, str]:
    """Event and address of a registration; InvalidFieldsError naming what is wrong."""
    given = sent if isinstance(sent, dict) else {}
    event, url = given.get("event"), given.get("url")
    wrong = {}
    if event not in REGISTRABLE:
        wrong["event"] = (
            f"Invalid event specified. Events allowed: {', '.join(sorted(REGISTRABLE))}"
        )
    if not isinstance(url, str) or not _is_address(url):
        wrong["url"] = "invalid url specified"
    if wrong:
        raise InvalidFieldsError(**wrong)
    return str(event), str(url)


def _is_address(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme in {"http", "https"} and bool(parts.hostname)


def _shown(one: Subscription, store: Store) -> Document:
    return {
        "id": one.id,
        "event": one.topic,
        "url": one.url or store.webhook_url,
        "created_at": _moment(one.created_at),
        "updated_at": _moment(one.updated_at),
    }


def _moment(seconds: float) -> str:
    return moment(datetime.fromtimestamp(seconds, UTC))
