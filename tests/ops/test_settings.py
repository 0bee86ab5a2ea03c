import json
from pathlib import Path

import pytest

from contracts.topics import SERVICES
from ops.exits import Exit, Stop
from ops.settings import DEFAULTS, read


def environ(home: Path, **more: str) -> dict[str, str]:
    return {"ESTEIRA_DATA": str(home / ".esteira"), "XDG_CONFIG_HOME": str(home)} | more


def project(home: Path, **said: str) -> None:
    (home / ".esteira").mkdir(exist_ok=True)
    (home / ".esteira" / "demo.json").write_text(json.dumps(said))


def test_nothing_said_is_the_machine_s_own_belt(tmp_path: Path):
    assert read({}, environ(tmp_path)).kafka == DEFAULTS["kafka"]


def test_a_flag_wins_over_the_environment_and_that_over_files(tmp_path: Path):
    (tmp_path / "esteira.json").write_text('{"kafka": "user:1", "mongodb": "user:1"}')
    assert read({}, environ(tmp_path)).kafka == "user:1"

    project(tmp_path, kafka="project:1")
    assert read({}, environ(tmp_path)).kafka == "project:1"
    assert read({}, environ(tmp_path)).mongodb == "user:1"

    told = environ(tmp_path, ESTEIRA_KAFKA="environment:1")
    assert read({}, told).kafka == "environment:1"
    assert read({"kafka": "flag:1"}, told).kafka == "flag:1"


def test_the_key_comes_from_a_file_and_the_erp_s_root_gets_its_path(tmp_path: Path):
    project(tmp_path, erp_url="http://127.0.0.1:8411")
    (tmp_path / ".esteira" / "secret.key").write_text("a-key\n")

    found = read({}, environ(tmp_path))

    assert (found.secret_key, found.erp_url) == ("a-key", "http://127.0.0.1:8411/api/v1/")
    other = tmp_path / "other.key"
    other.write_text("another")
    told = environ(tmp_path, ESTEIRA_SECRET_KEY_FILE=str(other))
    assert read({}, told).secret_key == "another"


def test_a_file_that_is_no_json_is_told_by_its_name(tmp_path: Path):
    (tmp_path / "esteira.json").write_text("kafka: here")

    with pytest.raises(Stop, match=r"esteira\.json") as stop:
        read({}, environ(tmp_path))

    assert stop.value.code is Exit.USAGE


def test_a_service_is_found_where_make_run_put_it(tmp_path: Path):
    assert read({}, environ(tmp_path)).services["erp-writer"] == DEFAULTS["erp_writer_url"]
    assert read({}, environ(tmp_path)).data is None

    project(tmp_path, erp_writer_url="http://127.0.0.1:9")
    found = read({}, environ(tmp_path))

    assert list(found.services) == list(SERVICES)
    assert found.services["erp-writer"] == "http://127.0.0.1:9"
    assert found.data == tmp_path / ".esteira"


def test_the_database_is_named_without_its_password(tmp_path: Path):
    told = environ(tmp_path, ESTEIRA_MONGODB="mongodb://ana:hidden@db1:27017,db2:27017/?w=1")

    assert read({}, told).mongodb_hosts == "db1:27017,db2:27017"


def test_a_key_s_file_that_cannot_be_read_is_told_by_its_name(tmp_path: Path):
    with pytest.raises(Stop, match=r"nowhere\.key") as stop:
        read({}, environ(tmp_path, ESTEIRA_SECRET_KEY_FILE="nowhere.key"))

    assert stop.value.code is Exit.USAGE


@pytest.mark.parametrize(
    ("variable", "text"),
    [
        ("ESTEIRA_MONGODB", "mongodb://user:hush@hush@host"),
        ("ESTEIRA_KAFKA", "kafka://hush"),
        ("ESTEIRA_PANEL_URL", "hush"),
    ],
)
def test_an_address_that_is_none_is_told_by_its_variable_and_not_quoted(
    tmp_path: Path, variable: str, text: str
):
    with pytest.raises(Stop, match=f"{variable} must be ") as stop:
        read({}, environ(tmp_path, **{variable: text}))

    assert stop.value.code is Exit.USAGE
    assert "hush" not in str(stop.value)


def test_a_key_file_that_is_no_text_is_told_by_its_name(tmp_path: Path):
    path = tmp_path / "binary.key"
    path.write_bytes(b"\xff" * 32)

    with pytest.raises(Stop, match="ESTEIRA_SECRET_KEY_FILE: not a text file"):
        read({}, environ(tmp_path, ESTEIRA_SECRET_KEY_FILE=str(path)))
