"""The browsers that a user has logged in with: a new one is told of, a known one is trusted more.

A browser is known by a cookie of its own that outlives logins; its hash is kept with the user's
name in it, so that nobody is known by another's.
"""

import hashlib
import secrets
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final, Protocol

from chassis.clock import Clock
from chassis.store import Database, translated

LASTS: Final = timedelta(days=180)
"""Without a login for so long a browser is a new one again."""
_TOKEN_BYTES: Final = 32
_BROWSERS: Final = (
    ("Edg", "Edge"), ("OPR/", "Opera"), ("SamsungBrowser", "Samsung Internet"),
    ("Firefox", "Firefox"), ("FxiOS", "Firefox"), ("CriOS", "Chrome"), ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)  # fmt: skip
_SYSTEMS: Final = (
    ("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows"),
    ("CrOS", "ChromeOS"), ("Mac OS", "macOS"), ("Linux", "Linux"),
)  # fmt: skip
"""What a browser calls itself holds the names of others too: the first that is found counts."""


@dataclass(frozen=True, slots=True)
class Device:
    """A browser of one user. `told`: the user was told of it, and knows it."""

    id: str
    user: str
    name: str
    first_at: datetime
    last_at: datetime
    told: bool


class DeviceStore(Protocol):
    """Where devices are kept. Raises Unavailable."""

    async def put(self, device: Device) -> None:
        """Keep it, or keep its newer state."""

    async def get(self, id_: str) -> Device | None:
        """The device of this id."""

    async def of(self, user: str) -> list[Device]:
        """The user's devices, the latest first."""

    async def drop_of(self, user: str) -> None:
        """Forget all devices of this user."""


@dataclass(frozen=True, slots=True)
class Devices:
    """Recognises browsers, and remembers which a user has not been told of."""

    store: DeviceStore
    clock: Clock

    async def known(self, user: str, token: str) -> str:
        """This browser's id if the user has used it; empty otherwise. Raises Unavailable."""
        device = await self.store.get(_id_of(user, token)) if token else None
        return device.id if device and device.last_at > self.clock() - LASTS else ""

    async def enters(
        self, user: str, token: str, name: str, *, shared: bool = False
    ) -> tuple[Device, bool]:
        """Somebody logged in with it: the device, and whether the user has to be told.

        Nobody is told of the first one, nor of any where the login is a `shared` one. Raises
        Unavailable.
        """
        now, id_ = self.clock(), _id_of(user, token)
        if await self.known(user, token) and (kept := await self.store.get(id_)):
            device = replace(kept, name=name, last_at=now)
            await self.store.put(device)
            return device, False
        told = shared or not await self.store.of(user)
        device = Device(id_, user, name, first_at=now, last_at=now, told=told)
        await self.store.put(device)
        return device, not told

    async def untold(self, user: str, but: str) -> bool:
        """Whether the user was not told of another device than this. Raises Unavailable."""
        return any(not d.told and d.id != but for d in await self.store.of(user))

    async def tell(self, user: str) -> None:
        """The user has seen all of theirs. Raises Unavailable."""
        for device in await self.store.of(user):
            if not device.told:
                await self.store.put(replace(device, told=True))


def new_token() -> str:
    """What a browser is known by from now on."""
    return secrets.token_urlsafe(_TOKEN_BYTES)


def named(user_agent: str) -> str:
    """`Chrome no Windows`, as far as the browser says who it is."""
    browser = next((name for mark, name in _BROWSERS if mark in user_agent), "Navegador")
    system = next((name for mark, name in _SYSTEMS if mark in user_agent), "")
    return f"{browser} no {system}" if system else browser


def _id_of(user: str, token: str) -> str:
    return hashlib.sha256(f"{user}\n{token}".encode("utf-8", "replace")).hexdigest()


class MongoDevices:
    """Devices in the panel's database, which forgets those that are used no more."""

    def __init__(self, database: Database[dict[str, Any]]) -> None:
        self._devices = database["devices"]

    async def prepare(self) -> None:
        """Create the indexes. Raises Unavailable."""
        with translated():
            await self._devices.create_index(
                "last_at", expireAfterSeconds=int(LASTS.total_seconds()), name="expiry"
            )
            await self._devices.create_index([("user", 1), ("last_at", -1)], name="users")

    async def put(self, device: Device) -> None:
        """See DeviceStore."""
        document = {
            "user": device.user,
            "name": device.name,
            "first_at": device.first_at,
            "last_at": device.last_at,
            "told": device.told,
        }
        with translated():
            await self._devices.replace_one({"_id": device.id}, document, upsert=True)

    async def get(self, id_: str) -> Device | None:
        """See DeviceStore."""
        with translated():
            found = await self._devices.find_one({"_id": id_})
        return _decoded(found) if found else None

    async def of(self, user: str) -> list[Device]:
        """See DeviceStore."""
        found = self._devices.find({"user": user}).sort("last_at", -1)
        with translated():
            return [_decoded(document) for document in await found.to_list(None)]

    async def drop_of(self, user: str) -> None:
        """See DeviceStore."""
        with translated():
            await self._devices.delete_many({"user": user})


def _decoded(document: dict[str, Any]) -> Device:
    return Device(id=document["_id"], **{k: v for k, v in document.items() if k != "_id"})
