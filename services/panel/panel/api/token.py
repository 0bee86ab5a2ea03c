"""Who may use the API: whoever has the token. Everything is closed but the document about it."""

import secrets
from collections.abc import Callable
from typing import Final

from pydantic import SecretStr
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from panel.api import problems

OPEN: Final = frozenset({"/openapi.json"})


class Guard:
    """Lets a request through when it brings the token and the service is ready for it."""

    def __init__(self, app: ASGIApp, token: SecretStr | None, ready: Callable[[], bool]) -> None:
        self._app = app
        self._token = token
        self._ready = ready

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        answer: ASGIApp = self._app
        here = scope["path"].removeprefix(scope.get("root_path", ""))
        if here not in OPEN:
            if not self._knows(Headers(scope=scope).get("authorization", "")):
                answer = problems.problem(
                    401,
                    "Send the header `Authorization: Bearer <the panel's token>`.",
                    headers={"WWW-Authenticate": "Bearer"},
                )
            elif not self._ready():
                answer = problems.unavailable()
        await answer(scope, receive, send)

    def _knows(self, authorization: str) -> bool:
        scheme, _, given = authorization.partition(" ")
        token = self._token.get_secret_value() if self._token else ""
        if not token or scheme.lower() != "bearer":
            return False
        return secrets.compare_digest(given.strip().encode(), token.encode())
