"""Capture's door beside the least that does the same: a raw ASGI app with the same guarantees.

`bare` reads the body, checks the same HMAC, writes the record to Kafka as safely as we do, and
only then answers 200. `forgetful`, for information, keeps nothing: it shows what that costs.
All three run under the same uvicorn on a core of their own, under the same load from the other.
"""

import base64
import contextlib
import hashlib
import hmac
import http.client
import itertools
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

import uvicorn
from pydantic import SecretStr
from starlette.types import Receive, Scope, Send

from benchmarks import rounds, stream
from benchmarks.benchmark import DidNotRun, Figure, Outcome, Plan, at_least
from benchmarks.contender import Contender, Tell, running
from benchmarks.load import Served, drive, request
from benchmarks.market import SECRET_KEY, WEBHOOK_SECRET, sales, stores
from benchmarks.pair import servers
from benchmarks.rounds import Lap, Spread
from capture.handlers import SERVICE
from capture.main import build
from capture.settings import Settings
from chassis import app
from chassis.app import Clients, Parts
from contracts.topics import INBOX
from embedded.ports import HOST, free_ports

NAME: Final = "webhook"
FIGURE: Final = "webhook_vs_bare_asgi"
CONNECTIONS: Final = 64
WEBHOOKS: Final = 4_000
WARM_UP_S: Final = 1.0
READY_WITHIN_S: Final = 30.0
_POLL_S: Final = 0.05

_STORED: Final = b'{"status":"stored"}'
_START: Final = {
    "type": "http.response.start",
    "status": 200,
    "headers": [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(_STORED)).encode()),
    ],
}
_BODY: Final = {"type": "http.response.body", "body": _STORED}

Keep = Callable[[Scope, bytes], Awaitable[None]]
"""What an app does with a request whose signature is right, before it answers."""


@dataclass(frozen=True, slots=True)
class Task:
    """Where to listen and where to write."""

    port: int
    kafka: str
    mongodb: str


def measure(plan: Plan) -> Outcome:
    """Ours as a share of the bare app's requests per second."""
    with servers(plan, NAME) as stack:
        stream.fill(stack.kafka_address, stores())
        requests = [
            request(HOST, f"/webhooks/shopify/{sale.store.store_id}", sale.headers, sale.body)
            for sale in sales(WEBHOOKS, slim=True)
        ]
        turn = Turns(plan, stack.kafka_address, stack.mongo_url, requests)
        plan.say(f"{NAME}: {plan.rounds} rounds")
        laps = rounds.in_turns(
            {each.__name__: partial(turn.take, each) for each in (ours, bare, forgetful)},
            plan.rounds,
        )
    comparison = rounds.compare(laps, "ours", "bare")
    forgot = rounds.compare(laps, "ours", "forgetful")
    conditions = comparison.conditions() | {
        "connections": CONNECTIONS,
        "ours_p50_ms": round(Spread.of([s.p50_ms for s in turn.served["ours"]]).median, 2),
        "ours_p99_ms": round(Spread.of([s.p99_ms for s in turn.served["ours"]]).median, 2),
        "vs_bare_asgi_that_keeps_nothing": forgot.conditions()
        | {"ratio": round(forgot.ratio.median, 3)},
    }
    remark = f"{NAME}: {forgot.ratio.median:.2f} of a bare app that keeps nothing ({forgot})"
    figure = Figure(FIGURE, comparison.ratio.median, at_least(0.60), str(comparison))
    return Outcome((figure,), {NAME: conditions}, (remark, *comparison.remarks(NAME)))


class Turns:
    """Starts a contender, loads it, stops it; keeps what its clients saw."""

    def __init__(self, plan: Plan, kafka: str, mongodb: str, requests: Sequence[bytes]) -> None:
        self._plan = plan
        self._kafka = kafka
        self._mongodb = mongodb
        self._requests = requests
        self.served: dict[str, list[Served]] = {}

    def take(self, contender: Contender[Task]) -> Lap:
        """One turn. Raises DidNotRun."""
        [port] = free_ports(1)
        task = Task(port, self._kafka, self._mongodb)
        log = self._plan.folder / "logs" / f"{contender.__name__}.log"
        with running(contender, task, log, self._plan.cores.contender) as process:
            self._wait(port)
            served = drive(
                port,
                itertools.cycle(self._requests),
                process.cpu_s,
                connections=CONNECTIONS,
                warm_up_s=WARM_UP_S,
                measured_s=self._plan.scaled(4, 2),
            )
        self.served.setdefault(contender.__name__, []).append(served)
        return Lap(served.rate, served.cpu_us)

    def _wait(self, port: int) -> None:
        """Return when the server answers a webhook with 200."""
        head, _, body = self._requests[0].partition(b"\r\n\r\n")
        first, *lines = head.decode().split("\r\n")
        headers = dict(line.split(": ", 1) for line in lines)
        deadline = time.monotonic() + READY_WITHIN_S
        while time.monotonic() < deadline:
            connection = http.client.HTTPConnection(HOST, port, timeout=5)
            with contextlib.suppress(OSError), contextlib.closing(connection):
                connection.request("POST", first.split(" ")[1], body, headers)
                if connection.getresponse().status == http.client.OK:
                    return
            time.sleep(_POLL_S)
        raise DidNotRun(f"{NAME}: no server answered within {READY_WITHIN_S:.0f} s")


def ours(task: Task, _: Tell) -> None:
    """Capture as it is built, without its reader of the inbox, which would share the core."""
    settings = Settings(
        kafka=task.kafka,
        mongodb=task.mongodb,
        secret_key=SecretStr(SECRET_KEY),
        capture_port=task.port,
    )

    def parts(clients: Clients) -> Parts:
        return replace(build(settings, clients), subscriptions=())

    app.run(SERVICE, settings, task.port, parts)


def forgetful(task: Task, _: Tell) -> None:
    """Nothing but the signature."""

    async def keep(_: Scope, __: bytes) -> None:
        pass

    stream.run(_serve(task.port, keep))


def bare(task: Task, _: Tell) -> None:
    """The signature, and the record on Kafka before the answer."""

    async def serve() -> None:
        async with stream.producer(task.kafka) as producer:

            async def keep(scope: Scope, body: bytes) -> None:
                key = scope["path"].rpartition("/")[2].encode()
                kept = [(n.decode(), v) for n, v in scope["headers"] if n.startswith(b"x-shopify-")]
                await producer.send_and_wait(INBOX, body, key=key, headers=kept)

            await _serve(task.port, keep)

    stream.run(serve())


async def _serve(port: int, keep: Keep) -> None:
    """The same server as a service's."""
    config = uvicorn.Config(
        _app(keep),
        host=HOST,
        port=port,
        http="httptools",
        loop="none",
        lifespan="off",
        access_log=False,
        log_config=None,
        timeout_keep_alive=30,
    )
    app.calm_gc()
    await uvicorn.Server(config).serve()


def _app(keep: Keep) -> Callable[[Scope, Receive, Send], Awaitable[None]]:
    secret = WEBHOOK_SECRET.encode()

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        body, more = b"", True
        while more:
            message = await receive()
            body += message.get("body", b"")
            more = message.get("more_body", False)
        signature = base64.b64encode(hmac.digest(secret, body, hashlib.sha256))
        signed = dict(scope["headers"]).get(b"x-shopify-hmac-sha256", b"")
        if not hmac.compare_digest(signature, signed):
            await send({"type": "http.response.start", "status": 401, "headers": []})
            await send({"type": "http.response.body", "body": b""})
            return
        await keep(scope, body)
        await send(_START)
        await send(_BODY)

    return app
