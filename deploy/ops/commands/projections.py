"""`esteira projections`: what people see, made anew from the topics."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Final

import structlog
import typer

from ops.desk import Desk, DryRun, Json, desk, examples
from ops.exits import Exit
from ops.operations import Operation, State
from ops.rebuilding import Findings, Rebuilding
from ops.site import Site

VERB: Final = "projections.rebuild"
_MOST_SHOWN: Final = 20

log = structlog.get_logger()


def app() -> typer.Typer:
    """The noun and its verbs."""
    noun = typer.Typer(no_args_is_help=True, help="What people see, made from the topics.")
    noun.callback()(lambda: None)
    noun.command("rebuild", epilog=examples("esteira projections rebuild -n"))(rebuild)
    return noun


def rebuild(context: typer.Context, *, dry_run: DryRun = False, as_json: Json = False) -> None:
    """Make the panel's rows anew while it runs on.

    They are folded beside the old ones, checked, and then switched in one step.

    What the topics no longer hold is kept from the old rows. Interrupted, nothing has changed:
    run it again.
    """
    at = desk(context)
    at.do(lambda: _rebuild(at, dry_run=dry_run), as_json=as_json)


async def _rebuild(at: Desk, *, dry_run: bool) -> Exit:
    async with at.site() as site:
        work = Rebuilding(site.log, site.boards, site.clock)
        with at.screen.progress("folding") as moved:
            if dry_run:
                found = await work.run(moved, switch=False)
            else:
                found = await _noted(site, lambda: work.run(moved))
    at.screen.row("rebuild", _told(found, switched=not dry_run))
    return Exit.OK


async def _noted(site: Site, work: Callable[[], Awaitable[Findings]]) -> Findings:
    """The work, written down when it begins and as it ends."""
    operation = Operation(id=site.new_id(), verb=VERB, by=site.by, began_at=site.clock(), asked={})
    await site.operations.put(operation)
    log.info("operation_began", **operation.summary)
    operation.state = State.FAILED
    try:
        found = await work()
        operation.done = operation.expected = found.records
        operation.state = State.DONE
    except asyncio.CancelledError:
        operation.state = State.INTERRUPTED
        raise
    finally:
        operation.changed_at = site.clock()
        await asyncio.shield(site.operations.put(operation))
        log.info("operation_ended", **operation.summary)
    return found


def _told(found: Findings, *, switched: bool) -> dict[str, Any]:
    return {
        "records": found.records,
        "unreadable": found.unreadable,
        "rows": found.rows,
        "carried": found.carried,
        "completed": found.completed,
        "moved": len(found.moved),
        "moved_orders": found.moved[:_MOST_SHOWN],
        "switched": switched,
    }
