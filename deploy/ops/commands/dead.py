"""`esteira dead`: the records that a service could not use, seen and sent back to it."""

from typing import Annotated, Any, Final

import typer

from contracts.topics import SERVICES
from ops.desk import Desk, DryRun, Json, desk
from ops.exits import Exit, refused, usage
from ops.letters import Letter, letters, named, services_of
from ops.masking import body
from ops.operations import Operation, State

VERB: Final = "dead.replay"
_COLUMNS: Final = ("id", "at", "from", "about", "error")
Service = Annotated[str | None, typer.Option(help="Only of this service.")]
Store = Annotated[str | None, typer.Option(help="Only of this store.")]


def app() -> typer.Typer:
    """The noun and its verbs."""
    noun = typer.Typer(no_args_is_help=True, help="Records that a service could not use.")
    noun.command("list")(list_)
    noun.command("show")(show)
    noun.command("replay")(replay)
    return noun


def list_(
    context: typer.Context, service: Service = None, store: Store = None, *, as_json: Json = False
) -> None:
    """List the dead letters, the oldest first."""
    at = desk(context)

    async def work() -> Exit:
        async with at.site() as site:
            found = await letters(site.log, services_of(service), store)
        at.screen.rows("letter", [letter.shown() for letter in found], _COLUMNS)
        at.screen.say(f"{len(found)} dead letters")
        return Exit.OK

    at.do(work, as_json=as_json)


def show(
    context: typer.Context,
    id_: Annotated[str, typer.Argument(metavar="ID", help="service/partition@offset")],
    *,
    as_json: Json = False,
) -> None:
    """Show one dead letter; its body masked."""
    at = desk(context)

    async def work() -> Exit:
        async with at.site() as site:
            [letter] = named(await letters(site.log, _service_in(id_)), [id_])
        at.screen.row("letter", letter.shown() | {"body": body(letter.record.value)})
        return Exit.OK

    at.do(work, as_json=as_json)


def replay(
    context: typer.Context,
    ids: Annotated[list[str] | None, typer.Argument(metavar="[ID]...")] = None,
    service: Service = None,
    store: Store = None,
    confirm: Annotated[
        str | None, typer.Option(help="`all`, for the letters of every store.")
    ] = None,
    *,
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Send dead letters back to their service, as the records they were. Mend the cause first."""
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
        chosen = named(every, ids) if ids else every
        if dry_run:
            at.screen.rows("letter", [letter.shown() for letter in chosen], _COLUMNS)
            at.screen.say(f"{len(chosen)} dead letters would be replayed")
            return Exit.OK
        if not ids and store is None and confirm != "all":
            raise refused(
                f"{len(chosen)} letters of every store would be replayed; "
                "name a store with --store, or say --confirm all"
            )
        operation = Operation(
            id=site.new_id(),
            verb=VERB,
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
    at.screen.say(f"{operation.done} dead letters replayed; operation {operation.id}")
    if lost:
        at.screen.complain(f"{lost} do not say where they came from, and were not sent")
    return Exit.PARTLY if lost else Exit.OK


def _sent(letter: Letter, record: object) -> dict[str, Any]:
    return letter.shown() | {"replayed": record is not None}


def _service_in(id_: str) -> tuple[str, ...]:
    """The service that a letter's id names. Raises Stop."""
    service = id_.partition("/")[0]
    if service not in SERVICES:
        raise usage(f"{id_!r} is no letter's id: it is like validation/0@12")
    return (service,)
