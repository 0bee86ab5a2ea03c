"""`esteira dead`: the records that a service could not use: seen, sent back to it, or closed."""

from dataclasses import dataclass
from typing import Annotated, Any, Final

import structlog
import typer

from contracts.topics import SERVICES
from ops.checks import several
from ops.desk import Desk, DryRun, Json, desk, examples
from ops.exits import Exit, not_found, refused, usage
from ops.letters import Letter, letters, named, services_of, waiting
from ops.masking import body
from ops.operations import DEAD_CLOSE, DEAD_REPLAY, Operation, Settled, State
from ops.site import Site

_COLUMNS: Final = ("id", "at", "from", "about", "error")
_CLOSED: Final = ("id", "about", "error", "closed_at", "closed_by", "reason")
_LISTS: Final = examples(
    "esteira dead list",
    "esteira dead list --service validation --all --json",
    "esteira dead list --closed",
)
_REPLAYS: Final = examples(
    "esteira dead replay validation/0@12",
    "esteira dead replay --service validation --store demo-shopify -n",
)
_CLOSES: Final = examples(
    'esteira dead close validation/0@12 --reason "the shop deleted this order"',
    'esteira dead close --service capture --store demo-shopify --reason "a test of theirs" -n',
)
MOST: Final = 500
"""Characters of a reason."""
Service = Annotated[str | None, typer.Option(help="Only of this service.")]
Store = Annotated[str | None, typer.Option(help="Only of this store.")]
Ids = Annotated[list[str] | None, typer.Argument(metavar="ID", help="As `dead list` tells them.")]
Confirm = Annotated[str | None, typer.Option(help="`all`, for the letters of every store.")]

log = structlog.get_logger()


def app() -> typer.Typer:
    """The noun and its verbs."""
    noun = typer.Typer(no_args_is_help=True, help="Records that a service could not use.")
    noun.command("list", epilog=_LISTS)(list_)
    noun.command("show", epilog=examples("esteira dead show validation/0@12"))(show)
    noun.command("replay", epilog=_REPLAYS)(replay)
    noun.command("close", epilog=_CLOSES)(close)
    return noun


def list_(
    context: typer.Context,
    service: Service = None,
    store: Store = None,
    *,
    every: Annotated[
        bool,
        typer.Option("--all", help="Also those that were replayed or closed, or came again since."),
    ] = False,
    closed: Annotated[
        bool, typer.Option("--closed", help="Those that were closed: by whom, and why.")
    ] = False,
    as_json: Json = False,
) -> None:
    """List the dead letters that wait to be replayed. The oldest come first."""
    at = desk(context)

    async def work() -> Exit:
        async with at.site() as site:
            settled = await site.operations.settled()
            there = await letters(site.log, services_of(service), store)
        wait = waiting(there, settled)
        given_up = [letter for letter in there if letter.id in settled.closed]
        found = given_up if closed else there if every else wait
        columns = (*_COLUMNS, "replayed", "closed") if every else _COLUMNS
        rows = [_listed(letter, settled) for letter in found]
        at.screen.rows("letter", rows, _CLOSED if closed else columns)
        said = f"{several(len(wait), 'dead letter')} waiting, {len(there)} in all"
        at.screen.say(f"{said}, {len(given_up)} closed" if given_up else said)
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
            [letter] = named(await letters(site.log, _services_in([id_])), [id_])
            settled = await site.operations.settled()
        at.screen.row("letter", _listed(letter, settled) | {"body": body(letter.record.value)})
        return Exit.OK

    at.do(work, as_json=as_json)


