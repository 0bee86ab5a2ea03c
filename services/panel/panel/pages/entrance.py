"""Login and logout."""

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from panel.login import Login, Throttled
from panel.pages.guard import LOGIN, cookie_name, local, visit_of
from panel.pages.view import View
from panel.sessions import ABSOLUTE, Sessions


@dataclass(frozen=True, slots=True)
class Entrance:
    """The door of the pages."""

    login: Login
    sessions: Sessions
    view: View

    async def show(self, request: Request) -> Response:
        """The login form; whoever is logged in goes on."""
        target = local(request.query_params.get("ir", "/"))
        if visit_of(request).session:
            return RedirectResponse(target, 303)
        return self._form(request, target)

    async def enter(self, request: Request) -> Response:
        """Open a session for the right user and password."""
        form = visit_of(request).form
        target, user = local(form.get("ir", "/")), form.get("usuario", "")
        network = request.client.host if request.client else ""
        try:
            right = await self.login.admits(user, form.get("senha", ""), network)
        except Throttled as limit:
            sentence = f"Muitas tentativas. Tente de novo em {limit.wait_s} s."
            answer = self._form(request, target, 429, user, sentence)
            answer.headers["Retry-After"] = str(limit.wait_s)
            return answer
        if not right:
            sentence = "Usuário ou senha incorretos. Confira e tente de novo."
            return self._form(request, target, 401, user, sentence)
        return await self._opened(request, target, self.login.user)

    async def leave(self, request: Request) -> Response:
        """End the session here and now."""
        name = cookie_name(request)
        await self.sessions.close(request.cookies.get(name, ""))
        answer = RedirectResponse(LOGIN, 303)
        answer.delete_cookie(name, secure=request.url.scheme == "https", httponly=True)
        return answer

    async def _opened(self, request: Request, target: str, user: str) -> Response:
        answer = RedirectResponse(target, 303)
        answer.set_cookie(
            cookie_name(request),
            await self.sessions.open(user),
            max_age=int(ABSOLUTE.total_seconds()),
            secure=request.url.scheme == "https",
            httponly=True,
            samesite="lax",
        )
        return answer

    def _form(
        self, request: Request, target: str, status: int = 200, user: str = "", error: str = ""
    ) -> Response:
        return self.view.page(
            request, "login.html", status,
            target=target, user=user, error=error, is_open=self.login.is_open,
        )  # fmt: skip
