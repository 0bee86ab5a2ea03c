"""/oauth/token: codes and refresh tokens against access tokens of six hours.

A refresh token works once, and only the newest one does.
"""

import hmac
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime
from urllib.parse import parse_qsl

import orjson

from sandbox.channels.channel import Store, TokenRules
from sandbox.channels.grants import ACCESS, CODE, REFRESH, Grants
from sandbox.channels.mercadolivre.answer import Answer, error
from sandbox.channels.mercadolivre.sale import seller_id

ACCESS_LIFE = 21_600.0
TOKENS = TokenRules(
    code_life=600.0, access_life=ACCESS_LIFE, refresh_life=180 * 86_400.0
)  # six hours and six months are published, the code's life is not

_SPENT = "authorization_code", "refresh_token"
_MESSAGE = (
    "Error validating grant. Your authorization code or refresh token may be expired "
    "or it was already used"
)


def parameters(body: bytes) -> Mapping[str, str]:
    """What was posted, as a form or as JSON."""
    if body.lstrip().startswith(b"{"):
        try:
            return {str(name): str(value) for name, value in orjson.loads(body).items()}
        except orjson.JSONDecodeError:
            return {}
    return dict(parse_qsl(body.decode(errors="replace")))


def spent(given: Mapping[str, str]) -> tuple[str, str]:
    """The token that is to be exchanged, and its kind."""
    if given.get("grant_type") == "refresh_token":
        return given.get("refresh_token", ""), REFRESH
    return given.get("code", ""), CODE


def token(given: Mapping[str, str], grants: Grants, now: float) -> tuple[Store | None, Answer]:
    """The answer, and the store that let the app in where it was a good code or token."""
    if given.get("grant_type") not in _SPENT:
        return None, error(400, "unsupported_grant_type", "unsupported grant type")
    old, kind = spent(given)
    if not old or not given.get("client_id") or not given.get("client_secret"):
        return None, error(400, "invalid_request", "a required parameter is missing")
    owner = grants.holder(old, kind, now)
    if owner is None:
        return None, invalid_grant()
    if not _is_app(given, owner):
        return None, error(400, "invalid_client", "invalid client_id or client_secret.")
    new = {ACCESS: _access(owner, now), REFRESH: _refresh(owner)}
    if grants.exchange(old, kind, new, now) is None:
        return None, invalid_grant()
    return owner, Answer(
        {
            "access_token": new[ACCESS],
            "token_type": "Bearer",
            "expires_in": int(ACCESS_LIFE),
            "scope": "offline_access read write",
            "user_id": seller_id(owner),
            "refresh_token": new[REFRESH],
        }
    )


def invalid_grant() -> Answer:
    """The refusal of a code or refresh token.

    The text stands under two names: documents show one, integrators' logs the other.
    """
    body = {"error_description": _MESSAGE, "message": _MESSAGE, "error": "invalid_grant"}
    return Answer({**body, "status": 400, "cause": []}, 400)


def _is_app(given: Mapping[str, str], store: Store) -> bool:
    secret = given["client_secret"].encode()
    return given["client_id"] == store.client_id and hmac.compare_digest(
        secret, store.webhook_secret.encode()
    )


def _access(store: Store, now: float) -> str:
    hour = datetime.fromtimestamp(now, UTC).strftime("%m%d%H")
    return f"APP_USR-{store.client_id}-{hour}-{secrets.token_hex(16)}-{store.shop_domain}"


def _refresh(store: Store) -> str:
    return f"TG-{secrets.token_hex(12)}-{store.shop_domain}"
