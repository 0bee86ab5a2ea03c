"""What a channel granted us for a store: its tokens as capture keeps them, sealed at rest."""

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from datetime import datetime, timedelta
from typing import Any, Final

import structlog

from capture.channels.channel import Shop
from chassis.store import Collection_, MongoDocuments
from chassis.vault import Sealed, Vault

YOUNG: Final = timedelta(minutes=5)
"""A token that is refused so soon after it was granted would be refused renewed again."""
EARLY: Final = timedelta(minutes=10)
"""A token is renewed this long before its end: should that fail, there is time for another try."""
_SECRETS: Final = ("access", "refresh")

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Grant:
    """A store's tokens. `expires_at` is None where nobody has said when the access token ends.

    `given` is a hash of the grant that the store told, and `told` the version of the store that
    told it; `granted_at` is when it was last renewed from there. `refused` is the version of the
    store with which the channel refused a renewal, -1 while it has not. A renewal that was begun
    keeps others from beginning one until `renewing_until`.
    """

    store_id: str
    access: str = field(repr=False)
    refresh: str = field(repr=False)
    given: str
    told: int
    expires_at: datetime | None = None
    granted_at: datetime | None = None
    refused: int = -1
    renewing_until: datetime | None = None

    def ends_soon(self, now: datetime) -> bool:
        """Whether it is time to renew the access token."""
        return self.expires_at is not None and now >= self.expires_at - EARLY

    def young(self, now: datetime) -> bool:
        """Whether these tokens are the fruit of a renewal just made."""
        recent = self.granted_at is not None and now < self.granted_at + YOUNG
        return recent and not self.ended(now)

    def ended(self, now: datetime) -> bool:
        """Whether the access token is known to open nothing any more."""
        return self.expires_at is not None and now >= self.expires_at


def standing(kept: Grant | None, shop: Shop) -> Grant:
    """The grant to work with: the kept one, unless a newer version of the store tells another."""
    given = _fingerprint(shop)
    if kept is not None and (kept.given == given or shop.version <= kept.told):
        return kept
    return Grant(
        store_id=shop.store_id,
        access=shop.token,
        refresh=shop.refresh_token,
        given=given,
        told=shop.version,
        expires_at=shop.token_ends_at,
    )


def _fingerprint(shop: Shop) -> str:
    return hashlib.sha256(f"{shop.token}\n{shop.refresh_token}".encode()).hexdigest()


_FIELDS: Final = tuple(f.name for f in fields(Grant))


class MongoGrants(MongoDocuments[Grant]):
    """The grants in a collection, their tokens sealed."""

    def __init__(self, collection: Collection_[dict[str, Any]], vault: Vault) -> None:
        super().__init__(collection, lambda g: encode(g, vault), lambda d: decode(d, vault))


def encode(grant: Grant, vault: Vault) -> dict[str, Any]:
    """A grant as its document."""
    sealed = {n: vault.seal(getattr(grant, n), _owner(grant.store_id, n)) for n in _SECRETS}
    return asdict(grant) | sealed


def decode(document: Mapping[str, Any], vault: Vault) -> Grant:
    """A grant from its document. One sealed with another key counts for less than the store's."""
    kept = {name: document[name] for name in _FIELDS}
    store_id = document["store_id"]
    try:
        kept |= {n: vault.open(kept[n], _owner(store_id, n)) for n in _SECRETS}
    except Sealed:
        log.exception("grant_unreadable", store_id=store_id)
        kept |= {"access": "", "refresh": "", "given": "", "told": -1}
    return Grant(**kept)


def _owner(store_id: str, name: str) -> str:
    return f"{store_id}:granted_{name}"
