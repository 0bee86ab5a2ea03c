"""Mercado Livre: notifications point at things; orders, packs, shipments, tax data are asked for.

One order of ours is one purchase: the pack, or the order where there is none.
"""

from collections.abc import Mapping, Sequence

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
from capture.channels.listed import Allowance, Missed, Page, Period
from capture.channels.mercadolivre import notification, order_list
from capture.channels.mercadolivre.client import Client
from capture.channels.mercadolivre.normalise import NAME, normalise
from capture.channels.mercadolivre.oauth import renewal
from capture.channels.mercadolivre.purchase import Search
from chassis.http import Http
from contracts.order import Gap

__all__ = ["MercadoLivre", "renewal"]


class MercadoLivre:
    """See Channel. A shop's `domain` is the seller's user id; `url` is the API's root."""

    name: str = NAME
    kept_headers: Mapping[bytes, str] = {}
    allowance: Allowance = Allowance(burst=500, per_s=12, per_order=4, deepest=9_000)
    """No figure is published: integrators tell of 1,500 a minute, and stop before 10,000 orders."""

    def __init__(self, http: Http, url: str) -> None:
        self._client = Client(http, url)

    def verify(self, headers: Headers, body: bytes, secrets: Sequence[bytes]) -> Signature:  # noqa: ARG002 - it signs nothing
        """See Channel."""
        return notification.verify(body)

    def domain_named(self, headers: Headers, body: bytes) -> str:  # noqa: ARG002 - in the body
        """See Channel."""
        return notification.domain_named(body)

    def outlives_connection(self, headers: Headers, body: bytes) -> bool:  # noqa: ARG002 - see below
        """See Channel: the platform neither tells of a disconnection nor asks to forget anybody."""
        return False

    def read(self, delivery: Delivery, shop: Shop) -> Said:
        """See Channel."""
        return notification.read_notification(delivery, shop)

    async def follow(self, shop: Shop, lead: Lead) -> OrderHint | None:
        """See Channel: to the order that changed, and by it to the pack it belongs to."""
        kind, _, number = lead.resource.partition("/")
        ways = {
            "shipments": self._client.order_of_shipment,
            "payments": self._client.order_of_payment,
            "claims": self._client.order_of_claim,
        }
        order_id = await ways[kind](shop, number) if kind in ways else number
        answer = await self._client.order(shop, order_id) if order_id else None
        return OrderHint(answer.document.purchase_id, answer) if answer else None

    async def fetch(self, shop: Shop, hints: Sequence[OrderHint]) -> Findings:
        """See Channel: the whole purchase, or nothing where the token is refused."""
        search = Search(self._client, shop)
        try:
            purchase = await search.find(hints)
        except TokenRefused:
            return Findings(gaps=(Gap.CHANNEL_TOKEN_REFUSED,))
        return Findings(purchase, raw=tuple(search.raw), awaited=search.awaited)

    def normalise(self, shop: Shop, hint: OrderHint, found: Findings) -> Copy | None:  # noqa: ARG002 - it only names the order
        """See Channel."""
        return normalise(shop, found.order) if found.order else None

    async def orders(self, shop: Shop, period: Period, after: str) -> Page:
        """See Channel: the search hides cancelled orders, so that they are missed in it."""
        return await self._client.orders(shop, period, after)

    async def numbered(self, shop: Shop, number: str) -> Page:
        """See Channel: by the number of an order, or of the pack it is in."""
        if not (number.isascii() and number.isdigit()):
            return Page(total=0)
        answer = await self._client.order(shop, number)
        if answer is None and (pack := await self._client.pack(shop, number)):
            first = next((packed.id for packed in pack.document.orders), None)
            answer = await self._client.order(shop, first) if first else None
        orders = (order_list.listed(answer.document),) if answer else ()
        return Page(orders, total=len(orders))

    def listed(self, order_id: str, document: bytes) -> OrderHint:  # noqa: ARG002 - see below
        """See Channel: a list tells of single orders only, so purchases are always asked for."""
        return OrderHint(order_id)

    async def missed(self, shop: Shop) -> Sequence[Missed]:
        """See Channel."""
        return await self._client.missed(shop) if shop.app.client_id else ()
