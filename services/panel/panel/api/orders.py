"""The routes about orders."""

from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, ConfigDict, Field

from contracts.commands import Corrections
from contracts.reasons import ReasonCode
from panel import board
from panel.access import Permission
from panel.api import problems, shapes
from panel.api.masking import masked
from panel.api.rights import Caller, needs
from panel.audit import READ_BY_PROGRAM, Audit, Entry
from panel.desk import Desk
from panel.paging import cursor as read_cursor
from panel.search import understood
from panel.tab import Tab

OrderId = Annotated[
    str, Path(max_length=300, description="`store_id:channel_order_id`", examples=["loja:5512"])
]
Store = Annotated[str | None, Query(max_length=100, description="Only orders of this store.")]


class Listing(BaseModel):
    """Which orders to list. Without a tab, those of every tab."""

    model_config = ConfigDict(extra="forbid")

    tab: Tab | None = None
    store: Annotated[str | None, Field(max_length=100, description="Only this store's.")] = None
    reason: Annotated[ReasonCode | None, Field(description="Waiting for this.")] = None
    q: Annotated[
        str | None,
        Field(
            max_length=100,
            description="How its number, a SKU, its ERP number or a name of the buyer starts.",
        ),
    ] = None
    limit: Annotated[int, Field(ge=1, le=200)] = 50
    cursor: Annotated[
        str | None, Field(max_length=1_000, description="The `next` of the page before.")
    ] = None


def routes(desk: Desk, audit: Audit) -> APIRouter:
    """Orders by tab, one order, and the request to judge it again."""
    router = APIRouter(prefix="/orders", tags=["orders"])
    _read_many(router, desk)
    _read_one(router, desk, audit)
    _ask(router, desk)
    _decide(router, desk)
    return router


def _read_many(router: APIRouter, desk: Desk) -> None:
    @router.get("", summary="Orders, page by page", dependencies=[needs(Permission.ENTER)])
    async def orders(listing: Annotated[Listing, Query()], caller: Caller) -> shapes.OrderPage:
        """The newest change comes first, with `q` the newest order; follow `next` until null."""
        page = await desk.board.page(
            board.Query(
                stores=desk.narrowed(caller, listing.store),
                tab=listing.tab,
                reason=listing.reason,
                search=understood(listing.q or ""),
                after=read_cursor(listing.cursor) if listing.cursor else None,
                limit=listing.limit,
            )
        )
        items = [shapes.summary(row) for row in page.rows]
        return shapes.OrderPage(items=items, next=str(page.next) if page.next else None)

    @router.get(
        "/counts",
        summary="How many orders each tab has",
        dependencies=[needs(Permission.ENTER)],
    )
    async def counts(caller: Caller, store: Store = None) -> shapes.Counts:
        """Exact numbers, of one store or of all."""
        found = await desk.board.counts(desk.narrowed(caller, store))
        return shapes.Counts.model_validate(found)


def _read_one(router: APIRouter, desk: Desk, audit: Audit) -> None:
    @router.get(
        "/{order_id}",
        summary="One order, whole",
        responses=problems.NOT_FOUND,
        dependencies=[needs(Permission.SEE)],
    )
    async def order(order_id: OrderId, caller: Caller) -> shapes.OrderDetail:
        """The canonical order, why it waits, what the ERP has, and all that happened to it.

        Who may correct it reads the buyer's data, which is written down; others read them masked.
        """
        row = await desk.find(order_id, desk.narrowed(caller, None))
        if not caller.may(Permission.OPERATE, row["store_id"]):
            return shapes.detail(row, shown=masked)
        await audit.note(Entry(desk.clock(), caller.user, READ_BY_PROGRAM, row["_id"]))
        return shapes.detail(row)


def _ask(router: APIRouter, desk: Desk) -> None:
    @router.post(
        "/{order_id}/reprocess",
        summary="Judge an order again",
        status_code=202,
        responses=problems.NOT_FOUND | problems.CONFLICT,
        dependencies=[needs(Permission.OPERATE)],
    )
    async def reprocess(
        order_id: OrderId, body: shapes.Reprocess, caller: Caller
    ) -> shapes.Accepted:
        """Correct what the order waits for and send it on; harmless when it is sent twice."""
        row = await desk.find(order_id, desk.narrowed(caller, None))
        command = await desk.reprocess(
            row,
            Corrections.model_validate(body.corrections.model_dump()),
            by=caller.user,
            command_id=str(body.command_id) if body.command_id else None,
        )
        return shapes.Accepted(command_id=command.command_id)


def _decide(router: APIRouter, desk: Desk) -> None:
    @router.post(
        "/{order_id}/cancellation",
        summary="Choose what becomes of a cancelled order that the ERP holds",
        status_code=202,
        responses=problems.NOT_FOUND | problems.CONFLICT,
        dependencies=[needs(Permission.OPERATE)],
    )
    async def cancellation(
        order_id: OrderId, body: shapes.Resolve, caller: Caller
    ) -> shapes.Accepted:
        """`manter` closes the matter; any other choice is looked for in the ERP."""
        row = await desk.find(order_id, desk.narrowed(caller, None))
        command_id = str(body.command_id) if body.command_id else None
        command = await desk.resolve(row, body.choice, by=caller.user, command_id=command_id)
        return shapes.Accepted(command_id=command.command_id)

    @router.post(
        "/{order_id}/keep",
        summary="Let the ERP's order stand although the channel changed it",
        status_code=202,
        responses=problems.NOT_FOUND | problems.CONFLICT,
        dependencies=[needs(Permission.OPERATE)],
    )
    async def keep(order_id: OrderId, body: shapes.Keep, caller: Caller) -> shapes.Accepted:
        """It ends ORDER_CHANGED_AT_CHANNEL up to the revision shown; the ERP is not touched."""
        row = await desk.find(order_id, desk.narrowed(caller, None))
        command_id = str(body.command_id) if body.command_id else None
        command = await desk.keep(row, by=caller.user, command_id=command_id)
        return shapes.Accepted(command_id=command.command_id)
