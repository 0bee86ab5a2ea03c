"""The panel's users: who they are, what they may, and the links that let them in the first time."""

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final, Protocol

from chassis.clock import Clock
from chassis.store import Documents, Kept
from panel.access import Access, Role
from panel.audit import Audit, Entry
from panel.sessions import SessionStore

LINK_LASTS: Final = timedelta(minutes=30)
_TOKEN_BYTES: Final = 32


@dataclass(frozen=True, slots=True)
class Grant:
    """What somebody may, as an administrator decides it."""

    admin: bool = False
    everywhere: Role | None = None
    stores: Mapping[str, Role] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SecondFactor:
    """What a login asks for beside the password: the codes of an app, of a sealed `key`.

    `step` is the half minute of the last code used, `spare` the hashes of codes for when the
    telephone is lost. Neither is ever accepted again.
    """

    key: str
    step: int
    spare: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class User:
    """Somebody with a login. Without `password_hash` they have not come in yet.

    `link` is the hash of the one-time link that sets their password, good until `link_until`.
    """

    login: str
    grant: Grant
    password_hash: str = ""
    active: bool = True
    link: str = ""
    link_until: datetime | None = None
    factor: SecondFactor | None = None

    @property
    def access(self) -> Access:
        """What they may."""
        return Access(self.login, self.grant.admin, self.grant.everywhere, self.grant.stores)


class UserStore(Documents[User], Protocol):
    """Where users are kept, by login."""

    async def everybody(self) -> list[User]:
        """All users, by login. Raises Unavailable."""

    async def by_link(self, link: str) -> Kept[User] | None:
        """Whose link this is. Raises Unavailable."""


class Taken(Exception):  # noqa: N818 - it names the login
    """There is a user of this login already."""


class Changed(Exception):  # noqa: N818 - it names the user
    """Somebody else changed this user meanwhile, or there is none."""


class LastAdmin(Exception):  # noqa: N818 - it names the user
    """Without this administrator nobody could decide who may do what."""


