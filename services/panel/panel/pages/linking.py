"""Linking a line of an order to a product of the ERP: this time, or for good."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from contracts.commands import Corrections, ItemCorrection
from contracts.listings import ListingSeen
from contracts.order import KitPart
from contracts.stores import StoreConfigured
from panel.audit import Audit, Entry
from panel.board import Query
from panel.commands import shown_order
from panel.desk import Desk
from panel.erp.products import ErpProduct
from panel.listings.choices import ChosenMeanwhile
from panel.listings.offers import Offers
from panel.listings.products import Products
from panel.pages import words
from panel.pages.batches import BatchPages
from panel.pages.guard import access_of, visit_of
from panel.pages.listing import MOST_COUNTED
from panel.pages.listings import LONGEST
from panel.pages.view import View
from panel.search import Search, folded
from panel.tab import Tab

_LARGEST: Final = 2**53
MOST: Final = 20


class Scope(StrEnum):
    """Which orders a link is for."""

    ORDER = "pedido"
    PENDING = "pendentes"
    LISTING = "anuncio"
    """The listing's orders that wait and those still to come: they go on by themselves."""


@dataclass(frozen=True, slots=True)
class LinkPages:
    """The page that links one line."""

    desk: Desk
    offers: Offers
    batches: BatchPages
    audit: Audit
    view: View

    async def show(self, request: Request) -> Response:
        """The line, and the products that it may be."""
        store, row = await self._order(request)
        return await self._page(request, store, row, request.query_params)

    async def link(self, request: Request) -> Response:
        """Link it, and ask for the orders concerned to be judged again."""
        store, row = await self._order(request)
        form = visit_of(request).form
        item = _item(row, form.get("item", ""))
        chosen = form.get("produto", "")
        if not (chosen.isascii() and chosen.isdecimal() and 0 < int(chosen) <= _LARGEST):
            return await self._page(request, store, row, form, status=422)
        match form.get("escopo"):
            case Scope.PENDING if item["sku"]:
                return await self._link_all(request, store, item["sku"], int(chosen))
            case Scope.LISTING if listing := await self._listing(store, item):
                return await self._link_for_good(request, store, row, item, listing)
        link = ItemCorrection(item_id=item["item_id"], erp_product_id=int(chosen))
        await self.desk.reprocess(row, Corrections(items=(link,)), by=access_of(request).user)
        return RedirectResponse(f"{_list(store)}?aviso=reprocessamento", 303)

    async def _link_all(
        self, request: Request, store: StoreConfigured, sku: str, product_id: int
    ) -> Response:
        rows = await self.batches.everything(_with(store, sku, full=True))
        form = visit_of(request).form
        return await self.batches.start(
            request, store, rows, form.get("_lote", ""), lambda row: _linked(row, sku, product_id)
        )

    async def _link_for_good(
        self,
        request: Request,
        store: StoreConfigured,
        row: Mapping[str, Any],
        item: Mapping[str, Any],
        listing: ListingSeen,
    ) -> Response:
        form, by = visit_of(request).form, access_of(request).user
        variation, product = item["variation_id"] or "", int(form["produto"])
        known = self.offers.choices.link_of(listing, variation)
        parts = [KitPart(erp_product_id=product)]
        version = known.version if known else 0
        try:
            await self.offers.choices.link(listing, variation, parts, by=by, version=version)
        except ChosenMeanwhile:
            return await self._page(request, store, row, form, status=409)
        details = {"variacao": variation, "produtos": str(product)}
        await self.audit.note(
            Entry(self.desk.clock(), by, "anuncio_vinculado", listing.subject, details)
        )
        return RedirectResponse(f"{_list(store)}?aviso=vinculo", 303)

    async def _listing(self, store: StoreConfigured, item: Mapping[str, Any]) -> ListingSeen | None:
        """The listing that was bought, where capture has told of it."""
        if not item["listing_id"]:
            return None
        return await self.offers.listings.one(store.store_id, item["listing_id"])

    async def _page(
        self,
        request: Request,
        store: StoreConfigured,
        row: Mapping[str, Any],
        given: Mapping[str, str],
        *,
        status: int = 200,
    ) -> Response:
        item = _item(row, given.get("item", ""))
        text = given.get("q", "").strip()[:LONGEST]
        products = await self.offers.catalogue.products(store)
        others = 0
        if item["sku"]:
            others = await self.desk.board.count(_with(store, item["sku"]), MOST_COUNTED + 1)
        return self.view.page(
            request, "product.html", status,
            store=store, section="/pedidos/pendentes", row=row, item=item, text=text,
            found=_found(products, item, text), others=others, Scope=Scope,
            listing=await self._listing(store, item), code=status,
            new_batch=self.desk.new_id(), order=row["_id"].partition(":")[2],
        )  # fmt: skip

    async def _order(self, request: Request) -> tuple[StoreConfigured, Mapping[str, Any]]:
        store = self.desk.stores.table.get(request.path_params["store"])
        if store is None:
            raise HTTPException(404)
        order_id = f"{store.store_id}:{request.path_params['order']}"
        return store, await self.desk.find(order_id, [store.store_id])


def _item(row: Mapping[str, Any], item_id: str) -> Mapping[str, Any]:
    """The line meant, else the first that waits for a product, else the first."""
    items: list[Mapping[str, Any]] = (shown_order(row) or {"items": []})["items"]
    if not items:
        raise HTTPException(404)
    by_id = {item["item_id"]: item for item in items}
    told = [(reason["field"] or "").split(".") for reason in row["reasons"]]
    waiting = [parts[1] for parts in told if parts[0] == "items" and len(parts) > 1]
    for wanted in (item_id, *waiting):
        if wanted in by_id:
            return by_id[wanted]
    return items[0]


def _found(
    products: Products | None, item: Mapping[str, Any], text: str
) -> list[ErpProduct] | None:
    """What was looked for, else what is like the line; None where nothing was ever read."""
    if products is None:
        return None
    return products.search(text, MOST) if text else products.suggested(None, item["title"])


def _with(store: StoreConfigured, sku: str, *, full: bool = False) -> Query:
    """The orders that wait and have this SKU."""
    search = Search("", whole=(folded(sku),))
    return Query([store.store_id], tab=Tab.PENDING, search=search, limit=500, full=full)


def _linked(row: Mapping[str, Any], sku: str, product_id: int) -> Corrections:
    items = (shown_order(row) or {"items": []})["items"]
    return Corrections(
        items=tuple(
            ItemCorrection(item_id=item["item_id"], erp_product_id=product_id)
            for item in items
            if item["sku"] and folded(item["sku"]) == folded(sku)
        )
    )


def _list(store: StoreConfigured) -> str:
    return f"/lojas/{store.store_id}/pedidos/{words.TABS[Tab.PENDING][0]}"
