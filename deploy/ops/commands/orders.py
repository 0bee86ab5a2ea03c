"""`esteira orders`: where orders are, as the panel shows them; no buyer's data."""

from typing import Annotated, Any, Final

import typer

from ops.desk import Desk, Json, desk
from ops.exits import Exit, not_found
from panel import timeline
from panel.board import Query
from panel.search import understood
from panel.tab import Tab

_COLUMNS: Final = ("id", "number", "tab", "situation", "erp_order", "updated_at")


def app() -> typer.Typer:
    """The noun and its verbs."""
    noun = typer.Typer(no_args_is_help=True, help="Where orders are.")
    noun.command("show")(show)
    noun.command("find")(find)
    return noun


def show(
    context: typer.Context,
    order_id: Annotated[str, typer.Argument(help="store:number, as in demo-shopify:1001")],
    *,
    as_json: Json = False,
) -> None:
    """Show one order: its tab, why it waits, where it is in the ERP, and what happened to it."""
    at = desk(context)
    at.do(lambda: _show(at, order_id), as_json=as_json)


def find(
    context: typer.Context,
    text: Annotated[str, typer.Argument(help="A number, a name, a SKU, a CPF or a CNPJ")],
    store: Annotated[list[str], typer.Option("--store", help="In this store; may be repeated.")],
    tab: Annotated[Tab | None, typer.Option(help="Only in this tab.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000)] = 50,
    *,
    as_json: Json = False,
) -> None:
    """Find orders of a store, the ones changed last first."""
    at = desk(context)
    query = Query(stores=tuple(store), tab=tab, search=understood(text), limit=limit)
    at.do(lambda: _find(at, query), as_json=as_json)


async def _show(at: Desk, order_id: str) -> Exit:
    async with at.site() as site:
        found = await site.board.find(order_id, {order_id.partition(":")[0]})
    if found is None:
        raise not_found(f"the panel knows no order {order_id}")
    story = [{"at": e["at"], "what": timeline.text(e)} for e in found["timeline"]]
    at.screen.row("order", _listed(found) | {"timeline": story if at.screen.as_json else None})
    if not at.screen.as_json:
        for told in story:
            at.screen.out.print(f"{told['at']}  {told['what']}", markup=False, soft_wrap=True)
    return Exit.OK


async def _find(at: Desk, query: Query) -> Exit:
    async with at.site() as site:
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
