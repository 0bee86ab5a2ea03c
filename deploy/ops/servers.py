"""Whether Kafka and MongoDB are there and set up as the belt needs them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any, Final

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError
from pymongo.errors import PyMongoError

from chassis import store
from chassis.clock import utc_now
from chassis.patience import Unavailable
from contracts.topics import TOPICS, Topic
from embedded import topics
from embedded.topics import Existing
from ops.checks import Check, listed, several
from ops.settings import Settings

SKEW_S: Final = 2.0
_TIMEOUT_MS: Final = 5_000
_MAJORITY: Final = "majority"


def create_topics(settings: Settings) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Create the topics that are missing; which those were, and how older ones differ.

    Raises Unavailable.
    """
    try:
        outcome = topics.create(settings.kafka)
    except (KafkaError, OSError) as error:
        raise Unavailable(f"kafka: {type(error).__name__}") from error
    return outcome.created, outcome.differences


@asynccontextmanager
async def admin(settings: Settings) -> AsyncIterator[AIOKafkaAdminClient]:
    """Kafka's administration. Raises KafkaError, OSError."""
    kafka = AIOKafkaAdminClient(bootstrap_servers=settings.kafka, request_timeout_ms=_TIMEOUT_MS)
    try:
        await kafka.start()
        yield kafka
    finally:
        await kafka.close()


async def broker(settings: Settings) -> list[Check]:
    """Whether Kafka answers and, if so, what its topics are like."""
    name, fix = "kafka answers", f"start Kafka, or set ESTEIRA_KAFKA (now {settings.kafka})"
    try:
        async with admin(settings) as kafka:
            brokers = len((await kafka.describe_cluster())["brokers"])
            there = set(await kafka.list_topics())
            known = [topic.name for topic in TOPICS if topic.name in there]
            existing = await topics.describe(kafka, known)
    except (KafkaError, OSError) as error:
        return [Check(name, False, type(error).__name__, fix)]
    return [
        Check(name, True, several(brokers, "broker")),
        declared(existing),
        copies(existing, brokers),
    ]


def declared(existing: dict[str, Existing]) -> Check:
    """Whether the topics are those of `contracts/topics.py`, kept as long as it says."""
    missing = [f"{topic.name} is missing" for topic in TOPICS if topic.name not in existing]
    wrong = [d for t in _there(existing) for d in topics.differences(t, existing[t.name])]
    return Check(
        "topics are as declared",
        not missing and not wrong,
        listed([*missing, *wrong]) or several(len(existing), "topic"),
        "esteira topics create makes the missing ones; kafka-configs.sh changes the others",
    )


def copies(existing: dict[str, Existing], brokers: int) -> Check:
    """Whether records survive the loss of a disk, as far as the cluster has brokers for it."""
    wanted = min(topics.REPLICAS, brokers)
    few = [
        f"{name} has {several(one.replicas, 'copy', 'copies')}, should have {wanted}"
        for name, one in existing.items()
        if one.replicas < wanted
    ]
    behind = [
        f"{name} has {one.in_sync} of {several(one.replicas, 'copy', 'copies')} in sync"
        for name, one in existing.items()
        if one.in_sync < one.replicas
    ]
    trusting = [
        f"{name} takes a record as written once {one.enough} of its {one.replicas} copies has it"
        for name, one in existing.items()
        if one.replicas >= topics.REPLICAS and one.enough < topics.ENOUGH
    ]
    fix = (
        "bring the missing broker back; kafka-reassign-partitions.sh makes more copies, "
        f"kafka-configs.sh sets min.insync.replicas={topics.ENOUGH}"
    )
    seen = several(wanted, "copy", "copies") + " of each"
    return Check(
        "topics are copied",
        not (few or behind or trusting),
        listed([*behind, *few, *trusting]) or seen,
        fix,
    )


async def database(settings: Settings) -> list[Check]:
    """Whether MongoDB answers and, if so, what it says of itself."""
    mongo = store.connect(settings.mongodb)
    try:
        with store.translated():
            hello = await mongo.admin.command("hello")
            said = await mongo.admin.command("getDefaultRWConcern")
        default = said.get("defaultWriteConcern", {}).get("w")
        return replica_set(hello, default, utc_now())
    except (Unavailable, PyMongoError) as error:
        cause = error.__cause__ or error
        fix = f"start MongoDB, or set ESTEIRA_MONGODB (now {settings.mongodb_hosts})"
        return [Check("mongodb answers", False, type(cause).__name__, fix)]
    finally:
        mongo.close()


def replica_set(hello: dict[str, Any], default_write: Any, now: datetime) -> list[Check]:
    """What MongoDB says of itself: a replica set, majority writes, and about the same time."""
    members, arbiters = len(hello.get("hosts", ())), len(hello.get("arbiters", ()))
    skew = abs((now - hello["localTime"].replace(tzinfo=UTC)).total_seconds())
    return [
        Check(
            "mongodb is a replica set",
            "setName" in hello,
            f"{hello.get('setName', 'no set')}, {several(members, 'member')}",
            "start mongod with --replSet and run rs.initiate()",
        ),
        Check(
            "mongodb writes to a majority",
            default_write in (None, _MAJORITY) and not arbiters,
            f"default {default_write or _MAJORITY}, {several(arbiters, 'arbiter')}",
            "remove arbiters and run db.adminCommand({setDefaultRWConcern: 1, "
            'defaultWriteConcern: {w: "majority"}})',
        ),
        Check(
            "clocks agree",
            skew <= SKEW_S,
            f"mongodb is {skew:.1f} s away",
            "let NTP set the clock of both machines",
        ),
    ]


def _there(existing: dict[str, Existing]) -> list[Topic]:
    return [topic for topic in TOPICS if topic.name in existing]
