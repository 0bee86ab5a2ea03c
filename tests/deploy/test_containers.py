"""The containers run the belt that the code declares: its services, ports, variables, packages.

No engine is needed: the files are held against the code's own lists.
"""

import importlib
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from chassis import app as chassis
from chassis import kafka
from contracts.topics import SERVICES
from embedded.ports import Ports
from ops import belt

ROOT = Path(__file__).resolve().parents[2]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "deploy/compose.yaml").read_text("utf-8"))
CONTAINERS: dict[str, dict[str, Any]] = COMPOSE["services"]
DOCKERFILE = (ROOT / "deploy/Dockerfile").read_text("utf-8")
OURS = [name for name, one in CONTAINERS.items() if one["image"] == "esteira"]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))


def package(service: str) -> str:
    return service.replace("-", "_")


def variables(service: str) -> set[str]:
    """What a service reads from the environment, by its own settings."""
    settings = importlib.import_module(f"{package(service)}.settings").Settings
    return {f"ESTEIRA_{name.upper()}" for name in settings.model_fields}


def pins(file: str) -> dict[str, str]:
    """Each pinned package with its hashes."""
    text = (ROOT / file).read_text("utf-8").replace(" \\\n", " ")
    found = {}
    for line in text.splitlines():
        if match := re.match(r"([a-z0-9.\[\],_-]+==\S+)([^#]*)", line):
            found[match[1]] = " ".join(sorted(re.findall(r"sha256:\w+", match[2])))
    return found


@pytest.mark.parametrize("service", SERVICES)
def test_every_service_has_a_container_that_runs_it(service: str):
    assert CONTAINERS[service]["command"] == ["python", "-m", package(service)]


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_is_asked_for_its_health_on_the_port_it_listens_on(service: str):
    port = getattr(Ports(), package(service))

    assert (
        f"http://127.0.0.1:{port}/healthz/ready" in CONTAINERS[service]["healthcheck"]["test"][-1]
    )


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_gets_every_variable_it_reads_and_keeps_its_own_port(service: str):
    given = {name.removesuffix("_FILE") for name in CONTAINERS[service]["environment"]}
    ports = {name for name in variables(service) if name.endswith("_PORT")}

    assert variables(service) - ports <= given
    assert not ports & given


def test_no_variable_is_given_that_nobody_reads():
    read = {name for service in SERVICES for name in variables(service)}
    read |= {"ESTEIRA_SANDBOX_HOST", "ESTEIRA_SANDBOX_SEED", "ESTEIRA_SANDBOX_DATA"}
    read |= {belt.variable(service) for service in SERVICES}

    given = {name.removesuffix("_FILE") for one in OURS for name in CONTAINERS[one]["environment"]}
    assert given <= read


@pytest.mark.parametrize("service", SERVICES)
def test_the_command_finds_every_service_where_its_container_listens(service: str):
    port = getattr(Ports(), package(service))

    assert (
        CONTAINERS["esteira"]["environment"][belt.variable(service)] == f"http://{service}:{port}"
    )


def test_a_secret_of_the_panel_is_given_to_the_panel_alone():
    for name in OURS:
        secrets = {"ESTEIRA_PANEL_PASSWORD", "ESTEIRA_PANEL_TOKEN"}
        assert (secrets <= CONTAINERS[name]["environment"].keys()) == (name == "panel")


@pytest.mark.parametrize("name", OURS)
def test_the_key_is_a_file_that_only_those_get_who_open_credentials(name: str):
    one = CONTAINERS[name]
    opens = name in {*SERVICES, "esteira"}

    assert one.get("secrets", []) == (["secret_key"] if opens else [])
    assert not any(variable.endswith("_SECRET_KEY") for variable in one["environment"])
    if opens:
        assert one["environment"]["ESTEIRA_SECRET_KEY_FILE"] == "/run/secrets/secret_key"


def test_the_command_runs_where_nothing_else_does():
    assert CONTAINERS["esteira"]["depends_on"] == {}


def test_everybody_is_given_more_time_to_stop_than_they_take():
    ours = chassis.HTTP_STOP_S + 1 + kafka.HANDLERS_STOP_S
    ours += kafka.CONSUMERS_STOP_S + kafka.PRODUCER_STOP_S

    for name, one in CONTAINERS.items():
        assert float(one["stop_grace_period"].removesuffix("s")) > (ours if name in OURS else 30)


def test_no_secret_stands_in_the_file():
    for name in OURS:
        for variable, text in CONTAINERS[name]["environment"].items():
            if re.search("SECRET|PASSWORD|TOKEN", variable):
                assert text is None or str(text).startswith("/run/secrets/")


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_starts_once_its_topics_are_there_and_the_database_is_primary(service: str):
    assert CONTAINERS[service]["depends_on"] == {
        "topics": {"condition": "service_completed_successfully"},
        "mongodb": {"condition": "service_healthy"},
    }
    assert CONTAINERS["topics"]["depends_on"] == {"kafka": {"condition": "service_healthy"}}
    assert CONTAINERS["topics"]["command"] == ["python", "-m", "embedded.topics"]


@pytest.mark.parametrize("name", OURS)
def test_our_containers_write_nowhere_and_may_do_nothing(name: str):
    one = CONTAINERS[name]

    assert one["read_only"]
    assert one["cap_drop"] == ["ALL"]
    assert one["security_opt"] == ["no-new-privileges:true"]


def test_nothing_is_published_to_the_world_unless_somebody_says_so():
    published = [port for one in CONTAINERS.values() for port in one.get("ports", ())]

    assert published
    assert all(
        port.startswith(("127.0.0.1:", "${ESTEIRA_PUBLISH:-127.0.0.1}:")) for port in published
    )


def test_the_command_on_this_machine_finds_the_servers_of_the_containers():
    ports = Ports()

    assert f"127.0.0.1:{ports.kafka}:{ports.kafka}" in CONTAINERS["kafka"]["ports"]
    assert f"127.0.0.1:{ports.mongodb}:27017" in CONTAINERS["mongodb"]["ports"]


def test_servers_of_others_are_pinned_to_a_version():
    images = {one["image"] for one in CONTAINERS.values()} - {"esteira"}

    images |= set(re.findall(r"^ARG PYTHON=(.*)$", DOCKERFILE, re.MULTILINE))

    assert len(images) == 3
    assert all(re.search(r"(^|:)\d+\.\d+\.\d+", image) for image in images)


def test_the_image_holds_every_package_of_the_project():
    copied = dict(re.findall(r"^COPY (\S+) /app/(\S+)$", DOCKERFILE, re.MULTILINE))

    assert sorted(copied) == sorted(
        PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
    )
    assert all(source.rpartition("/")[2] == target for source, target in copied.items())


def test_the_image_runs_as_nobody_in_particular_and_installs_by_hash_from_no_named_index():
    assert re.search(r"^USER 10001$", DOCKERFILE, re.MULTILINE)
    assert "--require-hashes" in DOCKERFILE
    assert "index" not in DOCKERFILE
    assert "://" not in DOCKERFILE + (ROOT / "deploy/requirements.lock").read_text("utf-8")


def test_the_image_installs_what_the_whole_lock_pins():
    whole, image = pins("requirements.lock"), pins("deploy/requirements.lock")

    assert image
    assert all(whole[name] == hashes and hashes for name, hashes in image.items())
