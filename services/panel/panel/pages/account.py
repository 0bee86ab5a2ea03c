"""One's own account: what one may, and another password."""

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from panel.pages import words
from panel.pages.entrance import Entrance, device_of, network
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
                login, form.get("atual", ""), network(request), device_of(request)
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
        await self.entrance.staff.devices.store.drop_of(login)
        return await self.entrance.opened(request, "/conta?aviso=senha", login)

    async def end_sessions(self, request: Request) -> Response:
        """End one of one's other sessions, or all of them."""
        sessions, user = self.entrance.staff.sessions, access_of(request).user
        here = visit_of(request).session
        chosen = visit_of(request).form.get("sessao", "")
        if chosen:
            await sessions.end(user, chosen)
        else:
            await sessions.store.drop_of(user, but=here.id if here else "")
        return RedirectResponse("/conta?aviso=sessoes", 303)

    async def know_devices(self, request: Request) -> Response:
        """It was oneself who came in with a new device; nobody says so on the device itself."""
        visit, user = visit_of(request), access_of(request).user
        if visit.session is not None and visit.session.news:
            await self.entrance.staff.devices.tell(user)
            await self.entrance.staff.sessions.store.set_news(user, news=False)
        return RedirectResponse("/conta", 303)

    async def _page(self, request: Request, status: int = 200, **errors: str) -> Response:
        staff, user = self.entrance.staff, access_of(request).user
        own, here = await staff.people.find(user), visit_of(request).session
        return self.entrance.view.page(
            request, "account.html", status,
            errors=errors, own=own, built_in=own == staff.people.built_in,
            sessions=await staff.sessions.of_user(user), here=here.id if here else "",
            devices=await staff.devices.store.of(user), now=staff.people.clock(),
        )  # fmt: skip
