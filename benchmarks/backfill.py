"""Whether "Buscar Pedidos" is felt at the door: the p99 of its answers with and without a run.

Capture as it is built, alone on its core with all that it does: door, reader of the inbox, fetches.
Shopify's webhooks come evenly; beside them a run reads a Nuvemshop store's orders at capture's own
pace. Both are measured in turns on one process, A B B A, so that the ratio hardly depends on how
fast the machine is.
"""

import asyncio
import itertools
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, Final
from uuid import uuid4

import uvloop
from motor.motor_asyncio import AsyncIOMotorClient
from pydantic import SecretStr

from benchmarks import channel, lists, stream
from benchmarks.benchmark import DidNotRun, Figure, Outcome, Plan, at_most
from benchmarks.contender import Tell, running
from benchmarks.door import Door
from benchmarks.hub import webhook
from benchmarks.market import SECRET_KEY, sales, stores
from benchmarks.pair import servers
from benchmarks.rounds import Spread
from capture.handlers import SERVICE
from capture.main import build
from capture.settings import Settings
from chassis import app, kafka
from chassis.vault import Vault
from contracts.fetches import DirectFetch, FetchDirective, FetchOrders
from contracts.stores import StoreConfigured
from contracts.wire import encode
from embedded.ports import HOST, free_ports

NAME: Final = "backfill"
FIGURE: Final = "ack_with_backfill"
NUMBER: Final = "817495"
WEBHOOKS_PER_S: Final = 60.0
ORDERS: Final = 1_500
"""Of a run: more than capture reads while it is measured, at 50 to 100 a second."""
PERIOD: Final = timedelta(hours=12)
CONNECTIONS: Final = 16
WARM_UP_S: Final = 4.0
READY_WITHIN_S: Final = 90.0
_POLL_S: Final = 0.1
_TOKEN: Final = "a shop's token"  # noqa: S105 - it guards nothing


@dataclass(frozen=True, slots=True)
class Task:
    """Where to listen and where the others are."""

    port: int
    kafka: str
    mongodb: str
    shopify: int
    nuvemshop: int


def ours(task: Task, _: Tell) -> None:
    """Capture as it is built; it sweeps nothing, so that a run is all that is beside the door."""
    settings = Settings(
        kafka=task.kafka,
        mongodb=task.mongodb,
        secret_key=SecretStr(SECRET_KEY),
        capture_port=task.port,
        shopify_url=f"http://{HOST}:{task.shopify}/{{shop}}",
        nuvemshop_url=f"http://{HOST}:{task.nuvemshop}",
        sweep_every_s=0,
    )

    app.run(SERVICE, settings, task.port, partial(build, settings))


def measure(plan: Plan) -> Outcome:
    """The p99 with a run, as a multiple of the one without."""
    seconds = plan.scaled(10, 5)
    rounds = max(2, plan.rounds)
    shops = _with_tokens(stores(8))
    listed = _listed_stores(rounds)
    count = round(WEBHOOKS_PER_S * (WARM_UP_S + 2 * rounds * seconds)) + 200
    plan.say(f"{NAME}: making up {count + ORDERS:,} orders")
    sold = list(sales(count, shops))
    front, shopify, nuvemshop = free_ports(3)
    asked = lists.Task(nuvemshop, plan.folder / "pages.json")
    lists.write_pages(asked.pages, NUMBER, ORDERS, datetime.now(UTC) - PERIOD)
    told = channel.Task(shopify, plan.folder / "answers.json")
    channel.write_answers(told.answers, sold)
    logs = plan.folder / "logs"
    with (
        servers(plan, NAME) as stack,
        running(lists.answer, asked, logs / "lists.log", plan.cores.rest),
        running(channel.answer, told, logs / "channel.log", plan.cores.rest),
    ):
        stream.fill(stack.kafka_address, [*shops, *listed])
        task = Task(front, stack.kafka_address, stack.mongo_url, shopify, nuvemshop)
        with running(ours, task, logs / "capture.log", plan.cores.contender):
            plan.say(f"{NAME}: {rounds} rounds of {seconds} seconds without a run and with one")
            runs = [Run(task, store) for store in listed]
            with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
                requests = [webhook(sale) for sale in sold]
                without, during = runner.run(_measured(task, runs, requests, seconds))
    ratios = [w / o for o, w in zip(without, during, strict=True)]
    spread = Spread.of(ratios)
    conditions = {
        "webhooks_per_s": WEBHOOKS_PER_S,
        "orders_read_per_s": [round(run.read_per_s, 1) for run in runs],
        "p99_ms_without": [round(each, 2) for each in without],
        "p99_ms_during": [round(each, 2) for each in during],
    }
    detail = f"p99 without {_median(without):.1f} ms, with {_median(during):.1f} ms"
    return Outcome((Figure(FIGURE, spread.median, at_most(1.2), detail),), {NAME: conditions})


