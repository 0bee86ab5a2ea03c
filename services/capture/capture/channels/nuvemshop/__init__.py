"""Nuvemshop: webhooks only name an order; it is always asked for."""

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
from capture.channels.nuvemshop import order_list, webhook
from capture.channels.nuvemshop.client import Client
from capture.channels.nuvemshop.normalise import NAME, gave_money_back, normalise, touched_at
from capture.channels.nuvemshop.payload import Order, order_in
from chassis.http import Http
from contracts.events import RawDocument
from contracts.order import Gap


class Nuvemshop:
    """See Channel. A shop's `domain` is its number at Nuvemshop; `url` is the API's root."""

    name: str = NAME
    kept_headers: Mapping[bytes, str] = webhook.KEPT_HEADERS
    allowance: Allowance = Allowance(burst=20, per_s=1, per_order=1, deepest=9_000)
    """40 calls, 2 a second; ten times as many on the higher plans. 10,000 results a query."""

    def __init__(self, http: Http, url: str) -> None:
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
            found = _in_hand(hints) or await self._client.order(shop, order_id)
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

    async def orders(self, shop: Shop, period: Period, after: str) -> Page:
        """See Channel. A cancellation moves no order into a list by last change."""
        return await self._client.orders(shop, period, after)

    async def numbered(self, shop: Shop, number: str) -> Page:
        """See Channel: by the number that people see, or by Nuvemshop's own id."""
        wanted = number.removeprefix("#")
        page = await self._client.numbered(shop, wanted)
        orders = tuple(o for o in page.orders if o.number == f"#{wanted}")
        if not orders and wanted.isascii() and wanted.isdigit():
            found = await self._client.order(shop, wanted)
            orders = (order_list.listed(found[0], found[1].body.encode()),) if found else ()
        return Page(orders, total=len(orders))

    def listed(self, order_id: str, document: bytes) -> OrderHint:
        """See Channel."""
        order = order_in(document)
        raw = RawDocument(source="api orders", body=document.decode())
        return OrderHint(order_id, (order, raw))

    async def missed(self, shop: Shop) -> Sequence[Missed]:  # noqa: ARG002 - it keeps none
        """See Channel: what Nuvemshop gave up sending after 48 hours is gone."""
        return ()


def _in_hand(hints: Sequence[OrderHint]) -> tuple[Order, RawDocument] | None:
    """The order from a list, if nothing but lists led to it; a webhook's order may have changed."""
    held: list[tuple[Order, RawDocument] | None] = [hint.order for hint in hints]
    known = [each for each in held if each]
    return max(known, key=lambda each: touched_at(each[0])) if len(known) == len(held) else None
