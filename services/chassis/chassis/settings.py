"""What every service reads from the environment, once, in its `main.py`."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Final, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
)

from chassis import store, vault

NOT_SET_UP: Final = 78
"""The exit code where the environment makes no sense: EX_CONFIG of sysexits.h."""
_PREFIX: Final = "ESTEIRA_"


def _key(given: SecretStr) -> SecretStr:
    vault.raw(given.get_secret_value())
    return given


def _mongodb(given: str) -> str:
    store.check(given)
    return given


Kafka = Annotated[
    str,
    Field(
        pattern=r"^(?:(?:^|,)(?:[^\s,:/\[\]]+|\[[0-9A-Fa-f:]+\])(?::[0-9]{1,5})?)+$",
        description="like host:9092, several with commas between",
    ),
]
MongoDb = Annotated[str, AfterValidator(_mongodb)]
Port = Annotated[int, Field(ge=1, lt=2**16)]
Url = Annotated[str, Field(pattern=r"^https?://[^\s{}]+$", description="an http or https address")]
ShopUrl = Annotated[
    str,
    Field(
        pattern=r"^https?://[^\s]*\{shop\}",
        description="an http or https address with {shop} for a shop's domain",
    ),
]
Level = Literal["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"]


class Files(EnvSettingsSource):
    """What stands in the file that `ESTEIRA_<NAME>_FILE` names, as containers mount secrets."""

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        """The file's text without the line's end. Raises ValueError where it cannot be read."""
        variable = f"{_variable(field_name)}_FILE"
        path = os.environ.get(variable)
        try:
            text = Path(path).read_text("utf-8").rstrip("\r\n") if path else None
        except OSError as error:
            raise ValueError(f"{variable}: {error.strerror}: {path}") from None
        except UnicodeDecodeError:
            raise ValueError(f"{variable}: not a text file: {path}") from None
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

    kafka: Kafka = "127.0.0.1:19092"
    mongodb: MongoDb = "mongodb://127.0.0.1:27117/?replicaSet=esteira&directConnection=true"
    secret_key: Annotated[SecretStr, AfterValidator(_key)] = Field(description=vault.KEY)
    instance: str = ""
    host: str = "127.0.0.1"
    log_level: Annotated[Level, BeforeValidator(str.upper)] = "INFO"

    @classmethod
    def from_environment(cls) -> Self:
        """What the environment says. Ends the process where that makes no sense: see NOT_SET_UP."""
        try:
            return cls()
        except (ValidationError, SettingsError) as error:
            for line in troubles(error, cls.model_fields, os.environ):
                sys.stderr.write(f"{line}\n")
            raise SystemExit(NOT_SET_UP) from None

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


def troubles(
    error: ValidationError | SettingsError,
    fields: Mapping[str, FieldInfo],
    environ: Mapping[str, str],
) -> list[str]:
    """A line for every variable that is wrong: its name and what is wanted, never its value."""
    if isinstance(error, SettingsError):
        return [str(error.__cause__ or error)]
    return [_trouble(one, fields, environ) for one in error.errors(include_input=False)]


def _trouble(one: ErrorDetails, fields: Mapping[str, FieldInfo], environ: Mapping[str, str]) -> str:
    name = str(one["loc"][0])
    variable, wanted = _variable(name), fields[name].description
    if one["type"] == "missing":
        return f"{variable} is not set: give {wanted}, or name a file with it in {variable}_FILE"
    from_file = variable not in environ and f"{variable}_FILE" in environ
    given = f"{variable}_FILE" if from_file else variable
    why = one["msg"].removeprefix("Value error, ").removeprefix("Input should be ")
    return f"{given} must be {wanted or why}"


def _variable(field: str) -> str:
    return f"{_PREFIX}{field.upper()}"
