"""Someone who listens to the ERP's webhooks, and answers them well or badly."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer


@dataclass
class Listener:
    """A receiver of webhooks: `status` is what it answers, `refusals` what it answers first.

    With a 3xx it points at `elsewhere`.
    """

    url: str = ""
    status: int = 200
    elsewhere: str = ""
    refusals: list[int] = field(default_factory=list)
    heard: list[dict[str, Any]] = field(default_factory=list)

    async def take(self, request: web.Request) -> web.Response:
        self.heard.append(json.loads(await request.read()))
        status = self.refusals.pop(0) if self.refusals else self.status
        return web.Response(status=status, headers={"Location": self.elsewhere})

    @property
    def topics(self) -> list[str]:
        """What it was told, in order, pings left out."""
        return [told["topic"] for told in self.heard if "topic" in told]

    def events(self, topic: str) -> list[Any]:
        """The events of a topic."""
        return [told["event"] for told in self.heard if told.get("topic") == topic]


@asynccontextmanager
async def listening() -> AsyncIterator[Listener]:
    """A listener on a free port."""
    listener = Listener()
    app = web.Application()
    app.router.add_post("/omie", listener.take)
    server = TestServer(app)
    await server.start_server()
    listener.url = str(server.make_url("/omie"))
    yield listener
    await server.close()
