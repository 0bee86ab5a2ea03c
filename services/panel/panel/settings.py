"""What the panel reads from the environment."""

from pydantic import SecretStr

from chassis import settings


class Settings(settings.Settings):
    """Beside the common settings: the panel's port, its one login, and the API's token.

    Without a user and a password nobody logs in; without a token the API answers nobody.
    """

    panel_port: int = 8400
    panel_user: str = ""
    panel_password: SecretStr = SecretStr("")
    panel_token: SecretStr | None = None
