"""A service, running: its HTTP, its subscriptions, its background work, and a clean stop."""

import asyncio
import contextlib
import gc
import signal
import sys
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import structlog
import uvicorn
from faststream.kafka import KafkaBroker
from starlette.applications import Starlette
from starlette.types import ASGIApp, Receive, Scope, Send

from chassis import kafka, logs, store
from chassis.health import PREFIX, Health
from chassis.metrics import PATH, Metrics
from chassis.patience import patiently
from chassis.settings import Settings
from chassis.subscription import Mover, Subscription, subscribe

HTTP_STOP_S = 2
"""An open page is cut off after this; with the consumers' and the producer's, about 5 s in all."""
GC_OBJECTS = 500_000
"""How many more objects than at the last look make the next one; some 100 MB of them at most."""
BROKEN = 70

log = structlog.get_logger()

Task = Callable[[], Awaitable[None]]


@dataclass(slots=True)
class Clients:
    """What `main.py` builds its service from."""

    publisher: kafka.Publisher
    mongo: store.Client
    health: Health
    metrics: Metrics = field(default_factory=Metrics)


@dataclass(slots=True)
class Parts:
    """A service in pieces.

    `starts` run in order before any work, `background` runs until the stop, `http` answers
    beside the health routes, `stops` close what was opened.
    """

    subscriptions: Sequence[Subscription] = ()
    starts: Sequence[Task] = ()
    background: Sequence[Task] = ()
    stops: Sequence[Task] = ()
    http: ASGIApp | None = None


@dataclass(slots=True)
class _Stop:
    """Set by a signal, or by background work that broke."""

    event: asyncio.Event = field(default_factory=asyncio.Event)
    code: int = 0


def run(name: str, settings: Settings, port: int, build: Callable[[Clients], Parts]) -> None:
    """Run the service until SIGTERM or SIGINT; exits non-zero when it broke."""
    logs.set_up(name, settings.log_level)
    with asyncio.Runner(loop_factory=_loop_factory()) as runner:
        sys.exit(runner.run(_serve(name, settings, port, build)))


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    with contextlib.suppress(ImportError):
        import uvloop  # noqa: PLC0415 - not on every platform

        return uvloop.new_event_loop
    return None


async def _serve(
    name: str, settings: Settings, port: int, build: Callable[[Clients], Parts]
) -> int:
    stop = _Stop()
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(_log_unhandled)
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.event.set)
    clients = Clients(
        publisher=kafka.Publisher(settings.kafka, name),
        mongo=store.connect(settings.mongodb),
        health=Health({"started": False}),
    )
    parts = build(clients)
    broker = kafka.broker(settings.kafka, name)
    movers = [subscribe(broker, each, settings.instance) for each in parts.subscriptions]
    _count(clients, movers)
    http = _Http(_app(clients, parts.http), settings.host, port)
    serving = asyncio.create_task(_guarded(http.serve, stop))
    starting = asyncio.create_task(_guarded(lambda: _start(clients, broker, parts), stop))
    working = asyncio.create_task(_work(starting, clients, parts, stop))
    await stop.event.wait()
    log.info("stopping")
    clients.health.parts["started"] = False
    await _cancelled(starting)
    http.should_exit = True
    await asyncio.gather(
        asyncio.wait([serving], timeout=HTTP_STOP_S + 1), _stop_reading(movers, broker)
    )
    await _cancelled(working, serving)
    await _close(clients, parts)
    log.info("stopped", code=stop.code)
    return stop.code


async def _stop_reading(movers: Sequence[Mover], broker: KafkaBroker) -> None:
    """Finish the batches on their way, then leave the topics."""
    await asyncio.gather(*(mover.stop() for mover in movers))
    await kafka.stop(broker)


async def _start(clients: Clients, broker: KafkaBroker, parts: Parts) -> None:
    await patiently(clients.publisher.start, "connecting to kafka")
    for start in parts.starts:
        await patiently(start, "starting")
    if parts.subscriptions:
        await patiently(lambda: kafka.start(broker), "subscribing")
    calm_gc()


def calm_gc() -> None:
    """Look for cycles seldom from now on, and never among what is there already.

    What orders leave behind goes without it. A batch is more objects than a common threshold
    counts, all alive: each look in its midst would find nothing.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(GC_OBJECTS, 20, 100)


async def _work(starting: asyncio.Task[None], clients: Clients, parts: Parts, stop: _Stop) -> None:
    await starting
    if stop.event.is_set():
        return
    clients.health.parts["started"] = True
    log.info("started")
    background = (clients.publisher.watch, *parts.background)
    await asyncio.gather(*(_guarded(work, stop) for work in background))


async def _guarded(work: Task, stop: _Stop) -> None:
    """Work that breaks ends the service; its supervisor starts a fresh one."""
    try:
        await work()
    except (Exception, SystemExit) as error:  # uvicorn exits when it cannot have its port
        log.critical("service_broken", exc_info=error)
        stop.code = BROKEN
        stop.event.set()


async def _cancelled(*tasks: asyncio.Task[None]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def _close(clients: Clients, parts: Parts) -> None:
    for close in (*parts.stops, clients.publisher.stop):
        try:
            await close()
        except Exception as error:
            log.warning("stopped_untidily", exc_info=error)
    clients.mongo.close()


def _log_unhandled(_: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """Asyncio would print the exception itself, and its text might quote somebody's data."""
    log.error("task_failed", what=context["message"], exc_info=context.get("exception"))


def _count(clients: Clients, movers: Sequence[Mover]) -> None:
    """What every service counts alike."""
    clients.metrics.counted(
        "esteira_records_written_total", "Records that the broker has confirmed.", ("topic",),
        lambda: {(topic,): n for topic, n in clients.publisher.written.items()},
    )  # fmt: skip
    clients.metrics.counted(
        "esteira_records_read_total", "Records worked off and committed.", ("group", "topic"),
        lambda: {(m.group, topic): n for m in movers for topic, n in m.read.items()},
    )  # fmt: skip
    clients.metrics.counted(
        "esteira_batches_read_total", "Batches that these records came in.", ("group",),
        lambda: {(m.group,): m.batches for m in movers},
    )  # fmt: skip
    clients.metrics.counted(
        "esteira_batch_seconds_total", "From a batch's reading to its commit.", ("group",),
        lambda: {(m.group,): m.seconds for m in movers},
    )  # fmt: skip
    clients.metrics.measured(
        "esteira_records_behind", "Records on the topic that are not worked off yet.",
        ("group", "topic"),
        lambda: {(m.group, topic): n for m in movers for topic, n in m.behind().items()},
    )  # fmt: skip


def _app(clients: Clients, http: ASGIApp | None) -> ASGIApp:
    """The routes about the process beside the service's own HTTP.

    Told apart here, by a prefix: a router around all would cost a webhook a quarter of its way.
    """
    checks = Starlette(routes=[*clients.health.routes(), clients.metrics.route()])
    if http is None:
        return checks

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["path"]
        asked = checks if path.startswith(PREFIX) or path == PATH else http
        await asked(scope, receive, send)

    return app


class _Http(uvicorn.Server):
    """Uvicorn without its own signal handlers: the stop has an order of its own."""

    def __init__(self, app: ASGIApp, host: str, port: int) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                host=host,
                port=port,
                http="httptools",
                loop="none",
                lifespan="off",
                access_log=False,
                log_config=None,
                timeout_graceful_shutdown=HTTP_STOP_S,
                timeout_keep_alive=30,
            )
        )

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave the signals to `run`."""
        yield
