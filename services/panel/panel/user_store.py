"""Users in the panel's database."""

from dataclasses import asdict
from typing import Any

from chassis.store import Collection_, Database, Kept, MongoDocuments, translated
from panel.access import Role
from panel.people import Grant, SecondFactor, User


class MongoUsers(MongoDocuments[User]):
    """One document per user, by login."""

    def __init__(self, database: Database[dict[str, Any]]) -> None:
        self._users: Collection_[dict[str, Any]] = database["users"]
        super().__init__(self._users, encode, decode)

    async def prepare(self) -> None:
        """Create the index that finds the owner of a link. Raises Unavailable."""
        with translated():
            await self._users.create_index("link", name="links")

    async def everybody(self) -> list[User]:
        """See UserStore."""
        with translated():
            return [decode(found) for found in await self._users.find().sort("_id").to_list(None)]

    async def by_link(self, link: str) -> Kept[User] | None:
        """See UserStore."""
        with translated():
            found = await self._users.find_one({"link": link})
        return Kept(decode(found), found["version"]) if found else None


def encode(user: User) -> dict[str, Any]:
    """A user as their document."""
    return {
        "login": user.login,
        "password_hash": user.password_hash,
        "active": user.active,
        "admin": user.grant.admin,
        "everywhere": user.grant.everywhere,
        "stores": dict(user.grant.stores),
        "link": user.link,
        "link_until": user.link_until,
        "factor": asdict(user.factor) if user.factor else None,
    }


def decode(document: dict[str, Any]) -> User:
    """A user from their document."""
    everywhere, factor = document["everywhere"], document.get("factor")
    grant = Grant(
        admin=document["admin"],
        everywhere=Role(everywhere) if everywhere else None,
        stores={store_id: Role(role) for store_id, role in document["stores"].items()},
    )
    return User(
        login=document["login"],
        grant=grant,
        password_hash=document["password_hash"],
        active=document["active"],
        link=document["link"],
        link_until=document["link_until"],
        factor=SecondFactor(factor["key"], factor["step"], tuple(factor["spare"]))
        if factor
        else None,
    )
