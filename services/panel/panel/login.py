"""Whether somebody may come in: a user, a password, and patience."""

from dataclasses import dataclass, field
from typing import Final

from panel.devices import Devices
from panel.passwords import LONGEST, Hashing, hashed
from panel.people import People, User
from panel.throttle import Throttle

_NOBODYS: Final = hashed("a password that nobody has")


@dataclass(frozen=True, slots=True)
class Login:
    """Decides whether somebody may come in."""

    people: People
    throttle: Throttle
    devices: Devices
    hashing: Hashing = field(default_factory=Hashing)

    async def admits(
        self, login: str, password: str, network: str, device: str = ""
    ) -> User | None:
        """The active user whose password this is. Raises Throttled, Unavailable.

        A wrong user takes as long as a wrong password, and says no more. `device` is the token of
        the browser.
        """
        name = login.strip().casefold()[:LONGEST]
        known = await self.devices.known(name, device)
        await self.throttle.enter(name, network, known)
        if not password or len(password) > LONGEST:
            return None
        user = await self.people.find(name)
        kept = user.password_hash if user else ""
        right = await self.hashing.verify(kept or _NOBODYS, password)
        if not (right and kept and user and user.active):
            return None
        await self.throttle.succeeded(name, network, known)
        return user
