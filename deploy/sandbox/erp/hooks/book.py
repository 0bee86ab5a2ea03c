"""Who is told of a company's events, and each telling with what became of it.

An event is written down in the same transaction as the change it tells of: neither is without the
other, and a restart goes on where it was.
"""

import hashlib
import uuid
from typing import Any, Literal

from sandbox.erp.companies import LISTENERS, WEBSERVICE, Company
from sandbox.erp.store import Doc, Table

Queue = Literal["main", "dead", "done", "lost"]

HOOKS = Table("webhooks", key=lambda hook: hook["id"])
DELIVERIES = Table(
    "webhook_deliveries",
    key=lambda delivery: delivery["seq"],
    columns={"lane": lambda delivery: f"{delivery['hook']} {delivery['queue']}"},
    indexed=("lane",),
)
"""`queue` says where a telling waits or how it ended; `due` and `since` are in ms of the epoch."""
LANES: tuple[Queue, ...] = ("main", "dead")
BY_API: Doc = {"email": "no-reply@omie.com.br", "name": "Integração", "userId": 89}
BY_HAND: Doc = {"email": "ana@casadoipe.example", "name": "Ana", "userId": 312}


def register(company: Company, url: str, topics: list[str], duplicate_every: int) -> Doc:
    """Tell this address of these topics from now on, of all where none is named.

    Every `duplicate_every`th telling comes twice; 0 is never.
    """
    with company.transaction():
        hook = {
            "id": company.next_number("webhook"),
            "url": url,
            "topics": topics,
            "duplicate_every": duplicate_every,
            "told": 0,
        }
        company.put(HOOKS, hook)
        company.record[LISTENERS] = company.record.get(LISTENERS, 0) + 1
    return hook


def remove(company: Company, hook_id: int) -> bool:
    """Tell an address nothing more, nor what still waits for it; whether it was known."""
    if company.get(HOOKS, hook_id) is None:
        return False
    with company.transaction():
        company.remove(HOOKS, hook_id)
        company.record[LISTENERS] -= 1
        for lane in LANES:
            for delivery in company.select(DELIVERIES, (("lane = ?", f"{hook_id} {lane}"),)):
                company.remove(DELIVERIES, delivery["seq"])
    return True


def has_listeners(company: Company) -> bool:
    """Whether anybody is told of what happens here."""
    return bool(company.record.get(LISTENERS))


def tell(company: Company, topic: str, event: Doc, user: str = WEBSERVICE) -> None:
    """Write an event down for all who listen to its topic, inside the caller's transaction."""
    if not has_listeners(company):
        return
    message = _message(company, topic, event, user)
    now = int(company.now().timestamp() * 1000)
    for hook in company.select(HOOKS):
        if hook["topics"] and topic.casefold() not in map(str.casefold, hook["topics"]):
            continue
        delivery = {
            "seq": company.next_number("webhook_deliveries"),
            "hook": hook["id"],
            "queue": "main",
            "due": now,
            "since": now,
            "failures": 0,
            "attempts": [],
            "body": message,
        }
        company.put(DELIVERIES, delivery)


def heads(company: Company) -> list[tuple[Doc, Doc]]:
    """The first telling in each queue of each hook, beside its hook: only these may be tried."""
    found = []
    for hook in company.select(HOOKS) if has_listeners(company) else ():
        for lane in LANES:
            where = (("lane = ?", f"{hook['id']} {lane}"),)
            found += [(hook, head) for head in company.select(DELIVERIES, where, "key", "LIMIT 1")]
    return found


def _message(company: Company, topic: str, event: Doc, user: str) -> dict[str, Any]:
    """The envelope around an event; its author is the integration where the API made it."""
    digest = hashlib.sha256(company.app_key.encode()).hexdigest()
    return {
        "messageId": str(uuid.uuid4()),
        "topic": topic,
        "event": event,
        "author": BY_API if user == WEBSERVICE else BY_HAND,
        "appKey": company.app_key,
        "appHash": f"sandbox-{digest[:6]}",
        "origin": "omie-connect-2.0",
    }
