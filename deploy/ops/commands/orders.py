"""`esteira orders`: where orders are, as the panel shows them; no buyer's data."""

from dataclasses import replace
from typing import Annotated, Any, Final

import typer

from ops.desk import Desk, Json, desk, examples
from ops.exits import Exit, not_found
from ops.site import Site
from panel import timeline
from panel.board import Query
from panel.search import folded, understood
from panel.tab import Tab

_COLUMNS: Final = ("id", "number", "tab", "situation", "erp_order", "updated_at")
_SHOWS: Final = examples(
    "esteira orders show demo-shopify:6201000000064", "esteira orders show demo-shopify:1001"
)
_FINDS: Final = examples(
    "esteira orders find 1001", "esteira orders find 529.982.247-25 --store demo-shopify"
)


def app() -> typer.Typer:
    """The noun and its verbs."""
    noun = typer.Typer(no_args_is_help=True, help="Where orders are.")
    noun.command("show", epilog=_SHOWS)(show)
    noun.command("find", epilog=_FINDS)(find)
    return noun


def show(
    context: typer.Context,
    order: Annotated[
        str, typer.Argument(metavar="ORDER", help="Its id, or the number people know it by.")
    ],
    *,
    as_json: Json = False,
) -> None:
    """Show one order and its story.

    Its tab, why it waits, where it is in the ERP, and what happened to it.
    """
    at = desk(context)
    at.do(lambda: _show(at, order), as_json=as_json)


def find(
    context: typer.Context,
    text: Annotated[
        str,
        typer.Argument(
            metavar="TEXT",
            help="A number, name, e-mail, SKU, CPF or CNPJ; or 1001,1002.",
        ),
    ],
    store: Annotated[
        list[str] | None,
        typer.Option("--store", help="Only in this store; may be repeated. Otherwise in all."),
    ] = None,
    tab: Annotated[Tab | None, typer.Option(help="Only in this tab.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000)] = 50,
    *,
    as_json: Json = False,
) -> None:
    """Find orders. The newest come first."""
    at = desk(context)
    query = Query(stores=tuple(store or ()), tab=tab, search=understood(text), limit=limit)
    at.do(lambda: _find(at, query), as_json=as_json)


async def _show(at: Desk, order: str) -> Exit:
    async with at.site() as site:
        found = await _named(site, order)
    story = [{"at": e["at"], "what": timeline.text(e)} for e in found["timeline"]]
    at.screen.row("order", _listed(found) | {"timeline": story if at.screen.as_json else None})
    if not at.screen.as_json:
        for told in story:
            at.screen.out.print(f"{told['at']}  {told['what']}", markup=False, soft_wrap=True)
    return Exit.OK


async def _named(site: Site, order: str) -> dict[str, Any]:
    """The order of this id, or the only one with this number. Raises Stop."""
    store, _, number = order.partition(":")
    if found := await site.board.find(order, {store}):
        return found
    number, stores = (number, [store]) if number else (order, await site.boards.stores())
    page = await site.board.page(Query(stores=stores, search=understood(number)))
    same = [row["_id"] for row in page.rows if folded(row["number"]) == folded(number)]
    if len(same) > 1:
        raise not_found(f"{order} is several orders: {', '.join(same)}")
    if not same or (found := await site.board.find(same[0], stores)) is None:
        raise not_found(f"the panel knows no order {order}; look for it: esteira orders find")
    return found


async def _find(at: Desk, query: Query) -> Exit:
    async with at.site() as site:
        if not query.stores:
            query = replace(query, stores=await site.boards.stores())
        page = await site.board.page(query)
    at.screen.rows("order", [_listed(row) for row in page.rows], _COLUMNS)
    if not page.rows:
        raise not_found("no order begins like that")
    if page.next:
        at.screen.say(f"there are more than {query.limit}; narrow the search or raise --limit")
    return Exit.OK


def _listed(row: dict[str, Any]) -> dict[str, Any]:
    """What may be shown of a row: what was told of the order, nothing of its buyer."""
    erp = row["erp"] or {}
    return {
        "id": row["_id"],
        "store": row["store_id"],
        "number": row["number"],
        "tab": row["tab"],
        "situation": row["situation"],
        "revision": row["revision"],
        "attempt": row["attempt"],
        "reasons": [reason["code"] for reason in row["reasons"]],
        "erp_order": erp.get("number"),
        "integration_code": erp.get("integration_code"),
        "undoing": (row["cancellation"] or {}).get("undoing"),
        "updated_at": row["updated_at"].isoformat(),
    }
