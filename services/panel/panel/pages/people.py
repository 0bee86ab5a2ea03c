"""The administrator's pages: who has a login, and what each may do in which store."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from panel.access import Role
from panel.desk import Desk
from panel.pages import words
from panel.pages.guard import access_of, visit_of
from panel.pages.view import View
from panel.people import Changed, Grant, LastAdmin, Taken, User
from panel.staff import Staff

LOGIN_PATTERN: Final = re.compile(r"[a-z0-9][a-z0-9._@+-]{1,63}")
_EVERYWHERE: Final = "papel"
_IN_STORE: Final = "papel:"
_SHOWN_ENTRIES: Final = 20


@dataclass(frozen=True, slots=True)
class PeoplePages:
    """Pages about users."""

    staff: Staff
    desk: Desk
    view: View

    async def everybody(self, request: Request) -> Response:
        """All users, and what changed lately."""
        return await self._list(request)

    async def invite(self, request: Request) -> Response:
        """A new user, and the link that lets them in, shown once."""
        form = visit_of(request).form
        login = form.get("usuario", "").strip().casefold()
        if not LOGIN_PATTERN.fullmatch(login):
            return await self._list(request, 422, error=words.LOGIN_RULE, typed=form)
        grant = self._grant(form)
        if not (grant.admin or grant.everywhere or grant.stores):
            return await self._list(request, 422, error=words.NO_ROLE, typed=form)
        try:
            token = await self.staff.people.invite(login, grant, by=access_of(request).user)
        except Taken:
            return await self._list(request, 409, error=words.LOGIN_TAKEN, typed=form)
        return self._link(request, login, token)

    async def one(self, request: Request) -> Response:
        """What one user may do, as a form."""
        return self._user(request, await self._found(request))

    async def change(self, request: Request) -> Response:
        """Let one user do other things, or nothing."""
        user, form = await self._found(request), visit_of(request).form
        active = form.get("ativo") == "sim"
        try:
            await self.staff.people.change(
                user.login, self._grant(form), active=active, by=access_of(request).user
            )
        except LastAdmin:
            return self._user(request, user, 409, words.LAST_ADMIN)
        except Changed:
            return self._user(request, user, 409, words.USER_CHANGED)
        if not active:
            await self.staff.tokens.store.drop_of(user.login)
        return RedirectResponse("/usuarios?aviso=usuario", 303)

    async def link(self, request: Request) -> Response:
        """Another link for one user, shown once."""
        user = await self._found(request)
        if not user.active:
            return self._user(request, user, 409, words.USER_INACTIVE)
        try:
            token = await self.staff.people.link(user.login, by=access_of(request).user)
        except Changed:
            return self._user(request, user, 409, words.USER_CHANGED)
        return self._link(request, user.login, token)

    async def drop_factor(self, request: Request) -> Response:
        """Ask one user for no code any more: their telephone is lost."""
        user = await self._found(request)
        try:
            await self.staff.factors.drop(user.login, by=access_of(request).user)
        except Changed:
            return self._user(request, user, 409, words.USER_CHANGED)
        return RedirectResponse("/usuarios?aviso=verificacao-removida", 303)

    def _grant(self, form: Mapping[str, str]) -> Grant:
        """What the form gives: roles in stores that exist, and nothing else."""
        known = [store.store_id for store in self.desk.known_stores()]
        typed = {store_id: form.get(f"{_IN_STORE}{store_id}", "") for store_id in known}
        everywhere = form.get(_EVERYWHERE, "")
        return Grant(
            admin=form.get("admin") == "sim",
            everywhere=Role(everywhere) if everywhere in set(Role) else None,
            stores={store_id: Role(role) for store_id, role in typed.items() if role in set(Role)},
        )

    async def _found(self, request: Request) -> User:
        user = await self.staff.people.find(request.path_params["user"])
        if user is None or user is self.staff.people.built_in:
            raise HTTPException(404)
        return user

    async def _list(
        self,
        request: Request,
        status: int = 200,
        error: str = "",
        typed: Mapping[str, str] | None = None,
    ) -> Response:
        return self.view.page(
            request, "people.html", status,
            users=await self.staff.people.everybody(), built_in=self.staff.people.built_in,
            every_store=self.desk.known_stores(), error=error, typed=typed or {},
            entries=await self.staff.people.audit.latest(_SHOWN_ENTRIES),
        )  # fmt: skip

    def _user(self, request: Request, user: User, status: int = 200, error: str = "") -> Response:
        return self.view.page(
            request, "person.html", status,
            user=user, every_store=self.desk.known_stores(), error=error,
        )  # fmt: skip

    def _link(self, request: Request, login: str, token: str) -> Response:
        url = str(request.url.replace(path=f"/convite/{token}", query=""))
        return self.view.page(request, "link.html", login=login, url=url)
