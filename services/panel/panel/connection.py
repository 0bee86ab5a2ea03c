"""How a store's connection to its channel is, as capture told last, and what to say of it. Pure."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from contracts.connections import ChannelAccess, StoreChecked
from contracts.envelope import Message
from contracts.stores import StoreConfigured
from contracts.value import Instant, Value
from panel.pages.formats import ZONE

SOON: Final = timedelta(days=7)
"""An access that ends within this time is worth a word."""

REFUSED: Final = (
    "O canal não aceita mais o acesso desta loja: pedidos novos chegam incompletos ou não chegam."
    " Reconecte a loja."
)
ENDED: Final = "O acesso ao canal terminou e não se renova sozinho. Reconecte a loja."
ENDING: Final = "O acesso ao canal termina em {} e não se renova sozinho. Reconecte a loja antes."
SILENT: Final = (
    "O canal não registrou todos os avisos desta loja; os pedidos chegam mais tarde, pela"
    " conferência."
)


class Connection(Value):
    """What capture found when it looked last; `store_version` is the version it looked at."""

    store_id: str
    at: Instant
    store_version: int
    access: ChannelAccess
    ends_at: Instant | None = None
    missing: tuple[str, ...] = ()
    cause: str = ""


def step(known: Connection | None, message: Message) -> tuple[Connection | None, Sequence[Message]]:
    """Keep what was found last; a look at which the channel was silent says nothing new."""
    if not isinstance(message, StoreChecked):
        return known, ()
    if known is not None and known.at >= message.occurred_at:
        return known, ()
    if known is not None and message.access is ChannelAccess.UNKNOWN:
        return known, ()
    found = Connection(
        store_id=message.store_id,
        at=message.occurred_at,
        store_version=message.store_version,
        access=message.access,
        ends_at=message.ends_at,
        missing=message.webhooks_missing,
        cause=message.cause,
    )
    return found, ()


def must_reconnect(store: StoreConfigured, found: Connection | None, now: datetime) -> str:
    """Why somebody has to connect the store again; empty while nobody has to.

    What was found of an earlier version of the store is over: it may have been reconnected since.
    """
    if found is None or found.store_version < store.version:
        return ""
    if found.access is ChannelAccess.REFUSED:
        return REFUSED
    return ENDED if found.ends_at is not None and found.ends_at <= now else ""


def ending(store: StoreConfigured, found: Connection | None, now: datetime) -> str:
    """Until when the store has to be connected again, if that is soon; empty otherwise."""
    if found is None or found.store_version < store.version or found.ends_at is None:
        return ""
    if not now < found.ends_at <= now + SOON:
        return ""
    return ENDING.format(found.ends_at.astimezone(ZONE).strftime("%d/%m/%Y"))


def is_silent(store: StoreConfigured, found: Connection | None) -> bool:
    """Whether the channel does not tell of everything that it should."""
    return found is not None and found.store_version >= store.version and bool(found.missing)


def encode(connection: Connection) -> dict[str, Any]:
    """A connection as its document."""
    return connection.model_dump(mode="json")


def decode(document: dict[str, Any]) -> Connection:
    """A connection from its document."""
    return Connection.model_validate(document)
