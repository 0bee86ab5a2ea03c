"""The way to a channel's API for the questions that every order asks: straight over aiohttp.

No proxy from the environment, no redirects (a token goes to the configured host only), no cookies,
no retries: whoever asks decides. A general client looks for all of them, three times the cost of
the call itself. What is asked seldom (tokens, webhooks, listings) goes through httpx, whose client
keeps the promises of `Http` as well.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Protocol

import aiohttp
import httpx
from yarl import URL

CONNECTIONS: Final = 100
IDLE_S: Final = 10.0
TIMEOUT: Final = aiohttp.ClientTimeout(total=None, sock_connect=2, sock_read=10)
"""For connecting and for silences; whoever asks bounds the whole."""


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
    """See Http. `headers` go with every request. To be made and used in one event loop."""

    def __init__(self, headers: Mapping[str, str]) -> None:
        self._headers = headers
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
                body = await response.read()
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

    def _opened(self) -> aiohttp.ClientSession:
        return aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=CONNECTIONS, keepalive_timeout=IDLE_S),
            headers=self._headers,
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=TIMEOUT,
            trust_env=False,
        )
