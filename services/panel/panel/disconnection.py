"""A store that its channel cut off: told once to everybody, by configuring it as inactive. Pure."""

from collections.abc import Callable, Sequence
from typing import Any

from chassis.table import Table
from contracts.envelope import Message
from contracts.events import StoreDisconnected
from contracts.stores import StoreConfigured
from contracts.value import Instant, Value


class Disconnection(Value):
    """The latest time the channel cut the store off; `store_version` is the store's since then."""

    store_id: str
    at: Instant
    cause: str
    store_version: int


Decision = tuple[Disconnection | None, Sequence[Message]]


def step_on(
    stores: Table[StoreConfigured],
) -> Callable[[Disconnection | None, Message], Decision]:
    """The step that decides with the stores as they are now."""

    def step(known: Disconnection | None, message: Message) -> Decision:
        """Make the store inactive, once per disconnection.

        Heard again, it is told again only where the telling was lost: a store that was
        connected anew since then stays connected.
        """
        store = stores.get(message.subject)
        if not isinstance(message, StoreDisconnected) or store is None:
            return known, ()
        if known is not None and known.at >= message.occurred_at:
            return known, () if store.version >= known.store_version else (_cut(store, known),)
        found = Disconnection(
            store_id=store.store_id,
            at=message.occurred_at,
            cause=message.cause,
            store_version=store.version + store.active,
        )
        return found, (_cut(store, found),) if store.active else ()

    return step


def _cut(store: StoreConfigured, found: Disconnection) -> StoreConfigured:
    return store.model_copy(
        update={"active": False, "version": found.store_version, "occurred_at": found.at}
    )


def encode(disconnection: Disconnection) -> dict[str, Any]:
    """A disconnection as its document."""
    return disconnection.model_dump(mode="json")


def decode(document: dict[str, Any]) -> Disconnection:
    """A disconnection from its document."""
    return Disconnection.model_validate(document)
