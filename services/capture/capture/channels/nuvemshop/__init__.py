"""Nuvemshop: webhooks only name an order; it is always asked for."""

from collections.abc import Mapping, Sequence

import httpx

from capture.channels.channel import (
    Copy,
    Delivery,
    Findings,
    Headers,
    Lead,
    OrderHint,
    Said,
    Shop,
    Signature,
    TokenRefused,
)
from capture.channels.nuvemshop import webhook
from capture.channels.nuvemshop.client import Client
from capture.channels.nuvemshop.normalise import NAME, gave_money_back, normalise
from contracts.order import Gap


class Nuvemshop:
    """See Channel. A shop's `domain` is its number at Nuvemshop; `url` is the API's root."""

    name: str = NAME
    kept_headers: Mapping[bytes, str] = webhook.KEPT_HEADERS

    def __init__(self, http: httpx.AsyncClient, url: str) -> None:
        self._client = Client(http, url)

    def verify(self, headers: Headers, body: bytes, secrets: Sequence[bytes]) -> Signature:
        """See Channel."""
        return webhook.verify(headers, body, secrets)

    def domain_named(self, headers: Headers, body: bytes) -> str:  # noqa: ARG002 - in the body
        """See Channel."""
        return webhook.domain_named(body)

    def outlives_connection(self, headers: Headers, body: bytes) -> bool:  # noqa: ARG002 - likewise
        """See Channel."""
        return webhook.outlives_connection(body)

    def read(self, delivery: Delivery, shop: Shop) -> Said:
        """See Channel."""
        return webhook.read_webhook(delivery, shop.domain)

    async def follow(self, shop: Shop, lead: Lead) -> OrderHint | None:
        """See Channel: every webhook that is used names its order."""
        raise NotImplementedError

    async def fetch(self, shop: Shop, hints: Sequence[OrderHint]) -> Findings:
        """See Channel: the order as it is now, and its transactions where money went back."""
        order_id = hints[0].order_id
        try:
            found = await self._client.order(shop, order_id)
            if found is None:
                return Findings()
            order, raw = found
            paid = (
                await self._client.transactions(shop, order_id) if gave_money_back(order) else None
            )
        except TokenRefused:
            return Findings(gaps=(Gap.CHANNEL_TOKEN_REFUSED,))
        transactions, more = (paid[0], (paid[1],)) if paid else ((), ())
        return Findings(order, transactions, (raw, *more))

    def normalise(self, shop: Shop, hint: OrderHint, found: Findings) -> Copy | None:  # noqa: ARG002 - it only names the order
        """See Channel."""
        if found.order is None:
            return None
        return normalise(shop, found.order, found.details or (), found.gaps)
