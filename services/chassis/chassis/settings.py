"""What every service reads from the environment, once, in its `main.py`."""

from pydantic import SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Addresses and the installation's key. Each service adds its own beside these.

    `secret_key` is 32 bytes in base64: it opens the sealed credentials. `instance` names a process
    among those of its service (`1`, a pod's name that survives it): a process that comes back
    under the same name goes on with its partitions at once.
    """

    model_config = SettingsConfigDict(
        env_prefix="ESTEIRA_", frozen=True, extra="ignore", hide_input_in_errors=True
    )

    kafka: str = "127.0.0.1:19092"
    mongodb: str = "mongodb://127.0.0.1:27117/?replicaSet=esteira&directConnection=true"
    secret_key: SecretStr
    instance: str = ""
    host: str = "127.0.0.1"
    log_level: str = "INFO"
