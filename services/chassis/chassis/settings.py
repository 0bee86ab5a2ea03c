"""What every service reads from the environment, once, in its `main.py`."""

import os
from pathlib import Path
from typing import Any, Final

from pydantic import SecretStr
from pydantic.fields import FieldInfo
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

_PREFIX: Final = "ESTEIRA_"


class Files(EnvSettingsSource):
    """What stands in the file that `ESTEIRA_<NAME>_FILE` names, as containers mount secrets."""

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        """The file's text without the line's end. Raises OSError where it cannot be read."""
        path = os.environ.get(f"{_PREFIX}{field_name.upper()}_FILE")
        text = Path(path).read_text("utf-8").rstrip("\r\n") if path else None
        return text, field_name, self.field_is_complex(field)


class Settings(BaseSettings):
    """Addresses and the installation's key. Each service adds its own beside these.

    Each is read from its variable, or from the file that the variable with `_FILE` behind it names.

    `secret_key` is 32 bytes in base64: it opens the sealed credentials. `instance` names a process
    among those of its service (`1`, a pod's name that survives it): a process that comes back
    under the same name goes on with its partitions at once.
    """

    model_config = SettingsConfigDict(
        env_prefix=_PREFIX, frozen=True, extra="ignore", hide_input_in_errors=True
    )

    kafka: str = "127.0.0.1:19092"
    mongodb: str = "mongodb://127.0.0.1:27117/?replicaSet=esteira&directConnection=true"
    secret_key: SecretStr
    instance: str = ""
    host: str = "127.0.0.1"
    log_level: str = "INFO"

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """A variable wins over its file."""
        files = Files(settings_cls)
        return init_settings, env_settings, files, dotenv_settings, file_secret_settings
