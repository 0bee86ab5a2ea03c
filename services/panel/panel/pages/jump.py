"""The command menu, "Ir para": any page, store or order, from any page (Ctrl+K, or a link)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from contracts.stores import StoreConfigured
from panel.board import Query
from panel.desk import Desk
from panel.pages import destinations
from panel.pages.destinations import Destination
from panel.pages.guard import access_of, visit_of
from panel.pages.listing import FRAGMENT
from panel.pages.view import View
from panel.search import understood

MOST_ORDERS: Final = 8
SHORTEST: Final = 2
"""Letters before orders are looked for."""
LONGEST: Final = 100


@dataclass(frozen=True, slots=True)
class JumpPages:
    """The menu as a page, and as a part of the page one is at.

    What is typed may name a buyer, so it is sent as a form and stands in no address.
    """

    desk: Desk
    view: View

    async def show(self, request: Request) -> Response:
        """The pages there are, and a field to type in."""
        return await self._page(request, "")

    async def find(self, request: Request) -> Response:
        """What was typed, found."""
        return await self._page(request, visit_of(request).form.get("ir", "").strip()[:LONGEST])

    async def _page(self, request: Request, typed: str) -> Response:
        access = access_of(request)
        seen = self.desk.stores_of(access)
        chosen = self.view.chosen(request, seen)
        found = {
            "Pedidos": await self._orders(typed, seen),
            "Páginas": destinations.meant(destinations.pages(access, chosen), typed),
            "Lojas": destinations.meant(destinations.stores(seen), typed) if typed else (),
        }
        template = "_jump.html" if FRAGMENT in request.headers else "jump.html"
        shown = {name: places for name, places in found.items() if places}
        number = sum(map(len, shown.values()))
        return self.view.page(request, template, jump_typed=typed, groups=shown, number=number)

    async def _orders(self, typed: str, seen: Sequence[StoreConfigured]) -> Sequence[Destination]:
        search = understood(typed) if len(typed) >= SHORTEST else None
        if search is None or not seen:
            return ()
        names = {store.store_id: store.name for store in seen}
        query = Query(stores=list(names), search=search, limit=MOST_ORDERS)
        return [*destinations.orders((await self.desk.board.page(query)).rows, names)]
