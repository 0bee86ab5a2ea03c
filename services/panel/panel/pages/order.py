"""One order, whole: what was sold to whom, what became of it, and what the ERP holds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final
from urllib.parse import quote

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from chassis.patience import Unavailable
from contracts.events import OrderCaptured
from contracts.stores import StoreConfigured
from panel import comparison, documents, milestones
from panel.access import Permission
from panel.audit import Audit, Entry
from panel.board import Query
from panel.commands import is_changed, is_held, shown_order
from panel.conditions import TEXTS
from panel.desk import Desk
from panel.documents import Document
from panel.erp.lists import Lists
from panel.erp.orders import Look
from panel.erp.window import Window
from panel.pages import personal
from panel.pages.cures import cure
from panel.pages.differences import Difference, differences
from panel.pages.guard import access_of
from panel.pages.view import View
from panel.pages.words import TABS
from panel.search import Search, folded
from panel.tab import Situation, Tab

EVENT: Final = "evento"
DEPTH: Final = "linha"
SHOPS: Final = "https://{shop}"
"""Where Shopify's shops are, and not a sandbox."""


DIVIDED: Final = frozenset({"pack_splitted"})
"""Reasons of cancellations that no buyer asked for: the channel made several orders of one."""
DECIDED: Final = frozenset({"escolha", "mantido"})
"""What a page says right after a decision, which the row shows a moment later."""
MOVING: Final = frozenset(
    {
        Situation.VALIDATING,
        Situation.AWAITING_ERP,
        Situation.CANCELLING,
        Situation.CHECKING,
    }
)
"""Where an order stays a moment only; the page looks again by itself."""


class Depth(StrEnum):
    """How much of its history an order shows."""

    STEPS = "resumo"
    EVENTS = "eventos"
    RECORDS = "bruto"


