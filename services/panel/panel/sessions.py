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
    """A login. `id` is the hash of its token: a copy of the database opens no door.

    `device` is what the browser calls itself, `network` the address it came from. `news`: its user
    has logged in with a new device elsewhere, and did not say yet that they know.
    """

    id: str
    user: str
    created_at: datetime
    seen_at: datetime
    ends_at: datetime
    device: str = ""
    network: str = ""
    news: bool = False


class SessionStore(Protocol):
    """Where sessions are kept."""

    async def put(self, session: Session) -> None:
        """Keep it, or keep its newer state. Raises Unavailable."""

    async def get(self, id_: str) -> Session | None:
        """The session of this id. Raises Unavailable."""

    async def drop(self, id_: str) -> None:
        """Forget it. Raises Unavailable."""

    async def drop_of(self, user: str, but: str = "") -> None:
        """Forget all sessions of this user, or all but one. Raises Unavailable."""

    async def of_user(self, user: str) -> list[Session]:
        """The user's sessions, the latest used first. Raises Unavailable."""

    async def set_news(self, user: str, *, news: bool) -> None:
        """Whether all sessions of this user show news. Raises Unavailable."""


@dataclass(frozen=True, slots=True)
class Sessions:
    """Opens, recognises and closes sessions.

    One ends after `idle` without a request, and after half a day in any case.
    """

    store: SessionStore
    clock: Clock
    idle: timedelta = IDLE

    async def open(
        self, user: str, device: str = "", network: str = "", *, news: bool = False
    ) -> str:
        """A new session; answers with its token, which is kept nowhere. Raises Unavailable."""
        token = secrets.token_urlsafe(_TOKEN_BYTES)
        now = self.clock()
        ends_at = min(now + self.idle, now + ABSOLUTE)
        session = Session(_id_of(token), user, now, now, ends_at, device, network, news)
        await self.store.put(session)
        return token

    async def of(self, token: str, *, quiet: bool = False) -> Session | None:
        """The session that this token opens, if it is still open. Raises Unavailable.

        A `quiet` look does not make it last longer: nobody did anything.
        """
        session = await self.store.get(_id_of(token))
        now = self.clock()
        if session is None or now >= session.ends_at:
            return None
        if not quiet and now - session.seen_at >= _SEEN_EVERY:
            ends_at = min(now + self.idle, session.created_at + ABSOLUTE)
            session = replace(session, seen_at=now, ends_at=ends_at)
            await self.store.put(session)
        return session

    async def close(self, token: str) -> None:
        """End the session at once. Raises Unavailable."""
        await self.store.drop(_id_of(token))

    async def of_user(self, user: str) -> list[Session]:
        """The user's open sessions, the latest used first. Raises Unavailable."""
        now = self.clock()
        return [s for s in await self.store.of_user(user) if s.ends_at > now]

    async def end(self, user: str, id_: str) -> None:
        """End one of the user's own sessions. Raises Unavailable."""
        session = await self.store.get(id_)
        if session is not None and session.user == user:
            await self.store.drop(id_)


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
        document = asdict(session)
        document["_id"] = document.pop("id")
        with translated():
            await self._sessions.replace_one({"_id": session.id}, document, upsert=True)

    async def get(self, id_: str) -> Session | None:
        """See SessionStore."""
        with translated():
            found = await self._sessions.find_one({"_id": id_})
        return _decoded(found) if found else None

    async def drop(self, id_: str) -> None:
        """See SessionStore."""
        with translated():
            await self._sessions.delete_one({"_id": id_})

    async def drop_of(self, user: str, but: str = "") -> None:
        """See SessionStore."""
        with translated():
            await self._sessions.delete_many({"user": user, "_id": {"$ne": but}})

    async def of_user(self, user: str) -> list[Session]:
        """See SessionStore."""
        found = self._sessions.find({"user": user}).sort("seen_at", -1)
        with translated():
            return [_decoded(document) for document in await found.to_list(None)]

    async def set_news(self, user: str, *, news: bool) -> None:
        """See SessionStore."""
        with translated():
            await self._sessions.update_many({"user": user}, {"$set": {"news": news}})


def _decoded(document: dict[str, Any]) -> Session:
    return Session(id=document["_id"], **{k: v for k, v in document.items() if k != "_id"})
