"""Templates to answers."""

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse

from contracts.stores import StoreConfigured
from panel import timeline
from panel.access import Access, Permission, Role
from panel.pages import cancel_words, formats, words
from panel.pages.menu import menu
from panel.sessions import IDLE
from panel.stores import CHANNELS

_HERE: Final = Path(__file__).resolve().parent.parent
STATIC: Final = _HERE / "static"
CHOSEN: Final = "esteira-loja"
"""The cookie that remembers the store somebody works in; it opens nothing."""


def late(behind: timedelta) -> str:
    """What to say of a store whose pages are behind; nothing where they are not."""
    return words.LATE.format(formats.duration(behind.total_seconds())) if behind else ""


class View:
    """Renders templates; everything in them is escaped.

    `stores_of` tells which stores a visitor sees, for "Minha loja"; `idle` after how long without a
    request a session ends; `behind` how far what is shown of a store is behind.
    """

    def __init__(
        self,
        stores_of: Callable[[Access], Sequence[StoreConfigured]],
        idle: timedelta = IDLE,
        behind: Callable[[StoreConfigured], timedelta] = lambda _: timedelta(),
    ) -> None:
        self._stores_of = stores_of
        self._behind = behind
        self._templates = Environment(
            loader=FileSystemLoader(_HERE / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.filters.update(
            money=formats.money,
            when=formats.when,
            timed=formats.timed,
            exactly=formats.exactly,
            iso=formats.iso,
            told=timeline.text,
            counted=formats.count,
            duration=formats.duration,
            ago=formats.ago,
            since=formats.since,
        )
        self._templates.globals.update(
            idle_s=int(idle.total_seconds()),
            words=words,
            cancel_words=cancel_words,
            channels=CHANNELS,
            menu=menu,
            Permission=Permission,
            Role=Role,
        )

    def page(
        self, request: Request, template: str, status: int = 200, **context: Any
    ) -> HTMLResponse:
        """A page; the visit, the visitor's stores and what the route gives are in its reach.

        `section` is what follows a store's address, so that "Minha loja" keeps it.
        """
        visit = request.scope.get("visit")
        access = visit.access if visit else None
        stores = self._stores_of(access) if access else ()
        here = context.get("store")
        chosen = self.chosen(request, stores, here)
        shell: Mapping[str, Any] = {
            "visit": visit,
            "access": access,
            "stores": stores,
            "store": None,
            "path": request.url.path,
            "section": "",
            "late": late(self._behind(here)) if here else "",
            "notice": words.NOTICES.get(request.query_params.get("aviso", ""), ""),
        }
        text = self._templates.get_template(template).render({**shell, **context, "chosen": chosen})
        answer = HTMLResponse(text, status)
        if chosen is not None and request.cookies.get(CHOSEN) != chosen.store_id:
            answer.set_cookie(
                CHOSEN,
                chosen.store_id,
                secure=request.url.scheme == "https",
                httponly=True,
                samesite="lax",
            )
        return answer

    def chosen(
        self,
        request: Request,
        stores: Sequence[StoreConfigured],
        here: StoreConfigured | None = None,
    ) -> StoreConfigured | None:
        """The store that the visitor works in: that of the page, else the one of before.

        None of those whose orders they do not see.
        """
        wanted = here.store_id if here else request.cookies.get(CHOSEN)
        if here is None and len(stores) == 1:
            return stores[0]
        return next((store for store in stores if store.store_id == wanted), None)

    def message(self, request: Request, status: int, sentence: str, more: str = "") -> HTMLResponse:
        """A page that says one thing, and whoever only looked may look again."""
        again = request.method == "GET" and status >= 500  # noqa: PLR2004
        return self.page(request, "message.html", status, sentence=sentence, more=more, again=again)

    def unavailable(self, request: Request) -> HTMLResponse:
        """Something that we stand on is away."""
        answer = self.message(
            request,
            503,
            "O painel não está respondendo. Tente de novo em instantes.",
            "Nada do que já foi salvo se perde.",
        )
        answer.headers["Retry-After"] = "5"
        return answer