@dataclass(frozen=True, slots=True)
class People:
    """Finds, invites and changes users.

    `built_in` is the user that the environment names: it is in no database and cannot be changed.
    """

    users: UserStore
    sessions: SessionStore
    audit: Audit
    clock: Clock
    built_in: User | None = None

    async def find(self, login: str) -> User | None:
        """The user of this login. Raises Unavailable."""
        if self.is_built_in(login):
            return self.built_in
        kept = (await self.users.load([login])).get(login)
        return kept.state if kept else None

    async def access(self, login: str) -> Access | None:
        """What the user may now; None when they may not come in. Raises Unavailable."""
        user = await self.find(login)
        return user.access if user and user.active else None

    def is_built_in(self, login: str) -> bool:
        """Whether this is the login that the environment names."""
        return self.built_in is not None and login == self.built_in.login

    def must_enrol(self, user: User) -> bool:
        """Whether they may do nothing before they have a second factor: administrators must.

        The built-in one is of demos, in no database, and has none.
        """
        return user.grant.admin and user.factor is None and user != self.built_in

    async def everybody(self) -> list[User]:
        """All users, by login. Raises Unavailable."""
        return [*([self.built_in] if self.built_in else []), *await self.users.everybody()]

    async def invite(self, login: str, grant: Grant, by: str) -> str:
        """A new user; answers with the token of the link. Raises Taken, Unavailable."""
        if self.is_built_in(login):
            raise Taken
        token = _new_token()
        user = User(login, grant, link=_hash(token), link_until=self.clock() + LINK_LASTS)
        if not await self.users.save({login: Kept(user)}):
            raise Taken
        await self.note(by, "usuario_convidado", login, _told(grant))
        return token

    async def link(self, login: str, by: str) -> str:
        """A new link for a user; earlier ones end. Raises Changed, Unavailable."""
        token = _new_token()
        kept = await self._kept(login)
        until = self.clock() + LINK_LASTS
        await self._save(kept, replace(kept.state, link=_hash(token), link_until=until))
        await self.note(by, "link_de_senha_criado", login)
        return token

    async def change(self, login: str, grant: Grant, *, active: bool, by: str) -> None:
        """Let a user do other things, or nothing. Their sessions end.

        Raises Changed, LastAdmin, Unavailable.
        """
        kept = await self._kept(login)
        new = replace(kept.state, grant=grant, active=active)
        if new == kept.state:
            return
        if not active:
            new = replace(new, link="", link_until=None)
        await self._keep_an_admin(kept.state, new)
        await self._save(kept, new)
        await self.sessions.drop_of(login)
        what = "usuario_alterado" if active else "usuario_desativado"
        await self.note(by, what, login, _told(grant))

    async def linked(self, token: str) -> User | None:
        """Whom a link belongs to, while it is good. Raises Unavailable."""
        kept = await self._linked(token)
        return kept.state if kept else None

    async def accept(self, token: str, password_hash: str) -> User | None:
        """Set the password of the link's owner, once; their sessions end. Raises Unavailable."""
        kept = await self._linked(token)
        if kept is None:
            return None
        user = replace(kept.state, password_hash=password_hash, link="", link_until=None)
        if not await self.users.save({user.login: Kept(user, kept.version)}):
            return None
        await self.sessions.drop_of(user.login)
        await self.note(user.login, "senha_definida", user.login)
        return user

    async def set_password(self, login: str, password_hash: str) -> None:
        """Another password; all the user's sessions end. Raises Changed, Unavailable."""
        kept = await self._kept(login)
        await self._save(kept, replace(kept.state, password_hash=password_hash))
        await self.sessions.drop_of(login)
        await self.note(login, "senha_alterada", login)

    async def set_factor(
        self,
        login: str,
        factor: SecondFactor | None,
        *,
        by: str,
        what: str,
        end: bool = True,
        instead_of: SecondFactor | None = None,
    ) -> None:
        """Another second factor, or none; with `end` all the user's sessions end.

        `what` is for the audit, empty for what is no change of power. Raises Changed (also where
        the factor is no longer the one to be replaced), Unavailable.
        """
        kept = await self._kept(login)
        if instead_of is not None and kept.state.factor != instead_of:
            raise Changed
        await self._save(kept, replace(kept.state, factor=factor))
        if end:
            await self.sessions.drop_of(login)
        if what:
            await self.note(by, what, login)

    async def has_admin(self) -> bool:
        """Whether somebody can decide who may do what. Raises Unavailable."""
        return any(_can_administer(user) for user in await self.everybody())

    async def _linked(self, token: str) -> Kept[User] | None:
        kept = await self.users.by_link(_hash(token))
        if kept is None or not kept.state.active:
            return None
        until = kept.state.link_until
        return kept if until is not None and until > self.clock() else None

    async def _keep_an_admin(self, old: User, new: User) -> None:
        if not _can_administer(old) or _can_administer(new):
            return
        others = [user for user in await self.everybody() if user.login != old.login]
        if not any(_can_administer(user) for user in others):
            raise LastAdmin

    async def _kept(self, login: str) -> Kept[User]:
        kept = (await self.users.load([login])).get(login)
        if kept is None:
            raise Changed
        return kept

    async def _save(self, old: Kept[User], new: User) -> None:
        if not await self.users.save({new.login: Kept(new, old.version)}):
            raise Changed

    async def note(
        self, by: str, what: str, about: str, details: Mapping[str, str] | None = None
    ) -> None:
        """Write a change down. Raises Unavailable."""
        await self.audit.note(Entry(self.clock(), by, what, about, details or {}))


def _can_administer(user: User) -> bool:
    return user.active and user.grant.admin and bool(user.password_hash)


def _told(grant: Grant) -> dict[str, str]:
    roles = {f"papel:{store_id}": str(role) for store_id, role in sorted(grant.stores.items())}
    everywhere = {"papel": str(grant.everywhere)} if grant.everywhere else {}
    return {"admin": "sim" if grant.admin else "não", **everywhere, **roles}


def _new_token() -> str:
    return secrets.token_urlsafe(_TOKEN_BYTES)


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
