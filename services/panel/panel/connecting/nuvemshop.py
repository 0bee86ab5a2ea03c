"""Nuvemshop: an authorization code that dies quickly, and a token that never ends. Pure.

Source: the platform's page on authentication. Where the browser comes back to is registered with
the app and not part of the question; nothing but `state` guards the way back.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from panel.connecting.consent import Errand, Granted, TokenQuestion


@dataclass(frozen=True, slots=True)
class Nuvemshop:
    """See Consent. `auth_url` is the root of the addresses that let apps in."""

    auth_url: str

    def address(self, errand: Errand) -> str:
        """See Consent."""
        asked = urlencode({"state": errand.state})
        return f"{self.auth_url.rstrip('/')}/apps/{errand.app.client_id}/authorize?{asked}"

    def check(self, errand: Errand, told: Mapping[str, str], now: datetime) -> None:
        """See Consent: there is nothing to check but `state`."""

    def question(self, errand: Errand, code: str) -> TokenQuestion:
        """See Consent."""
        return TokenQuestion(
            url=f"{self.auth_url.rstrip('/')}/apps/authorize/token",
            fields={
                "client_id": errand.app.client_id,
                "client_secret": errand.app.client_secret,
                "grant_type": "authorization_code",
                "code": code,
            },
            as_json=True,
        )

    def domain(self, errand: Errand, granted: Granted) -> str:  # noqa: ARG002 - the answer says it
        """See Consent: `user_id` is the store's number."""
        return granted.user_id
