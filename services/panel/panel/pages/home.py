"""The first page of a store, and its orders in the ERP."""

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from contracts.stores import StoreConfigured
from panel import charts, kanban
from panel.desk import Desk
from panel.erp.window import Window
from panel.figures import MOST_POSTED, Ledger
from panel.pages.formats import ZONE
from panel.pages.stores import MOST_COUNTED, troubles
from panel.pages.view import View

DAYS: Final = 14


@dataclass(frozen=True, slots=True)
class HomePages:
    """Pages that show how a store is doing."""

    desk: Desk
    window: Window
    ledger: Ledger
    view: View

    async def show(self, request: Request) -> Response:
        """What needs a hand, and the figures of the last days."""
        store = self._store(request)
        now = self.desk.clock()
        today = now.astimezone(ZONE).date()
        days = [today - timedelta(days=back) for back in range(DAYS - 1, -1, -1)]
        figures, pulses, counts = await asyncio.gather(
            self.ledger.figures(store.store_id, days),
            self.ledger.pulses([store.store_id], MOST_COUNTED + 1),
            self.desk.board.counts([store.store_id], MOST_COUNTED + 1),
        )
        found = await troubles(self.desk, [store], pulses)
        return self.view.page(
            request, "home.html",
            store=store,
            counts=counts,
            pulse=pulses[store.store_id], trouble=found[store.store_id],
            days=charts.days(figures.days, days), charts=charts,
            reasons=figures.reasons,
            half=charts.at(figures.waits, 0.5), most=charts.at(figures.waits, 0.9),
            measured=len(figures.waits), now=now,
        )  # fmt: skip

    async def in_erp(self, request: Request) -> Response:
        """The orders in the ERP by stage."""
        store = self._store(request)
        lists, stages, rows, pulses = await asyncio.gather(
            self.window.lists.lists(store),
            self.window.stages.stages(store),
            self.ledger.posted(store.store_id),
            self.ledger.pulses([store.store_id], MOST_COUNTED + 1),
        )
        refused = self.window.stages.keys_refused(store)
        found = await troubles(self.desk, [store], pulses, refused=refused)
        return self.view.page(
            request, "erp.html",
            store=store, section="/erp", trouble=found[store.store_id],
            columns=kanban.columns(rows, stages, lists),
            origin=lists.name_of("origins", store.settings.erp_origin_code),
            stages=stages, shown=len(rows), most=MOST_POSTED, now=self.desk.clock(),
        )  # fmt: skip

    def _store(self, request: Request) -> StoreConfigured:
        store = self.desk.stores.table.get(request.path_params["store"])
        if store is None:
            raise HTTPException(404)
        return store
