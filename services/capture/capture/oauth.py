"""The token endpoints of channels: one request, one new pair of tokens. Source: RFC 6749, 5 and 6.

Mercado Livre and Shopify both answer as the standard says; what differs is the request, which a
channel builds.
"""

import asyncio
import re
from dataclasses import dataclass, field
from typing import Annotated, Any, Final

import httpx
import orjson
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from capture.channels.channel import TokenRequest, Unreachable

DEADLINE_S: Final = 10.0
"""For a whole answer. A renewal that takes longer counts as not answered."""
_WAITS: Final = frozenset({httpx.codes.REQUEST_TIMEOUT, httpx.codes.TOO_MANY_REQUESTS})
_CODE: Final = re.compile(r"[a-z_.]{1,60}")


class GrantRefused(Exception):  # noqa: N818 - it names what happened
    """The channel does not renew this grant; `error` is its code for why."""

    def __init__(self, error: str) -> None:
        super().__init__(error)
        self.error = error


class Granted(BaseModel):
    """A channel's answer. `expires_in` is in seconds; a missing refresh token stays as it was."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    access_token: Annotated[str, Field(min_length=1, repr=False)]
    refresh_token: Annotated[str, Field(repr=False)] = ""
    expires_in: Annotated[int, Field(gt=0, le=10**9)] | None = None


@dataclass(frozen=True, slots=True)
class TokenEndpoints:
    """Exchanges refresh tokens over HTTP."""

    http: httpx.AsyncClient = field(repr=False)

    async def renew(self, request: TokenRequest) -> Granted:
        """The new tokens. Raises GrantRefused, and Unreachable where it is not known."""
        try:
            async with asyncio.timeout(DEADLINE_S):
                response = await self.http.post(
                    request.url, data=dict(request.form), headers={"Accept": "application/json"}
                )
        except (httpx.HTTPError, TimeoutError) as error:
            raise Unreachable(f"token endpoint: {type(error).__name__}") from error
        status = response.status_code
        if response.is_client_error and status not in _WAITS:
            raise GrantRefused(_error_in(response.content) or str(status))
        if status != httpx.codes.OK:
            raise Unreachable(f"token endpoint answered {status}")
        try:
            return Granted.model_validate_json(response.content)
        except ValidationError:
            raise Unreachable("token endpoint: unreadable answer") from None


def _error_in(document: bytes) -> str:
    """The error's code, if there is one that is safe to log."""
    try:
        answer: Any = orjson.loads(document)
    except orjson.JSONDecodeError:
        return ""
    code = answer.get("error") if isinstance(answer, dict) else None
    return code if isinstance(code, str) and _CODE.fullmatch(code) else ""
