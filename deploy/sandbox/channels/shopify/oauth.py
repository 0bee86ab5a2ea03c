"""Shopify's tokens: a code against an offline token, one that lives for ever or one that expires.

Source: shopify.dev, offline access tokens, and the changelog entries of 10/12/2025 (expiry and
refresh) and 28/08/2026 (the refresh token just used works until its successor is used). How long a
refresh token lives is unconfirmed, so it is told; so are the words of refusals, kept in `_refused`.
"""

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import parse_qsl, urlencode, urlsplit

import orjson

from sandbox.channels.channel import Document, Store, TokenRules
from sandbox.channels.grants import ACCESS, CODE, REFRESH, Grants

EXPIRES_IN = 3600
REFRESH_EXPIRES_IN = 90 * 86_400
TOKENS = TokenRules(code_life=60.0)
"""A classic offline token lives until the app is removed; the life of a code is not published."""
EXPIRING = replace(
    TOKENS, access_life=float(EXPIRES_IN), refresh_life=float(REFRESH_EXPIRES_IN), lenient=True
)


def parameters(body: bytes) -> Mapping[str, str]:
    """What was posted, as JSON or as a form."""
    if body.lstrip().startswith(b"{"):
        try:
            return {str(name): str(value) for name, value in orjson.loads(body).items()}
        except orjson.JSONDecodeError:
            return {}
    return dict(parse_qsl(body.decode(errors="replace")))


def token(
    given: Mapping[str, str], store: Store, grants: Grants, now: float
) -> tuple[Document, int]:
    """The answer of the token endpoint, and its status."""
    if not is_app(given, store):
        return _refused("invalid_client", "the app's id or secret is wrong"), 400
    refreshing = given.get("grant_type") == "refresh_token"
    old = given.get("refresh_token" if refreshing else "code", "")
    kind = REFRESH if refreshing else CODE
    holder = grants.holder(old, kind, now)
    if holder is None or holder.id != store.id:
        return _refused("invalid_request", "the code or refresh token is not good any more"), 400
    expiring = refreshing or given.get("expiring") in {"1", "true", "True"}
    new = {ACCESS: f"shpat_{secrets.token_hex(16)}"}
    if expiring:
        new[REFRESH] = f"shprt_{secrets.token_hex(16)}"
    grants.exchange(old, kind, new, now, EXPIRING if expiring else TOKENS)
    answer: Document = {"access_token": new[ACCESS], "scope": store.scopes}
    if expiring:
        answer |= {
            "expires_in": EXPIRES_IN,
            "refresh_token": new[REFRESH],
            "refresh_token_expires_in": REFRESH_EXPIRES_IN,
        }
    return answer, 200


def is_app(given: Mapping[str, str], store: Store) -> bool:
    """Whether the id and the secret are those of the store's app."""
    secret = given.get("client_secret", "").encode()
    return given.get("client_id") == store.client_id and hmac.compare_digest(
        secret, store.webhook_secret.encode()
    )


def callback(redirect_uri: str, state: str, store: Store, code: str, now: float) -> str | None:
    """Where the merchant's browser is sent once the app is let in; None for a useless address.

    `hmac` is in hex, over the other parameters sorted and joined as in a query.
    """
    if urlsplit(redirect_uri).scheme not in {"http", "https"}:
        return None
    told = {"code": code, "shop": store.shop_domain, "state": state, "timestamp": f"{now:.0f}"}
    line = "&".join(f"{name}={told[name]}" for name in sorted(told))
    digest = hmac.new(store.webhook_secret.encode(), line.encode(), hashlib.sha256).hexdigest()
    return f"{redirect_uri}?{urlencode(told | {'hmac': digest})}"


def _refused(error: str, text: str) -> Document:
    return {"error": error, "error_description": text}
