"""Lists that people named: which there are, which one "Pedidos" opens, and changing them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from chassis.store import Documents, Kept
from contracts.stores import StoreConfigured
from panel import saved_views
from panel.access import Access, Permission
from panel.desk import Desk
from panel.pages import words
from panel.pages.asked import asked_for
from panel.pages.filters import Filters
from panel.pages.guard import access_of, visit_of
from panel.saved_views import SavedView, SavedViews, Whose, mark
from panel.tab import Tab


@dataclass(frozen=True, slots=True)
class Named:
    """A named list as the menu of views shows it. `here` is the one that is being looked at.

    `first` is the one that "Pedidos" opens; `may_change` says whether it may be shared, or taken
    back, and forgotten.
    """

    view: SavedView
    whose: Whose
    address: str
    here: bool
    first: bool
    may_change: bool


@dataclass(frozen=True, slots=True)
class NamedLists:
    """Requests about the named lists of a store."""

    desk: Desk
    views: Documents[SavedViews]

    async def begin(self, request: Request) -> Response:
        """Where "Pedidos" leads: the list that this person begins with, or the pending orders."""
        store = self.desk.stores.table.get(request.path_params["store"])
        if store is None:
            raise HTTPException(404)
        plain = Filters(Tab.PENDING)
        found = await self.shown(access_of(request), store, plain)
        first = next((one.address for one in found if one.first), "")
        return RedirectResponse(first or _address(store, Tab.PENDING, ""), 303)

    async def shown(self, access: Access, store: StoreConfigured, chosen: Filters) -> list[Named]:
        """Everybody's lists, the store's, and one's own. Raises Unavailable."""
        keys = saved_views.key(access.user, store.store_id), saved_views.shared_key(store.store_id)
        kept = await self.views.load(keys)
        own, shared = (kept[k].state if k in kept else SavedViews() for k in keys)
        here = (str(chosen.tab), chosen.parameters())
        return [
            Named(
                view,
                whose,
                _address(store, Tab(view.tab), urlencode(view.filters)),
                here=(view.tab, dict(view.filters)) == here,
                first=mark(whose, view.name) == own.first,
                may_change=whose is Whose.OWN or may_change(access, store, view),
            )
            for view, whose in _together(own, shared)
        ]

    async def change(self, request: Request) -> Response:
        """Name this list; or share a named one, take it back, begin with it, forget it."""
        form, access = visit_of(request).form, access_of(request)
        store, chosen = asked_for(request, self.desk, form)
        name = " ".join(form.get("nome", "").split())[: saved_views.LONGEST]
        whose = Whose(form["de"]) if form.get("de") in set(Whose) else Whose.OWN
        act = _Act(self, access, store, whose)
        match form.get("acao", ""):
            case "" if name:
                said = await act.keep(SavedView(name, str(chosen.tab), chosen.parameters()))
            case "primeira":
                said = await act.begin_with(mark(whose, name))
            case "nenhuma":
                said = await act.begin_with("")
            case "compartilhar":
                said = await act.share(name)
            case "recolher":
                said = await act.take_back(name)
            case "apagar":
                said = await act.forget(name)
            case _:
                said = ""
        more = {"aviso": said} if said else {}
        at = f"/lojas/{store.store_id}/pedidos/{words.TABS[chosen.tab][0]}"
        return RedirectResponse(f"{at}{chosen.address(**more)}", 303)

    async def alter(self, key: str, change: Callable[[SavedViews], SavedViews]) -> None:
        """Change the views under this key, whoever else does meanwhile. Raises Unavailable."""
        while True:
            kept = (await self.views.load([key])).get(key) or Kept(SavedViews())
            changed = change(kept.state)
            if changed == kept.state:
                return
            if await self.views.save({key: Kept(changed, kept.version)}):
                return


@dataclass(frozen=True, slots=True)
class _Act:
    """What somebody does to the named lists of a store; each answers with the notice to show."""

    lists: NamedLists
    access: Access
    store: StoreConfigured
    whose: Whose

    async def keep(self, view: SavedView) -> str:
        await self.lists.alter(self._own, lambda saved: saved.with_one(view))
        return "visao-guardada"

    async def begin_with(self, first: str) -> str:
        await self.lists.alter(self._own, lambda saved: saved.opening(first))
        return "visao-primeira" if first else "visao-nenhuma"

    async def share(self, name: str) -> str:
        """Into the store's first: whoever is interrupted in between has it twice, and not never."""
        if not self.access.may(Permission.OPERATE, self.store.store_id):
            raise HTTPException(403, words.NOT_ALLOWED)
        view = (await self._saved(self._own)).named(name)
        if view is None:
            return ""
        shared = await self._saved(self._shared)
        known = shared.named(name)
        if known is not None and known.by != self.access.user:
            return "visao-existe"
        if known is None and len(shared.views) >= saved_views.MOST:
            return "visoes-cheias"
        of_store = replace(view, by=self.access.user)
        await self.lists.alter(self._shared, lambda saved: saved.with_one(of_store))
        await self._move(view.name, Whose.OWN, Whose.STORE)
        return "visao-compartilhada"

    async def take_back(self, name: str) -> str:
        view = await self._shared_one(name)
        if view is None or view.by != self.access.user:
            return ""
        mine = replace(view, by="")
        await self.lists.alter(self._own, lambda saved: saved.with_one(mine))
        await self._move(view.name, Whose.STORE, Whose.OWN)
        await self.lists.alter(self._shared, lambda saved: saved.without(view.name))
        return "visao-recolhida"

    async def forget(self, name: str) -> str:
        if self.whose is Whose.OWN:
            await self.lists.alter(self._own, lambda saved: saved.without(name))
        elif (view := await self._shared_one(name)) is not None:
            await self.lists.alter(self._shared, lambda saved: saved.without(view.name))
        return "visao-apagada"

    async def _shared_one(self, name: str) -> SavedView | None:
        view = (await self._saved(self._shared)).named(name)
        if view is not None and not may_change(self.access, self.store, view):
            raise HTTPException(403, words.NOT_ALLOWED)
        return view

    async def _move(self, name: str, old: Whose, new: Whose) -> None:
        """One's own list goes, or has come; who begins with it goes on doing so."""

        def moved(saved: SavedViews) -> SavedViews:
            if saved.first == mark(old, name):
                saved = saved.opening(mark(new, name))
            return saved.without(name) if new is Whose.STORE else saved

        await self.lists.alter(self._own, moved)

    async def _saved(self, key: str) -> SavedViews:
        kept = (await self.lists.views.load([key])).get(key)
        return kept.state if kept else SavedViews()

    @property
    def _own(self) -> str:
        return saved_views.key(self.access.user, self.store.store_id)

    @property
    def _shared(self) -> str:
        return saved_views.shared_key(self.store.store_id)


def may_change(access: Access, store: StoreConfigured, view: SavedView) -> bool:
    """Whether one of the store's lists may be taken back: by who shared it, or a manager."""
    if not view.by:
        return False
    return view.by == access.user or access.may(Permission.MANAGE, store.store_id)


def _together(own: SavedViews, shared: SavedViews) -> Iterator[tuple[SavedView, Whose]]:
    yield from ((view, Whose.EVERYBODY) for view in words.VIEWS)
    yield from ((view, Whose.STORE) for view in shared.views)
    yield from ((view, Whose.OWN) for view in own.views)


def _address(store: StoreConfigured, tab: Tab, filters: str) -> str:
    return f"/lojas/{store.store_id}/pedidos/{words.TABS[tab][0]}" + (filters and f"?{filters}")
