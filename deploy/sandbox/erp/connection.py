"""The caller's connection: reading, answering, and the two ways of not answering."""

import asyncio
from typing import Any

from starlette.types import Receive, Send

from sandbox.erp.envelope import Answer

LONGEST_HANG_S = 600


class Severed(Exception):  # noqa: N818  an outcome of the request, not an error
    """The connection is to be closed without an answer."""


async def receive_body(receive: Receive) -> bytes:
    """The whole body."""
    message = await receive()
    body: bytes = message.get("body", b"")
    while message.get("more_body"):
        message = await receive()
        body += message.get("body", b"")
    return body


async def reply(answer: Answer, send: Send) -> None:
    """Send an answer."""
    headers = [
        (b"content-type", answer.content_type),
        (b"content-length", str(len(answer.body)).encode()),
        *answer.headers,
    ]
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": answer.body})


async def sever(receive: Receive) -> None:
    """Close the caller's TCP connection without a byte of answer.

    ASGI has no word for this. Uvicorn's `receive` is a method of the object that holds the
    transport; where there is no such object (a test without a server) it is an exception instead.
    """
    cycle: Any = getattr(receive, "__self__", None)
    transport = getattr(cycle, "transport", None)
    if transport is None:
        raise ConnectionResetError("the sandbox ERP cut the connection")
    transport.abort()
    await _gone(receive)


async def hang(receive: Receive, seconds: float = 0) -> None:
    """Say nothing until the caller leaves, or for so many seconds."""
    try:
        await asyncio.wait_for(_gone(receive), seconds or LONGEST_HANG_S)
    except TimeoutError:
        return


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
