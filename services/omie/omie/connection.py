"""One HTTP/1.1 connection: a request goes out, its answer comes in, and then perhaps the next.

Errors are httpx's, by which callers already tell what may have reached the other side.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, cast

import httpx
from httptools import HttpParserError, HttpResponseParser

SILENT_S: Final = 30.0
"""How long the other side may say nothing while its answer is waited for."""
FINAL: Final = 200
"""A status below announces another answer."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer as it came, named as httpx names it. Header names are in small letters."""

    status_code: int
    headers: Mapping[str, str]
    content: bytes


class TooLarge(httpx.RequestError):
    """The answer has no end, or none soon."""


class Connection(asyncio.Protocol):
    """Asks one thing at a time. An answer may have `most` bytes."""

    _transport: asyncio.Transport

    def __init__(self, most: int) -> None:
        self._most = most
        self._loop = asyncio.get_running_loop()
        self._parser = HttpResponseParser(self)
        self._waiting: asyncio.Future[Answer] | None = None
        self._silence: asyncio.TimerHandle | None = None
        self._headers: dict[str, str] = {}
        self._body = bytearray()
        self._keeps = True
        self.idle_since = 0.0

    @property
    def usable(self) -> bool:
        """Whether a request may be written to it."""
        return self._keeps and not self._transport.is_closing()

    async def ask(self, request: bytes) -> Answer:
        """Write the request and wait for its answer.

        Raises ReadError, ReadTimeout, RemoteProtocolError or TooLarge; then, as when who waits is
        cancelled, the connection is closed.
        """
        answered: asyncio.Future[Answer] = self._loop.create_future()
        self._waiting = answered
        self._transport.write(request)
        self._listen()
        try:
            return await answered
        finally:
            self._waiting = None
            self._hush()
            self.idle_since = self._loop.time()
            if answered.cancelled() or answered.exception() is not None or not self._keeps:
                self.close()

    def close(self) -> None:
        """Hang up."""
        self._keeps = False
        self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """See asyncio.Protocol."""
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """See asyncio.Protocol."""
        if self._waiting is None:  # nobody asked
            self.close()
            return
        try:
            self._parser.feed_data(data)
        except HttpParserError:
            self._fail(httpx.RemoteProtocolError("no HTTP"))
        if self._waiting is not None and not self._waiting.done():
            self._listen()

    def connection_lost(self, exc: Exception | None) -> None:
        """See asyncio.Protocol. An answer that tells no length ends here."""
        self._keeps = False
        told_length = self._headers.keys() & {"content-length", "transfer-encoding"}
        if exc is None and self._headers and not told_length:
            self._end()
        self._fail(httpx.ReadError("closed"))

    def on_header(self, name: bytes, value: bytes) -> None:
        """See httptools."""
        self._headers[name.decode("latin-1").lower()] = value.decode("latin-1")

    def on_body(self, body: bytes) -> None:
        """See httptools."""
        self._body += body
        if len(self._body) > self._most:
            self._fail(TooLarge("too large"))

    def on_message_complete(self) -> None:
        """See httptools."""
        if self._parser.get_status_code() < FINAL:
            self._headers = {}
            return
        self._keeps = self._keeps and self._parser.should_keep_alive()
        self._end()

    def _end(self) -> None:
        if self._waiting is not None and not self._waiting.done():
            status = self._parser.get_status_code()
            self._waiting.set_result(Answer(status, self._headers, bytes(self._body)))
        self._headers, self._body = {}, bytearray()

    def _fail(self, error: httpx.RequestError) -> None:
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_exception(error)

    def _listen(self) -> None:
        self._hush()
        self._silence = self._loop.call_later(SILENT_S, self._fail, httpx.ReadTimeout("silence"))

    def _hush(self) -> None:
        if self._silence is not None:
            self._silence.cancel()
