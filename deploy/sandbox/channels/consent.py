"""The page on which a merchant lets an app in: what it asks for, and which shop says yes.

On the platforms this page stands behind the merchant's own login; here whoever opens it may choose.
Yes and no are links: they lead away to the app, which a form of ours may not.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from sandbox.operator.pages import shown

ANSWER = "resposta"
"""The parameter that the page's own links add: a shop's id, or `NO`."""
NO = "nao"


@dataclass(frozen=True, slots=True)
class Consent:
    """What is asked: by whom, at which channel, of which shops (id and name)."""

    channel: str
    app: str
    shops: Sequence[tuple[str, str]]


def page(request: Request, asked: Consent) -> Response:
    """The question; its answers are this same address with `ANSWER`."""
    links = [(name, _answering(request, store_id)) for store_id, name in asked.shops]
    no = _answering(request, NO)
    return shown(request, "consent.html", channel=asked.channel, app=asked.app, links=links, no=no)


def wrong(request: Request, sentence: str) -> Response:
    """The platform refuses to ask: the app sent the merchant here the wrong way."""
    answer = shown(request, "consent_wrong.html", sentence=sentence)
    answer.status_code = 400
    return answer


def sent_back(address: str, told: Mapping[str, str]) -> Response:
    """To the app, with what it is told."""
    glue = "&" if "?" in address else "?"
    return RedirectResponse(f"{address}{glue}{urlencode(told)}", 302)


def _answering(request: Request, answer: str) -> str:
    asked = dict(request.query_params) | {ANSWER: answer}
    return f"{request.url.path}?{urlencode(asked)}"
