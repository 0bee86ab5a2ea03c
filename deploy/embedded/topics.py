"""Creates the topics that `contracts/topics.py` declares, and says where a cluster differs.

`python -m embedded.topics` does it for a cluster of your own (ESTEIRA_KAFKA). Nothing that exists
is changed: more partitions would break the order of a key, so a person decides.
"""

import asyncio
import os
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Final

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import TopicAlreadyExistsError, for_code

from contracts.topics import TOPICS, Topic
from embedded.ports import Ports

REPLICAS: Final = 3
"""Copies of each record, where the cluster has so many brokers."""
ENOUGH: Final = 2
"""With all copies, a record counts as written once so many have it."""
_ENOUGH: Final = "min.insync.replicas"


@dataclass(frozen=True, slots=True)
class Existing:
    """A topic as the cluster has it; of its copies, the number at the partition worst off."""

    partitions: int
    settings: Mapping[str, str]
    replicas: int = 1
    in_sync: int = 1

    @property
    def enough(self) -> int:
        """How many copies must have a record before it counts as written."""
        return int(self.settings.get(_ENOUGH, 1))


@dataclass(frozen=True, slots=True)
class Outcome:
    """Which topics are new, and how the older ones differ from their declaration, in words."""

    created: tuple[str, ...]
    differences: tuple[str, ...]


def create(address: str, topics: Sequence[Topic] = TOPICS) -> Outcome:
    """Create what is missing on the cluster at `address`; may be called from any thread."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(lambda: asyncio.run(_create(address, topics))).result()


def settings(topic: Topic) -> dict[str, str]:
    """A declaration in Kafka's words; what the declaration leaves open is the broker's default."""
    said = {
        "cleanup.policy": "compact" if topic.compacted else "delete",
        "retention.ms": str(-1 if topic.retention_ms is None else topic.retention_ms),
    }
    if topic.max_message_bytes is not None:
        said["max.message.bytes"] = str(topic.max_message_bytes)
    return said


def differences(topic: Topic, existing: Existing) -> list[str]:
    """How a topic of the cluster differs from its declaration, one sentence each."""
    found = []
    if existing.partitions != topic.partitions:
        found.append(
            f"{topic.name} has {existing.partitions} partitions, declared are {topic.partitions}"
        )
    for key, declared in settings(topic).items():
        actual = existing.settings.get(key)
        if actual != declared:
            found.append(f"{topic.name} has {key}={actual}, declared is {declared}")
    return found


async def _create(address: str, topics: Sequence[Topic]) -> Outcome:
    admin = AIOKafkaAdminClient(bootstrap_servers=address)
    await admin.start()
    try:
        there = set(await admin.list_topics())
        missing = [topic for topic in topics if topic.name not in there]
        if missing:
            brokers = len((await admin.describe_cluster())["brokers"])
            await _create_missing(admin, missing, replicas=min(REPLICAS, brokers))
        known = [topic for topic in topics if topic.name in there]
        existing = await describe(admin, [topic.name for topic in known])
    finally:
        await admin.close()
    return Outcome(
        created=tuple(topic.name for topic in missing),
        differences=tuple(d for t in known for d in differences(t, existing[t.name])),
    )


async def _create_missing(
    admin: AIOKafkaAdminClient, topics: Sequence[Topic], replicas: int
) -> None:
    more = {_ENOUGH: str(ENOUGH)} if replicas == REPLICAS else {}
    answer = await admin.create_topics(
        [
            NewTopic(
                name=topic.name,
                num_partitions=topic.partitions,
                replication_factor=replicas,
                topic_configs=settings(topic) | more,
            )
            for topic in topics
        ]
    )
    for name, code, *detail in answer.topic_errors:
        error = for_code(code)
        if code and error is not TopicAlreadyExistsError:
            raise error(f"{name}: {detail}")


async def describe(admin: AIOKafkaAdminClient, names: Sequence[str]) -> dict[str, Existing]:
    """These topics as the cluster has them."""
    if not names:
        return {}
    described: list[dict[str, Any]] = await admin.describe_topics(list(names))
    asked = [ConfigResource(ConfigResourceType.TOPIC, name) for name in names]
    said = {
        name: {key: value for key, value, *_ in entries}
        for answer in await admin.describe_configs(asked)
        for _, _, _, name, entries in answer.resources
    }
    return {t["topic"]: _existing(t["partitions"], said[t["topic"]]) for t in described}


def _existing(partitions: Sequence[Mapping[str, Any]], said: Mapping[str, str]) -> Existing:
    return Existing(
        partitions=len(partitions),
        settings=said,
        replicas=min(len(one["replicas"]) for one in partitions),
        in_sync=min(len(one["isr"]) for one in partitions),
    )


def main() -> None:
    """Create the topics on ESTEIRA_KAFKA, and print what was done."""
    outcome = create(os.environ.get("ESTEIRA_KAFKA") or f"127.0.0.1:{Ports().kafka}")
    print("\n".join([f"created {name}" for name in outcome.created]) or "nothing to create")
    for difference in outcome.differences:
        print(f"differs: {difference}")


if __name__ == "__main__":
    main()
