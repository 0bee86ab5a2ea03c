"""/missed_feeds: the notifications that no attempt delivered, kept for two days."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

import orjson

from sandbox.channels.channel import Document, Store
from sandbox.channels.mercadolivre.answer import Answer, error
from sandbox.channels.outbox import Attempt, Delivery, Outbox

_DEFAULT = 10
_KEPT = timedelta(days=2)


def missed(
    given: Mapping[str, str], caller: Store, stores: Sequence[Store], outbox: Outbox, now: float
) -> Answer:
    """The app's lost notifications, of all its sellers, the newest first."""
    if given.get("app_id") != caller.client_id:
        return error(403, "forbidden", "The caller is not the application")
    topic = given.get("topic")
    if topic == "items" and "site_id" not in given:
        return error(400, "bad_request", "site_id is required for this topic")
    offset, limit = given.get("offset", "0"), given.get("limit", str(_DEFAULT))
    if not (offset.isdecimal() and limit.isdecimal()):
        return error(400, "bad_request", "Invalid offset or limit")
    sellers = [store.id for store in stores if store.client_id == caller.client_id]
    lost = outbox.lost(sellers, now - _KEPT.total_seconds(), topic)
    page = lost[int(offset) : int(offset) + int(limit)]
    return Answer({"messages": [_message(*one) for one in page]})


def _message(delivery: Delivery, last: Attempt) -> Document:
    """The notification, what was posted at last, and what came back."""
    return {
        **_notification(delivery),
        "attempts": delivery.failures,
        "request": {
            "url": delivery.url,
            "headers": {
                **{name.lower(): value for name, value in delivery.headers.items()},
                "content-length": len(delivery.body),
            },
            "data": delivery.body.decode(errors="replace"),
        },
        "response": {
            "req_time": round(last.ms),
            "http_code": last.status,
            "body": last.error or "[object Object]",
            "headers": {},
        },
    }


def _notification(delivery: Delivery) -> Document:
    try:
        told = orjson.loads(delivery.body)
    except orjson.JSONDecodeError:
        return {}
    return told if isinstance(told, dict) else {}
