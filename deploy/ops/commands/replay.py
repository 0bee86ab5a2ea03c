"""`esteira replay`: one service works on records again."""

import asyncio
from collections.abc import Sequence
from typing import Annotated, Any, Final

import typer

from ops import moments
from ops.desk import Desk, DryRun, Json, desk, examples
from ops.exits import Exit, not_found, refused, usage
from ops.operations import Operation, State
from ops.replaying import VERB, Plan, Replays, begun
from ops.selection import Selection, topics_of
from ops.site import Site

ALL: Final = "all"
RATE: Final = 500.0
GENTLE: Final = {"capture": 20.0}
"""Slower, for it asks the channel about every order."""
REPLAYS: Final = examples(
    "esteira replay --service panel --order demo-shopify:6201000000064",
    "esteira replay --service validation --store demo-shopify --from 2026-11-20T08:00 -n",
)
Many = list[str] | None


def replay(
    context: typer.Context,
    *,
    service: Annotated[str | None, typer.Option(help="Who works again.")] = None,
    topic: Annotated[Many, typer.Option(help="Only from this topic; may be repeated.")] = None,
    store: Annotated[Many, typer.Option(help="Only of this store; may be repeated.")] = None,
    order: Annotated[Many, typer.Option(help="Only of this order; may be repeated.")] = None,
    since: Annotated[
        str | None,
        typer.Option("--from", help="Written from then on: 2026-11-20T14:30, or `beginning`."),
    ] = None,
    until: Annotated[str | None, typer.Option("--to", help="Written before then.")] = None,
    rate: Annotated[
        float | None,
        typer.Option(min=1, help="Records a second, at most: 500, or 20 for capture."),
    ] = None,
    confirm: Annotated[str | None, typer.Option(help="`all`, for a replay of every store.")] = None,
    resume: Annotated[
        str | None, typer.Option(help="Go on with an interrupted replay, by its id.")
    ] = None,
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Let one service work on records again.

    Nobody else reads them.

    Times without a zone are those of São Paulo. A replay posts no order twice and moves none to
    another tab: every step knows what it has seen, and tells the same again.
    """
    at = desk(context)
    if resume:
        at.do(lambda: _resume(at, resume, rate), as_json=as_json)

    async def work() -> Exit:
        chosen = select(
            service,
            topic or (),
            stores=store or (),
            orders=order or (),
            since=since,
            until=until,
        )
        return await _replay(at, chosen, rate, confirm, dry_run=dry_run)

    at.do(work, as_json=as_json)


def select(
    service: str | None,
    topics: Sequence[str] = (),
    *,
    stores: Sequence[str] = (),
    orders: Sequence[str] = (),
    since: str | None = None,
    until: str | None = None,
) -> Selection:
    """What the flags ask for. Raises Stop."""
    if service is None:
        raise usage("which service? --service panel")
    if since is None and not orders:
        raise usage("since when? --from 2026-11-20, --from beginning, or single orders: --order")
    start, end = moments.window(since, until)
    return Selection(
        service=service,
        topics=topics_of(service, topics),
        stores=tuple(stores),
        orders=tuple(orders),
        since=start,
        until=end,
    )


async def _replay(
    at: Desk, chosen: Selection, rate: float | None, confirm: str | None, *, dry_run: bool
) -> Exit:
    async with at.site() as site:
        at.screen.say(f"written from {moments.said(chosen.since, chosen.until)}")
        plan = await _replays(site).plan(chosen)
        if dry_run:
            at.screen.row("plan", _planned(plan, rate or rate_of(chosen.service)))
            return Exit.OK
        if not plan.total:
            raise not_found("no record is like that; an order is named by its id: orders find")
        if chosen.is_of_all_stores and confirm != ALL:
            raise refused(
                f"{plan.total} records of every store would be replayed; "
                "name one with --store, or say --confirm all"
            )
        operation = begun(site.new_id(), site.by, plan, site.clock)
        return await _run(at, site, operation, rate)


async def _resume(at: Desk, id_: str, rate: float | None) -> Exit:
    async with at.site() as site:
        operation = await site.operations.get(id_)
        if operation is None or operation.verb != VERB:
            raise not_found(f"there is no replay {id_}")
        if operation.state is State.DONE:
            at.screen.say("it is done already")
            at.screen.row("replay", ended(operation))
            return Exit.OK
        return await _run(at, site, operation, rate)


async def _run(at: Desk, site: Site, operation: Operation, rate: float | None) -> Exit:
    try:
        with at.screen.progress("replaying") as moved:
            await _replays(site).run(operation, rate or rate_of(operation.asked["service"]), moved)
    except asyncio.CancelledError:
        _say_how_to_resume(at, operation)
        at.screen.row("replay", ended(operation))
        raise
    except Exception:
        _say_how_to_resume(at, operation)
        raise
    at.screen.row("replay", ended(operation))
    return Exit.OK


def rate_of(service: str) -> float:
    """Records a second where nobody asks for another pace."""
    return GENTLE.get(service, RATE)


def _say_how_to_resume(at: Desk, operation: Operation) -> None:
    at.screen.complain(
        f"{operation.done} of {operation.expected} records are sent; "
        f"go on with: esteira replay --resume {operation.id}"
    )


def _replays(site: Site) -> Replays:
    return Replays(
        log=site.log,
        publisher=site.publisher,
        operations=site.operations,
        clock=site.clock,
        seconds=site.seconds,
        sleep=site.sleep,
    )


def _planned(plan: Plan, rate: float) -> dict[str, Any]:
    chosen = plan.selection
    return {
        "service": chosen.service,
        "records": plan.total,
        "topics": dict(plan.counts),
        "stores": list(chosen.stores),
        "orders": list(chosen.orders),
        "from": chosen.since.isoformat() if chosen.since else None,
        "to": chosen.until.isoformat() if chosen.until else None,
        "seconds": round(plan.total / rate, 1),
    }


def ended(operation: Operation) -> dict[str, Any]:
    """A replay as it is told when it ends."""
    return {
        "id": operation.id,
        "service": operation.asked["service"],
        "state": operation.state.value,
        "records": operation.done,
        "expected": operation.expected,
        "by": operation.by,
    }
