"""The tabs of a store as lists: filtered, searched, named, looked into, and taken along as CSV."""

from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final
from urllib.parse import quote, urlencode

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response, StreamingResponse

from chassis.store import Kept
from chassis.vault import Sealed
from contracts.stores import StoreConfigured
from panel import mask, paging, saved_views
from panel.access import Permission
from panel.audit import Audit, Entry
from panel.board import Query
from panel.commands import is_changed, shown_order
from panel.desk import Desk
from panel.pages import cures, filters, formats, sheet, words
from panel.pages.filters import Filters
from panel.pages.guard import access_of, visit_of
from panel.pages.view import View
from panel.saved_views import SavedView, SavedViews
from panel.stores import CHANNELS
from panel.tab import Tab
from panel.workbench import Workbench

MOST_COUNTED: Final = 1_000
PAGE: Final = 50
SHEET_PAGE: Final = 500
FRAGMENT: Final = "x-parte"
"""A header of our own script: it wants a part of a page."""


@dataclass(frozen=True, slots=True)
class ListPages:
    """Pages that show orders of one store."""

    desk: Desk
    bench: Workbench
    audit: Audit
    view: View

    async def tab(self, request: Request) -> Response:
        """One tab, page by page, as far as the filters let orders through."""
        store, chosen = asked_for(request, self.desk)
        try:
            after = _cursor(request)
        except paging.BadCursor:
            return RedirectResponse(_address(store, chosen), 303)
        now = self.desk.clock()
        query = chosen.query(store.store_id, now, after, PAGE)
        found = await self.desk.board.page(query)
        counts = await self.desk.board.counts([store.store_id], MOST_COUNTED + 1)
        matching = counts[chosen.tab]
        if chosen.on:
            matching = await self.desk.board.count(replace(query, after=None), MOST_COUNTED + 1)
        return self.view.page(
            request, "orders.html",
            store=store, tab=chosen.tab, section=f"/pedidos/{words.TABS[chosen.tab][0]}",
            rows=[self._shown(request, store, row) for row in found.rows],
            next=found.next, deep=after is not None, filters=chosen,
            situations=filters.SITUATIONS[chosen.tab],
            counts=counts, matching=matching,
            views=await self._views(request, store, chosen),
            cut_off=await self.desk.cut_off([store]), now=now, new_batch=self.desk.new_id(),
        )  # fmt: skip

    async def look(self, request: Request) -> Response:
        """Search: what was typed goes on in the address, sealed."""
        store, chosen = asked_for(request, self.desk, visit_of(request).form)
        typed = visit_of(request).form.get("texto", "").strip()[:1_000]
        sealed = self.desk.stores.vault.seal(typed, _owner(store)) if typed else ""
        return RedirectResponse(_address(store, replace(chosen, sealed=sealed)), 303)

    async def name_view(self, request: Request) -> Response:
        """Keep this list under a name, or forget one."""
        form = visit_of(request).form
        store, chosen = asked_for(request, self.desk, form)
        forgotten = form.get("apagar", "")
        named = " ".join(form.get("nome", "").split())[: saved_views.LONGEST]
        if forgotten or named:
            view = SavedView(named, str(chosen.tab), chosen.parameters())
            await self._change_views(
                access_of(request).user,
                store,
                lambda kept: kept.without(forgotten) if forgotten else kept.with_one(view),
            )
        return RedirectResponse(_address(store, chosen), 303)

    async def export(self, request: Request) -> Response:
        """The list as CSV, whole; documents are whole for those who may correct orders."""
        store, chosen = asked_for(request, self.desk)
        access, now = access_of(request), self.desk.clock()
        whole = access.may(Permission.OPERATE, store.store_id)
        details = {"aba": str(chosen.tab), "documentos": "inteiros" if whole else "mascarados"}
        await self.audit.note(
            Entry(now, access.user, "pedidos_exportados", store.store_id, details)
        )
        query = chosen.query(store.store_id, now, None, SHEET_PAGE)
        day = now.astimezone(formats.ZONE).date().isoformat()
        name = sheet.name(store.store_id, chosen.tab, day)
        return StreamingResponse(
            self._sheet(replace(query, full=whole)),
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
        return self.view.page(request, "_details.html", store=store, row=shown)

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
            yield "".join(
                sheet.line(
                    row,
                    CHANNELS.get(row["channel"], row["channel"] or ""),
                    _document(row, whole=query.full),
                )
                for row in found.rows
            )
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

    async def _views(
        self, request: Request, store: StoreConfigured, chosen: Filters
    ) -> list[tuple[str, str, bool, bool]]:
        """Name, address, whether it is the one shown, whether it is one's own."""
        key = saved_views.key(access_of(request).user, store.store_id)
        kept = (await self.bench.views.load([key])).get(key)
        own = kept.state.views if kept else ()
        shown = (str(chosen.tab), chosen.parameters())
        return [
            (v.name, _address_of(store, v), (v.tab, dict(v.filters)) == shown, v in own)
            for v in (*words.VIEWS, *own)
        ]

    async def _change_views(
        self, user: str, store: StoreConfigured, change: Callable[[SavedViews], SavedViews]
    ) -> None:
        key = saved_views.key(user, store.store_id)
        while True:
            kept = (await self.bench.views.load([key])).get(key) or Kept(SavedViews())
            if await self.bench.views.save({key: Kept(change(kept.state), kept.version)}):
                return


def asked_for(
    request: Request, desk: Desk, params: Mapping[str, str] | None = None
) -> tuple[StoreConfigured, Filters]:
    """The store and the list that an address, or a form, is about."""
    store = desk.stores.table.get(request.path_params["store"])
    tab = words.BY_ADDRESS.get(request.path_params["tab"])
    if store is None or tab is None:
        raise HTTPException(404)

    def opened(sealed: str) -> str:
        try:
            return desk.stores.vault.open(sealed, _owner(store))
        except Sealed:
            return ""

    return store, filters.read(request.query_params if params is None else params, tab, opened)


def _document(row: Mapping[str, Any], *, whole: bool) -> str | None:
    body = shown_order(row) if whole else None
    if body is None:
        shown: str | None = row["buyer"]["document"]
        return shown
    return mask.whole(body["buyer"]["document"])


def _owner(store: StoreConfigured) -> str:
    return f"{store.store_id}:busca"


def _address(store: StoreConfigured, chosen: Filters) -> str:
    return f"/lojas/{store.store_id}/pedidos/{words.TABS[chosen.tab][0]}{chosen.address()}"


def _address_of(store: StoreConfigured, view: SavedView) -> str:
    said = f"?{urlencode(view.filters)}" if view.filters else ""
    return f"/lojas/{store.store_id}/pedidos/{words.TABS[Tab(view.tab)][0]}{said}"


def _cursor(request: Request) -> paging.Cursor | None:
    text = request.query_params.get("depois")
    return paging.cursor(text) if text else None