def replay(
    context: typer.Context,
    ids: Ids = None,
    service: Service = None,
    store: Store = None,
    *,
    confirm: Confirm = None,
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Send dead letters back to their service. Mend the cause first.

    They go as the records they were. A service's letters are those that wait: a record is sent
    once, however often it was refused.
    """
    at = desk(context)
    asked = _Asked(ids or [], service, store, sure=confirm == "all")
    at.do(lambda: _replay(at, asked, dry_run=dry_run), as_json=as_json)


def close(
    context: typer.Context,
    ids: Ids = None,
    reason: Annotated[
        str, typer.Option(help="Why nobody needs them, kept with your name; no buyer's data.")
    ] = "",
    service: Service = None,
    store: Store = None,
    *,
    confirm: Confirm = None,
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Close dead letters that nobody can mend: they wait no longer.

    `dead show` still reads them for as long as their topic keeps them, and `dead replay ID` still
    sends one back.
    """
    at = desk(context)
    asked = _Asked(ids or [], service, store, sure=confirm == "all")
    why = " ".join(reason.split())
    at.do(lambda: _close(at, asked, why, dry_run=dry_run), as_json=as_json)


@dataclass(frozen=True, slots=True)
class _Asked:
    """Which letters are meant: by their ids, or those that wait of a service, of one store.

    `sure`: of every store, if need be.
    """

    ids: list[str]
    service: str | None
    store: str | None
    sure: bool

    @property
    def services(self) -> tuple[str, ...]:
        """Whose letters they are. Raises Stop."""
        if self.ids:
            return _services_in(self.ids)
        if self.service is None:
            which = "Name their ids (esteira dead list), or a service: --service panel"
            raise usage(f"which ones? {which}")
        return services_of(self.service)

    def check(self, chosen: list[Letter], done: str) -> None:
        """Whether this may be done to them. Raises Stop."""
        if not chosen:
            raise not_found("no dead letter waits there; see: esteira dead list --all")
        if not (self.ids or self.store or self.sure):
            raise refused(
                f"{several(len(chosen), 'letter')} of every store would be {done}; "
                "name a store with --store, or say --confirm all"
            )


async def _replay(at: Desk, asked: _Asked, *, dry_run: bool) -> Exit:
    services = asked.services
    async with at.site() as site:
        every = await letters(site.log, services, asked.store)
        settled = await site.operations.settled()
        chosen = named(every, asked.ids) if asked.ids else waiting(every, settled)
        if dry_run:
            return _would_be(at, chosen, settled, "replayed")
        asked.check(chosen, "replayed")
        back = [letter for letter in chosen if letter.origin]
        operation = _began(site, DEAD_REPLAY, back, len(chosen))
        await site.operations.put(operation)
        found = [(letter, letter.again(operation.id)) for letter in chosen]
        await site.publisher.publish([record for _, record in found if record])
        await _ended(site, operation)
        at.screen.rows("letter", [_sent(letter, record) for letter, record in found], _COLUMNS)
    lost = operation.expected - operation.done
    at.screen.say(f"{several(operation.done, 'dead letter')} replayed; operation {operation.id}")
    if lost:
        at.screen.complain(f"{lost} do not say where they came from, and were not sent")
    return Exit.PARTLY if lost else Exit.OK


async def _close(at: Desk, asked: _Asked, reason: str, *, dry_run: bool) -> Exit:
    services = asked.services
    if not 0 < len(reason) <= MOST:
        raise usage(f"why does nobody need them? Say it with --reason, in {MOST} characters")
    async with at.site() as site:
        every = await letters(site.log, services, asked.store)
        settled = await site.operations.settled()
        wait = {letter.id: letter for letter in waiting(every, settled)}
        meant = named(every, asked.ids) if asked.ids else list(wait.values())
        chosen = [letter for letter in meant if letter.id in wait]
        if dry_run:
            return _would_be(at, chosen, settled, "closed")
        asked.check(chosen, "closed")
        operation = _began(site, DEAD_CLOSE, chosen, len(chosen), reason=reason)
        await _ended(site, operation)
        settled = await site.operations.settled()
        at.screen.rows("letter", [_listed(letter, settled) for letter in meant], _COLUMNS)
    at.screen.say(f"{several(operation.done, 'dead letter')} closed; operation {operation.id}")
    left = len(meant) - len(chosen)
    if left:
        at.screen.complain(f"{left} did not wait any more, and were left as they are")
    return Exit.PARTLY if left else Exit.OK


def _would_be(at: Desk, chosen: list[Letter], settled: Settled, done: str) -> Exit:
    at.screen.rows("letter", [_listed(each, settled) for each in chosen], _COLUMNS)
    at.screen.say(f"{several(len(chosen), 'dead letter')} would be {done}")
    return Exit.OK


def _began(site: Site, verb: str, chosen: list[Letter], expected: int, **asked: str) -> Operation:
    """What is done to these letters, of those expected."""
    return Operation(
        id=site.new_id(),
        verb=verb,
        by=site.by,
        began_at=site.clock(),
        asked={"letters": [letter.id for letter in chosen], **asked},
        expected=expected,
    )


async def _ended(site: Site, operation: Operation) -> None:
    """Write down that it is done."""
    operation.done = len(operation.asked["letters"])
    operation.state, operation.changed_at = State.DONE, site.clock()
    await site.operations.put(operation)
    log.info("operation_ended", **operation.summary)


def _sent(letter: Letter, record: object) -> dict[str, Any]:
    return letter.shown() | {"replayed": record is not None}


def _listed(letter: Letter, settled: Settled) -> dict[str, Any]:
    closing = settled.closed.get(letter.id)
    return letter.shown() | {
        "replayed": letter.id in settled.replayed,
        "closed": closing is not None,
        "closed_at": closing.at.isoformat() if closing else None,
        "closed_by": closing.by if closing else None,
        "reason": closing.reason if closing else None,
    }


def _services_in(ids: list[str]) -> tuple[str, ...]:
    """The services that letters' ids name. Raises Stop."""
    for id_ in ids:
        if id_.partition("/")[0] not in SERVICES:
            raise usage(f"{id_!r} is no letter's id: it is like validation/0@12")
    return tuple(sorted({id_.partition("/")[0] for id_ in ids}))
