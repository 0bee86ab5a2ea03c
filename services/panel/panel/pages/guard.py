"""Nobody sees a page without the right to it, and no other site sends our forms.

Closed by default: a page is a `Page`, which cannot be made without saying what it needs.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import wraps
from typing import Final
from urllib.parse import parse_qsl, quote, urlsplit

import structlog
from starlette.datastructures import URL, Headers
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from chassis.patience import Unavailable
from panel.access import Access, Permission
from panel.pages import words
from panel.pages.view import View
from panel.people import People
from panel.sessions import RECENT, Session, Sessions, form_token, is_form_token

log = structlog.get_logger()

Answer = Callable[[Request], Awaitable[Response]]

LOGIN: Final = "/entrar"
ENROL: Final = "/conta/verificacao"
QUIET: Final = "quieto"
"""In the address of what a page asks for by itself: it keeps no session open."""
FORM_TOKEN: Final = "_token"  # noqa: S105 - a field's name, not a token
_SAFE: Final = frozenset({"GET", "HEAD"})
_MOST_FIELDS: Final = 5_000


@dataclass(frozen=True, slots=True)
class Visit:
    """Who asks, what they may, and what they typed.

    `token` goes into every form of the page; `secret` is the session's own, and into none.
    `recent`: they typed their password a short while ago. `enrolling`: they are to set up a second
    factor before anything else.
    """

    session: Session | None
    access: Access | None
    token: str
    secret: str
    form: Mapping[str, str]
    recent: bool = False
    enrolling: bool = False


class Guard:
    """Finds out who asks before the pages are looked at."""

    def __init__(self, app: ASGIApp, sessions: Sessions, people: People, view: View) -> None:
        self._app = app
        self._sessions = sessions
        self._people = people
        self._view = view

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope, receive)
        try:
            scope["visit"] = await self._visit(request)
        except Unavailable:
            await self._view.unavailable(request)(scope, receive, send)
            return
        await self._app(scope, receive, send)

    async def _visit(self, request: Request) -> Visit:
        secret = request.cookies.get(cookie_name(request), "")
        quiet = QUIET in request.query_params
        session = await self._sessions.of(secret, quiet=quiet) if secret else None
        user = await self._people.find(session.user) if session else None
        form = {} if request.method in _SAFE else read_form(request, await request.body())
        if session is None or user is None or not user.active:
            return Visit(None, None, "", "", form)
        return Visit(
            session,
            user.access,
            form_token(secret),
            secret,
            form,
            recent=self._sessions.clock() - session.created_at < RECENT,
            enrolling=self._people.must_enrol(user),
        )


class Page(Route):
    """A route to a page, and the permission that it needs.

    A page about who may do what also needs a `recent` login, and asks for it again.
    """

    def __init__(
        self,
        path: str,
        endpoint: Answer,
        needs: Permission,
        *,
        method: str = "GET",
        recent: bool = False,
    ) -> None:
        super().__init__(path, _guarded(endpoint, needs, recent=recent), methods=[method])
        self.needs = needs


def _guarded(endpoint: Answer, needs: Permission, *, recent: bool) -> Answer:
    @wraps(endpoint)
    async def answer(request: Request) -> Response:
        refusal = _refusal(request, needs)
        if refusal is None and recent and not visit_of(request).recent:
            refusal = RedirectResponse(login_again(_target(request)), 303)
        return refusal or await endpoint(request)

    return answer


def _refusal(request: Request, needs: Permission) -> Response | None:
    """The login for those who are nobody yet; raises HTTPException for those who may not."""
    visit = visit_of(request)
    safe = request.method in _SAFE
    if not safe and not is_ours(request):
        raise HTTPException(403, "Este formulário veio de outro site.")
    if needs is Permission.OPEN:
        return None
    if visit.access is None:
        return RedirectResponse(f"{LOGIN}?ir={quote(_target(request))}" if safe else LOGIN, 303)
    if not safe and not is_form_token(visit.secret, visit.form.get(FORM_TOKEN, "")):
        raise HTTPException(
            403, "Esta página ficou aberta por tempo demais. Volte, atualize e repita."
        )
    if visit.enrolling and needs is not Permission.ENTER:
        return RedirectResponse(ENROL, 303)
    store_id = request.path_params.get("store")
    if store_id is not None and not visit.access.knows(store_id):
        log.warning("foreign_store_refused", store_id=store_id)
        raise HTTPException(404)
    if not visit.access.may(needs, store_id):
        raise HTTPException(403, words.NOT_ALLOWED)
    return None


def login_again(target: str) -> str:
    """The address of the login for those who are logged in, and have to prove it anew."""
    return f"{LOGIN}?de-novo=sim&ir={quote(target)}"


def visit_of(request: Request) -> Visit:
    """The visit that the guard let through."""
    found: Visit = request.scope["visit"]
    return found


def access_of(request: Request) -> Access:
    """What the visitor of a page that needs a login may do."""
    access = visit_of(request).access
    if access is None:
        raise HTTPException(403)
    return access


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
    """The page to come back to: the one asked for, or the one that held the form."""
    url = request.url
    if request.method not in _SAFE:
        url = URL(request.headers.get("referer", "/"))
        if url.netloc != request.url.netloc:
            return "/"
    return url.path + (f"?{url.query}" if url.query else "")
