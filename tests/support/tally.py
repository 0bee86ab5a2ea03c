"""The smallest service there is: it notes the revisions of every order and tells each one.

`python -m tests.support.tally PORT` runs it on real clients, for tests of the chassis.
"""

import sys
from collections.abc import Sequence
from typing import Any, Final

from chassis.app import Clients, Parts, run
from chassis.clock import utc_now
from chassis.flow import Flow, Publishes
from chassis.settings import Settings
from chassis.store import Documents, MongoDocuments
from chassis.subscription import Subscription
from contracts.envelope import Message
from contracts.events import OrderCaptured, OrderErased
from tests.support.belt import FakeClock

SERVICE: Final = "validation"
"""It borrows a name: only declared services have a topic for their dead letters."""

Revisions = tuple[int, ...]


def step(seen: Revisions | None, message: Message) -> tuple[Revisions, Sequence[Message]]:
    """Note the revision in its order of arrival; tell it. An order named #13 breaks the step."""
    assert isinstance(message, OrderCaptured)
    if message.order.number == "#13":
        raise ZeroDivisionError(f"{message.order.buyer.name} must not be quoted")
    known = seen or ()
    told = OrderErased(
        occurred_at=message.occurred_at,
        order_id=message.order_id,
        store_id=message.store_id,
        account_id=message.account_id,
        revision=message.revision,
    )
    return known if message.revision in known else (*known, message.revision), [told]


def flow(documents: Documents[Revisions], publisher: Publishes, **more: Any) -> Flow[Revisions]:
    """The service's one flow; its clock stands still."""
    parts: dict[str, Any] = {"step": step, "clock": FakeClock()} | more
    return Flow(
        service=SERVICE,
        topics=(OrderCaptured.topic,),
        documents=documents,
        publisher=publisher,
        **parts,
    )


def encode(revisions: Revisions) -> dict[str, Any]:
    """Revisions as their document."""
    return {"revisions": list(revisions)}


def decode(document: dict[str, Any]) -> Revisions:
    """Revisions from their document."""
    return tuple(document["revisions"])


def build(clients: Clients) -> Parts:
    """The service's parts on the real clients."""
    documents = MongoDocuments(clients.mongo["tally"]["orders"], encode, decode)
    taken = flow(documents, clients.publisher, clock=utc_now)
    return Parts(subscriptions=[Subscription(taken, group="tally")])


if __name__ == "__main__":
    run(SERVICE, Settings.from_environment(), int(sys.argv[1]), build)
