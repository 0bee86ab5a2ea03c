"""Webhooks sent to capture's door from one event loop, over kept-alive connections."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final, Self, cast

from benchmarks.benchmark import DidNotRun
from embedded.ports import HOST

_END: Final = b"\r\n\r\n"
_GOOD: Final = b"HTTP/1.1 200 "
_LENGTH: Final = b"\r\ncontent-length: "


class Door:
    """So many connections; a request goes out on whichever is free."""

    def __init__(self) -> None:
        self._free: asyncio.Queue[_Line] = asyncio.Queue()

    @classmethod
    @asynccontextmanager
    async def opened(cls, port: int, connections: int) -> AsyncIterator[Self]:
        """Connected to the door at `port`."""
        loop, door = asyncio.get_running_loop(), cls()
        lines = [(await loop.create_connection(_Line, HOST, port))[1] for _ in range(connections)]
        for line in lines:
            door._free.put_nowait(line)
        try:
            yield door
        finally:
            for line in lines:
                line.close()

    async def send(self, request: bytes) -> None:
        """Return when the door has stored the webhook. Raises DidNotRun on any other answer."""
        line = await self._free.get()
        try:
            answer = await line.ask(request)
        finally:
            self._free.put_nowait(line)
        if not answer.startswith(_GOOD):
            raise DidNotRun(f"the door answered {answer[:300]!r}")


class _Line(asyncio.Protocol):
    """One connection with at most one request on its way."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport | None = None
        self._waiting: asyncio.Future[bytes] | None = None
        self._heard = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        self._heard += data
        head, end, body = self._heard.partition(_END)
        length = head.lower().partition(_LENGTH)[2].partition(b"\r\n")[0]
        if end and len(body) >= int(length) and self._waiting is not None:
            self._heard, answer, waiting = b"", self._heard, self._waiting
            self._waiting = None
            waiting.set_result(answer)

    def connection_lost(self, _: Exception | None) -> None:
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_exception(DidNotRun("the door closed a connection under load"))

    async def ask(self, request: bytes) -> bytes:
        if self._transport is None or self._transport.is_closing():
            raise DidNotRun("the door closed a connection under load")
        self._waiting = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        return await self._waiting

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()
