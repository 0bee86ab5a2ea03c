"""A channel's API that costs next to nothing: every answer is made before anybody asks.

Capture asks Shopify's GraphQL once per order. The sandbox's GraphQL executes each question, which
takes longer than all that capture does; here an order's answer is looked up and sent.
"""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, cast

import orjson

from benchmarks import stream
from benchmarks.contender import Tell
from benchmarks.market import Sale
from chassis import app
from embedded.ports import HOST
from sandbox.channels.shopify.view import order_view

_HEAD: Final = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: "
_END: Final = b"\r\n\r\n"
_LENGTH: Final = b"content-length:"
_ASKED: Final = b"gid://shopify/Order/"
_UNKNOWN: Final = b'{"data":{"order":null}}'


@dataclass(frozen=True, slots=True)
class Task:
    """Where to listen, and the file of answers (`write_answers`)."""

    port: int
    answers: Path


def write_answers(path: Path, sales: Iterable[Sale]) -> None:
    """The answer about each sale, for the process that will give it."""
    answers = {str(sale.record["order"]["id"]): _answer(sale) for sale in sales}
    path.write_bytes(orjson.dumps(answers))


def answer(task: Task, _: Tell) -> None:
    """Answer until stopped."""
    said = orjson.loads(task.answers.read_bytes())
    answers = {order_id.encode(): _response(orjson.dumps(body)) for order_id, body in said.items()}

    async def serve() -> None:
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: _Line(answers), HOST, task.port)
        app.calm_gc()
        await server.serve_forever()

    stream.run(serve())


class _Line(asyncio.Protocol):
    """One connection; a question is answered when it is whole."""

    def __init__(self, answers: Mapping[bytes, bytes]) -> None:
        self._answers = answers
        self._asked = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        self._asked += data
        head, end, body = self._asked.partition(_END)
        if not end:
            return
        length = head.lower().partition(_LENGTH)[2].partition(b"\r\n")[0]
        if len(body) < int(length or b"0"):
            return
        self._asked = b""
        order_id = body.partition(_ASKED)[2].partition(b'"')[0]
        found = self._answers.get(order_id) or _response(_UNKNOWN)
        self._transport.write(found)


def _answer(sale: Sale) -> Mapping[str, object]:
    view = order_view(dict(sale.record))
    transactions = view["transactions"](None)
    order = {
        "id": view["id"],
        "updatedAt": view["updatedAt"],
        "localizedFields": {"nodes": sale.record["localized_fields"]},
        "transactions": transactions,
    }
    return {"data": {"order": order}}


def _response(body: bytes) -> bytes:
    head = (
        f"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body
