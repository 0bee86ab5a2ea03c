"""Who uses the API: whoever brings a token, the installation's or a user's.

Everything is closed but the document about it.
"""

import secrets
from collections.abc import Callable
from typing import Final

from pydantic import SecretStr
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from chassis.patience import Unavailable
from panel.access import Access
from panel.api import problems
from panel.api.rights import INSTALLATION
from panel.api_tokens import ApiTokens

OPEN: Final = frozenset({"/openapi.json"})


class Guard:
    """Lets a request through when it brings a token and the service is ready for it."""

    def __init__(
        self,
        app: ASGIApp,
        token: SecretStr | None,
        tokens: ApiTokens,
        ready: Callable[[], bool],
    ) -> None:
        self._app = app
        self._token = token
        self._tokens = tokens
        self._ready = ready

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        answer: ASGIApp = self._app
        here = scope["path"].removeprefix(scope.get("root_path", ""))
        if here not in OPEN:
            try:
                access = await self._access(Headers(scope=scope).get("authorization", ""))
            except Unavailable:
                await problems.unavailable()(scope, receive, send)
                return
            scope["access"] = access
            if access is None:
                answer = problems.problem(
                    401,
                    "Send the header `Authorization: Bearer <token>`. You make one in the panel,"
                    " under Minha conta > Tokens de API.",
                    headers={"WWW-Authenticate": "Bearer"},
                )
            elif not self._ready():
                answer = problems.unavailable()
        await answer(scope, receive, send)

    async def _access(self, authorization: str) -> Access | None:
        scheme, _, given = authorization.partition(" ")
        if scheme.lower() != "bearer":
            return None
        own, given = self._token.get_secret_value() if self._token else "", given.strip()
        if own and secrets.compare_digest(given.encode(), own.encode()):
            return INSTALLATION
        return await self._tokens.access(given)
