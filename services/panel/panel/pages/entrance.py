"""Coming in and going out: login, the one-time link, logout."""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Final
from urllib.parse import quote

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from panel import ticket
from panel.devices import LASTS, named, new_token
from panel.pages import words
from panel.pages.guard import ENROL, LOGIN, cookie_name, local, visit_of
from panel.pages.view import View
from panel.passwords import weakness
from panel.people import User
from panel.sessions import ABSOLUTE, form_token
from panel.staff import Staff
from panel.throttle import Throttled

CODE: Final = "/entrar/codigo"


@dataclass(frozen=True, slots=True)
class Entrance:
    """The door of the pages."""

    staff: Staff
    view: View

    async def show(self, request: Request) -> Response:
        """The login form; whoever is logged in goes on, unless they are asked to prove it."""
        target = local(request.query_params.get("ir", "/"))
        access = visit_of(request).access
        if access is None:
            return await self._form(request, target)
        if "de-novo" not in request.query_params:
            return RedirectResponse(target, 303)
        return await self._form(request, target, login=access.user)

    async def enter(self, request: Request) -> Response:
        """Open a session for the right user and password."""
        form = visit_of(request).form
        target, login = local(form.get("ir", "/")), form.get("usuario", "")
        try:
            user = await self.staff.login.admits(
                login, form.get("senha", ""), network(request), device_of(request)
            )
        except Throttled as limit:
            sentence = words.throttled(limit.wait_s)
            answer = await self._form(request, target, 429, login, sentence)
            answer.headers["Retry-After"] = str(limit.wait_s)
            return answer
        if user is None:
            sentence = "Usuário ou senha incorretos. Confira e tente de novo."
            return await self._form(request, target, 401, login, sentence)
        return await self.admitted(request, target, user)

    async def stay(self, _: Request) -> Response:
        """Still here: being asked for keeps the session open."""
        return Response(status_code=204)

    async def leave(self, request: Request) -> Response:
        """End the session here and now."""
        name = cookie_name(request)
        await self.staff.sessions.close(request.cookies.get(name, ""))
        answer = RedirectResponse(LOGIN, 303)
        answer.delete_cookie(name, secure=request.url.scheme == "https", httponly=True)
        return answer

    async def invited(self, request: Request) -> Response:
        """The form that a one-time link leads to: the first password, or another one."""
        user = await self.staff.people.linked(request.path_params["token"])
        if user is None:
            return self._spent(request)
        return self.view.page(request, "invited.html", login=user.login, error="")

    async def accept(self, request: Request) -> Response:
        """Set the password and come in; the link is spent."""
        token = request.path_params["token"]
        user = await self.staff.people.linked(token)
        if user is None:
            return self._spent(request)
        password = visit_of(request).form.get("senha", "")
        if error := weakness(password, user.login):
            return self.view.page(request, "invited.html", 422, login=user.login, error=error)
        accepted = await self.staff.people.accept(
            token, await self.staff.login.hashing.hashed(password)
        )
        if accepted is None:
            return self._spent(request)
        await self.staff.login.throttle.forgive(accepted.login)
        await self.staff.devices.store.drop_of(accepted.login)
        return await self.admitted(request, "/", accepted)

    async def admitted(self, request: Request, target: str, user: User) -> Response:
        """On for whoever typed the right password: to their code, or in."""
        if user.factor is None:
            onward = ENROL if self.staff.people.must_enrol(user) else target
            return await self.opened(request, onward, user.login)
        answer = RedirectResponse(f"{CODE}?ir={quote(target)}", 303)
        note = self.staff.tickets.issued(user)
        _keep(request, answer, ticket_name(request), note, ticket.LASTS)
        return answer

    async def opened(self, request: Request, target: str, login: str) -> Response:
        """A fresh session; the one that the browser had, if any, ends."""
        if old := request.cookies.get(cookie_name(request)):
            await self.staff.sessions.close(old)
        answer = RedirectResponse(target, 303)
        await self._open(request, answer, login)
        return answer

    async def renewed(
        self, request: Request, login: str, template: str, **context: Any
    ) -> Response:
        """A page in a fresh session, after all the user's sessions ended."""
        carrier = Response()
        secret = await self._open(request, carrier, login)
        visit = replace(visit_of(request), token=form_token(secret), secret=secret)
        request.scope["visit"] = visit
        answer = self.view.page(request, template, **context)
        for cookie in carrier.headers.getlist("set-cookie"):
            answer.headers.append("set-cookie", cookie)
        return answer

    async def _open(self, request: Request, answer: Response, login: str) -> str:
        """A session for this browser, whose user is told elsewhere if it is a new one."""
        devices, here = self.staff.devices, network(request)
        token = device_of(request) or new_token()
        name = named(request.headers.get("user-agent", ""))
        # The demo's login is everybody's: each of them would be news to all others.
        shared = self.staff.people.is_built_in(login)
        device, is_news = await devices.enters(login, token, name, shared=shared)
        if is_news:
            await self.staff.sessions.store.set_news(login, news=True)
            await self.staff.people.note(
                login, "aparelho_novo", login, {"aparelho": name, "rede": here}
            )
        news = await devices.untold(login, but=device.id)
        secret = await self.staff.sessions.open(login, name, here, news=news)
        _keep(request, answer, cookie_name(request), secret, ABSOLUTE)
        _keep(request, answer, device_name(request), token, LASTS)
        return secret

    async def _form(
        self, request: Request, target: str, status: int = 200, login: str = "", error: str = ""
    ) -> Response:
        is_open = await self.staff.people.has_admin()
        return self.view.page(
            request, "login.html", status,
            target=target, login=login, error=error, is_open=is_open,
        )  # fmt: skip

    def _spent(self, request: Request) -> Response:
        if visit_of(request).access:
            raise HTTPException(404)
        sentence = "Este link já foi usado ou passou da validade. Peça outro a quem o enviou."
        return self.view.message(request, 410, sentence)


def ticket_name(request: Request) -> str:
    """The cookie that says who typed the right password a moment ago."""
    return f"{cookie_name(request)}-entrada"


def device_name(request: Request) -> str:
    """The cookie that a browser is known by; it opens nothing."""
    return f"{cookie_name(request)}-aparelho"


def device_of(request: Request) -> str:
    """What this browser is known by, if it ever logged in."""
    return request.cookies.get(device_name(request), "")


def _keep(request: Request, answer: Response, name: str, value: str, lasts: timedelta) -> None:
    answer.set_cookie(
        name,
        value,
        max_age=int(lasts.total_seconds()),
        secure=request.url.scheme == "https",
        httponly=True,
        samesite="lax",
    )


def network(request: Request) -> str:
    """The address that a request comes from."""
    return request.client.host if request.client else ""
