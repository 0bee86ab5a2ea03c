"""Who is logged in: opaque tokens in a cookie, their hashes in the database."""

import hashlib
import hmac
import secrets
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final, Protocol

from chassis.clock import Clock
from chassis.store import Database, translated

IDLE: Final = timedelta(minutes=30)
ABSOLUTE: Final = timedelta(hours=12)
RECENT: Final = timedelta(minutes=15)
"""How long a login is proof enough for what hands out power: users, and the keys of a store."""
_SEEN_EVERY: Final = timedelta(minutes=1)
_TOKEN_BYTES: Final = 32
_SALT_BYTES: Final = 9


@dataclass(frozen=True, slots=True)
class Session:
    """A login. `id` is the hash of its token: a copy of the database opens no door."""

    id: str
    user: str
    created_at: datetime
    seen_at: datetime

    def ends_at(self) -> datetime:
        """After half an hour without a request, and after half a day in any case."""
        return min(self.seen_at + IDLE, self.created_at + ABSOLUTE)


class SessionStore(Protocol):
    """Where sessions are kept."""

    async def put(self, session: Session) -> None:
        """Keep it, or keep its newer state. Raises Unavailable."""

    async def get(self, id_: str) -> Session | None:
        """The session of this id. Raises Unavailable."""

    async def drop(self, id_: str) -> None:
        """Forget it. Raises Unavailable."""

    async def drop_of(self, user: str) -> None:
        """Forget all sessions of this user. Raises Unavailable."""


@dataclass(frozen=True, slots=True)
class Sessions:
    """Opens, recognises and closes sessions."""

    store: SessionStore
    clock: Clock

    async def open(self, user: str) -> str:
        """A new session; answers with its token, which is kept nowhere. Raises Unavailable."""
        token = secrets.token_urlsafe(_TOKEN_BYTES)
        now = self.clock()
        await self.store.put(Session(_id_of(token), user, created_at=now, seen_at=now))
        return token

    async def of(self, token: str, *, quiet: bool = False) -> Session | None:
        """The session that this token opens, if it is still open. Raises Unavailable.

        A `quiet` look does not make it last longer: nobody did anything.
        """
        session = await self.store.get(_id_of(token))
        now = self.clock()
        if session is None or now >= session.ends_at():
            return None
        if not quiet and now - session.seen_at >= _SEEN_EVERY:
            session = replace(session, seen_at=now)
            await self.store.put(session)
        return session

    async def close(self, token: str) -> None:
        """End the session at once. Raises Unavailable."""
        await self.store.drop(_id_of(token))


def form_token(token: str, salt: str | None = None) -> str:
    """What the forms of a session carry, so that no other site can send them.

    Another one for every page: answers are compressed, and one that repeats could be found out
    by the length of pages that quote a visitor's words.
    """
    salt = secrets.token_urlsafe(_SALT_BYTES) if salt is None else salt
    return f"{salt}.{hmac.new(token.encode(), salt.encode(), hashlib.sha256).hexdigest()}"


def is_form_token(token: str, given: str) -> bool:
    """Whether a page of this session carried it."""
    wanted = form_token(token, given.partition(".")[0])
    return hmac.compare_digest(given.encode("utf-8", "replace"), wanted.encode("utf-8", "replace"))


def _id_of(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


class MongoSessions:
    """Sessions in the panel's database, which deletes those that have ended."""

    def __init__(self, database: Database[dict[str, Any]]) -> None:
        self._sessions = database["sessions"]

    async def prepare(self) -> None:
        """Create the indexes: sessions expire, and all of a user are found. Raises Unavailable."""
        with translated():
            await self._sessions.create_index("ends_at", expireAfterSeconds=0, name="expiry")
            await self._sessions.create_index("user", name="users")

    async def put(self, session: Session) -> None:
        """See SessionStore."""
        document = asdict(session) | {"ends_at": session.ends_at()}
        document["_id"] = document.pop("id")
        with translated():
            await self._sessions.replace_one({"_id": session.id}, document, upsert=True)

    async def get(self, id_: str) -> Session | None:
        """See SessionStore."""
        with translated():
            found = await self._sessions.find_one({"_id": id_})
        if found is None:
            return None
        return Session(found["_id"], found["user"], found["created_at"], found["seen_at"])

    async def drop(self, id_: str) -> None:
        """See SessionStore."""
        with translated():
            await self._sessions.delete_one({"_id": id_})

    async def drop_of(self, user: str) -> None:
        """See SessionStore."""
        with translated():
            await self._sessions.delete_many({"user": user})
