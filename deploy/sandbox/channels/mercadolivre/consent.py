"""/authorization: a seller lets the app in; the code goes to the address the app registered.

Source: developers.mercadolivre.com.br, "Autenticação e autorização": the address must be the
registered one to the letter; with PKCE the code is only good with the verifier of its challenge.
"""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from sandbox.channels.archive import Archive
from sandbox.channels.channel import Store
from sandbox.channels.consent import ANSWER, NO, Consent, page, sent_back, wrong
from sandbox.channels.grants import Grants
from sandbox.channels.mercadolivre.oauth import TOKENS


class Authorization:
    """The page, and what it remembers of each code."""

    def __init__(self, archive: Archive, grants: Grants, channel: str) -> None:
        self._archive = archive
        self._grants = grants
        self._channel = channel

    def answer(self, request: Request, now: float) -> Response:
        """Ask, or send the seller back with what they answered."""
        asked = request.query_params
        app, address = asked.get("client_id", ""), asked.get("redirect_uri", "")
        sellers = {s.id: s for s in self._sellers(app)}
        if not sellers or asked.get("response_type") != "code":
            return wrong(request, "O aplicativo não existe, ou pediu algo que não há.")
        if not address or any(s.redirect_url not in {"", address} for s in sellers.values()):
            return wrong(request, "O endereço de retorno não é o que o aplicativo registrou.")
        answer = asked.get(ANSWER, "")
        if answer == NO:
            return sent_back(address, {"error": "access_denied", "state": asked.get("state", "")})
        if answer not in sellers:
            shops = [(s.id, f"{s.id} (vendedor {s.shop_domain})") for s in sellers.values()]
            return page(request, Consent("Mercado Livre", app, shops))
        code = self._grants.code(sellers[answer], TOKENS, now)
        self._archive.write_note(_key(code), {"redirect_uri": address, **_challenge(asked)})
        return sent_back(address, {"code": code, "state": asked.get("state", "")})

    def fits(self, given: Mapping[str, str]) -> bool:
        """Whether what is posted with a code is what the code was asked with."""
        asked: dict[str, Any] | None = self._archive.note(_key(given.get("code", "")))
        if asked is None:
            return True
        if given.get("redirect_uri") != asked["redirect_uri"]:
            return False
        verifier = given.get("code_verifier", "")
        if asked.get("method") == "S256":
            digest = hashlib.sha256(verifier.encode()).digest()
            verifier = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        return hmac.compare_digest(verifier, asked.get("challenge", ""))

    def _sellers(self, app: str) -> list[Store]:
        stores = self._archive.stores()
        return [s for s in stores if s.channel == self._channel and s.client_id == app]


def _challenge(asked: Mapping[str, str]) -> dict[str, str]:
    if "code_challenge" not in asked:
        return {}
    return {
        "challenge": asked["code_challenge"],
        "method": asked.get("code_challenge_method", "plain"),
    }


def _key(code: str) -> str:
    return f"authorization of {code}"
