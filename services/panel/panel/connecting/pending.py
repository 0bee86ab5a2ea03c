"""Merchants on their way to a channel: what is to be connected, until the browser comes back.

The `state` that travels with the browser is a random number and its signature by the session that
sent it off: no other browser can come back with it, and it works once.
"""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from datetime import datetime, timedelta
from typing import Any, Final

from chassis.store import Collection_, Database, MongoDocuments, translated
from chassis.vault import Vault

LIFE: Final = timedelta(minutes=30)
"""How long a merchant may take to log in at the channel and say yes."""
_SECRETS: Final = ("app_secret", "verifier")


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants to connect; `store_id` is empty for a new store.

    The ERP's keys of a new store are those typed here, or those of the store `keys_of`.
    """

    channel: str
    store_id: str = ""
    name: str = ""
    domain: str = ""
    app_key: str = ""
    app_secret: str = field(default="", repr=False)
    keys_of: str = ""


@dataclass(frozen=True, slots=True)
class Pending:
    """A wish under way. `id` is the hash of the number in its state; `used` once it came back."""

    id: str
    channel: str
    store_id: str
    name: str
    domain: str
    app_key: str
    app_secret: str = field(repr=False)
    keys_of: str
    verifier: str = field(repr=False)
    ends_at: datetime
    used: bool = False

    @property
    def wish(self) -> Wish:
        """What is to be connected."""
        return Wish(**{f.name: getattr(self, f.name) for f in fields(Wish)})


def begun(wish: Wish, number: str, verifier: str, now: datetime) -> Pending:
    """The wish, on its way from now on."""
    return Pending(id=id_of(number), verifier=verifier, ends_at=now + LIFE, **asdict(wish))


def state_of(number: str, session_secret: str) -> str:
    """What travels with the browser."""
    return f"{number}.{_signature(number, session_secret)}"


def number_in(state: str, session_secret: str) -> str | None:
    """The number in a state that this session signed; None for any other state."""
    number, _, signature = state.partition(".")
    wanted = _signature(number, session_secret)
    return number if hmac.compare_digest(signature.encode(), wanted.encode()) else None


def id_of(number: str) -> str:
    """A pending wish's id: a copy of the database completes nothing."""
    return hashlib.sha256(number.encode()).hexdigest()


def _signature(number: str, session_secret: str) -> str:
    line = f"connect\n{number}".encode()
    return hmac.digest(session_secret.encode(), line, hashlib.sha256).hex()


_FIELDS: Final = tuple(f.name for f in fields(Pending))


def encode(pending: Pending, vault: Vault) -> dict[str, Any]:
    """A pending wish as its document, its secrets sealed."""
    sealed = {n: vault.seal(getattr(pending, n), _owner(pending.id, n)) for n in _SECRETS}
    return asdict(pending) | sealed


def decode(document: Mapping[str, Any], vault: Vault) -> Pending:
    """A pending wish from its document. Raises Sealed."""
    kept = {name: document[name] for name in _FIELDS}
    opened = {n: vault.open(kept[n], _owner(kept["id"], n)) for n in _SECRETS}
    return Pending(**kept | opened)


def _owner(id_: str, name: str) -> str:
    return f"connection:{id_}:{name}"


async def prepare(database: Database[dict[str, Any]]) -> None:
    """Create the index that lets wishes be forgotten. Raises Unavailable."""
    with translated():
        await _collection(database).create_index("ends_at", expireAfterSeconds=0, name="expiry")


def documents(database: Database[dict[str, Any]], vault: Vault) -> MongoDocuments[Pending]:
    """The pending wishes in the panel's database."""
    return MongoDocuments(
        _collection(database), lambda p: encode(p, vault), lambda d: decode(d, vault)
    )


def _collection(database: Database[dict[str, Any]]) -> Collection_[dict[str, Any]]:
    return database["connections_begun"]
