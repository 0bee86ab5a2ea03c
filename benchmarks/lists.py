"""A channel's API that lists orders and costs next to nothing: every page is made beforehand.

It speaks as Nuvemshop does, whose lists hold orders whole. Whatever else it is asked is not there.
"""

import asyncio
import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final, cast

import orjson

from benchmarks import stream
from benchmarks.contender import Tell
from chassis import app
from embedded.ports import HOST
from sandbox.assortment import on_sale
from sandbox.channels import generator
from sandbox.channels.channel import Store
from sandbox.channels.nuvemshop import NUVEMSHOP
from sandbox.channels.nuvemshop.view import shown

EACH: Final = 50
"""Orders on a page, as capture asks for them."""
_FIRST_ID: Final = 7_000_000_000_001
_END: Final = b"\r\n\r\n"
_PAGE: Final = re.compile(rb"^GET \S*/orders\?\S*\bpage=([0-9]+)")
_NOT_FOUND: Final = b"HTTP/1.1 404 Not Found\r\ncontent-length: 2\r\n\r\n{}"


@dataclass(frozen=True, slots=True)
class Task:
    """Where to listen, and the file of pages (`write_pages`)."""

    port: int
    pages: Path


def write_pages(path: Path, number: str, orders: int, first: datetime) -> None:
    """So many paid orders of the store with this number, a second apart from `first` on."""
    made = _orders(number, first)
    pages = [list(itertools.islice(made, EACH)) for _ in range(orders // EACH)]
    path.write_bytes(orjson.dumps(pages))


def answer(task: Task, _: Tell) -> None:
    """Answer until stopped."""
    pages = orjson.loads(task.pages.read_bytes())
    total = sum(map(len, pages))
    answers = [_response(orjson.dumps(page), total) for page in pages]

    async def serve() -> None:
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: _Line(answers), HOST, task.port)
        app.calm_gc()
        await server.serve_forever()

    stream.run(serve())


class _Line(asyncio.Protocol):
    """One connection; a question without a body is whole with its head."""

    def __init__(self, answers: list[bytes]) -> None:
        self._answers = answers
        self._asked = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        self._asked += data
        if _END not in self._asked:
            return
        asked, self._asked = self._asked, b""
        page = _PAGE.match(asked)
        there = page is not None and 1 <= int(page[1]) <= len(self._answers)
        self._transport.write(self._answers[int(page[1]) - 1] if page and there else _NOT_FOUND)


def _orders(number: str, first: datetime) -> Iterator[dict[str, Any]]:
    dice = generator.dice("benchmarks of lists")
    ids = itertools.count(_FIRST_ID)
    seller = Store(id="lists", channel=NUVEMSHOP.name, shop_domain=number, webhook_secret="")
    catalogue = on_sale()
    for count in itertools.count():
        at = first.astimezone(UTC) + timedelta(seconds=count)
        record = NUVEMSHOP.render(generator.sale(dice, catalogue), seller, ids, count + 1, at)
        record, _ = NUVEMSHOP.acts["pay"](record, {}, ids, at)
        yield shown(record, "2025-03", {"aggregates": "fulfillment_orders"})


def _response(body: bytes, total: int) -> bytes:
    head = (
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n"
        f"x-total-count: {total}\r\ncontent-length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body
