"""All that the commands work on, opened for the length of one command."""

import asyncio
import getpass
import socket
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from uuid import uuid4

import structlog

from chassis import kafka, store
from chassis.clock import Clock, utc_now
from chassis.flow import Publishes
from ops import doctor
from ops.boards import Boards, MongoBoards
from ops.doctor import Check
from ops.log import KafkaLog, Log
from ops.operations import COLLECTION, MongoOperations, Operations
from ops.settings import Settings
from panel.board import Board, MongoBoard


@dataclass(frozen=True, slots=True)
class Site:
    """The topics, the panel's rows, the book of operations; who we are, and the time."""

    log: Log
    publisher: Publishes
    operations: Operations
    board: Board
    boards: Boards
    by: str
    clock: Clock = utc_now
    new_id: Callable[[], str] = lambda: str(uuid4())
    seconds: Callable[[], float] = time.monotonic
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep


@dataclass(frozen=True, slots=True)
class Doors:
    """How the commands reach the outside; a test gives its own."""

    site: Callable[[Settings], AbstractAsyncContextManager[Site]]
    examine: Callable[[Settings], AsyncIterator[Check]]
    create_topics: Callable[[Settings], tuple[tuple[str, ...], tuple[str, ...]]]


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[Site]:
    """The real ones. Raises Unavailable."""
    log = KafkaLog(settings.kafka)
    publisher = kafka.Publisher(settings.kafka, "ops")
    mongo = store.connect(settings.mongodb)
    try:
        await log.start()
        await publisher.start()
        panel = mongo["esteira_panel"]
        yield Site(
            log=log,
            publisher=publisher,
            operations=MongoOperations(mongo["esteira_ops"][COLLECTION]),
            board=MongoBoard(panel),
            boards=MongoBoards(panel),
            by=f"{getpass.getuser()}@{socket.gethostname()}",
        )
    finally:
        await publisher.stop()
        await log.stop()
        mongo.close()


def doors() -> Doors:
    """The real outside."""
    return Doors(site=opened, examine=doctor.examine, create_topics=doctor.create_topics)


def log_to_stderr() -> None:
    """Our log lines are messages, not results."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _only_ours,
            structlog.processors.JSONRenderer(),
        ],
        logger_factory=partial(structlog.PrintLogger, sys.stderr),
    )


def _only_ours(_: object, __: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    """What operations say of themselves, and warnings; not every batch of a flow."""
    ours = str(event["event"]).startswith("operation_")
    if ours or event["level"] not in {"info", "debug"}:
        return event
    raise structlog.DropEvent
