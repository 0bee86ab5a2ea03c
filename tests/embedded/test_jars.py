"""Nothing unverified reaches Kafka's class path."""

import hashlib
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

import pytest
from jgo.maven import MavenContext

from embedded import jars
from embedded.errors import SetupError
from embedded.jars import Pin


def pin(path: str, content: bytes) -> Pin:
    return Pin(PurePosixPath(path), hashlib.sha256(content).hexdigest())


def put(repository: Path, jar: str, content: bytes) -> None:
    (repository / jar).parent.mkdir(parents=True, exist_ok=True)
    (repository / jar).write_bytes(content)


def test_the_checked_in_list_names_each_jar_once_with_a_whole_digest():
    pins = jars.parse(jars.PINNED.read_text(encoding="ascii"))

    assert len({pin.path for pin in pins}) == len(pins)
    assert all(len(pin.sha256) == 64 for pin in pins)
    assert jars.render(pins) == jars.PINNED.read_text(encoding="ascii")


def test_the_checked_in_list_is_of_one_kafka_version():
    """Without kafka-clients in the endpoint a BOM brings an older one, and the broker dies."""
    pins = jars.parse(jars.PINNED.read_text(encoding="ascii"))

    kafka = {pin.path.parts[-2] for pin in pins if pin.path.is_relative_to("org/apache/kafka")}
    assert kafka == {"4.3.0"}
    assert all(f":{version}" in jars.ENDPOINT for version in kafka)


def test_a_jar_with_the_pinned_content_has_no_fault(tmp_path):
    (tmp_path / "a.jar").write_bytes(b"good")

    assert jars.fault(pin("a.jar", b"good"), tmp_path) is None


def test_another_content_under_the_name_is_a_fault(tmp_path):
    (tmp_path / "a.jar").write_bytes(b"evil")

    assert "SHA-256" in str(jars.fault(pin("a.jar", b"good"), tmp_path))


def test_a_missing_jar_is_a_fault(tmp_path):
    assert "missing" in str(jars.fault(pin("a.jar", b"good"), tmp_path))


def test_a_pinned_jar_is_asked_for_by_its_maven_coordinates(tmp_path):
    artifact = pin("org/example/tool/1.2/tool-1.2.jar", b"").artifact(
        MavenContext(repo_cache=tmp_path)
    )

    assert (artifact.groupId, artifact.artifactId, artifact.version) == (
        "org.example",
        "tool",
        "1.2",
    )


def test_the_class_path_keeps_the_order_of_the_list(tmp_path):
    pins = [pin("b.jar", b"b"), pin("a.jar", b"a")]
    for name in ("a", "b"):
        (tmp_path / f"{name}.jar").write_text(name, encoding="ascii")
    listed = tmp_path / "list.sha256"
    listed.write_text(jars.render(pins), encoding="ascii")

    assert jars.class_path(tmp_path, listed) == f"{tmp_path}/b.jar:{tmp_path}/a.jar"


def test_a_jar_that_nobody_serves_as_pinned_stops_the_start_by_name(tmp_path):
    jar = "org/example/tool/1.2/tool-1.2.jar"
    listed = tmp_path / "list.sha256"
    listed.write_text(jars.render([pin(jar, b"good")]), encoding="ascii")

    def fetch(pins: Sequence[Pin], repository: Path) -> None:
        put(repository, jar, b"evil")

    with pytest.raises(SetupError, match=r"tool-1\.2\.jar: SHA-256 is"):
        jars.class_path(tmp_path, listed, fetch)


def test_a_damaged_jar_is_replaced_and_whole_ones_are_left_alone(tmp_path):
    listed = tmp_path / "list.sha256"
    pins = [pin("g/a/1/a-1.jar", b"whole"), pin("g/b/1/b-1.jar", b"good")]
    listed.write_text(jars.render(pins), encoding="ascii")
    put(tmp_path, "g/a/1/a-1.jar", b"whole")
    put(tmp_path, "g/b/1/b-1.jar", b"half of a dow")
    asked = []

    def fetch(pins: Sequence[Pin], repository: Path) -> None:
        asked.extend(pins)
        put(repository, "g/b/1/b-1.jar", b"good")

    jars.class_path(tmp_path, listed, fetch)

    assert asked == [pins[1]]
