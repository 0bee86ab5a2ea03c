"""The HTTP server under both halves of the sandbox: uvicorn, made cheap enough for benchmarks."""

import asyncio
import contextlib
from collections.abc import Iterator
from typing import Any, cast

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

_GRACE_SECONDS = 2  # for requests under way when the process is told to stop
_IDLE_SECONDS = 75  # longer than clients keep a connection, so that none is closed on them


class Server(uvicorn.Server):
    """A server that leaves signals to the process, which runs two of them."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Install nothing."""
        yield


def server_of(app: ASGIApp) -> Server:
    """A server of this application, for sockets that are given to its `serve`."""
    config = uvicorn.Config(
        app,
        http=_AtOnce,
        ws="none",
        log_level="warning",
        access_log=False,
        proxy_headers=False,
        timeout_keep_alive=_IDLE_SECONDS,
        timeout_graceful_shutdown=_GRACE_SECONDS,
    )
    return Server(config)


class _Corked:
    """A transport that holds back what is written until whoever writes has had their say.

    Uvicorn writes an answer's head and its body one after the other. Each write is a packet and a
    wake-up of the caller, which costs the sandbox more than anything else it does for a call.
    """

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport
        self._loop = asyncio.get_running_loop()
        self._held: list[bytes] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def write(self, data: bytes) -> None:
        """Send it, together with all that is written before the loop goes on."""
        if not self._held:
            self._loop.call_soon(self._let_go)
        self._held.append(data)

    def close(self) -> None:
        """Send what is held back, then close."""
        self._let_go()
        self._transport.close()

    def _let_go(self) -> None:
        if self._held:
            self._transport.write(b"".join(self._held))
            self._held.clear()


class _AtOnce(HttpToolsProtocol):
    """HTTP whose answers leave in one piece."""

    def connection_made(self, transport: Any) -> None:
        super().connection_made(cast("asyncio.Transport", _Corked(transport)))
