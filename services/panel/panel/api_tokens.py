"""Tokens that users make for their programs: shown once, kept as hashes, with the user's roles."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Protocol

from chassis.store import Database, translated
from panel.access import Access
from panel.people import People

PREFIX: Final = "est_"
"""What every token begins with, so that scanners of leaked secrets can know it."""
MOST: Final = 20
LONGEST_NAME: Final = 60
_TOKEN_BYTES: Final = 32
_TAIL: Final = 4
_SEEN_EVERY: Final = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class ApiToken:
    """A token of one user, who named it. `id` is its hash, `tail` its last characters."""

    id: str
    user: str
    name: str
    tail: str
    created_at: datetime
    used_at: datetime | None = None


class TokenStore(Protocol):
    """Where tokens are kept. Raises Unavailable."""

    async def put(self, token: ApiToken) -> None:
        """Keep it."""

    async def used(self, id_: str, at: datetime) -> None:
        """Note when it was used; nothing where it was revoked meanwhile."""

    async def get(self, id_: str) -> ApiToken | None:
        """The token of this id."""

    async def of(self, user: str) -> list[ApiToken]:
        """The user's tokens, the oldest first."""

    async def drop(self, user: str, id_: str) -> bool:
        """Forget one token of this user; whether there was one."""

    async def drop_of(self, user: str) -> None:
        """Forget all tokens of this user."""


class TooMany(Exception):  # noqa: N818 - it names what there are
    """Nobody needs so many tokens: some are forgotten, and should be revoked first."""


@dataclass(frozen=True, slots=True)
class ApiTokens:
    """Makes, recognises and revokes tokens."""

    store: TokenStore
    people: People

    async def create(self, user: str, name: str) -> str:
        """A new token, which is kept nowhere. Raises TooMany, Unavailable."""
        if len(await self.store.of(user)) >= MOST:
            raise TooMany
        token = PREFIX + secrets.token_urlsafe(_TOKEN_BYTES)
        now = self.people.clock()
        await self.store.put(ApiToken(_id_of(token), user, name, token[-_TAIL:], now))
        await self.people.note(user, "token_criado", user, {"token": name})
        return token

    async def revoke(self, user: str, id_: str) -> None:
        """End one of the user's own at once. Raises Unavailable."""
        if await self.store.drop(user, id_):
            await self.people.note(user, "token_revogado", user)

    async def access(self, given: str) -> Access | None:
        """What whoever brings this token may: all that its user may now. Raises Unavailable."""
        if not given.startswith(PREFIX):
            return None
        token = await self.store.get(_id_of(given))
        user = await self.people.find(token.user) if token else None
        if token is None or user is None or not user.active or self.people.must_enrol(user):
            return None
        now = self.people.clock()
        if token.used_at is None or now - token.used_at >= _SEEN_EVERY:
            await self.store.used(token.id, now)
        return user.access


def _id_of(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


class MongoTokens:
    """Tokens in the panel's database."""

    def __init__(self, database: Database[dict[str, Any]]) -> None:
        self._tokens = database["api_tokens"]

    async def prepare(self) -> None:
        """Create the index that finds a user's. Raises Unavailable."""
        with translated():
            await self._tokens.create_index([("user", 1), ("created_at", 1)], name="users")

    async def put(self, token: ApiToken) -> None:
        """See TokenStore."""
        document = {
            "_id": token.id,
            "user": token.user,
            "name": token.name,
            "tail": token.tail,
            "created_at": token.created_at,
            "used_at": token.used_at,
        }
        with translated():
            await self._tokens.insert_one(document)

    async def used(self, id_: str, at: datetime) -> None:
        """See TokenStore."""
        with translated():
            await self._tokens.update_one({"_id": id_}, {"$set": {"used_at": at}})

    async def get(self, id_: str) -> ApiToken | None:
        """See TokenStore."""
        with translated():
            found = await self._tokens.find_one({"_id": id_})
        return _decoded(found) if found else None

    async def of(self, user: str) -> list[ApiToken]:
        """See TokenStore."""
        found = self._tokens.find({"user": user}).sort("created_at", 1)
        with translated():
            return [_decoded(document) for document in await found.to_list(None)]

    async def drop(self, user: str, id_: str) -> bool:
        """See TokenStore."""
        with translated():
            result = await self._tokens.delete_one({"_id": id_, "user": user})
        return bool(result.deleted_count)

    async def drop_of(self, user: str) -> None:
        """See TokenStore."""
        with translated():
            await self._tokens.delete_many({"user": user})


def _decoded(document: dict[str, Any]) -> ApiToken:
    return ApiToken(id=document["_id"], **{k: v for k, v in document.items() if k != "_id"})
