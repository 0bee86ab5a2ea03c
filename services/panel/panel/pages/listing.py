"""The tabs of a store as lists: filtered, searched, named, looked into, and taken along as CSV."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final
from urllib.parse import quote

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response, StreamingResponse

from contracts.stores import StoreConfigured
from panel import mask, paging
from panel.access import Permission
from panel.audit import Audit, Entry
from panel.board import Query
from panel.commands import is_changed, is_held, shown_order
from panel.connection import must_reconnect
from panel.desk import Desk
from panel.pages import cures, filters, formats, personal, sheet, words
from panel.pages.asked import asked_for, chosen_in, sealed
from panel.pages.filters import Filters
from panel.pages.guard import access_of, visit_of
from panel.pages.named_lists import NamedLists
from panel.pages.view import View
from panel.saved_views import Whose
from panel.stores import CHANNELS
from panel.tab import Tab

MOST_COUNTED: Final = 1_000
PAGE: Final = 50
SHEET_PAGE: Final = 500
FRAGMENT: Final = "x-parte"
"""A header of our own script: it wants a part of a page."""


@dataclass(frozen=True, slots=True)
class ListPages:
    """Pages that show orders of one store."""

    desk: Desk
    named: NamedLists
    audit: Audit
    view: View

    async def tab(self, request: Request) -> Response:
        """One tab, page by page, as far as the filters let orders through."""
        store, chosen = asked_for(request, self.desk)
        try:
            after, before = _cursor(request, "depois"), _cursor(request, "antes")
        except paging.BadCursor:
            return RedirectResponse(_address(store, chosen), 303)
        now = self.desk.clock()
        query = chosen.query(store.store_id, now, after, PAGE)
        found = await self.desk.board.page(replace(query, before=None if after else before))
        if before and not (after or found.previous):
            return RedirectResponse(_address(store, chosen), 303)
        counts = await self.desk.board.counts([store.store_id], MOST_COUNTED + 1)
        matching = counts[chosen.tab]
        if chosen.on:
            matching = await self.desk.board.count(replace(query, after=None), MOST_COUNTED + 1)
        return self.view.page(
            request, "orders.html",
            store=store, tab=chosen.tab, section=f"/pedidos/{words.TABS[chosen.tab][0]}",
            rows=[self._shown(request, store, row) for row in found.rows],
            next=found.next, previous=found.previous, filters=chosen,
            situations=filters.SITUATIONS[chosen.tab], attempts=filters.ATTEMPTS,
            counts=counts, matching=matching,
            named=await self.named.shown(access_of(request), store, chosen), Whose=Whose,
            cut_off=await self.desk.cut_off([store]), lost=await self._lost(store, now),
            now=now, new_batch=self.desk.new_id(),
        )  # fmt: skip

    async def _lost(self, store: StoreConfigured, now: datetime) -> str:
        """Why the store has to be connected again; empty while it has not."""
        found = (await self.desk.connections_of([store])).get(store.store_id)
        return must_reconnect(store, found, now)

    async def look(self, request: Request) -> Response:
        """Search: what was typed goes on in the address, sealed."""
        store, chosen = asked_for(request, self.desk, visit_of(request).form)
        typed = visit_of(request).form.get("texto", "").strip()[:1_000]
        looked_for = sealed(self.desk, store, typed)
        return RedirectResponse(_address(store, replace(chosen, sealed=looked_for)), 303)

    async def export(self, request: Request) -> Response:
        """The list as CSV, whole; documents are whole for those who may correct orders."""
        store, chosen = asked_for(request, self.desk)
        query = chosen.query(store.store_id, self.desk.clock(), None, SHEET_PAGE)
        whole = access_of(request).may(Permission.OPERATE, store.store_id)
        return await self._taken(
            request, store, chosen.tab, self._sheet(replace(query, full=whole))
        )

    async def export_chosen(self, request: Request) -> Response:
        """The chosen orders as CSV, in the order of the list."""
        form = visit_of(request).form
        store, chosen = asked_for(request, self.desk, form)
        ids = chosen_in(form, store)
        if not ids:
            return RedirectResponse(_address(store, chosen, aviso="nenhum-exportado"), 303)
        whole = access_of(request).may(Permission.OPERATE, store.store_id)
        found = await self.desk.board.some(ids, [store.store_id], full=whole)
        rows = sorted(found, key=lambda row: ids.index(row["_id"]))
        return await self._taken(request, store, chosen.tab, _lines(rows, whole=whole))

    async def _taken(
        self, request: Request, store: StoreConfigured, tab: Tab, lines: AsyncIterator[str]
    ) -> Response:
        """A file of these lines, which the audit knows of."""
        access, now = access_of(request), self.desk.clock()
        whole = access.may(Permission.OPERATE, store.store_id)
        details = {"aba": str(tab), "documentos": "inteiros" if whole else "mascarados"}
        await self.audit.note(
            Entry(now, access.user, "pedidos_exportados", store.store_id, details)
        )
        name = sheet.name(store.store_id, tab, now.astimezone(formats.ZONE).date().isoformat())
        return StreamingResponse(
            lines,
            media_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
        )

    async def details(self, request: Request) -> Response:
        """What an order holds, to look at from the list; for a link, the order's own page."""
        store, row = await self._order(request)
        shown = self._shown(request, store, row)
        if FRAGMENT not in request.headers:
            order = quote(shown["order"], safe="")
            return RedirectResponse(f"/lojas/{store.store_id}/pedidos/{order}", 303)
        return self.view.page(
            request,
            "_details.html",
            store=store,
            row=shown,
            personal=personal,
            now=self.desk.clock(),
        )

    async def line(self, request: Request) -> Response:
        """One row of a list as it is now, for a list that is open."""
        store, row = await self._order(request)
        tab = words.BY_ADDRESS.get(request.query_params.get("aba", ""), Tab.PENDING)
        shown = self._shown(request, store, row)
        return self.view.page(request, "_row.html", store=store, tab=tab, row=shown)

    def _shown(
        self, request: Request, store: StoreConfigured, row: Mapping[str, Any]
    ) -> dict[str, Any]:
        """A row with what lists say about it beside what it holds."""
        access = access_of(request)
        order = row["_id"].partition(":")[2]
        may_manage = access.may(Permission.MANAGE, store.store_id)
        return {
            **row,
            "order": order,
            "body": shown_order(row),
            "changed": is_changed(row),
            "held": is_held(row),
            "may_operate": access.may(Permission.OPERATE, store.store_id),
            "cures": [
                (reason, cures.cure(reason, store.store_id, order, may_manage=may_manage))
                for reason in row["reasons"]
            ],
        }

    async def _sheet(self, query: Query) -> AsyncIterator[str]:
        yield sheet.heading()
        while True:
            found = await self.desk.board.page(query)
            yield "".join(_line(row, whole=query.full) for row in found.rows)
            if found.next is None:
                return
            query = replace(query, after=found.next)

    async def _order(self, request: Request) -> tuple[StoreConfigured, Mapping[str, Any]]:
        store = self._store(request)
        order_id = f"{store.store_id}:{request.path_params['order']}"
        return store, await self.desk.find(order_id, [store.store_id])

    def _store(self, request: Request) -> StoreConfigured:
        store = self.desk.stores.table.get(request.path_params["store"])
        if store is None:
            raise HTTPException(404)
        return store


async def _lines(rows: Sequence[Mapping[str, Any]], *, whole: bool) -> AsyncIterator[str]:
    yield sheet.heading()
    yield "".join(_line(row, whole=whole) for row in rows)


def _line(row: Mapping[str, Any], *, whole: bool) -> str:
    channel = CHANNELS.get(row["channel"], row["channel"] or "")
    return sheet.line(row, channel, _document(row, whole=whole))


def _document(row: Mapping[str, Any], *, whole: bool) -> str | None:
    body = shown_order(row) if whole else None
    if body is None:
        shown: str | None = row["buyer"]["document"]
        return shown
    return mask.whole(body["buyer"]["document"])


def _address(store: StoreConfigured, chosen: Filters, **more: str) -> str:
    return f"/lojas/{store.store_id}/pedidos/{words.TABS[chosen.tab][0]}{chosen.address(**more)}"


def _cursor(request: Request, name: str) -> paging.Cursor | None:
    text = request.query_params.get(name)
    return paging.cursor(text) if text else None
