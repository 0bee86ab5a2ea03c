"""Mercado Livre's API, as far as capture asks it.

Source: developers.mercadolivre.com.br, "Gerenciamento de vendas", "Envios", "Faturamento", "Rate
limit", as of 2026-08. Addresses are built here, of digits alone; the token goes in a header.
"""

import asyncio
import re
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlencode

import httpx
import orjson

from capture.channels.channel import Shop, Throttled, TokenRefused, Unreachable
from capture.channels.listed import Missed, Page, Period
from capture.channels.mercadolivre import order_list, payload
from capture.channels.mercadolivre.billing import Billing
from capture.channels.mercadolivre.listing import Listing
from capture.channels.mercadolivre.payload import P, read
from capture.channels.mercadolivre.shipment import Costs, Shipment
from chassis.http import Answered, Http
from contracts.events import RawDocument

DEADLINE_S: Final = 10.0
_THROTTLED_FOR_S: Final = 1.0
_NOT_OURS: Final = frozenset({"not_owned_order", "caller.id.invalid"})
"""Refusals of one document to a token that is good for others."""
_LISTING: Final = re.compile(r"ML[A-Z][0-9]{1,20}")
_NEW_FORMAT: Final = {"x-format-new": "true"}
_MISSING: Final = "x-content-missing"


@dataclass(frozen=True, slots=True)
class Answer:
    """A document and its text; `withheld` if the platform left the buyer out of it (206)."""

    document: Any = field(repr=False)
    raw: RawDocument = field(repr=False)
    withheld: bool = False


class Client:
    """Asks about orders and all that hangs on them. `url` is the API's root.

    Each question gives None where the platform has no such document for this seller, and raises
    TokenRefused, Unreachable and Unreadable.
    """

    def __init__(self, http: Http, url: str) -> None:
        self._http = http
        self._url = url.rstrip("/")

    async def order(self, shop: Shop, order_id: str) -> Answer | None:
        """An order that this seller sold; the same token also opens what the seller bought."""
        answer = await self._get(shop, f"/orders/{order_id}", payload.Order)
        seller = answer.document.seller if answer else None
        return None if seller and seller.id not in {"", shop.domain} else answer

    async def orders(self, shop: Shop, period: Period, after: str) -> Page:
        """A page of the seller's orders; cancelled ones are hidden from sellers."""
        asked = urlencode({"seller": shop.domain} | order_list.parameters(period, after))
        answer = await self._get(shop, f"/orders/search?{asked}", order_list.Found)
        return order_list.page_of(answer.document, after) if answer else Page()

    async def missed(self, shop: Shop) -> list[Missed]:
        """The seller's notifications that no attempt delivered; the platform keeps them 2 days."""
        missed: list[Missed] = []
        for number in range(order_list.MOST_FEEDS):
            asked = urlencode(order_list.feeds(shop.app.client_id, number))
            answer = await self._get(shop, f"/missed_feeds?{asked}", order_list.Feeds)
            feeds = answer.document.messages if answer else ()
            missed += order_list.missed_of(feeds, shop.domain)
            if len(feeds) < order_list.PAGE:
                break
        return missed

    async def pack(self, shop: Shop, pack_id: str) -> Answer | None:
        """Which orders a cart became."""
        return await self._get(shop, f"/packs/{pack_id}", payload.Pack)

    async def shipment(self, shop: Shop, shipment_id: str) -> Answer | None:
        """A shipment in the new format."""
        return await self._get(shop, f"/shipments/{shipment_id}", Shipment, _NEW_FORMAT)

    async def costs(self, shop: Shop, shipment_id: str) -> Answer | None:
        """Who pays how much of a shipment."""
        return await self._get(shop, f"/shipments/{shipment_id}/costs", Costs)

    async def billing(self, shop: Shop, billing_id: str) -> Answer | None:
        """The buyer's tax data."""
        return await self._get(shop, f"/orders/billing-info/MLB/{billing_id}", Billing)

    async def listing(self, shop: Shop, listing_id: str) -> Answer | None:
        """What was for sale."""
        if not _LISTING.fullmatch(listing_id):
            return None
        return await self._get(shop, f"/items/{listing_id}", Listing)

    async def order_of_shipment(self, shop: Shop, shipment_id: str) -> str | None:
        """One order in a shipment; only the old format names it."""
        answer = await self._get(shop, f"/shipments/{shipment_id}", Shipment)
        return _number(answer.document.order_id) if answer else None

    async def order_of_payment(self, shop: Shop, payment_id: str) -> str | None:
        """The order that a payment is of."""
        answer = await self._get(shop, f"/collections/{payment_id}", payload.Collection)
        return _number(answer.document.order_id) if answer else None

    async def order_of_claim(self, shop: Shop, claim_id: str) -> str | None:
        """The order that a claim is about, also by way of its shipment or payment."""
        answer = await self._get(shop, f"/post-purchase/v1/claims/{claim_id}", payload.Claim)
        number = _number(answer.document.resource_id) if answer else None
        if answer is None or number is None:
            return None
        match answer.document.resource:
            case "order":
                return number
            case "shipment":
                return await self.order_of_shipment(shop, number)
            case "payment":
                return await self.order_of_payment(shop, number)
            case _:
                return None

    async def _get(
        self, shop: Shop, path: str, kind: type[P], headers: dict[str, str] | None = None
    ) -> Answer | None:
        response = await self._ask(shop, path, headers or {})
        status = response.status_code
        if status in {httpx.codes.NO_CONTENT, httpx.codes.NOT_FOUND, httpx.codes.BAD_REQUEST}:
            return None
        if status == httpx.codes.FORBIDDEN and _error_in(response) in _NOT_OURS:
            return None
        if status in {httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN}:
            raise TokenRefused
        if status == httpx.codes.TOO_MANY_REQUESTS:
            raise Throttled("mercadolivre: throttled", _wait_s(response))
        if status not in {httpx.codes.OK, httpx.codes.PARTIAL_CONTENT}:
            raise Unreachable(f"mercadolivre answered {status}")
        return Answer(
            document=read(kind, response.content),
            raw=RawDocument(source=f"GET {path}", body=response.text),
            withheld="buyer" in response.headers.get(_MISSING, "").lower(),
        )

    async def _ask(self, shop: Shop, path: str, headers: dict[str, str]) -> Answered:
        sent = {"Authorization": f"Bearer {shop.token}", "Accept": "application/json"} | headers
        try:
            async with asyncio.timeout(DEADLINE_S):
                return await self._http.request("GET", self._url + path, headers=sent)
        except (httpx.HTTPError, TimeoutError) as error:
            raise Unreachable(f"mercadolivre: {type(error).__name__}") from error


def _number(text: str) -> str | None:
    """The id, if it is one."""
    return text if text.isascii() and text.isdigit() else None


def _error_in(response: Answered) -> str:
    try:
        answer = orjson.loads(response.content)
    except orjson.JSONDecodeError:
        return ""
    return str(answer.get("error", "")) if isinstance(answer, dict) else ""


def _wait_s(response: Answered) -> float:
    """How long to wait: no header is documented, so one is honoured where it comes."""
    stated = response.headers.get("retry-after", "")
    return float(stated) if stated.isascii() and stated.isdigit() else _THROTTLED_FOR_S
