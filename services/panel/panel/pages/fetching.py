"""Past orders fetched ("Buscar Pedidos"): asked for, looked at first, let run."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from contracts.fetches import (
    DirectFetch,
    FetchDirective,
    FetchOrders,
    FetchOutcome,
    FetchProgress,
    FetchState,
)
from contracts.stores import StoreConfigured
from panel.desk import Desk
from panel.fetch_book import MOST_ORDERS, FetchBook
from panel.pages import fetch_words
from panel.pages.formats import ZONE
from panel.pages.guard import access_of, visit_of
from panel.pages.view import View
from panel.telling import tell

LATEST: Final = 10
USUAL_DAYS: Final = 7
LONGEST_NUMBER: Final = 60
EXPECTED: Final = "enviado"
ANSWERED_WITHIN: Final = timedelta(seconds=15)
"""A command that changes nothing is waited for no longer."""
_EXPECTED: Final = re.compile(r"[0-9]{1,9}\.[0-9]{1,12}")
UNDER_WAY: Final = frozenset({FetchState.LOOKING, FetchState.RUNNING})
_SHOWN: Final = {
    "novos": (FetchOutcome.NEW, FetchOutcome.CHANGED),
    "ignorados": (FetchOutcome.IGNORED,),
    "falhas": (FetchOutcome.FAILED,),
    "conhecidos": (FetchOutcome.KNOWN,),
}
"""The parts of a fetch's result, by their address."""


class Mistyped(Exception):  # noqa: N818 - it names what the form is
    """A field that cannot be used: which, and why."""

    def __init__(self, field: str, why: str) -> None:
        super().__init__(why)
        self.field, self.why = field, why


@dataclass(frozen=True, slots=True)
class FetchPages:
    """Pages about the fetches of one store."""

    desk: Desk
    book: FetchBook
    view: View

    async def fill(self, request: Request) -> Response:
        """The form, and the fetches of before."""
        return await self._form(request, self._store(request), {}, None)

    async def ask(self, request: Request) -> Response:
        """Have capture look at what there is, and lead to what it finds."""
        store, typed = self._store(request), visit_of(request).form
        try:
            wanted = read(typed, self.desk.clock())
        except Mistyped as error:
            return await self._form(request, store, typed, error)
        fetch_id = self.desk.new_id()
        command = FetchOrders(**wanted, **self._of(request, store, fetch_id))
        await tell(self.desk.publisher, command)
        return RedirectResponse(address(store, fetch_id), 303)

    async def show(self, request: Request) -> Response:
        """How a fetch stands, and what became of its orders."""
        store = self._store(request)
        fetch_id = request.path_params["fetch"]
        fetch = await self.book.one(store.store_id, fetch_id)
        part = request.query_params.get("ver", "")
        part = part if part in _SHOWN else _first(fetch)
        orders = await self.book.orders(fetch_id, _SHOWN[part]) if fetch else []
        expected = request.query_params.get(EXPECTED, "")
        return self.view.page(
            request, "fetch.html",
            store=store, section="/pedidos/buscar",
            fetch=fetch, fetch_id=fetch_id, orders=orders, part=part, parts=_SHOWN,
            counts=counts_of(fetch), most=MOST_ORDERS, now=self.desk.clock(),
            fetch_words=fetch_words, FetchState=FetchState, under_way=UNDER_WAY,
            sent=is_awaited(fetch, expected, self.desk.clock()), expected=expected,
        )  # fmt: skip

    async def start(self, request: Request) -> Response:
        """Let it run."""
        return await self._direct(request, FetchDirective.START)

    async def pause(self, request: Request) -> Response:
        """Hold it."""
        return await self._direct(request, FetchDirective.PAUSE)

    async def resume(self, request: Request) -> Response:
        """Let it go on."""
        return await self._direct(request, FetchDirective.RESUME)

    async def cancel(self, request: Request) -> Response:
        """Give it up."""
        return await self._direct(request, FetchDirective.CANCEL)

    async def _direct(self, request: Request, directive: FetchDirective) -> Response:
        store = self._store(request)
        fetch_id = request.path_params["fetch"]
        fetch = await self.book.one(store.store_id, fetch_id)
        if fetch is None:
            return RedirectResponse(address(store, fetch_id), 303)
        of = self._of(request, store, fetch_id)
        await tell(self.desk.publisher, DirectFetch(directive=directive, **of))
        until = int((self.desk.clock() + ANSWERED_WITHIN).timestamp())
        expected = f"?{EXPECTED}={fetch.step}.{until}"
        return RedirectResponse(address(store, fetch_id) + expected, 303)

    async def _form(
        self,
        request: Request,
        store: StoreConfigured,
        typed: Mapping[str, str],
        error: Mistyped | None,
    ) -> Response:
        today = self.desk.clock().astimezone(ZONE).date()
        usual = {
            "de": (today - timedelta(days=USUAL_DAYS)).isoformat(),
            "ate": today.isoformat(),
            "numero": "",
        }
        return self.view.page(
            request, "fetches.html", 422 if error else 200,
            store=store, section="/pedidos/buscar",
            typed=usual | dict(typed), error=error, today=today.isoformat(),
            fetches=await self.book.latest(store.store_id, LATEST),
            swept=await self.book.swept(store.store_id),
            fetch_words=fetch_words, now=self.desk.clock(),
        )  # fmt: skip

    def _of(self, request: Request, store: StoreConfigured, fetch_id: str) -> dict[str, Any]:
        """What every command says."""
        return {
            "command_id": self.desk.new_id(),
            "fetch_id": fetch_id,
            "store_id": store.store_id,
            "account_id": store.account_id,
            "requested_by": access_of(request).user,
            "occurred_at": self.desk.clock(),
        }

    def _store(self, request: Request) -> StoreConfigured:
        store = self.desk.stores.table.get(request.path_params["store"])
        if store is None:
            raise HTTPException(404)
        return store


