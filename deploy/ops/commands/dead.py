"""`esteira dead`: the records that a service could not use, seen and sent back to it."""

from collections.abc import Collection
from typing import Annotated, Any, Final

import typer

from contracts.topics import SERVICES
from ops.checks import several
from ops.desk import Desk, DryRun, Json, desk, examples
from ops.exits import Exit, not_found, refused, usage
from ops.letters import Letter, letters, named, services_of, waiting
from ops.masking import body
from ops.operations import DEAD_REPLAY, Operation, State

_COLUMNS: Final = ("id", "at", "from", "about", "error")
_LISTS: Final = examples("esteira dead list", "esteira dead list --service validation --all --json")
_REPLAYS: Final = examples(
    "esteira dead replay validation/0@12",
    "esteira dead replay --service validation --store demo-shopify -n",
)
Service = Annotated[str | None, typer.Option(help="Only of this service.")]
Store = Annotated[str | None, typer.Option(help="Only of this store.")]


def app() -> typer.Typer:
    """The noun and its verbs."""
    noun = typer.Typer(no_args_is_help=True, help="Records that a service could not use.")
    noun.command("list", epilog=_LISTS)(list_)
    noun.command("show", epilog=examples("esteira dead show validation/0@12"))(show)
    noun.command("replay", epilog=_REPLAYS)(replay)
    return noun


def list_(
    context: typer.Context,
    service: Service = None,
    store: Store = None,
    *,
    every: Annotated[
        bool, typer.Option("--all", help="Also those that were replayed, or came again since.")
    ] = False,
    as_json: Json = False,
) -> None:
    """List the dead letters that wait to be replayed. The oldest come first."""
    at = desk(context)

    async def work() -> Exit:
        async with at.site() as site:
            replayed = await site.operations.letters_replayed()
            there = await letters(site.log, services_of(service), store)
        wait = waiting(there, replayed)
        found = [_listed(letter, replayed) for letter in (there if every else wait)]
        at.screen.rows("letter", found, (*_COLUMNS, "replayed") if every else _COLUMNS)
        at.screen.say(f"{several(len(wait), 'dead letter')} waiting, {len(there)} in all")
        return Exit.OK

    at.do(work, as_json=as_json)


def show(
    context: typer.Context,
    id_: Annotated[str, typer.Argument(metavar="ID", help="service/partition@offset")],
    *,
    as_json: Json = False,
) -> None:
    """Show one dead letter. Its body is masked."""
    at = desk(context)

    async def work() -> Exit:
        async with at.site() as site:
            [letter] = named(await letters(site.log, _service_in(id_)), [id_])
        at.screen.row("letter", letter.shown() | {"body": body(letter.record.value)})
        return Exit.OK

    at.do(work, as_json=as_json)


def replay(
    context: typer.Context,
    ids: Annotated[
        list[str] | None, typer.Argument(metavar="ID", help="As `dead list` tells them.")
    ] = None,
    service: Service = None,
    store: Store = None,
    confirm: Annotated[
        str | None, typer.Option(help="`all`, for the letters of every store.")
    ] = None,
    *,
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Send dead letters back to their service. Mend the cause first.

    They go as the records they were. A service's letters are those that wait: a record is sent
    once, however often it was refused.
    """
    at = desk(context)
    at.do(lambda: _replay(at, ids or [], service, store, confirm, dry_run=dry_run), as_json=as_json)


async def _replay(
    at: Desk,
    ids: list[str],
    service: str | None,
    store: str | None,
    confirm: str | None,
    *,
    dry_run: bool,
) -> Exit:
    if not ids and service is None:
        raise usage("which ones? Name their ids (esteira dead list), or a service: --service panel")
    async with at.site() as site:
        of = sorted({s for id_ in ids for s in _service_in(id_)}) if ids else services_of(service)
        every = await letters(site.log, of, store)
        replayed = await site.operations.letters_replayed()
        chosen = named(every, ids) if ids else waiting(every, replayed)
        if dry_run:
            at.screen.rows("letter", [_listed(each, replayed) for each in chosen], _COLUMNS)
            at.screen.say(f"{several(len(chosen), 'dead letter')} would be replayed")
            return Exit.OK
        if not chosen:
            raise not_found("no dead letter waits there; see: esteira dead list --all")
        if not ids and store is None and confirm != "all":
            raise refused(
                f"{several(len(chosen), 'letter')} of every store would be replayed; "
                "name a store with --store, or say --confirm all"
            )
        operation = Operation(
            id=site.new_id(),
            verb=DEAD_REPLAY,
            by=site.by,
            began_at=site.clock(),
            asked={"letters": [letter.id for letter in chosen]},
            expected=len(chosen),
        )
        await site.operations.put(operation)
        found = [(letter, letter.again(operation.id)) for letter in chosen]
        await site.publisher.publish([record for _, record in found if record])
        operation.done = sum(record is not None for _, record in found)
        operation.state, operation.changed_at = State.DONE, site.clock()
        await site.operations.put(operation)
        at.screen.rows("letter", [_sent(letter, record) for letter, record in found], _COLUMNS)
    lost = operation.expected - operation.done
    at.screen.say(f"{several(operation.done, 'dead letter')} replayed; operation {operation.id}")
    if lost:
        at.screen.complain(f"{lost} do not say where they came from, and were not sent")
    return Exit.PARTLY if lost else Exit.OK


def _sent(letter: Letter, record: object) -> dict[str, Any]:
    return letter.shown() | {"replayed": record is not None}


def _listed(letter: Letter, replayed: Collection[str]) -> dict[str, Any]:
    return letter.shown() | {"replayed": letter.id in replayed}


def _service_in(id_: str) -> tuple[str, ...]:
    """The service that a letter's id names. Raises Stop."""
    service = id_.partition("/")[0]
    if service not in SERVICES:
        raise usage(f"{id_!r} is no letter's id: it is like validation/0@12")
    return (service,)
