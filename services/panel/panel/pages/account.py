"""One's own account: what one may, and another password."""

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from panel.pages import words
from panel.pages.entrance import Entrance, network
from panel.pages.guard import access_of, visit_of
from panel.passwords import weakness
from panel.throttle import Throttled


@dataclass(frozen=True, slots=True)
class AccountPages:
    """Pages about whoever is logged in."""

    entrance: Entrance

    async def show(self, request: Request) -> Response:
        """What this user may, and the form for another password."""
        return await self._page(request)

    async def change_password(self, request: Request) -> Response:
        """Set another password; every other session of the user ends, and this one is renewed."""
        form, login = visit_of(request).form, access_of(request).user
        password = form.get("nova", "")
        try:
            user = await self.entrance.staff.login.admits(
                login, form.get("atual", ""), network(request)
            )
        except Throttled as limit:
            return await self._page(request, 429, atual=words.throttled(limit.wait_s))
        if user is None:
            return await self._page(request, 422, atual="Esta não é a sua senha atual.")
        if error := weakness(password, login):
            return await self._page(request, 422, nova=error)
        people = self.entrance.staff.people
        if people.built_in == user:
            return await self._page(request, 409)
        await people.set_password(login, await self.entrance.staff.login.hashing.hashed(password))
        return await self.entrance.opened(request, "/conta?aviso=senha", login)

    async def _page(self, request: Request, status: int = 200, **errors: str) -> Response:
        people = self.entrance.staff.people
        own = await people.find(access_of(request).user)
        return self.entrance.view.page(
            request, "account.html", status,
            errors=errors, own=own, built_in=own == people.built_in,
        )  # fmt: skip