@dataclass(frozen=True, slots=True)
class OrderPage:
    """Pages about one order of a store."""

    desk: Desk
    window: Window
    audit: Audit
    view: View

    async def show(self, request: Request) -> Response:
        """The order, the buyer masked."""
        store, row = await self._order(request)
        return await self._page(request, store, row)

    async def reveal(self, request: Request) -> Response:
        """The same with the buyer's data, which is written down."""
        store, row = await self._order(request)
        if row["erased"]:
            return RedirectResponse(address(row), 303)
        await self._note(request, "comprador_visto", row["_id"])
        return await self._page(request, store, row, revealed=True)

    async def document(self, request: Request) -> Response:
        """One event to the letter, what may be personal masked."""
        store, row = await self._order(request)
        if EVENT not in request.query_params:
            return RedirectResponse(f"{address(row)}?{DEPTH}={Depth.RECORDS}", 303)
        entry = _entry(request, row)
        return self._document(request, store, row, entry, await self._find(row, entry))

    async def open_document(self, request: Request) -> Response:
        """The same with nothing masked, which is written down."""
        store, row = await self._order(request)
        if EVENT not in request.query_params:
            return RedirectResponse(f"{address(row)}?{DEPTH}={Depth.RECORDS}", 303)
        entry = _entry(request, row)
        found = await self._find(row, entry, revealed=True)
        if found is not None:
            await self._note(request, "documento_visto", f"{row['_id']} {entry['id']}")
        return self._document(request, store, row, entry, found, revealed=True)

    async def _page(
        self,
        request: Request,
        store: StoreConfigured,
        row: Mapping[str, Any],
        *,
        revealed: bool = False,
    ) -> Response:
        access, body = access_of(request), shown_order(row)
        look, unread = await self._look(store, row)
        held, sent = look.order if look else None, row["orders"].get("validated")
        known = await self.window.lists.lists(store) if sent or held else None
        lists = known or Lists(store.account_id)
        may_inspect = access.may(Permission.INSPECT, store.store_id)
        asked = {each["id"]: each["corrections"] for each in row["requests"]}
        trouble = self.desk.erp_trouble(store) if _waits_for_erp(row) else None
        return self.view.page(
            request, "order.html",
            store=store, section=_section(row), row=row, body=body, at=address(row),
            changed=is_changed(row), held=is_held(row), revealed=revealed, personal=personal,
            parts=await self._parts(row), replaces=_channel_id(row.get("replaces", "")),
            differences=await self._differences(row, revealed=revealed),
            cures=_cures(row, may_manage=access.may(Permission.MANAGE, store.store_id)),
            terms=comparison.terms(sent, held, lists),
            lines=comparison.lines(body, sent, held, lists) if body else (),
            sent=sent, look=look, unread=unread, trouble=trouble, trouble_texts=TEXTS,
            depth=_depth(request, may_inspect=may_inspect), depths=Depth,
            may_inspect=may_inspect, steps=milestones.steps(row), asked=asked,
            topic_of=documents.topic_of,
            channel_address=channel_address(store, row, self.window.channels.shopify_url),
            reprocessable=row["tab"] == Tab.PENDING or _waits_for_erp(row),
            moving=not revealed and _is_moving(request, row),
            now=self.desk.clock(),
        )  # fmt: skip

    def _document(
        self,
        request: Request,
        store: StoreConfigured,
        row: Mapping[str, Any],
        entry: Mapping[str, Any],
        found: Document | None,
        *,
        revealed: bool = False,
    ) -> Response:
        return self.view.page(
            request, "order_document.html",
            store=store, section=_section(row), row=row, entry=entry, document=found,
            at=address(row), revealed=revealed,
        )  # fmt: skip

    async def _find(
        self, row: Mapping[str, Any], entry: Mapping[str, Any], *, revealed: bool = False
    ) -> Document | None:
        """The event's document; None where it is not kept any more, or must not be shown."""
        topic = documents.topic_of(dict(entry))
        if row["erased"] or topic is None or "record" not in entry:
            return None
        record = await self.desk.records.find(topic, *entry["record"])
        if record is None:
            return None
        return documents.document(dict(entry), row["_id"], record, revealed=revealed)

    async def _differences(
        self, row: Mapping[str, Any], *, revealed: bool
    ) -> Sequence[Difference] | None:
        """What the channel changed since what the ERP holds; None where that is not kept."""
        now = row["orders"].get("captured")
        if not is_held(row) or row["erased"] or now is None or "posted" not in row["cells"]:
            return None
        _, revision, *_ = row["cells"]["posted"]["rank"]
        told = (e for e in row["timeline"] if e["event"] == OrderCaptured.type and "record" in e)
        entry = next((e for e in told if e["revision"] == revision), None)
        if entry is None:
            return None
        try:
            record = await self.desk.records.find(OrderCaptured.topic, *entry["record"])
        except Unavailable:
            return None
        before = documents.captured_order(record, row["_id"])
        return None if before is None else differences(before, now, revealed=revealed)

    async def _parts(self, row: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
        """The other orders that the channel made of the one that it divided."""
        whole = row.get("replaces") or row["_id"]
        divided = (row["cancellation"] or {}).get("reason") in DIVIDED
        if "replaces" not in row and not divided:
            return ()
        term = Search("", whole=(folded(_channel_id(whole)),))
        found = await self.desk.board.page(Query([row["store_id"]], search=term))
        return [r for r in found.rows if r.get("replaces") == whole and r["_id"] != row["_id"]]

    async def _look(
        self, store: StoreConfigured, row: Mapping[str, Any]
    ) -> tuple[Look | None, bool]:
        """What the ERP says of the order; and whether it was asked in vain."""
        if not row["erp"]:
            return None, False
        held = self.desk.erp_trouble(store) is not None
        look = await self.window.orders.look(store, row["erp"], ask=not held)
        return look, look is None

    async def _note(self, request: Request, what: str, about: str) -> None:
        by = access_of(request).user
        await self.audit.note(Entry(self.desk.clock(), by, what, about))

    async def _order(self, request: Request) -> tuple[StoreConfigured, Mapping[str, Any]]:
        store = self.desk.stores.table.get(request.path_params["store"])
        if store is None:
            raise HTTPException(404)
        order_id = f"{store.store_id}:{request.path_params['order']}"
        return store, await self.desk.find(order_id, [store.store_id])


def _is_moving(request: Request, row: Mapping[str, Any]) -> bool:
    """Whether something is about to be told of the order, or was just decided about it."""
    decided = request.query_params.get("aviso") in DECIDED
    return bool(decided or row["reprocessing"] or row["situation"] in MOVING)


def _channel_id(order_id: str) -> str:
    return order_id.partition(":")[2]


def address(row: Mapping[str, Any]) -> str:
    """Where the page of an order is."""
    store_id, _, order = row["_id"].partition(":")
    return f"/lojas/{store_id}/pedidos/{quote(order, safe='')}"


def channel_address(store: StoreConfigured, row: Mapping[str, Any], shopify_url: str) -> str:
    """The order at its channel, for whoever is logged in there; empty where that is not known.

    Where a sandbox stands in for the channel nobody is logged in.
    """
    order = row["_id"].partition(":")[2]
    shop = store.channel == "shopify" and store.domain and shopify_url == SHOPS
    return f"https://{store.domain}/admin/orders/{order}" if shop and order.isdecimal() else ""


def _section(row: Mapping[str, Any]) -> str:
    """The tab that the order is in, which "Minha loja" keeps."""
    return f"/pedidos/{TABS[row['tab'] or Tab.PENDING][0]}"


def _waits_for_erp(row: Mapping[str, Any]) -> bool:
    return bool(row["situation"] == Situation.AWAITING_ERP)


def _cures(row: Mapping[str, Any], *, may_manage: bool) -> list[tuple[Mapping[str, Any], Any]]:
    store_id, _, order = row["_id"].partition(":")
    return [
        (reason, cure(reason, store_id, order, may_manage=may_manage)) for reason in row["reasons"]
    ]


def _depth(request: Request, *, may_inspect: bool) -> Depth:
    wanted = request.query_params.get(DEPTH, "")
    depth = Depth(wanted) if wanted in set(Depth) else Depth.STEPS
    return Depth.EVENTS if depth is Depth.RECORDS and not may_inspect else depth


def _entry(request: Request, row: Mapping[str, Any]) -> Mapping[str, Any]:
    wanted = request.query_params.get(EVENT)
    found = next((each for each in row["timeline"] if each["id"] == wanted), None)
    if found is None:
        raise HTTPException(404)
    entry: Mapping[str, Any] = found
    return entry
