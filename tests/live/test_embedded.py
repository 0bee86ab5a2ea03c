"""The embedded servers and `make run`, for real: what survives what, and what is left behind."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from pymongo import MongoClient

from contracts.topics import TOPICS, Topic
from embedded import topics
from embedded.belt import Belt
from embedded.child import Child
from embedded.ports import Ports, is_taken, variable
from embedded.stack import Stack
from tests.support import belts
from tests.support.waiting import until

NOTES = Topic("notes.v1", key="none", writers=(), readers=(), partitions=1)


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """Servers of this file's own: its tests kill them."""
    with Stack(tmp_path_factory.mktemp("servers")) as own:
        topics.create(own.kafka_address, [NOTES])
        yield own


async def write_note(address: str, note: bytes) -> None:
    async with AIOKafkaProducer(
        bootstrap_servers=address, acks="all", enable_idempotence=True
    ) as producer:
        await producer.send_and_wait(NOTES.name, note)


async def read_notes(address: str) -> list[bytes]:
    place = TopicPartition(NOTES.name, 0)
    async with AIOKafkaConsumer(bootstrap_servers=address) as consumer:
        consumer.assign([place])
        await consumer.seek_to_beginning(place)
        [end] = (await consumer.end_offsets([place])).values()
        return [(await consumer.getone()).value for _ in range(end)]


def documents(url: str) -> list[dict[str, Any]]:
    with MongoClient[dict[str, Any]](url) as client:
        return list(client["notes"]["notes"].find({}, {"_id": 1}))


def test_a_record_outlives_the_death_of_the_broker(servers):
    asyncio.run(write_note(servers.kafka_address, b"before"))

    servers.kill_kafka()
    servers.restart_kafka()

    asyncio.run(write_note(servers.kafka_address, b"after"))
    assert asyncio.run(read_notes(servers.kafka_address))[-2:] == [b"before", b"after"]


def test_a_document_outlives_the_death_of_the_database(servers):
    with MongoClient[dict[str, Any]](servers.mongo_url) as client:
        client["notes"]["notes"].insert_one({"_id": "before"})

    servers.kill_mongo()
    servers.restart_mongo()

    assert {"_id": "before"} in documents(servers.mongo_url)


def test_what_is_slow_is_not_logged_with_its_content(servers):
    slow = {"$where": "sleep(250) || true", "buyer": "canary-529"}
    with MongoClient[dict[str, Any]](servers.mongo_url) as client:
        client["notes"]["slow"].insert_one({"buyer": "canary-529"})
        assert client["notes"]["slow"].find_one(slow)
        known = client.admin.command("getLog", "global")["log"]

    assert known
    assert [line for line in known if "canary-529" in line] == []


async def test_servers_can_be_restarted_from_inside_an_event_loop(servers):
    servers.restart_kafka()

    await write_note(servers.kafka_address, b"from a loop")


def test_the_same_data_can_be_served_on_other_ports(tmp_path):
    with Stack(tmp_path) as before:
        topics.create(before.kafka_address, [NOTES])
        asyncio.run(write_note(before.kafka_address, b"kept"))
        with MongoClient[dict[str, Any]](before.mongo_url) as client:
            client["notes"]["notes"].insert_one({"_id": "kept"})

    with Stack(tmp_path) as after:
        assert after.kafka_address != before.kafka_address
        assert asyncio.run(read_notes(after.kafka_address)) == [b"kept"]
        assert documents(after.mongo_url) == [{"_id": "kept"}]


def test_declared_topics_are_created_once_and_then_left_alone(servers):
    first = topics.create(servers.kafka_address)
    second = topics.create(servers.kafka_address)
    grown = replace(NOTES, partitions=3)
    third = topics.create(servers.kafka_address, [grown])

    assert set(first.created) == {topic.name for topic in TOPICS}
    assert (second.created, second.differences) == ((), ())
    assert third.created == ()
    assert third.differences == ("notes.v1 has 1 partitions, declared are 3",)


@contextmanager
def make_run(data: Path, ports: Ports, **environ: str) -> Iterator[Child]:
    """`make run` with stand-ins for the services, as a process of its own."""
    told = {variable(listener): str(port) for listener, port in ports.items()}
    run = Child(
        "run",
        [sys.executable, "-m", "tests.support.belts"],
        data.with_suffix(".out"),
        environ=os.environ | {"ESTEIRA_DATA": str(data), "COLUMNS": "200"} | told | environ,
        cwd=Path(__file__).parents[2],
    )
    run.spawn()
    try:
        yield run
    finally:
        run.stop(patience=20)


