"""What somebody holds between their password and their code: a sealed note, good for minutes."""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from chassis.clock import Clock
from chassis.vault import Sealed, Vault
from panel.people import People, User

LASTS: Final = timedelta(minutes=5)
_OWNER: Final = "login-ticket"


@dataclass(frozen=True, slots=True)
class Tickets:
    """Issues tickets to whoever typed the right password, and recognises them."""

    people: People
    vault: Vault
    clock: Clock

    def issued(self, user: User) -> str:
        """A ticket for this user, void as soon as their password is another."""
        until = int((self.clock() + LASTS).timestamp())
        return self.vault.seal(f"{until} {_mark(user)} {user.login}", _OWNER)

    async def holder(self, ticket: str) -> User | None:
        """Whose ticket this is, while it is good and they may come in. Raises Unavailable."""
        try:
            until, mark, login = self.vault.open(ticket, _OWNER).split(" ", 2)
        except Sealed:
            return None
        if datetime.fromtimestamp(int(until), UTC) <= self.clock():
            return None
        user = await self.people.find(login)
        fine = user is not None and user.active and user.factor is not None and _mark(user) == mark
        return user if fine else None


def _mark(user: User) -> str:
    return hashlib.sha256(user.password_hash.encode()).hexdigest()[:16]
