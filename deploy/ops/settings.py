"""Where everything is: flag, else environment, else the project's file, else the user's."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from pydantic import BaseModel, ConfigDict, ValidationError

from chassis.settings import Kafka, MongoDb, Url, troubles
from contracts.topics import SERVICES
from ops.exits import usage

DEFAULTS: Final = {
    "kafka": "127.0.0.1:19092",
    "mongodb": "mongodb://127.0.0.1:27117/?replicaSet=esteira&directConnection=true",
    "erp_url": "https://app.omie.com.br/api/v1/",
    "secret_key": "",
    "capture_url": "http://127.0.0.1:8401",
    "validation_url": "http://127.0.0.1:8421",
    "erp_writer_url": "http://127.0.0.1:8422",
    "cancellation_url": "http://127.0.0.1:8423",
    "panel_url": "http://127.0.0.1:8400",
}
_PROJECT: Final = "demo.json"
_KEY_FILE: Final = "secret.key"


@dataclass(frozen=True, slots=True)
class Settings:
    """Addresses, and the key that opens credentials (empty where it is not known).

    `services` is where each one answers for its health; `data` is the folder of a belt that
    `make run` started here.
    """

    kafka: str
    mongodb: str
    erp_url: str
    secret_key: str
    services: Mapping[str, str] = field(default_factory=dict)
    data: Path | None = None

    @property
    def mongodb_hosts(self) -> str:
        """MongoDB's address without its password."""
        return self.mongodb.rpartition("@")[2].removeprefix("mongodb://").partition("/")[0]


class _Addresses(BaseModel):
    """What addresses look like."""

    model_config = ConfigDict(hide_input_in_errors=True)

    kafka: Kafka
    mongodb: MongoDb
    erp_url: Url
    capture_url: Url
    validation_url: Url
    erp_writer_url: Url
    cancellation_url: Url
    panel_url: Url


def read(flags: Mapping[str, str | None], environ: Mapping[str, str]) -> Settings:
    """What the command is to use; reads the files that there are. Raises Stop.

    The project's file is what `make run` writes, `demo.json` in ESTEIRA_DATA (`.esteira`), with
    the key in `secret.key` beside it; the user's is `esteira.json` in their configuration folder.
    The key is never a flag: others can read those.
    """
    data = Path(environ.get("ESTEIRA_DATA") or ".esteira")
    home = Path(environ.get("XDG_CONFIG_HOME") or Path.home() / ".config")
    project = _file(data / _PROJECT)
    if "erp_url" in project:
        project["erp_url"] = project["erp_url"].rstrip("/") + "/api/v1/"
    key = data / _KEY_FILE
    if key.is_file():
        project["secret_key"] = key.read_text("utf-8").strip()
    user = _file(home / "esteira.json")
    said = {name: environ.get(f"ESTEIRA_{name.upper()}") for name in DEFAULTS}
    if path := environ.get("ESTEIRA_SECRET_KEY_FILE"):
        said["secret_key"] = _text(Path(path))
    chosen = {
        name: flags.get(name) or said[name] or project.get(name) or user.get(name) or default
        for name, default in DEFAULTS.items()
    }
    try:
        _Addresses.model_validate(chosen)
    except ValidationError as error:
        raise usage("; ".join(troubles(error, _Addresses.model_fields, environ))) from None
    urls = {service: chosen.pop(f"{service.replace('-', '_')}_url") for service in SERVICES}
    return Settings(**chosen, services=urls, data=data if project else None)


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8").strip()
    except OSError as error:
        raise usage(f"ESTEIRA_SECRET_KEY_FILE: {error.strerror}: {path}") from None
    except UnicodeDecodeError:
        raise usage(f"ESTEIRA_SECRET_KEY_FILE: not a text file: {path}") from None


def _file(path: Path) -> dict[str, str]:
    if not path.is_file():
        return {}
    try:
        found = json.loads(path.read_text("utf-8"))
    except ValueError:
        raise usage(f"{path} is not JSON") from None
    return {name: text for name, text in found.items() if isinstance(text, str)}
