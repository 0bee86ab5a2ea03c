"""Channels that let the panel's app in, in memory: what is asked, and what they grant."""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from typing import Any
from urllib.parse import parse_qsl, urlencode

import httpx
import orjson

from chassis.clock import Clock
from panel.connecting.connector import Connector
from panel.connecting.consent import Application
from panel.connecting.exchange import TokenDesk
from panel.connecting.mercadolivre import MercadoLivre
from panel.connecting.nuvemshop import Nuvemshop
from panel.connecting.pending import Pending
from panel.connecting.shopify import Shopify
from panel.stores import Stores
from tests.support.memory import MemoryDocuments

APP = Application("app-77", "o-segredo-do-app")
PANEL = "https://painel.test"


@dataclass
class FakeConsents:
    """`grants` is what a good code gives, `asked` what was posted; `status` answers badly."""

    grants: dict[str, Any] = field(
        default_factory=lambda: {"access_token": "acesso-novo", "user_id": 5120443}
    )
    status: int = 200
    asked: list[dict[str, str]] = field(default_factory=list)
    pending: MemoryDocuments[Pending] = field(default_factory=MemoryDocuments)

    def answer(self, request: httpx.Request) -> httpx.Response:
        as_json = request.headers["content-type"].startswith("application/json")
        text = request.content.decode()
        posted = orjson.loads(text) if as_json else dict(parse_qsl(text))
        self.asked.append(posted | {"url": str(request.url)})
        if self.status == 0:
            raise httpx.ConnectError("away", request=request)
        return httpx.Response(self.status, json=self.grants)

    def connector(self, stores: Stores, clock: Clock) -> Connector:
        numbers = count(1)
        http = httpx.AsyncClient(transport=httpx.MockTransport(self.answer))
        return Connector(
            apps=dict.fromkeys(("shopify", "nuvemshop", "mercadolivre"), APP),
            consents={
                "shopify": Shopify("https://{shop}"),
                "nuvemshop": Nuvemshop("https://auth.nuvemshop.test"),
                "mercadolivre": MercadoLivre("https://auth.ml.test", "https://api.ml.test"),
            },
            pending=self.pending,
            ask=TokenDesk(http).ask,
            stores=stores,
            clock=clock,
            random=lambda: f"acaso-{next(numbers)}",
            redirects=PANEL,
        )


def shopify_signs(told: Mapping[str, str], now: datetime) -> str:
    """The query with which Shopify sends a browser back."""
    whole = dict(told) | {"timestamp": f"{now.timestamp():.0f}"}
    line = "&".join(f"{name}={whole[name]}" for name in sorted(whole))
    digest = hmac.new(APP.client_secret.encode(), line.encode(), hashlib.sha256).hexdigest()
    return urlencode(whole | {"hmac": digest})
