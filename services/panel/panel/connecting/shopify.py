"""Shopify: the authorization code grant, with offline tokens that expire and are renewed. Pure.

Source: shopify.dev, "Authorization code grant" and "Use expiring offline access tokens". The
callback is signed: `hmac` is HMAC-SHA256 in hex over the other parameters, sorted and joined.
"""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlencode

from panel.connecting.consent import Errand, Granted, TokenQuestion, Untrue

SCOPES: Final = "read_orders,read_products"
OLDEST: Final = timedelta(hours=1)
"""A callback may be as old as this, by its own timestamp."""


@dataclass(frozen=True, slots=True)
class Shopify:
    """See Consent. `url` is where a shop's admin is, with `{shop}` for its domain."""

    url: str

    def address(self, errand: Errand) -> str:
        """See Consent."""
        asked = {
            "client_id": errand.app.client_id,
            "scope": SCOPES,
            "redirect_uri": errand.redirect_url,
            "state": errand.state,
        }
        return f"{self._admin(errand)}/oauth/authorize?{urlencode(asked)}"

    def check(self, errand: Errand, told: Mapping[str, str], now: datetime) -> None:
        """See Consent: the signature, the shop that was asked, and the age."""
        line = "&".join(f"{name}={told[name]}" for name in sorted(told) if name != "hmac")
        wanted = hmac.digest(errand.app.client_secret.encode(), line.encode(), hashlib.sha256).hex()
        if not hmac.compare_digest(wanted.encode(), told.get("hmac", "").encode()):
            raise Untrue("the signature is wrong")
        if told.get("shop") != errand.domain:
            raise Untrue("it is of another shop")
        stamp = told.get("timestamp", "")
        if not (stamp.isascii() and stamp.isdigit()):
            raise Untrue("it has no time")
        if abs(now.timestamp() - int(stamp)) > OLDEST.total_seconds():
            raise Untrue("it is too old")

    def question(self, errand: Errand, code: str) -> TokenQuestion:
        """See Consent."""
        return TokenQuestion(
            url=f"{self._admin(errand)}/oauth/access_token",
            fields={
                "client_id": errand.app.client_id,
                "client_secret": errand.app.client_secret,
                "code": code,
                "expiring": "1",
            },
        )

    def domain(self, errand: Errand, granted: Granted) -> str:  # noqa: ARG002 - it was asked for
        """See Consent."""
        return errand.domain

    def _admin(self, errand: Errand) -> str:
        return f"{self.url.replace('{shop}', errand.domain)}/admin"
