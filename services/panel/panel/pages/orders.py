"""What a person asks about one order: judge it again, correct it, decide about it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import NAMESPACE_URL, uuid5

from starlette.datastructures import URL
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from contracts.cancellations import CancellationChoice
from contracts.commands import Corrections
from contracts.stores import StoreConfigured
from panel import claims
from panel.audit import READ_IN_FORM, Audit, Entry
from panel.commands import Refused, Why, locked, shown_order
from panel.desk import Desk
from panel.pages import editing, words
from panel.pages.guard import access_of, visit_of
from panel.pages.order import address
from panel.pages.view import View
from panel.tab import Tab
from panel.workbench import Workbench

VERSION: Final = "_versao"
CHOICE: Final = "escolha"
FROM: Final = "_de"
"""The page that a form was sent from."""
BACK: Final = "_volta"


@dataclass(frozen=True, slots=True)
class OrderPages:
    """Requests about single orders of a store."""

    desk: Desk
    bench: Workbench
    audit: Audit
    view: View

    async def reprocess(self, request: Request) -> Response:
        """Ask for the order to be judged again as it is."""
        store, row = await self._order(request)
        await self.desk.reprocess(row, Corrections(), by=access_of(request).user)
        return _back(request, store, row, Tab.PENDING, "reprocessamento")

    async def resolve(self, request: Request) -> Response:
        """Say what becomes of a cancelled order that the ERP still holds."""
        store, row = await self._order(request)
        try:
            choice = CancellationChoice(visit_of(request).form.get(CHOICE, ""))
        except ValueError:
            raise Refused(Why.NOT_A_CHOICE) from None
        await self.desk.resolve(row, choice, by=access_of(request).user)
        return _back(request, store, row, Tab.CANCELLED, "escolha")

    async def keep(self, request: Request) -> Response:
        """Let the ERP's order stand though the channel changed it."""
        store, row = await self._order(request)
        await self.desk.keep(row, by=access_of(request).user)
        return _back(request, store, row, Tab.PENDING, "mantido")

    async def edit(self, request: Request) -> Response:
        """The form that corrects an order."""
        store, row = await self._order(request)
        if (why := locked(row)) is not None:
            return self.view.page(request, "locked.html", 409, store=store, row=row, why=why.value)
        errors = editing.against(row["reasons"], _body(row))
        return await self._form(request, store, row, errors=errors)

    async def correct(self, request: Request) -> Response:
        """Save the corrections and ask for the order to be judged with them."""
        store, row = await self._order(request)
        typed = visit_of(request).form
        changes = editing.changed(_body(row), typed)
        if errors := editing.wrong(changes):
            return await self._form(request, store, row, errors=errors, typed=typed, status=422)
        if notice := await self._overtaken(row, typed.get(VERSION, ""), by=access_of(request).user):
            return await self._form(
                request, store, row, errors={}, typed=typed, status=409, notice=notice
            )
        corrections = editing.corrections(_body(row), changes)
        by = access_of(request).user
        said = f"{row['_id']}|{claims.version(row)}|{by}|{corrections.model_dump_json()}"
        command_id = str(uuid5(NAMESPACE_URL, said))  # pressing twice asks for the same
        await self.desk.reprocess(row, corrections, by=by, command_id=command_id)
        return self._asked(request, store, row)

    async def _overtaken(self, row: Mapping[str, Any], seen: str, *, by: str) -> str:
        """What to say where somebody, or the channel, was quicker; nothing where nobody was."""
        if seen != claims.version(row):
            asked = [r["by"] for r in row["requests"][-1:] if r["by"] != by and r["id"] not in seen]
            who = f"{asked[0]} salvou este pedido" if asked else "O pedido mudou"
            return f"{who} enquanto você editava. Compare os campos marcados e salve de novo."
        before = await claims.claim(self.bench.claims, row, by, self.desk.clock())
        if before is None:
            return ""
        return (
            f"{before.by} salvou este pedido agora mesmo, e ele está sendo conferido. "
            "Espere um instante, compare os campos marcados e salve de novo se for preciso."
        )

    async def _form(
        self,
        request: Request,
        store: StoreConfigured,
        row: Mapping[str, Any],
        *,
        errors: Mapping[str, str],
        typed: Mapping[str, str] | None = None,
        status: int = 200,
        notice: str = "",
    ) -> Response:
        """The fields hold the buyer's data whole: who saw them is written down."""
        entry = Entry(self.desk.clock(), access_of(request).user, READ_IN_FORM, row["_id"])
        await self.audit.note(entry)
        return self.view.page(
            request, "edit.html", status,
            store=store, tab=Tab.PENDING, section="/pedidos/pendentes", row=row,
            sections=editing.sections(_body(row), errors, typed, compared=status == 409),  # noqa: PLR2004
            reasons=[(reason, editing.place(reason, _body(row))) for reason in row["reasons"]],
            back=_came_from(request, store, row), version=claims.version(row),
            typed_wrong=status == 422, notice=notice,  # noqa: PLR2004
        )  # fmt: skip

    async def _order(self, request: Request) -> tuple[StoreConfigured, Mapping[str, Any]]:
        store = self._store(request)
        order_id = f"{store.store_id}:{request.path_params['order']}"
        return store, await self.desk.find(order_id, [store.store_id])

    def _store(self, request: Request) -> StoreConfigured:
        store = self.desk.stores.table.get(request.path_params["store"])
        if store is None:
            raise HTTPException(404)
        return store

    def _asked(self, request: Request, store: StoreConfigured, row: Mapping[str, Any]) -> Response:
        """Back to where one came from; in a list, to the row."""
        back = URL(_came_from(request, store, row)).include_query_params(aviso="reprocessamento")
        at = "" if back.path == address(row) else f"#pedido-{row['_id'].partition(':')[2]}"
        return RedirectResponse(f"{back}{at}", 303)


def _came_from(request: Request, store: StoreConfigured, row: Mapping[str, Any]) -> str:
    """The list with its filters, or the order's page, that the form was opened from."""
    came = URL(visit_of(request).form.get(BACK) or request.headers.get("referer", ""))
    pending = _address(store, Tab.PENDING)
    if came.path not in {pending, address(row)}:
        return pending
    return str(URL(path=came.path, query=came.query).remove_query_params("aviso"))


def _back(
    request: Request, store: StoreConfigured, row: Mapping[str, Any], tab: Tab, notice: str
) -> Response:
    """To where the form was sent from: the order's own page, or its tab."""
    here = visit_of(request).form.get(FROM) == "pedido"
    where = address(row) if here else _address(store, tab)
    return RedirectResponse(f"{where}?aviso={notice}", 303)


def _address(store: StoreConfigured, tab: Tab) -> str:
    return f"/lojas/{store.store_id}/pedidos/{words.TABS[tab][0]}"


def _body(row: Mapping[str, Any]) -> Mapping[str, Any]:
    """The order to correct. Raises Refused while the event that carries it has not arrived."""
    body = shown_order(row)
    if body is None:
        raise HTTPException(404)
    return body
