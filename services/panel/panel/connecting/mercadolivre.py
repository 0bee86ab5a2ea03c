"""Mercado Livre: an authorization code with PKCE, tokens of six hours, refresh tokens of one use.

Pure. Source: developers.mercadolivre.com.br, "Autenticação e autorização", 2025-12. Only the owner
of an account may let an app in; who merely works there is sent back with an error.
"""

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from panel.connecting.consent import Errand, Granted, TokenQuestion


@dataclass(frozen=True, slots=True)
class MercadoLivre:
    """See Consent. `auth_url` is where sellers say yes, `url` the API's root."""

    auth_url: str
    url: str

    def address(self, errand: Errand) -> str:
        """See Consent."""
        asked = {
            "response_type": "code",
            "client_id": errand.app.client_id,
            "redirect_uri": errand.redirect_url,
            "state": errand.state,
            "code_challenge": challenge(errand.verifier),
            "code_challenge_method": "S256",
        }
        return f"{self.auth_url.rstrip('/')}/authorization?{urlencode(asked)}"

    def check(self, errand: Errand, told: Mapping[str, str], now: datetime) -> None:
        """See Consent: the verifier is what proves the way back."""

    def question(self, errand: Errand, code: str) -> TokenQuestion:
        """See Consent."""
        return TokenQuestion(
            url=f"{self.url.rstrip('/')}/oauth/token",
            fields={
                "grant_type": "authorization_code",
                "client_id": errand.app.client_id,
                "client_secret": errand.app.client_secret,
                "code": code,
                "redirect_uri": errand.redirect_url,
                "code_verifier": errand.verifier,
            },
        )

    def domain(self, errand: Errand, granted: Granted) -> str:  # noqa: ARG002 - the answer says it
        """See Consent: `user_id` is the seller's number."""
        return granted.user_id


def challenge(verifier: str) -> str:
    """What is told of a verifier beforehand (S256)."""
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
