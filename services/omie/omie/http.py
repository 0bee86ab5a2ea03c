"""The HTTP client towards the ERP: one kind of request, over connections that are kept.

One per process, shared by all accounts. No retries: whoever calls decides what may be repeated.
"""

import ssl
from typing import Final, Protocol, Self

import httpx

from chassis.http import Answered, Direct, Limits

LIMITS: Final = Limits(connections=64, idle_s=4, connect_s=3, silent_s=30, free_s=8)
"""An idle connection is dropped before common servers do: a write must not meet a closing one. The
largest page seen weighs about 165 KB."""
_HEADERS: Final = {"content-type": "application/json", "user-agent": "esteira"}


class Http(Protocol):
    """The way to the ERP. httpx's client is one too."""

    async def post(self, url: str, *, content: bytes) -> Answered:
        """Post JSON to `url`, relative to the ERP's. Raises httpx.RequestError."""


class Client:
    """See Http. `trust` says whom to believe where `base_url` is one of https."""

    def __init__(
        self, base_url: str, limits: Limits = LIMITS, *, trust: ssl.SSLContext | None = None
    ) -> None:
        self._base_url = base_url
        self._direct = Direct(_HEADERS, limits, trust=trust)

    async def post(self, url: str, *, content: bytes) -> Answered:
        """See Http. Raises also TooLarge."""
        return await self._direct.request("POST", self._base_url + url, content=content)

    async def aclose(self) -> None:
        """Drop the connections that are kept."""
        await self._direct.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()


def client(base_url: str) -> Client:
    """A client for the ERP at `base_url`, such as `https://app.omie.com.br/api/v1/`."""
    return Client(base_url)


def never_left(error: httpx.RequestError) -> bool:
    """Whether the request certainly did not reach the ERP."""
    return isinstance(error, httpx.ConnectError | httpx.ConnectTimeout | httpx.PoolTimeout)
