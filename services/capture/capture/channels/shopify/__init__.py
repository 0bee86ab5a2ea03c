"""Shopify: webhooks hold the whole order; the CPF/CNPJ and the payments are asked for."""

from collections.abc import Mapping, Sequence
from typing import Final

from capture.channels.channel import (
    Copy,
    Delivery,
    Findings,
    Headers,
    Lead,
    Money,
    OrderHint,
    Said,
    Shop,
    Signature,
    TokenRefused,
    Unclear,
)
from capture.channels.listed import Allowance, Missed, Page, Period
from capture.channels.shopify import order_list, webhook
from capture.channels.shopify.client import Client
from capture.channels.shopify.details import Details
from capture.channels.shopify.normalise import is_cancelled, money_of, normalise, progress_of
from capture.channels.shopify.payload import Order, order_in
from chassis.http import Http
from contracts.events import RawDocument
from contracts.order import Gap

NAME: Final = "shopify"
_GID: Final = "gid://shopify/Order/"
_PARTIALLY_PAID: Final = "partially_paid"


class Shopify:
    """See Channel. `url` is where a shop's API is, with `{shop}` for its domain."""

    name: str = NAME
    kept_headers: Mapping[bytes, str] = webhook.KEPT_HEADERS
    allowance: Allowance = Allowance(burst=20, per_s=1, per_order=1, deepest=20_000)
    """REST: 40 calls, 2 a second; no list is followed beyond 25,000 orders."""

    def __init__(self, http: Http, url: str) -> None:
        self._client = Client(http, url)

    def verify(self, headers: Headers, body: bytes, secrets: Sequence[bytes]) -> Signature:
        """See Channel."""
        return webhook.verify(headers, body, secrets)

    def domain_named(self, headers: Headers, body: bytes) -> str:  # noqa: ARG002 - in the headers
        """See Channel."""
        return webhook.domain_named(headers)

    def outlives_connection(self, headers: Headers, body: bytes) -> bool:  # noqa: ARG002 - likewise
        """See Channel."""
        return webhook.outlives_connection(headers)

    def read(self, delivery: Delivery, shop: Shop) -> Said:
        """See Channel."""
        return webhook.read(delivery, shop.domain)

    async def follow(self, shop: Shop, lead: Lead) -> OrderHint | None:
        """See Channel: Shopify names the order in every webhook, so there are no leads."""
        raise NotImplementedError

    async def fetch(self, shop: Shop, hints: Sequence[OrderHint]) -> Findings:
        """See Channel: the details of a paid order, and the order itself if ours is not fresh."""
        search = _Search(self._client, shop, _newest([hint.order for hint in hints]))
        try:
            if any(hint.order is None for hint in hints):
                await search.order_again(hints[0].order_id)
            await search.details()
        except TokenRefused:
            search.gaps.append(Gap.CHANNEL_TOKEN_REFUSED)
        return search.findings

    def normalise(self, shop: Shop, hint: OrderHint, found: Findings) -> Copy | None:
        """See Channel."""
        order = _newest([hint.order, found.order])
        return normalise(shop, order, found.details, found.gaps) if order else None

    async def orders(self, shop: Shop, period: Period, after: str) -> Page:
        """See Channel: REST lists whole orders."""
        return await self._client.orders(shop, period, after)

    async def numbered(self, shop: Shop, number: str) -> Page:
        """See Channel: by the name (`#1001`, also without `#`), or by Shopify's own id."""
        named = await self._client.named(shop, number)
        ids = named or ((number,) if number.isascii() and number.isdigit() else ())
        found = [await self._client.order(shop, order_id) for order_id in ids]
        orders = [order_list.listed(f[0], f[1].body.encode()) for f in found if f]
        return Page(tuple(orders), total=len(orders))

    def listed(self, order_id: str, document: bytes) -> OrderHint:
        """See Channel."""
        order = order_in(document)
        raw = RawDocument(source="rest/orders.json", body=document.decode())
        return OrderHint(order_id, order, (raw,), urgent=is_cancelled(order))

    async def missed(self, shop: Shop) -> Sequence[Missed]:  # noqa: ARG002 - it keeps none
        """See Channel: what Shopify gave up sending is gone."""
        return ()


class _Search:
    """One order's fetch: what is known so far."""

    def __init__(self, client: Client, shop: Shop, order: Order | None) -> None:
        self._client, self._shop, self._order = client, shop, order
        self._fresh: Order | None = None
        self._details: Details | None = None
        self._raw: list[RawDocument] = []
        self._unreadable = ""
        self.gaps: list[Gap] = []

    @property
    def findings(self) -> Findings:
        """All that was found."""
        return Findings(
            self._fresh,
            self._details,
            tuple(self._raw),
            tuple(self.gaps),
            unreadable=self._unreadable,
        )

    async def order_again(self, order_id: str) -> None:
        """Read the order whole."""
        if answer := await self._client.order(self._shop, order_id):
            self._fresh, raw = answer
            self._raw.append(raw)

    async def details(self) -> None:
        """Ask what only GraphQL tells; read the order again if it has changed since ours."""
        order = _newest([self._order, self._fresh])
        if order is None or not _wants_details(order):
            return
        gid = order.admin_graphql_api_id
        gid = gid if gid.startswith(_GID) else f"{_GID}{order.id}"
        try:
            self._details, hidden, raw = await self._client.details(self._shop, gid)
        except Unclear as trouble:
            self._unreadable = str(trouble)
            self.gaps.append(Gap.DETAILS_UNREADABLE)
            return
        self._raw.append(raw)
        if hidden:
            self.gaps.append(Gap.BUYER_DATA_WITHHELD)
        if self._details and self._fresh is None and _overtaken(order, self._details):
            await self.order_again(order.id)


def _newest(orders: Sequence[Order | None]) -> Order | None:
    """The copy Shopify touched last; its clock has seconds, so then the one that is further on."""
    known = [order for order in orders if order]
    return max(reversed(known), key=lambda o: (o.updated_at, progress_of(o)), default=None)


def _wants_details(order: Order) -> bool:
    """Only an order that is, or may have been, captured is worth the question."""
    partly = order.financial_status.lower() == _PARTIALLY_PAID
    return not order.test and (partly or money_of(order) is not Money.AWAITED)


def _overtaken(order: Order, details: Details) -> bool:
    """Whether Shopify knows a newer version than ours."""
    newer = details.updated_at is not None and details.updated_at > order.updated_at
    return newer or (details.cancelled_at is not None and order.cancelled_at is None)
