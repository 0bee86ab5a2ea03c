"""The HTTP client towards the ERP: one kind of request, over connections that are kept.

One per process, shared by all accounts. No proxy from the environment, no redirects, no cookies, no
retries: whoever calls decides what may be repeated. The ERP's API needs none of them, and what a
general client does for them cost ten times what is left: an order is two calls.
"""

import asyncio
import ssl
import zlib
from collections.abc import Mapping
from typing import Final, Protocol, Self

import httpx

from omie.connection import Answer, Connection, TooLarge

CONNECTIONS: Final = 64
CONNECT_S: Final = 3.0
FREE_S: Final = 5.0
"""How long to wait for one of the connections, where all are in use."""
IDLE_S: Final = 4.0
"""An idle connection is dropped before common servers do: a write must not meet a closing one."""
ANSWER_BYTES: Final = 16 * 1024 * 1024
"""The largest page seen weighs about 165 KB."""
_PORTS: Final = {"http": 80, "https": 443}
_GZIP: Final = 16 + zlib.MAX_WBITS


class Answered(Protocol):
    """What of an answer is looked at."""

    @property
    def status_code(self) -> int:
        """HTTP's status."""

    @property
    def headers(self) -> Mapping[str, str]:
        """Found by their names in small letters."""

    @property
    def content(self) -> bytes:
        """The whole body, unpacked."""


class Http(Protocol):
    """The way to the ERP. httpx's client is one too."""

    async def post(self, url: str, *, content: bytes) -> Answered:
        """Post JSON to `url`, relative to the ERP's. Raises httpx.RequestError."""


class Direct:
    """See Http. `trust` says whom to believe where `base_url` is one of https."""

    def __init__(
        self,
        base_url: str,
        *,
        answer_bytes: int = ANSWER_BYTES,
        trust: ssl.SSLContext | None = None,
    ) -> None:
        url = httpx.URL(base_url)
        self._host = url.host
        self._port = url.port or _PORTS[url.scheme]
        self._path = url.path
        self._tls = (trust or httpx.create_ssl_context(trust_env=False)) if _secret(url) else None
        self._headers = (
            f" HTTP/1.1\r\nhost: {url.netloc.decode()}\r\ncontent-type: application/json\r\n"
            "accept-encoding: gzip\r\nuser-agent: esteira\r\ncontent-length: "
        )
        self._most = answer_bytes
        self._idle: list[Connection] = []
        self._free = asyncio.Semaphore(CONNECTIONS)

    async def post(self, url: str, *, content: bytes) -> Answer:
        """See Http. Raises also TooLarge."""
        request = f"POST {self._path}{url}{self._headers}{len(content)}\r\n\r\n".encode() + content
        await self._admitted()
        try:
            connection = self._kept() or await self._connected()
            answer = await connection.ask(request)
            if connection.usable:
                self._idle.append(connection)
        finally:
            self._free.release()
        return self._unpacked(answer)

    async def aclose(self) -> None:
        """Drop the connections that are kept."""
        while self._idle:
            self._idle.pop().close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    async def _admitted(self) -> None:
        if not self._free.locked():
            await self._free.acquire()
            return
        try:
            async with asyncio.timeout(FREE_S):
                await self._free.acquire()
        except TimeoutError:
            raise httpx.PoolTimeout("all connections are in use") from None

    def _kept(self) -> Connection | None:
        """The connection used last, if it can still be used: the others are older."""
        fresh = asyncio.get_running_loop().time() - IDLE_S
        while self._idle:
            connection = self._idle.pop()
            if connection.usable and connection.idle_since > fresh:
                return connection
            connection.close()
        return None

    async def _connected(self) -> Connection:
        try:
            async with asyncio.timeout(CONNECT_S):
                _, connection = await asyncio.get_running_loop().create_connection(
                    lambda: Connection(self._most), self._host, self._port, ssl=self._tls
                )
        except TimeoutError:
            raise httpx.ConnectTimeout("connecting") from None
        except OSError as error:
            raise httpx.ConnectError(type(error).__name__) from None
        return connection

    def _unpacked(self, answer: Answer) -> Answer:
        if answer.headers.get("content-encoding", "").casefold() != "gzip":
            return answer
        unzip = zlib.decompressobj(_GZIP)
        try:
            body = unzip.decompress(answer.content, self._most)
        except zlib.error:
            raise httpx.DecodingError("gzip") from None
        if unzip.unconsumed_tail:
            raise TooLarge("too large, unpacked")
        return Answer(answer.status_code, answer.headers, body)


def client(base_url: str) -> Direct:
    """A client for the ERP at `base_url`, such as `https://app.omie.com.br/api/v1/`."""
    return Direct(base_url)


def never_left(error: httpx.RequestError) -> bool:
    """Whether the request certainly did not reach the ERP."""
    return isinstance(error, httpx.ConnectError | httpx.ConnectTimeout | httpx.PoolTimeout)


def _secret(url: httpx.URL) -> bool:
    return url.scheme == "https"
