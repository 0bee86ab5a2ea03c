"""The way to outside APIs for what every order asks of them: straight over aiohttp.

No proxy from the environment, no redirects (a token goes to the configured host only), no cookies,
no retries: whoever asks decides. A general client looks for all of them, three times the cost of
the call itself. What is asked seldom (tokens, webhooks, listings) goes through httpx, whose client
keeps the promises of `Http` as well, and whose errors these are.
"""

import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Protocol

import aiohttp
import httpx
from yarl import URL

ANSWER_BYTES: Final = 16 * 1024 * 1024
"""The largest answer that is read, unpacked."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a client allows itself and the other side; whoever asks bounds a whole call.

    A connection that was idle for `idle_s` is dropped. `silent_s` is how long the other side may
    say nothing, `free_s` how long to wait where all connections are in use.
    """

    connections: int = 100
    idle_s: float = 10.0
    connect_s: float = 2.0
    silent_s: float = 10.0
    free_s: float | None = None
    answer_bytes: int = ANSWER_BYTES


class TooLarge(httpx.RequestError):
    """The answer has no end, or none soon."""


class Answered(Protocol):
    """What of an answer is looked at."""

    @property
    def status_code(self) -> int:
        """HTTP's status."""

    @property
    def headers(self) -> Mapping[str, str]:
        """Found by their names in any case."""

    @property
    def content(self) -> bytes:
        """The whole body, unpacked."""

    @property
    def text(self) -> str:
        """The body as text."""


class Http(Protocol):
    """Asks one thing and gives the whole answer."""

    async def request(
        self,
        method: str,
        url: str,
        *,
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answered:
        """Raises httpx.HTTPError."""


@dataclass(frozen=True, slots=True)
class Answer:
    """See Answered."""

    status_code: int
    headers: Mapping[str, str]
    content: bytes = field(repr=False)

    @property
    def text(self) -> str:
        """JSON is UTF-8, whatever the header says."""
        return self.content.decode(errors="replace")


class Direct:
    """See Http. `headers` go with every request. To be made and used in one event loop.

    `trust` says whom to believe over https. Raises httpx.ConnectError where the request certainly
    did not leave, httpx.ReadError or httpx.ReadTimeout where it may have, and TooLarge.
    """

    def __init__(
        self,
        headers: Mapping[str, str],
        limits: Limits | None = None,
        *,
        trust: ssl.SSLContext | None = None,
    ) -> None:
        self._headers = headers
        self._limits = limits or Limits()
        self._trust = trust
        self._session: aiohttp.ClientSession | None = None

    async def request(
        self,
        method: str,
        url: str,
        *,
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """See Http."""
        session = self._session = self._session or self._opened()
        try:
            async with session.request(
                method,
                URL(url, encoded=True),
                data=content,
                headers=headers,
                allow_redirects=False,
            ) as response:
                body = await self._read(response)
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            raise httpx.ConnectError(type(error).__name__) from error
        except TimeoutError as error:
            raise httpx.ReadTimeout(type(error).__name__) from error
        except (aiohttp.ClientError, OSError) as error:
            raise httpx.ReadError(type(error).__name__) from error
        return Answer(response.status, response.headers, body)

    async def aclose(self) -> None:
        """Drop the connections."""
        if self._session is not None:
            await self._session.close()

    async def _read(self, response: aiohttp.ClientResponse) -> bytes:
        body = b""
        async for piece in response.content.iter_any():
            body = body + piece if body else piece
            if len(body) > self._limits.answer_bytes:
                response.close()
                raise TooLarge("too large")
        return body

    def _opened(self) -> aiohttp.ClientSession:
        limits = self._limits
        return aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(
                limit=limits.connections,
                keepalive_timeout=limits.idle_s,
                ssl=self._trust or httpx.create_ssl_context(trust_env=False),
            ),
            headers=self._headers,
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(
                total=None,
                connect=limits.free_s,
                sock_connect=limits.connect_s,
                sock_read=limits.silent_s,
            ),
            trust_env=False,
        )