class Run:
    """One store's run: looked at before, started and given up around what is measured."""

    def __init__(self, task: Task, store: StoreConfigured) -> None:
        self._task = task
        self._store = store
        self._fetch_id = str(uuid4())
        self._began = 0.0
        self.read_per_s = 0.0

    async def look(self) -> None:
        """Have capture look, and wait until it has."""
        now = datetime.now(UTC)
        await self._say(FetchOrders(since=now - PERIOD, until=now, **self._of()))
        await self._until("looked")

    async def start(self) -> None:
        """Let it run."""
        await self._say(DirectFetch(directive=FetchDirective.START, **self._of()))
        await self._until("running")
        self._began = time.perf_counter()

    async def end(self) -> None:
        """Give it up. Raises DidNotRun if it was over before."""
        found = await self._document()
        self.read_per_s = found["counts"]["new"] / (time.perf_counter() - self._began)
        if found["state"] != "running" or not found["counts"]["new"]:
            raise DidNotRun(f"{NAME}: a run was {found['state']}, {found['counts']}, too early")
        await self._say(DirectFetch(directive=FetchDirective.CANCEL, **self._of()))
        await self._until("cancelled")

    def _of(self) -> dict[str, Any]:
        return {
            "command_id": str(uuid4()),
            "fetch_id": self._fetch_id,
            "store_id": self._store.store_id,
            "account_id": self._store.account_id,
            "requested_by": NAME,
            "occurred_at": datetime.now(UTC),
        }

    async def _say(self, command: FetchOrders | DirectFetch) -> None:
        publisher = kafka.Publisher(self._task.kafka, "benchmarks")
        await publisher.start()
        await publisher.publish([encode(command, "benchmarks")])
        await publisher.stop()

    async def _document(self) -> dict[str, Any]:
        mongo = AsyncIOMotorClient[dict[str, Any]](self._task.mongodb)
        try:
            found = await mongo["esteira_capture"]["fetches"].find_one({"_id": self._fetch_id})
        finally:
            mongo.close()
        return found or {"state": "", "counts": {}}

    async def _until(self, state: str) -> None:
        deadline = time.monotonic() + READY_WITHIN_S
        while (found := await self._document())["state"] != state:
            if time.monotonic() > deadline:
                raise DidNotRun(f"{NAME}: a run never was {state}, but {found['state']}")
            await asyncio.sleep(_POLL_S)


async def _measured(
    task: Task, runs: Sequence[Run], requests: Sequence[bytes], seconds: float
) -> tuple[list[float], list[float]]:
    left = itertools.cycle(requests)
    without: list[float] = []
    during: list[float] = []
    await _ready(task.port)
    async with Door.opened(task.port, CONNECTIONS) as door:

        async def p99_ms(for_s: float) -> float:
            sent = list(itertools.islice(left, round(WEBHOOKS_PER_S * for_s)))
            waits = sorted(await _evenly(door, sent))
            return waits[len(waits) * 99 // 100] * 1000

        async def beside(run: Run) -> None:
            await run.start()
            during.append(await p99_ms(seconds))
            await run.end()

        await asyncio.gather(*(run.look() for run in runs))
        await p99_ms(WARM_UP_S)
        for number, run in enumerate(runs):
            if number % 2:
                await beside(run)
            without.append(await p99_ms(seconds))
            if not number % 2:
                await beside(run)
    return without, during


async def _evenly(door: Door, requests: Sequence[bytes]) -> list[float]:
    """Send them at their moments, whether or not those before were answered; how long each took."""

    async def one(request: bytes, at: float) -> float:
        await asyncio.sleep(max(0.0, at - time.perf_counter()))
        await door.send(request)
        return time.perf_counter() - at

    begin = time.perf_counter()
    moments = (begin + number / WEBHOOKS_PER_S for number in range(len(requests)))
    return await asyncio.gather(*map(one, requests, moments))


async def _ready(port: int) -> None:
    """Return when the door takes webhooks."""
    deadline = time.monotonic() + READY_WITHIN_S
    ask = b"GET /healthz/ready HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    while time.monotonic() < deadline:
        try:
            reader, writer = await asyncio.open_connection(HOST, port)
            writer.write(ask)
            answer = await reader.read()
            writer.close()
            if answer.startswith(b"HTTP/1.1 200"):
                return
        except OSError:
            pass
        await asyncio.sleep(_POLL_S)
    raise DidNotRun(f"{NAME}: capture was not ready within {READY_WITHIN_S:.0f} s")


def _with_tokens(shops: Sequence[StoreConfigured]) -> list[StoreConfigured]:
    vault = Vault(SECRET_KEY)
    return [
        shop.model_copy(
            update={"channel_token": vault.seal(_TOKEN, f"{shop.store_id}:channel_token")}
        )
        for shop in shops
    ]


def _listed_stores(count: int) -> list[StoreConfigured]:
    """Stores of Nuvemshop, one for each run: all list the same orders, which are each one's own."""
    at_nuvemshop = {"channel": "nuvemshop", "domain": NUMBER, "webhook_secrets": ()}
    return _with_tokens(
        [
            shop.model_copy(update=at_nuvemshop | {"store_id": f"lista-{number}"})
            for number, shop in enumerate(stores(count))
        ]
    )


def _median(values: Sequence[float]) -> float:
    return Spread.of(list(values)).median