def said(run: Child) -> str:
    return run.log.read_text(encoding="utf-8")


def ready(run: Child, data: Path) -> bool:
    assert run.running, said(run)
    return (data / "demo.json").exists()


def ended(run: Child, patience: float = 20) -> int | None:
    until(lambda: not run.running, patience)
    return run.exit_code


def nothing_listens(ports: Ports) -> bool:
    return not any(is_taken(port) for _, port in ports.items())


def process_of(run: Child, name: str) -> int:
    """The process id that the run last gave for a member it started again."""
    line = next(
        line for line in reversed(said(run).splitlines()) if f"{name} started again" in line
    )
    return int(line.rpartition(" ")[2].rstrip(")"))


def test_make_run_starts_all_mends_what_dies_and_stops_all(tmp_path):
    data, ports = tmp_path / "data", Ports.free()
    with make_run(data, ports) as run:
        until(lambda: ready(run, data), 60)
        card = json.loads((data / "demo.json").read_text(encoding="utf-8"))
        until(lambda: "Ready after" in said(run))
        assert card["panel_url"] in said(run)
        assert card["panel"]["password"] in said(run)

        victim = next(pid for pid in descendants(run) if "ESTEIRA_CAPTURE_PORT" in command(pid))
        os.kill(victim, signal.SIGKILL)
        until(lambda: "capture started again" in said(run))
        assert process_of(run, "capture") != victim

        with make_run(data, Ports.free()) as second:
            assert ended(second) == 2
            assert f"already runs from {data} (process {run.pid})" in said(second)

        with make_run(tmp_path / "elsewhere", replace(Ports.free(), panel=ports.panel)) as third:
            assert ended(third) == 2
            assert f"Port {ports.panel} (panel) is taken" in said(third)
            assert "ESTEIRA_PANEL_PORT=" in said(third)

        run.ask_to_stop()
        assert ended(run, patience=15) == 0

    assert nothing_listens(ports)
    assert not (data / "demo.json").exists()


def test_make_run_goes_on_with_the_same_data_and_logins(tmp_path):
    data, ports = tmp_path / "data", Ports.free()
    cards = []
    for _ in range(2):
        with make_run(data, ports) as run:
            until(lambda run=run: ready(run, data), 60)
            cards.append((data / "demo.json").read_text(encoding="utf-8"))
            os.kill(run.pid or 0, signal.SIGINT)
            assert ended(run) == 0

    assert cards[0] == cards[1]
    assert "Created" not in said(run).split("Stopped", 1)[1]


def test_nothing_outlives_a_make_run_that_is_killed(tmp_path):
    data, ports = tmp_path / "data", Ports.free()
    with make_run(data, ports) as run:
        until(lambda: ready(run, data), 60)
        assert not nothing_listens(ports)

        run.kill()

        until(lambda: nothing_listens(ports))


def test_a_belt_on_servers_of_ones_own_starts_and_stops_neither(servers, tmp_path):
    with Belt(
        tmp_path,
        kafka=servers.kafka_address,
        mongodb=servers.mongo_url,
        sandbox=belts.STAND_IN_SANDBOX,
        services=belts.STAND_IN_SERVICES,
    ) as belt:
        assert not {"kafka", "mongodb"} & belt.members.keys()
        assert belt.site.card()["kafka"] == servers.kafka_address
        assert belt.site.card()["mongodb"] == servers.mongo_url
        assert not is_taken(belt.ports.kafka)

    asyncio.run(write_note(servers.kafka_address, b"still there"))


def test_a_service_that_does_not_come_up_ends_the_run_with_its_log(tmp_path):
    broken = replace(belts.STAND_IN_SERVICES[0], arguments=("-c", "raise SystemExit('no licence')"))
    belt = Belt(tmp_path, sandbox=belts.STAND_IN_SANDBOX, services=[broken])

    with pytest.raises(Exception, match=r"capture ended with exit code 1(.|\n)*no licence"):
        belt.start()

    assert nothing_listens(belt.ports)


def descendants(run: Child) -> list[int]:
    children = Path(f"/proc/{run.pid}/task").glob("*/children")
    return [int(pid) for listed in children for pid in listed.read_text(encoding="ascii").split()]


def command(pid: int) -> str:
    return Path(f"/proc/{pid}/cmdline").read_text(encoding="utf-8").replace("\0", " ")
