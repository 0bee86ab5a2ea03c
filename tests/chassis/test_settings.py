"""Secrets come from variables, or from files that variables name."""

from pathlib import Path

import pytest
from pydantic_settings import SettingsError

from chassis.settings import Settings

KEY = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="


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
    monkeypatch.setenv("ESTEIRA_SECRET_KEY", "another")

    assert Settings().secret_key.get_secret_value() == "another"


def test_a_file_that_is_not_there_stops_the_service_and_says_whose_it_is(mounted: Path) -> None:
    mounted.unlink()

    with pytest.raises(SettingsError, match="secret_key"):
        Settings()
