"""Whether the services do their work: up, reading, and leaving nothing unusable behind."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Final

import httpx
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from chassis import kafka, store
from chassis.patience import Unavailable
from contracts.topics import SERVICES, TOPICS
from ops.checks import Check, several
from ops.exits import Stop
from ops.letters import letters, waiting
from ops.log import KafkaLog
from ops.operations import COLLECTION, DATABASE, MongoOperations
from ops.servers import SKEW_S, admin
from ops.settings import Settings

PATIENCE_S: Final = 3.0
"""A service that reads has committed something by then."""
FREE_BYTES: Final = 1024**3
_TIMEOUT_S: Final = 5.0
_GIB: Final = 1024**3


async def health(settings: Settings, now: Callable[[], datetime]) -> AsyncIterator[Check]:
    """Whether each service is alive and takes work, and what time it is there."""
    async with httpx.AsyncClient(trust_env=False, timeout=_TIMEOUT_S) as http:
        for service, url in settings.services.items():
            try:
                answer = await http.get(f"{url.rstrip('/')}/healthz/ready")
            except httpx.HTTPError as error:
                yield down(service, url, type(error).__name__)
            else:
                yield up(service, url, answer, now())


def down(service: str, url: str, why: str) -> Check:
    """A service that does not answer."""
    fix = f"start it, or set {variable(service)} (now {url})"
    return Check(f"{service} is ready", False, why, fix)


def up(service: str, url: str, answer: httpx.Response, now: datetime) -> Check:
    """What a service that answers says of itself."""
    name = f"{service} is ready"
    try:
        parts = dict(answer.json()["parts"])
    except (ValueError, KeyError, TypeError):
        fix = f"something else answers there; set {variable(service)} (now {url})"
        return Check(name, False, f"status {answer.status_code}", fix)
    if answer.status_code != httpx.codes.OK:
        waits = ", ".join(part for part, is_up in parts.items() if not is_up)
        fix = "if it stays so, its log says what it waits for: look for `waiting`"
        return Check(name, False, f"alive, waits for: {waits}", fix)
    if "date" in answer.headers:
        skew = abs((now - parsedate_to_datetime(answer.headers["date"])).total_seconds())
        if skew > SKEW_S + 1:  # the header tells whole seconds
            fix = "let NTP set the clock of both machines"
            return Check(name, False, f"ready, but its clock is {skew:.0f} s away", fix)
    return Check(name, True, "alive and ready")


def variable(service: str) -> str:
    """What says where a service answers."""
    return f"ESTEIRA_{service.upper().replace('-', '_')}_URL"


@dataclass(frozen=True, slots=True)
class Reading:
    """How many records a service has not worked off, and how far its groups are in all."""

    behind: int
    reached: int


async def reading(settings: Settings) -> AsyncIterator[Check]:
    """Whether each service works off what is on its topics: looked at twice."""
    consumer = kafka.table_consumer(settings.kafka, "ops")
    try:
        await consumer.start()
        async with admin(settings) as client:
            before = {s: await _read(client, consumer, s) for s in SERVICES}
            if any(one.behind for one in before.values()):
                await asyncio.sleep(PATIENCE_S)
            for service in SERVICES:
                yield progress(service, before[service], await _read(client, consumer, service))
    except (KafkaError, OSError) as error:
        fix = "look at the brokers' logs"
        yield Check("services read their topics", False, type(error).__name__, fix)
    finally:
        await consumer.stop()


def progress(service: str, before: Reading, after: Reading) -> Check:
    """Whether a service reads what waits for it."""
    name = f"{service} reads its topics"
    seen = several(after.behind, "record") + " behind"
    moves = after.reached > before.reached
    if after.behind and moves:
        seen += f", {(after.reached - before.reached) / PATIENCE_S:,.0f} a second"
    fix = "look at its log for `waiting` or `service_broken`; start it again if it says nothing"
    return Check(name, not (before.behind and after.behind) or moves, seen, fix)


async def _read(client: AIOKafkaAdminClient, consumer: AIOKafkaConsumer, service: str) -> Reading:
    """What a topic forgot unread counts as read: nobody can read it any more."""
    behind = reached = 0
    for group, *_ in await client.list_consumer_groups():
        if group != service and not group.startswith(f"{service}-"):
            continue
        committed = await client.list_consumer_group_offsets(group)
        read = {place.topic for place in committed}
        topics = [topic for topic in TOPICS if topic.name in read]
        places = [TopicPartition(t.name, p) for t in topics for p in range(t.partitions)]
        first = await consumer.beginning_offsets(places)
        ends = await consumer.end_offsets(places)
        for place in places:
            at = max(committed[place].offset if place in committed else 0, first[place])
            reached += at
            behind += ends[place] - at
    return Reading(behind, reached)


async def dead(settings: Settings) -> Check:
    """Whether records wait that a service could not use."""
    name, mongo = "no dead letters wait", store.connect(settings.mongodb)
    log = KafkaLog(settings.kafka)
    try:
        settled = await MongoOperations(mongo[DATABASE][COLLECTION]).settled()
        found = waiting(await letters(log, SERVICES), settled)
    except (Unavailable, Stop) as error:
        return Check(name, False, str(error), "look again once Kafka and MongoDB are in order")
    finally:
        await log.stop()
        mongo.close()
    return lying([letter.service for letter in found])


def lying(services: list[str]) -> Check:
    """Dead letters, by the service each is of."""
    counts = {service: services.count(service) for service in SERVICES if service in services}
    seen = ", ".join(f"{service} {number:,}" for service, number in counts.items())
    fix = "esteira dead list says why; mend that, then: esteira dead replay --service …; "
    fix += "what nobody can mend: esteira dead close"
    return Check("no dead letters wait", not services, seen or "none", fix)


def disk(folder: Path, usage: Callable[[Path], tuple[int, int, int]] = shutil.disk_usage) -> Check:
    """Whether the data folder of `make run` has room left: Kafka and MongoDB stop without."""
    total, _, free = usage(folder)
    return Check(
        f"{folder} has room",
        free >= FREE_BYTES,
        f"{free / _GIB:.1f} of {total / _GIB:.1f} GiB free",
        "make room on this disk, or move the folder and set ESTEIRA_DATA",
    )
