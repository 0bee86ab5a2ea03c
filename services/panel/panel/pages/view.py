"""Templates to answers."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse

from panel import timeline
from panel.pages import formats, words
from panel.stores import CHANNELS

_HERE: Final = Path(__file__).resolve().parent.parent
STATIC: Final = _HERE / "static"


class View:
    """Renders templates; everything in them is escaped."""

    def __init__(self) -> None:
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
            iso=formats.iso,
            told=timeline.text,
            counted=formats.count,
        )
        self._templates.globals.update(words=words, channels=CHANNELS)

    def page(
        self, request: Request, template: str, status: int = 200, **context: Any
    ) -> HTMLResponse:
        """A page; `visit` and what the route gives are in its reach."""
        visit = request.scope.get("visit")
        shell: Mapping[str, Any] = {"visit": visit, "stores": (), "store": None, "tab": None}
        text = self._templates.get_template(template).render({**shell, **context})
        return HTMLResponse(text, status)

    def message(self, request: Request, status: int, sentence: str) -> HTMLResponse:
        """A page that says one thing."""
        return self.page(request, "message.html", status, sentence=sentence)

    def unavailable(self, request: Request) -> HTMLResponse:
        """Something that we stand on is away."""
        answer = self.message(
            request, 503, "O banco de dados ou o Kafka não responde. Tente de novo em instantes."
        )
        answer.headers["Retry-After"] = "5"
        return answer
