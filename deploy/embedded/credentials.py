"""The secrets of an installation and of its demo: made once per data folder, never shipped."""

import base64
import json
import secrets
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final, Self

from embedded import private

APP_KEY: Final = "4107733109921"
"""The demo's ERP account; not a secret."""

_KEY_BYTES: Final = 32


@dataclass(frozen=True, slots=True)
class Credentials:
    """Who may do what in the demo: the panel's login and API token, the ERP's and the stores' keys.

    `access_token` and `webhook_secret` are Shopify's. A channel's secret is that of our app there.
    """

    panel_user: str
    panel_password: str
    panel_token: str
    app_key: str
    app_secret: str
    access_token: str
    webhook_secret: str
    nuvemshop_token: str
    nuvemshop_secret: str
    mercadolivre_token: str
    mercadolivre_refresh_token: str
    mercadolivre_secret: str

    @classmethod
    def new(cls) -> Self:
        """Fresh ones."""
        return cls(
            panel_user="demo",
            panel_password=secrets.token_urlsafe(12),
            panel_token=f"est_{secrets.token_urlsafe(32)}",
            app_key=APP_KEY,
            app_secret=secrets.token_hex(16),
            access_token=f"shpat_{secrets.token_hex(16)}",
            webhook_secret=secrets.token_hex(32),
            nuvemshop_token=secrets.token_hex(20),
            nuvemshop_secret=secrets.token_hex(32),
            mercadolivre_token=f"APP_USR-{secrets.token_hex(16)}",
            mercadolivre_refresh_token=f"TG-{secrets.token_hex(16)}",
            mercadolivre_secret=secrets.token_hex(16),
        )


def of(data: Path) -> Credentials:
    """The demo's credentials of a data folder; the first call makes them.

    A folder of an earlier version keeps those it has and gets the others.
    """
    path = data / "demo-credentials.json"
    kept = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    known = asdict(Credentials.new()) | kept
    if known != kept:
        private.write(path, json.dumps(known, indent=2) + "\n")
    return Credentials(**known)


def secret_key(data: Path) -> str:
    """The key that seals credentials (base64 of 32 bytes); the first call makes it."""
    path = data / "secret.key"
    if not path.exists():
        private.write(path, base64.b64encode(secrets.token_bytes(_KEY_BYTES)).decode() + "\n")
    return path.read_text(encoding="ascii").strip()
