"""`python -m panel first-admin`: letting the first administrator in, and one who forgot."""

import asyncio
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from pydantic import SecretStr

from chassis.clock import utc_now
from chassis.patience import Unavailable
from chassis.store import connect
from panel.access import Role
from panel.audit import MongoAudit
from panel.people import Changed, Grant, People, Taken
from panel.sessions import MongoSessions
from panel.settings import Settings
from panel.user_store import MongoUsers

USAGE: Final = """\
python -m panel                          run the service
python -m panel first-admin [user]       print the link that lets the first administrator in
python -m panel password-link <user>     print a link that sets another password
python -m panel drop-code <user>         ask this user for no code: their telephone is lost
"""
FIRST: Final = "admin"
BY: Final = "linha de comando"
OK, FAILED, USED_WRONGLY, LATER = 0, 1, 2, 75


@dataclass(frozen=True, slots=True)
class CommandLine:
    """The commands; what each prints is for whoever runs the installation."""

    people: People
    url: str

    async def run(self, arguments: Sequence[str]) -> tuple[int, str]:
        """The exit code, and what to print. Raises Unavailable."""
        match arguments:
            case ["first-admin"]:
                return await self._first_admin(FIRST)
            case ["first-admin", user]:
                return await self._first_admin(user.casefold())
            case ["password-link", user]:
                return await self._password_link(user.casefold())
            case ["drop-code", user]:
                return await self._drop_code(user.casefold())
            case _:
                return USED_WRONGLY, USAGE

    async def _first_admin(self, login: str) -> tuple[int, str]:
        """The merchant's own first user: administrator, and manager of every store."""
        if await self.people.has_admin():
            return FAILED, (
                "There is an administrator already, who can invite others under Usuários.\n"
                "If they forgot their password: python -m panel password-link <user>\n"
            )
        grant = Grant(admin=True, everywhere=Role.MANAGER)
        try:
            token = await self.people.invite(login, grant, BY)
        except Taken:  # an earlier link was lost, or ran out
            await self.people.change(login, grant, active=True, by=BY)
            token = await self.people.link(login, BY)
        return OK, self._told(login, token)

    async def _password_link(self, login: str) -> tuple[int, str]:
        try:
            return OK, self._told(login, await self.people.link(login, BY))
        except Changed:
            return FAILED, f"There is no user {login}.\n"

    async def _drop_code(self, login: str) -> tuple[int, str]:
        try:
            await self.people.set_factor(login, None, by=BY, what="segundo_fator_removido")
        except Changed:
            return FAILED, f"There is no user {login}.\n"
        return (
            OK,
            f"{login} comes in with the password alone, until they set it up anew.\n",
        )

    def _told(self, login: str, token: str) -> str:
        return f"Good for 30 minutes, once, for the user {login}:\n{self.url}/convite/{token}\n"


class Addresses(Settings):
    """Where the database and the panel are; no command opens a sealed secret."""

    secret_key: SecretStr = SecretStr("")


def main(arguments: Sequence[str]) -> int:
    """Run a command on the panel's database; gives the exit code."""
    settings = Addresses.from_environment()

    async def run() -> tuple[int, str]:
        client = connect(settings.mongodb)
        database = client["esteira_panel"]
        users = MongoUsers(database)
        people = People(users, MongoSessions(database), MongoAudit(database), utc_now)
        try:
            return await CommandLine(people, settings.panel_url.rstrip("/")).run(arguments)
        except Unavailable as away:
            return LATER, f"The database does not answer ({away}). Is ESTEIRA_MONGODB right?\n"
        finally:
            client.close()

    code, text = asyncio.run(run())
    (sys.stdout if code == OK else sys.stderr).write(text)
    return code
