"""Codes against tokens, over HTTP."""

import asyncio
from dataclasses import dataclass, field
from typing import Final

import httpx
from pydantic import ValidationError

from chassis.patience import Unavailable
from panel.connecting.consent import Granted, TokenQuestion

DEADLINE_S: Final = 10.0
_WAITS: Final = frozenset({httpx.codes.REQUEST_TIMEOUT, httpx.codes.TOO_MANY_REQUESTS})


class CodeRefused(Exception):  # noqa: N818 - it names what happened
    """The channel gives no tokens for this code."""


@dataclass(frozen=True, slots=True)
class TokenDesk:
    """Asks token endpoints. Nothing of an answer is ever logged or quoted."""

    http: httpx.AsyncClient = field(repr=False)

    async def ask(self, question: TokenQuestion) -> Granted:
        """The tokens. Raises CodeRefused, and Unavailable where the channel did not answer."""
        try:
            async with asyncio.timeout(DEADLINE_S):
                answer = await self._post(question)
        except (httpx.HTTPError, TimeoutError) as error:
            raise Unavailable(f"token endpoint: {type(error).__name__}") from None
        if answer.is_client_error and answer.status_code not in _WAITS:
            raise CodeRefused
        if answer.status_code != httpx.codes.OK:
            raise Unavailable(f"token endpoint answered {answer.status_code}")
        try:
            return Granted.model_validate_json(answer.content)
        except ValidationError:
            raise CodeRefused from None

    async def _post(self, question: TokenQuestion) -> httpx.Response:
        headers, fields = {"Accept": "application/json"}, dict(question.fields)
        if question.as_json:
            return await self.http.post(question.url, json=fields, headers=headers)
        return await self.http.post(question.url, data=fields, headers=headers)
