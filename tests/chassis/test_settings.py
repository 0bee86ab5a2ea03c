"""Secrets come from variables, or from files that variables name; what is wrong is told by name."""

import contextlib
import importlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from chassis.settings import NOT_SET_UP, Kafka, MongoDb, Settings
from contracts.topics import SERVICES
from panel.command_line import Addresses

KEY = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="
OTHER = "OTg3NjU0MzIxMDk4NzY1NDMyMTA5ODc2NTQzMjEwOTg="


@pytest.fixture
def mounted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A secret as a container mounts it."""
    path = tmp_path / "secret"
    path.write_text(f"{KEY}\n", "utf-8")
    monkeypatch.delenv("ESTEIRA_SECRET_KEY", raising=False)
    monkeypatch.setenv("ESTEIRA_SECRET_KEY_FILE", str(path))
    return path


def test_a_secret_is_read_from_the_file_that_its_variable_names(mounted: Path) -> None:
    settings = Settings()

    assert settings.secret_key.get_secret_value() == KEY
    assert KEY not in repr(settings)


def test_the_variable_itself_wins(mounted: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ESTEIRA_SECRET_KEY", OTHER)

    assert Settings().secret_key.get_secret_value() == OTHER


SETTINGS = [
    importlib.import_module(f"{service.replace('-', '_')}.settings").Settings
    for service in SERVICES
]


def complaint(of: type[Settings], capsys: pytest.CaptureFixture[str]) -> str:
    """What a process says that does not start for it."""
    with pytest.raises(SystemExit) as stop:
        of.from_environment()
    assert stop.value.code == NOT_SET_UP
    said = capsys.readouterr()
    assert not said.out
    return said.err


@pytest.mark.parametrize("of", SETTINGS)
def test_a_service_without_its_key_says_which_variable_it_wants(
    of: type[Settings], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("ESTEIRA_SECRET_KEY", raising=False)

    [line] = complaint(of, capsys).splitlines()

    assert line.startswith("ESTEIRA_SECRET_KEY is not set: give 32 bytes in base64")
    assert "ESTEIRA_SECRET_KEY_FILE" in line


@pytest.mark.parametrize("of", SETTINGS)
def test_every_wrong_variable_is_named_on_a_line_of_its_own_and_none_is_quoted(
    of: type[Settings], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    wrong = {"ESTEIRA_SECRET_KEY": "hush-hush", "ESTEIRA_LOG_LEVEL": "hush-hush"}
    wrong |= {"ESTEIRA_KAFKA": "kafka://hush-hush:x", "ESTEIRA_MONGODB": "mongodb://u:hush-hush@@"}
    kinds = {
        f"ESTEIRA_{name.upper()}": "-1" if name.endswith(("_port", "_s", "_minutes")) else "hush"
        for name, field in of.model_fields.items()
        if field.annotation is int or name.endswith("_url")
    }
    for name, text in (kinds | wrong).items():
        monkeypatch.setenv(name, text)

    lines = complaint(of, capsys).splitlines()

    assert {line.split()[0] for line in lines} == kinds.keys() | wrong.keys()
    assert all(line.split()[1:3] == ["must", "be"] for line in lines)
    assert "hush" not in "".join(lines)


def test_a_key_file_that_is_not_there_is_told_by_its_variable(
    mounted: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    mounted.unlink()

    assert complaint(Settings, capsys).startswith("ESTEIRA_SECRET_KEY_FILE: No such file")


@pytest.mark.parametrize(
    "held", [b"too short", b"", b"\xff" * 32, b"MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5"]
)
def test_a_file_that_holds_no_key_is_told_by_its_variable(
    mounted: Path, held: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    mounted.write_bytes(held)

    said = complaint(Settings, capsys)

    assert said.startswith("ESTEIRA_SECRET_KEY_FILE")
    assert "too short" not in said


def test_what_needs_no_key_is_not_asked_for_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ESTEIRA_SECRET_KEY", raising=False)

    assert Addresses.from_environment().secret_key.get_secret_value() == ""


@pytest.mark.parametrize(
    "address", ["kafka:9092", "a:9092,b:9092", "broker-0.kafka.svc", "[::1]:9092", "127.0.0.1:1"]
)
def test_what_kafka_listens_on_is_taken(address: str) -> None:
    assert TypeAdapter(Kafka).validate_python(address) == address


@pytest.mark.parametrize(
    "address",
    [
        "mongodb://127.0.0.1:27117/?replicaSet=esteira&directConnection=true",
        "mongodb://user:p%40ss@a:1,b:2/?replicaSet=x&tls=true",
        "mongodb+srv://user:pass@cluster.example.com/",
        "localhost:27017",
    ],
)
def test_what_mongodb_answers_at_is_taken(address: str) -> None:
    assert TypeAdapter(MongoDb).validate_python(address) == address


@given(st.text())
def test_no_address_breaks_the_look_at_it(text: str) -> None:
    for shape in (TypeAdapter[str](Kafka), TypeAdapter[str](MongoDb)):
        with contextlib.suppress(ValidationError):
            assert shape.validate_python(text) == text