def address(store: StoreConfigured, fetch_id: str) -> str:
    """Where a fetch is shown."""
    return f"/lojas/{store.store_id}/pedidos/buscar/{fetch_id}"


def read(typed: Mapping[str, str], now: datetime) -> dict[str, Any]:
    """What the form asks for: a number, or whole days in Brazil. Raises Mistyped."""
    if typed.get("por") == "numero":
        number = typed.get("numero", "").strip()
        if not number:
            raise Mistyped("numero", fetch_words.ASK_FOR_SOMETHING)
        return {"number": number[:LONGEST_NUMBER]}
    since, until = (_midnight(typed, field) for field in ("de", "ate"))
    if until < since:
        raise Mistyped("ate", fetch_words.BACKWARDS)
    if since > now:
        raise Mistyped("de", fetch_words.IN_FUTURE)
    return {"since": since, "until": until + timedelta(days=1) - timedelta(seconds=1)}


def counts_of(fetch: FetchProgress | None) -> dict[str, int]:
    """How many orders are in each part of the result."""
    if fetch is None:
        return dict.fromkeys(_SHOWN, 0)
    counts = fetch.counts
    return {
        "novos": counts.new + counts.changed,
        "ignorados": sum(counts.ignored.values()),
        "falhas": counts.failed,
        "conhecidos": counts.known,
    }


def is_awaited(fetch: FetchProgress | None, expected: str, now: datetime) -> bool:
    """Whether what was asked last is still to show: `expected` is the step it was asked at.

    Nothing more comes of a fetch that is over.
    """
    step, _, until = expected.partition(".")
    if (
        fetch is None
        or fetch.state in (FetchState.DONE, FetchState.CANCELLED)
        or not (step.isdecimal() and until.isdecimal() and len(until) <= len(str(2**53)))
    ):
        return False
    return fetch.step <= int(step) and now.timestamp() < int(until)


def _first(fetch: FetchProgress | None) -> str:
    """The part that is shown unless another is asked for: the first that is not empty."""
    return next((part for part, number in counts_of(fetch).items() if number), "novos")


def _midnight(typed: Mapping[str, str], field: str) -> datetime:
    try:
        day = date.fromisoformat(typed.get(field, ""))
        return datetime.combine(day, time(), ZONE)
    except (ValueError, OverflowError):
        raise Mistyped(field, fetch_words.NO_DATE) from None
