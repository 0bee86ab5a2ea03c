"""Patience with those who guess passwords, shared by all processes."""

import hashlib
import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from chassis.clock import Clock
from chassis.patience import Unavailable
from chassis.store import Collection_, Database, Documents, Kept, MongoDocuments, translated

LONGEST_WAIT: Final = timedelta(minutes=15)
FREE: Final[Mapping[str, int]] = {"both": 5, "device": 5, "network": 30, "account": 50}
"""Failures without a wait: of an account from an address, from a device that its user is known by,
from an address, of an account.

The last two are generous, so that nobody locks a colleague out by typing nonsense."""
MOST_IN_A_ROW: Final = 100
"""Wrong passwords of an account; after that one a day is looked at (ASVS 5, 6.3.1)."""
FORGOTTEN_AFTER: Final = timedelta(days=1)
_TRIES: Final = 20


class Throttled(Exception):  # noqa: N818 - it names what the caller is
    """Too many failures; `wait_s` is how long to wait before the next try."""

    def __init__(self, wait_s: int) -> None:
        super().__init__(wait_s)
        self.wait_s = wait_s


@dataclass(frozen=True, slots=True)
class Failures:
    """How many in a row, and when the next try is free."""

    count: int
    free_at: datetime


def after(failures: Failures | None, kind: str, now: datetime) -> Failures:
    """One more failure: after some free ones, each doubles the wait. Pure."""
    count = (failures.count if failures else 0) + 1
    if count >= MOST_IN_A_ROW and kind != "network":
        return Failures(count, now + FORGOTTEN_AFTER)
    beyond = count - FREE[kind]
    wait = timedelta(seconds=2 ** min(beyond, 20)) if beyond >= 0 else timedelta(0)
    return Failures(count, now + min(wait, LONGEST_WAIT))


@dataclass(frozen=True, slots=True)
class Throttle:
    """Counts each try as a failure before its password is looked at: none slips in meanwhile."""

    kept: Documents[Failures]
    clock: Clock

    async def enter(self, account: str, network: str, device: str = "") -> None:
        """Count a try. Raises Throttled while this account or address has to wait, Unavailable.

        From a device that the account's user is known by, what others tried is no obstacle.
        """
        keys = _keys(account, network, device)
        for _ in range(_TRIES):
            known = await self.kept.load([*keys])
            now = self.clock()
            wait = max((k.state.free_at - now for k in known.values()), default=timedelta(0))
            if wait > timedelta(0):
                raise Throttled(math.ceil(wait.total_seconds()))
            changes = {}
            for key, kind in keys.items():
                kept = known.get(key)
                failures = after(kept.state if kept else None, kind, now)
                changes[key] = Kept(failures, kept.version if kept else 0)
            if await self.kept.save(changes):
                return
        raise Unavailable("login: too many tries at once")

    async def succeeded(self, account: str, network: str, device: str = "") -> None:
        """Forgive the account its failures; the address is only given its try back.

        From a known device only its own are forgiven: others go on waiting.
        """
        kinds = {kind: key for key, kind in _keys(account, network, device).items()}
        for _ in range(_TRIES):
            known = await self.kept.load(kinds.values())
            changes = {}
            for kind, key in kinds.items():
                if (kept := known.get(key)) is None:
                    continue
                count = kept.state.count - 1 if kind == "network" else 0
                changes[key] = Kept(Failures(count, self.clock()), kept.version)
            if await self.kept.save(changes):
                return

    async def forgive(self, account: str) -> None:
        """Forget what was tried at this account: its password is another now."""
        await self.succeeded(account, "")


def _keys(account: str, network: str, device: str) -> dict[str, str]:
    """What is counted, by a hash: whatever was typed as a user stays unknown."""
    named = {"network": network}
    if device:
        named["device"] = f"{account}\n{device}"
    else:
        named |= {"both": f"{account}\n{network}", "account": account}
    return {
        hashlib.sha256(f"{kind}\n{name}".encode()).hexdigest(): kind for kind, name in named.items()
    }


def encode(failures: Failures) -> dict[str, Any]:
    """Failures as their document."""
    return {
        "count": failures.count,
        "free_at": failures.free_at,
        "expires_at": failures.free_at + FORGOTTEN_AFTER,
    }


def decode(document: dict[str, Any]) -> Failures:
    """Failures from their document."""
    return Failures(document["count"], document["free_at"])


async def prepare(database: Database[dict[str, Any]]) -> None:
    """Create the index that lets failures be forgotten. Raises Unavailable."""
    with translated():
        await _collection(database).create_index("expires_at", expireAfterSeconds=0, name="expiry")


def documents(database: Database[dict[str, Any]]) -> MongoDocuments[Failures]:
    """The failures in the panel's database."""
    return MongoDocuments(_collection(database), encode, decode)


def _collection(database: Database[dict[str, Any]]) -> Collection_[dict[str, Any]]:
    return database["login_failures"]
