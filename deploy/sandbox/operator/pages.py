"""How the pages are made: templates, amounts and moments in pt-BR, forms and their answers."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode, urlsplit
from zoneinfo import ZoneInfo

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from sandbox.operator.words import STATUSES, WAITING

Handler = Callable[[Request], Awaitable[Response]]
Form = dict[str, str]
BRASILIA = ZoneInfo("America/Sao_Paulo")
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'"
    ),
    "Cache-Control": "no-store",
}
OWN_SITE = frozenset({"same-origin", "none"})


def brl(amount: Decimal | float | str | None) -> str:
    """An amount as people write it: R$ 1.234,56."""
    written = f"{Decimal(str(amount or 0)):,.2f}"
    return "R$\N{NO-BREAK SPACE}" + written.translate(str.maketrans(",.", ".,"))


def quantity(amount: Decimal | float | str) -> str:
    """A quantity without needless zeros: 2, or 2,5."""
    return f"{Decimal(str(amount)).normalize():f}".replace(".", ",")


def status(word: str) -> str:
    """A channel's status in pt-BR; one we have no word for as it is."""
    return STATUSES.get(word, word)


def moment(at: datetime | float) -> str:
    """A moment, or seconds since the epoch, on the clock of Brasília: 21/10/2026 10:00."""
    when = at if isinstance(at, datetime) else datetime.fromtimestamp(at, BRASILIA)
    return f"{when.astimezone(BRASILIA):%d/%m/%Y %H:%M:%S}"


def _environment() -> Environment:
    made = Environment(
        loader=PackageLoader("sandbox.operator"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {"brl": brl, "quantity": quantity, "moment": moment, "status": status}
    made.tests["waiting"] = WAITING.__contains__
    return made


_TEMPLATES = _environment()


def shown(request: Request, template: str, **about: Any) -> Response:
    """A page; `ok` and `erro` of the address are the news it shows."""
    asked = request.query_params
    news = {"ok": asked.get("ok", ""), "wrong": asked.get("erro", "")}
    page = _TEMPLATES.get_template(template).render(news | about | {"here": request.url.path})
    return HTMLResponse(page, headers=HEADERS)


def back(request: Request, to: str, *, ok: str = "", wrong: str = "") -> Response:
    """To a page after a form, with news of how it went; `to` is where the form does not say."""
    asked = urlsplit(request.query_params.get("de", ""))
    local = asked.path if asked.path.startswith("/") and not asked.netloc else to
    news = urlencode({name: text for name, text in (("ok", ok), ("erro", wrong)) if text})
    return RedirectResponse(f"{local}?{news}", 303)


def not_found(request: Request) -> Response:
    """What is asked for is not there."""
    page = shown(request, "missing.html")
    page.status_code = 404
    return page


def posted(handler: Handler) -> Handler:
    """A handler of a form, which no page of another site may send."""

    async def route(request: Request) -> Response:
        if request.headers.get("sec-fetch-site", "none") not in OWN_SITE:
            return Response("Formulário de outra origem recusado.", 403)
        return await handler(request)

    return route


async def form_of(request: Request) -> Form:
    """The form's fields that were filled in."""
    async with request.form() as fields:
        return {name: str(value).strip() for name, value in fields.items() if str(value).strip()}
