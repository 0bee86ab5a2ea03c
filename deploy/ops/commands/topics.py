"""`esteira topics`: what is on the log."""

import asyncio
import dataclasses
from datetime import datetime
from typing import Annotated, Any, Final

import structlog
import typer

from contracts.topics import DAY_MS, TOPICS, Topic
from ops.commands.replay import REPLAYS, replay
from ops.desk import Desk, Json, desk, examples
from ops.exits import Exit, not_found
from ops.log import FOR_EVER, Logged, Span
from ops.masking import shown
from ops.operations import Operation, State
from ops.selection import store_of

_TOPIC_COLUMNS: Final = ("name", "records", "partitions", "days", "writers", "readers")
_RECORD_COLUMNS: Final = ("at", "partition", "offset", "type", "about", "bytes")
_TAILS: Final = examples(
    "esteira topics tail orders.posted.v1 -l 20",
    "esteira topics tail inbox.v1 --store demo-shopify --follow --json",
)

log = structlog.get_logger()


def app() -> typer.Typer:
    """The noun and its verbs."""
    noun = typer.Typer(no_args_is_help=True, help="What is on the log.")
    noun.command("list")(list_)
    noun.command("tail", epilog=_TAILS)(tail)
    noun.command("create")(create)
    noun.command("replay", help="The same as `esteira replay`.", epilog=REPLAYS)(replay)
    return noun


def list_(context: typer.Context, *, as_json: Json = False) -> None:
    """List the topics and how many records they hold."""
    at = desk(context)
    at.do(lambda: _list(at), as_json=as_json)


def tail(
    context: typer.Context,
    topic: Annotated[str, typer.Argument(metavar="TOPIC", help="As `topics list` tells them.")],
    lines: Annotated[int, typer.Option("--lines", "-l", min=0, help="So many.")] = 10,
    store: Annotated[str | None, typer.Option(help="Only of this store.")] = None,
    *,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on until Ctrl-C.")] = False,
    reveal: Annotated[
        bool, typer.Option("--reveal", help="Show personal data; that you did is written down.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Show the last records of a topic.

    Texts that may tell of a person are masked.
    """
    at = desk(context)
    at.do(lambda: _tail(at, topic, lines, store, follow=follow, reveal=reveal), as_json=as_json)


def create(context: typer.Context, *, as_json: Json = False) -> None:
    """Create the topics that are missing.

    Those that exist are never changed.
    """
    at = desk(context)
    at.do(lambda: _create(at), as_json=as_json)


async def _list(at: Desk) -> Exit:
    async with at.site() as site:
        spans = await site.log.spans([topic.name for topic in TOPICS])
    held = {topic.name: 0 for topic in TOPICS}
    for span in spans:
        held[span.topic] += span.length
    at.screen.rows("topic", [_card(topic, held[topic.name]) for topic in TOPICS], _TOPIC_COLUMNS)
    return Exit.OK


async def _create(at: Desk) -> Exit:
    created, differences = await asyncio.to_thread(at.doors.create_topics, at.settings())
    at.screen.rows("created", [{"name": name} for name in created], ("name",))
    if not created:
        at.screen.say("nothing to create")
    for difference in differences:
        at.screen.complain(f"left as it is: {difference}")
    return Exit.PARTLY if differences else Exit.OK


async def _tail(
    at: Desk, topic: str, lines: int, store: str | None, *, follow: bool, reveal: bool
) -> Exit:
    if topic not in {known.name for known in TOPICS}:
        raise not_found(f"there is no topic {topic}; see: esteira topics list")
    async with at.site() as site:
        if reveal:
            look = revealing(site.new_id(), site.by, site.clock(), topic, store)
            await site.operations.put(look)
            log.info("operation_ended", **look.summary)
        spans = await site.log.spans([topic])
        found: list[Logged] = []
        async for batch in site.log.read(_last(spans, lines if store is None else FOR_EVER)):
            found += [each for each in batch if store in {None, store_of(each.record)}]
        found.sort(key=lambda logged: logged.at)
        _show(at, found[-lines:] if lines else [], reveal=reveal)
        if follow:
            live = [dataclasses.replace(span, start=span.end, end=FOR_EVER) for span in spans]
            async for batch in site.log.read(live):
                kept = [each for each in batch if store in {None, store_of(each.record)}]
                _show(at, kept, reveal=reveal)
    return Exit.OK


def _last(spans: list[Span], lines: int) -> list[Span]:
    """The last records of every partition; those of the topic are among them."""
    return [dataclasses.replace(s, start=max(s.start, s.end - lines)) for s in spans]


def _show(at: Desk, found: list[Logged], *, reveal: bool) -> None:
    rows = [shown(logged, reveal=reveal) for logged in found]
    at.screen.rows("record", rows, (*_RECORD_COLUMNS, "body") if reveal else _RECORD_COLUMNS)


def revealing(id_: str, by: str, at: datetime, topic: str, store: str | None) -> Operation:
    """That somebody looked at buyers' data."""
    return Operation(
        id=id_,
        verb="topics.reveal",
        by=by,
        began_at=at,
        asked={"topic": topic, "store": store},
        state=State.DONE,
    )


def _card(topic: Topic, records: int) -> dict[str, Any]:
    return {
        "name": topic.name,
        "records": records,
        "partitions": topic.partitions,
        "days": None if topic.retention_ms is None else topic.retention_ms // DAY_MS,
        "writers": list(topic.writers),
        "readers": list(topic.readers),
        "purpose": topic.purpose,
    }
