"""What the panel reads from the environment."""

from pydantic import SecretStr

from chassis import settings


class Settings(settings.Settings):
    """Beside the common settings: the panel's port, a built-in login, and the API's token.

    `panel_user` and `panel_password` make an administrator who is in no database, for a demo;
    without both there is none. Without a token the API answers nobody. `panel_url` is how people
    reach the panel: the links that the command line prints begin with it.
    """

    panel_port: int = 8400
    panel_url: str = "http://127.0.0.1:8400"
    panel_user: str = ""
    panel_password: SecretStr = SecretStr("")
    panel_token: SecretStr | None = None
