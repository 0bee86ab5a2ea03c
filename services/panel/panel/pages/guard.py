"""Nobody sees a page without a login, and no other site sends our forms. Closed by default."""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qsl, quote, urlsplit

from starlette.datastructures import URL, Headers
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from chassis.patience import Unavailable
from panel.pages.view import View
from panel.sessions import Session, Sessions, form_token

LOGIN: Final = "/entrar"
OPEN: Final = frozenset({LOGIN})
"""Pages for those who are not logged in. Static files are served beside these pages."""

FORM_TOKEN: Final = "_token"  # noqa: S105 - a field's name, not a token
_SAFE: Final = frozenset({"GET", "HEAD"})
_MOST_FIELDS: Final = 5_000


@dataclass(frozen=True, slots=True)
class Visit:
    """Who asks, and what they typed; `token` goes into every form of the page."""

    session: Session | None
    token: str
    form: Mapping[str, str]


class Guard:
    """Lets a request through to the pages with its `Visit`, or answers in their place."""

    def __init__(self, app: ASGIApp, sessions: Sessions, view: View) -> None:
        self._app = app
        self._sessions = sessions
        self._view = view

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope, receive)
        try:
            visit = await self._visit(request)
        except Unavailable:
            await self._view.unavailable(request)(scope, receive, send)
            return
        answer: ASGIApp = self._refusal(request, visit) or self._app
        scope["visit"] = visit
        await answer(scope, receive, send)

    async def _visit(self, request: Request) -> Visit:
        token = request.cookies.get(cookie_name(request), "")
        session = await self._sessions.of(token) if token else None
        form = {} if request.method in _SAFE else read_form(request, await request.body())
        return Visit(session, form_token(token) if session else "", form)

    def _refusal(self, request: Request, visit: Visit) -> Response | None:
        here = request.url.path
        if request.method not in _SAFE and not is_ours(request):
            return self._view.message(request, 403, "Este formulário veio de outro site.")
        if here in OPEN:
            return None
        if visit.session is None:
            back = f"?ir={quote(_target(request))}" if request.method in _SAFE else ""
            return RedirectResponse(f"{LOGIN}{back}", 303)
        if request.method not in _SAFE and not hmac.compare_digest(
            visit.form.get(FORM_TOKEN, "").encode(), visit.token.encode()
        ):
            return self._view.message(
                request, 403, "Esta página ficou aberta por tempo demais. Volte, atualize e repita."
            )
        return None


def visit_of(request: Request) -> Visit:
    """The visit that the guard let through."""
    found: Visit = request.scope["visit"]
    return found


def cookie_name(request: Request) -> str:
    """Over https the browser itself refuses this name from anybody but us."""
    return "__Host-esteira" if request.url.scheme == "https" else "esteira"


def is_ours(request: Request) -> bool:
    """Whether a page of ours sent this form, as far as the browser says."""
    headers: Headers = request.headers
    if (site := headers.get("sec-fetch-site")) is not None:
        return site == "same-origin"
    if (origin := headers.get("origin")) is not None:
        return urlsplit(origin).netloc == headers.get("host")
    return True


def read_form(request: Request, body: bytes) -> dict[str, str]:
    """The typed fields; nothing for what is no form. The last of several values counts."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/x-www-form-urlencoded":
        return {}
    try:
        pairs = parse_qsl(
            body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=_MOST_FIELDS
        )
    except ValueError:
        return {}
    return {name: value.replace("\x00", "") for name, value in pairs}


def local(target: str) -> str:
    """A page of ours to go on to, and the first one for anything else."""
    url = URL(target)
    fine = target.startswith("/") and not target.startswith(("//", "/\\")) and not url.netloc
    return target if fine and target.isprintable() else "/"


def _target(request: Request) -> str:
    query = f"?{request.url.query}" if request.url.query else ""
    return request.url.path + query
