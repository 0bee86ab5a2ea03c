"""What the sandbox reads from its environment."""

from pathlib import Path
from typing import Annotated, Any

import orjson
from pydantic import BaseModel, ConfigDict, Field, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from sandbox.channels.channel import Store


class ErpAccount(BaseModel):
    """The keys of the one company that the sandbox ERP is seeded with."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    app_key: str
    app_secret: str


class Seed(BaseModel):
    """What is there from the start; `erp` None seeds no company."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    erp: ErpAccount | None = None
    stores: tuple[Store, ...] = ()


class Settings(BaseSettings):
    """Prefix `ESTEIRA_SANDBOX_`; `seed` is JSON, or the path of a file that holds it.

    Without `ESTEIRA_SANDBOX_DATA` the data lives in `sandbox` under `ESTEIRA_DATA`.
    """

    model_config = SettingsConfigDict(
        env_prefix="ESTEIRA_SANDBOX_", frozen=True, hide_input_in_errors=True
    )

    host: str = "127.0.0.1"
    erp_port: int = 8411
    channels_port: int = 8412
    esteira_data: Path = Field(default=Path(".esteira"), validation_alias="ESTEIRA_DATA")
    own_data: Path | None = Field(default=None, validation_alias="ESTEIRA_SANDBOX_DATA")
    seed: Annotated[Seed, NoDecode] = Seed()

    @field_validator("seed", mode="before")
    @classmethod
    def _read(cls, given: Any) -> Any:
        if not isinstance(given, str):
            return given
        inline = given.lstrip().startswith("{")
        return orjson.loads(given if inline else Path(given).read_bytes())

    @property
    def data(self) -> Path:
        """Where both halves keep what must survive a restart."""
        return self.own_data or self.esteira_data / "sandbox"
