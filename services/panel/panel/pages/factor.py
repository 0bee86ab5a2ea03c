"""The second step of a login, and setting it up: an app's key, codes for a lost telephone."""

from dataclasses import dataclass

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from panel import qr, totp
from panel.pages import words
from panel.pages.entrance import Entrance, device_of, network, ticket_name
from panel.pages.guard import ENROL, LOGIN, access_of, local, visit_of
from panel.people import Changed, User
from panel.throttle import Throttled


@dataclass(frozen=True, slots=True)
class FactorPages:
    """Pages about the second factor, one's own."""

    entrance: Entrance

    async def ask(self, request: Request) -> Response:
        """The form for the code, for whoever typed the right password a moment ago."""
        target = local(request.query_params.get("ir", "/"))
        if await self._holder(request) is None:
            return RedirectResponse(LOGIN, 303)
        return self.entrance.view.page(request, "code.html", target=target, error="")

    async def enter(self, request: Request) -> Response:
        """Open a session for the right code."""
        form, user = visit_of(request).form, await self._holder(request)
        target = local(form.get("ir", "/"))
        if user is None:
            return RedirectResponse(LOGIN, 303)
        sentence, status, wait = words.WRONG_CODE, 401, 0
        try:
            passed = await self.entrance.staff.factors.passes(
                user.login,
                form.get("codigo", ""),
                network(request),
                await self.entrance.staff.devices.known(user.login, device_of(request)),
            )
        except Throttled as limit:
            passed, status, wait = False, 429, limit.wait_s
            sentence = words.throttled(limit.wait_s)
        if not passed:
            answer: Response = self.entrance.view.page(
                request, "code.html", status, target=target, error=sentence
            )
            if wait:
                answer.headers["Retry-After"] = str(wait)
            return answer
        answer = await self.entrance.opened(request, target, user.login)
        answer.delete_cookie(
            ticket_name(request), secure=request.url.scheme == "https", httponly=True
        )
        return answer

    async def show(self, request: Request) -> Response:
        """Whether one has a second factor, and how to set one up."""
        user = await self._own(request)
        return self._page(request, user, self._offered(user))

    async def enrol(self, request: Request) -> Response:
        """Turn it on with the first code of the key that was shown; the spare codes, once."""
        user, form = await self._own(request), visit_of(request).form
        if user.factor is not None:
            return RedirectResponse(ENROL, 303)
        sealed = form.get("chave", "")
        key = self.entrance.staff.factors.shown(user.login, sealed)
        if key is None:
            return self._page(request, user, self._offered(user), 422, words.KEY_LOST)
        try:
            spare = await self.entrance.staff.factors.enrol(user.login, key, form.get("codigo", ""))
        except Changed:
            return self._page(request, user, sealed, 409, words.USER_CHANGED)
        if spare is None:
            return self._page(request, user, sealed, 422, words.WRONG_FIRST_CODE)
        return await self.entrance.renewed(
            request, user.login, "spare_codes.html", codes=spare, first=True
        )

    async def renew(self, request: Request) -> Response:
        """Other spare codes, shown once."""
        user = await self._own(request)
        try:
            spare = await self.entrance.staff.factors.renew_spare(user.login)
        except Changed:
            return self._page(request, user, self._offered(user), 409, words.USER_CHANGED)
        return self.entrance.view.page(request, "spare_codes.html", codes=spare, first=False)

    async def drop(self, request: Request) -> Response:
        """Turn one's own off; an administrator's stays."""
        user = await self._own(request)
        if user.grant.admin:
            return self._page(request, user, "", 409, words.ADMINS_KEEP_IT)
        try:
            await self.entrance.staff.factors.drop(user.login, by=user.login)
        except Changed:
            return self._page(request, user, "", 409, words.USER_CHANGED)
        return await self.entrance.opened(request, "/conta?aviso=verificacao-desligada", user.login)

    def _offered(self, user: User) -> str:
        return "" if user.factor else self.entrance.staff.factors.offered(user.login)

    def _page(
        self, request: Request, user: User, sealed: str, status: int = 200, error: str = ""
    ) -> Response:
        key = self.entrance.staff.factors.shown(user.login, sealed) or ""
        address = totp.address(key, user.login) if key else ""
        drawn = qr.code(address) if key else None
        return self.entrance.view.page(
            request, "factor.html", status,
            user=user, sealed=sealed, error=error,
            key=totp.grouped(key), address=address,
            drawn=qr.path(drawn) if drawn else "", side=qr.SIZE + 2 * qr.QUIET,
        )  # fmt: skip

    async def _own(self, request: Request) -> User:
        people = self.entrance.staff.people
        user = await people.find(access_of(request).user)
        if user is None or user == people.built_in:
            raise HTTPException(404)
        return user

    async def _holder(self, request: Request) -> User | None:
        ticket = request.cookies.get(ticket_name(request), "")
        return await self.entrance.staff.tickets.holder(ticket)
