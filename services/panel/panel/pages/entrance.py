"""Coming in and going out: login, the one-time link, logout."""

from dataclasses import dataclass

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from panel.login import Login
from panel.pages.guard import LOGIN, cookie_name, local, visit_of
from panel.pages.view import View
from panel.passwords import weakness
from panel.sessions import ABSOLUTE, Sessions
from panel.throttle import Throttled


@dataclass(frozen=True, slots=True)
class Entrance:
    """The door of the pages."""

    login: Login
    sessions: Sessions
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
            user = await self.login.admits(login, form.get("senha", ""), network(request))
        except Throttled as limit:
            sentence = f"Muitas tentativas. Tente de novo em {limit.wait_s} s."
            answer = await self._form(request, target, 429, login, sentence)
            answer.headers["Retry-After"] = str(limit.wait_s)
            return answer
        if user is None:
            sentence = "Usuário ou senha incorretos. Confira e tente de novo."
            return await self._form(request, target, 401, login, sentence)
        return await self.opened(request, target, user.login)

    async def stay(self, _: Request) -> Response:
        """Still here: being asked for keeps the session open."""
        return Response(status_code=204)

    async def leave(self, request: Request) -> Response:
        """End the session here and now."""
        name = cookie_name(request)
        await self.sessions.close(request.cookies.get(name, ""))
        answer = RedirectResponse(LOGIN, 303)
        answer.delete_cookie(name, secure=request.url.scheme == "https", httponly=True)
        return answer

    async def invited(self, request: Request) -> Response:
        """The form that a one-time link leads to: the first password, or another one."""
        user = await self.login.people.linked(request.path_params["token"])
        if user is None:
            return self._spent(request)
        return self.view.page(request, "invited.html", login=user.login, error="")

    async def accept(self, request: Request) -> Response:
        """Set the password and come in; the link is spent."""
        token = request.path_params["token"]
        user = await self.login.people.linked(token)
        if user is None:
            return self._spent(request)
        password = visit_of(request).form.get("senha", "")
        if error := weakness(password, user.login):
            return self.view.page(request, "invited.html", 422, login=user.login, error=error)
        accepted = await self.login.people.accept(token, await self.login.hashing.hashed(password))
        if accepted is None:
            return self._spent(request)
        return await self.opened(request, "/", accepted.login)

    async def opened(self, request: Request, target: str, login: str) -> Response:
        """A fresh session; the one that the browser had, if any, ends."""
        name = cookie_name(request)
        if old := request.cookies.get(name):
            await self.sessions.close(old)
        answer = RedirectResponse(target, 303)
        answer.set_cookie(
            name,
            await self.sessions.open(login),
            max_age=int(ABSOLUTE.total_seconds()),
            secure=request.url.scheme == "https",
            httponly=True,
            samesite="lax",
        )
        return answer

    async def _form(
        self, request: Request, target: str, status: int = 200, login: str = "", error: str = ""
    ) -> Response:
        is_open = await self.login.people.has_admin()
        return self.view.page(
            request, "login.html", status,
            target=target, login=login, error=error, is_open=is_open,
        )  # fmt: skip

    def _spent(self, request: Request) -> Response:
        if visit_of(request).access:
            raise HTTPException(404)
        sentence = "Este link já foi usado ou passou da validade. Peça outro a quem o enviou."
        return self.view.message(request, 410, sentence)


def network(request: Request) -> str:
    """The address that a request comes from."""
    return request.client.host if request.client else ""
