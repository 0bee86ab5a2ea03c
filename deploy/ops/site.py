"""All that the commands work on, opened for the length of one command."""

import asyncio
import getpass
import logging
import socket
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from uuid import uuid4

import structlog

from chassis import kafka, store
from chassis.clock import Clock, utc_now
from chassis.flow import Publishes
from contracts.wire import Outgoing
from ops import doctor, servers
from ops.boards import Boards, MongoBoards
from ops.checks import Check
from ops.log import KafkaLog, Log
from ops.operations import COLLECTION, DATABASE, MongoOperations, Operations
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
    hush: Callable[[], None]


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[Site]:
    """The real ones; each connects when it is first used, so that what is away hinders no other."""
    log, publisher = KafkaLog(settings.kafka), _Publisher(settings.kafka)
    mongo = store.connect(settings.mongodb)
    try:
        panel = mongo["esteira_panel"]
        yield Site(
            log=log,
            publisher=publisher,
            operations=MongoOperations(mongo[DATABASE][COLLECTION]),
            board=MongoBoard(panel),
            boards=MongoBoards(panel),
            by=f"{getpass.getuser()}@{socket.gethostname()}",
        )
    finally:
        await publisher.stop()
        await log.stop()
        mongo.close()


class _Publisher:
    """Writes; connects with the first records."""

    def __init__(self, bootstrap: str) -> None:
        self._bootstrap = bootstrap
        self._publisher: kafka.Publisher | None = None

    async def publish(self, records: Sequence[Outgoing]) -> None:
        """See Publishes. Raises Unavailable."""
        if self._publisher is None:
            publisher = kafka.Publisher(self._bootstrap, "ops")
            try:
                await publisher.start()
            except BaseException:
                await publisher.stop()
                raise
            self._publisher = publisher
        await self._publisher.publish(records)

    async def stop(self) -> None:
        """Disconnect."""
        if self._publisher is not None:
            await self._publisher.stop()


def doors() -> Doors:
    """The real outside."""
    return Doors(
        site=opened,
        examine=doctor.examine,
        create_topics=servers.create_topics,
        hush=lambda: log_to_stderr(least=logging.ERROR),
    )


def log_to_stderr(least: int = logging.INFO) -> None:
    """Our log lines are messages, not results. What a client library says, we say ourselves."""
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _only_ours,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(least),
        logger_factory=partial(structlog.PrintLogger, sys.stderr),
    )


def _only_ours(_: object, __: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    """What operations say of themselves, and warnings; not every batch of a flow."""
    ours = str(event["event"]).startswith("operation_")
    if ours or event["level"] not in {"info", "debug"}:
        return event
    raise structlog.DropEvent
