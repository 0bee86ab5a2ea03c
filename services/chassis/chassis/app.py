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
from aiokafka.errors import KafkaError
from faststream.kafka import KafkaBroker
from motor.motor_asyncio import AsyncIOMotorClient
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.types import ASGIApp

from chassis import kafka, logs, store
from chassis.health import Health
from chassis.patience import Unavailable, patiently
from chassis.settings import Settings
from chassis.subscription import Subscription, subscribe

STOP_S = 10.0
log = structlog.get_logger()

Task = Callable[[], Awaitable[None]]


@dataclass(slots=True)
class Clients:
    """What `main.py` builds its service from."""

    publisher: kafka.Publisher
    mongo: AsyncIOMotorClient[dict[str, Any]]
    health: Health


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
    health = Health({"started": False})
    clients = Clients(
        publisher=kafka.Publisher(settings.kafka, name),
        mongo=store.connect(settings.mongodb),
        health=health,
    )
    parts = build(clients)
    stop = _Stop()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.event.set)
    http = _Http(_app(health, parts.http), settings.host, port)
    tasks = [asyncio.create_task(_guarded(http.serve, stop))]
    broker = kafka.broker(settings.kafka, name)
    for subscription in parts.subscriptions:
        subscribe(broker, subscription)
    starting = asyncio.create_task(_guarded(lambda: _start(clients, broker, parts), stop))
    tasks.append(starting)
    starting.add_done_callback(lambda _: _started(parts, stop, tasks, health))
    await stop.event.wait()
    log.info("stopping")
    health.parts["started"] = False
    await _stop_all(http, broker, parts, tasks, clients)
    log.info("stopped", code=stop.code)
    return stop.code


async def _start(clients: Clients, broker: KafkaBroker, parts: Parts) -> None:
    await patiently(clients.publisher.start, "connecting to kafka")
    for start in parts.starts:
        await patiently(start, "starting")
    if parts.subscriptions:
        await patiently(lambda: _start_broker(broker), "subscribing")
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 20, 100)


async def _start_broker(broker: KafkaBroker) -> None:
    try:
        await broker.start()
    except (KafkaError, OSError) as error:
        raise Unavailable(f"kafka: {type(error).__name__}") from error


def _started(parts: Parts, stop: _Stop, tasks: list[asyncio.Task[None]], health: Health) -> None:
    if stop.event.is_set():
        return
    tasks.extend(asyncio.create_task(_guarded(work, stop)) for work in parts.background)
    health.parts["started"] = True
    log.info("started")


async def _guarded(work: Task, stop: _Stop) -> None:
    """Background work that breaks ends the service; its supervisor starts a fresh one."""
    try:
        await work()
    except asyncio.CancelledError:
        raise
    except Exception as error:
        log.critical("service_broken", exc_info=error)
        stop.code = 70
        stop.event.set()


async def _stop_all(
    http: "_Http",
    broker: KafkaBroker,
    parts: Parts,
    tasks: Sequence[asyncio.Task[None]],
    clients: Clients,
) -> None:
    """Intake first, then the work in flight, then the producer."""
    http.should_exit = True
    await asyncio.wait(tasks[:1], timeout=STOP_S)
    with contextlib.suppress(TimeoutError, KafkaError):
        await asyncio.wait_for(broker.stop(), STOP_S)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    for close in parts.stops:
        await close()
    await clients.publisher.stop()
    clients.mongo.close()


def _app(health: Health, http: ASGIApp | None) -> Starlette:
    mounted = [Mount("/", app=http)] if http else []
    return Starlette(routes=[*health.routes(), *mounted])


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
                timeout_graceful_shutdown=5,
                timeout_keep_alive=30,
            )
        )

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave the signals to `run`."""
        yield
