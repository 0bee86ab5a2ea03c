"""The HTTP client towards the ERP: httpx over aiohttp's connections, which cost a quarter.

One per process, shared by all accounts. No proxy from the environment, no redirects, no retries:
whoever calls decides what may be repeated.
"""

from typing import Any, Final

import aiohttp
import httpx
from httpx_aiohttp import AiohttpTransport

CONNECTIONS: Final = 64
IDLE_S: Final = 4.0
"""An idle connection is dropped before common servers do: a write must not meet a closing one."""
TIMEOUT: Final = httpx.Timeout(connect=3, read=30, write=10, pool=5)


class Direct(httpx.AsyncClient):
    """A client that hands each request to its transport and the answer back, and nothing more.

    No logins, cookies, redirects or hooks: the ERP's API has none of them, and looking for them
    cost a quarter of a call.
    """

    def __init__(self, transport: httpx.AsyncBaseTransport, **options: Any) -> None:
        super().__init__(transport=transport, **options)
        self._direct = transport

    async def send(
        self, request: httpx.Request, *, stream: bool = False, **_: Any
    ) -> httpx.Response:
        """The answer, its body read unless it is to be streamed."""
        response = await self._direct.handle_async_request(request)
        response.request = request
        if not stream:
            try:
                await response.aread()
            finally:
                await response.aclose()
        return response


def client(base_url: str) -> httpx.AsyncClient:
    """A client for the ERP at `base_url`, such as `https://app.omie.com.br/api/v1/`."""
    limits = httpx.Limits(max_connections=CONNECTIONS, keepalive_expiry=IDLE_S)
    return Direct(
        AiohttpTransport(limits=limits, trust_env=False),
        base_url=base_url,
        timeout=TIMEOUT,
        trust_env=False,
        follow_redirects=False,
        headers={"content-type": "application/json", "user-agent": "esteira"},
    )


def never_left(error: Exception) -> bool:
    """Whether the request certainly did not reach the ERP.

    The aiohttp transport reports a connection lost half-way as a connect timeout too, so aiohttp's
    own error decides where there is one.
    """
    cause = error if isinstance(error, aiohttp.ClientError) else error.__cause__
    if isinstance(cause, aiohttp.ClientError):
        return isinstance(cause, aiohttp.ClientConnectorError | aiohttp.ConnectionTimeoutError)
    return isinstance(
        error, httpx.ConnectError | httpx.ConnectTimeout | httpx.PoolTimeout | httpx.ProxyError
    )
