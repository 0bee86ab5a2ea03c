"""Many orders at once: asking for them, and watching what becomes of each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from chassis.store import Kept
from contracts.commands import Corrections
from contracts.stores import StoreConfigured
from panel import batch as batches
from panel.batch import Batch, Correct, Fate
from panel.board import Query
from panel.desk import Desk
from panel.pages import words
from panel.pages.asked import asked_for, chosen_in
from panel.pages.filters import Filters
from panel.pages.guard import access_of, visit_of
from panel.pages.view import View
from panel.tab import Tab
from panel.telling import tell_all
from panel.workbench import Workbench

ID: Final = "_lote"
CUT: Final = "corte"
"""Until when orders may have changed to be among all of them."""
SHOWN: Final = 200
"""Orders of a batch that its page tells one by one, those that need a hand first."""
_STEP: Final = 500


@dataclass(frozen=True, slots=True)
class BatchPages:
    """Pages about many orders of one store."""

    desk: Desk
    bench: Workbench
    view: View

    async def ask(self, request: Request) -> Response:
        """Ask for the chosen orders, for all that the filters let through, or for the failed.

        All are asked for once somebody saw how many they are, and as they were then.
        """
        store, chosen = asked_for(request, self.desk, visit_of(request).form)
        form = visit_of(request).form
        match form.get("quais"):
            case "todos":
                cut = _moment(form.get(CUT, ""))
                if cut is None:
                    return await self._preview(request, store, chosen)
                query = chosen.query(store.store_id, cut, None, _STEP)
                rows = [r for r in await self.everything(query) if r["updated_at"] <= cut]
            case "falhas":
                rows = await self._failed(store, form.get("de", ""))
            case _:
                ids = chosen_in(form, store)[: batches.MOST]
                rows = [*await self.desk.board.some(ids, [store.store_id])]
        if not rows:
            return RedirectResponse(f"{_list(store)}{chosen.address(aviso='nenhum')}", 303)
        return await self.start(request, store, rows, form.get(ID, ""), lambda _: Corrections())

    async def _preview(self, request: Request, store: StoreConfigured, chosen: Filters) -> Response:
        now = self.desk.clock()
        query = chosen.query(store.store_id, now, None, _STEP)
        number = await self.desk.board.count(query, batches.MOST + 1)
        if not number:
            return RedirectResponse(f"{_list(store)}{chosen.address(aviso='nenhum')}", 303)
        return self.view.page(
            request, "batch_confirm.html",
            store=store, section="/pedidos/pendentes", filters=chosen, number=number, now=now,
            most=batches.MOST, batch_id=visit_of(request).form.get(ID, "") or self.desk.new_id(),
        )  # fmt: skip

    async def start(
        self,
        request: Request,
        store: StoreConfigured,
        rows: Sequence[Mapping[str, Any]],
        batch_id: str,
        correct: Correct,
    ) -> Response:
        """Ask for these orders, and lead to where one sees what becomes of them."""
        by = access_of(request).user
        key = f"{store.store_id}|{batch_id or self.desk.new_id()}"
        asked, commands = batches.plan(self.desk, key, rows, by, correct)
        await tell_all(self.desk.publisher, commands)
        # Stored already where somebody pressed twice: then the same was asked again.
        await self.bench.batches.save(
            {key: Kept(Batch(store.store_id, by, self.desk.clock(), asked))}
        )
        return RedirectResponse(f"{_list(store)}/lote?id={key.partition('|')[2]}", 303)

    async def show(self, request: Request) -> Response:
        """What was asked for, and what became of each order."""
        store, _ = asked_for(request, self.desk)
        known = await self._batch(store, request.query_params.get("id", ""))
        if known is None:
            return RedirectResponse(_list(store), 303)
        rows = {row["_id"]: row for row in await self._rows(store, known)}
        fates = [batches.fate(one, rows.get(one.order_id)) for one in known.orders]
        return self.view.page(
            request, "batch.html",
            store=store, section="/pedidos/pendentes", batch=known,
            batch_id=request.query_params["id"], new_batch=self.desk.new_id(),
            results=[
                (one, each, rows.get(one.order_id))
                for one, each in sorted(
                    zip(known.orders, fates, strict=True), key=lambda pair: _ORDER[pair[1]]
                )
            ],
            shown=SHOWN, sums=batches.summed(fates), Fate=Fate, now=self.desk.clock(),
        )  # fmt: skip

    async def everything(self, query: Query) -> list[Mapping[str, Any]]:
        """All that a list has, as far as one batch goes."""
        rows: list[Mapping[str, Any]] = []
        while len(rows) < batches.MOST:
            found = await self.desk.board.page(query)
            rows += found.rows
            if found.next is None:
                break
            query = replace(query, after=found.next)
        return rows[: batches.MOST]

    async def _failed(self, store: StoreConfigured, batch_id: str) -> list[Mapping[str, Any]]:
        known = await self._batch(store, batch_id)
        rows = await self._rows(store, known) if known else []
        asked = {one.order_id: one for one in known.orders} if known else {}
        return [r for r in rows if batches.fate(asked[r["_id"]], r) is Fate.STILL]

    async def _rows(self, store: StoreConfigured, known: Batch) -> list[dict[str, Any]]:
        return await self.desk.board.some([o.order_id for o in known.orders], [store.store_id])

    async def _batch(self, store: StoreConfigured, batch_id: str) -> Batch | None:
        key = f"{store.store_id}|{batch_id}"
        kept = (await self.bench.batches.load([key])).get(key)
        return kept.state if kept else None


_ORDER: Final = {
    fate: place
    for place, fate in enumerate(
        (Fate.REFUSED, Fate.STILL, Fate.WAITING, Fate.CANCELLED, Fate.GONE_ON)
    )
}
"""What needs a hand comes first."""


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else None


def _list(store: StoreConfigured) -> str:
    return f"/lojas/{store.store_id}/pedidos/{words.TABS[Tab.PENDING][0]}"
