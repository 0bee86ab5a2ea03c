"""Nuvemshop's API, as far as capture asks it: orders with parcels, and transactions.

Source: the platform's pages on authentication, on errors and on rate limits.
"""

import asyncio
import re
from collections.abc import Mapping
from typing import Final
from urllib.parse import urlencode

import httpx

from capture.channels.channel import Shop, Throttled, TokenRefused, Unreachable
from capture.channels.listed import Page, Period
from capture.channels.nuvemshop import order_list
from capture.channels.nuvemshop.payload import Order, Transaction, order_in, transactions_in
from chassis.http import Answered, Http
from contracts.events import RawDocument

VERSION: Final = "2025-03"
DEADLINE_S: Final = 10.0
"""For a whole answer; the client's own timeouts only bound its silences."""
_SUSPENDED_FOR_S: Final = 60.0
_THROTTLED_FOR_S: Final = 1.0
_SLOTS: Final = 4
"""Calls to make room for after a 429: as many as we ask at a time."""
_STORE: Final = re.compile(r"[0-9]{1,20}")
_REFUSED: Final = frozenset({httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN})


class Client:
    """Asks Nuvemshop about orders. `url` is the API's root; the HTTP client names our app."""

    def __init__(self, http: Http, url: str) -> None:
        self._http = http
        self._url = url.rstrip("/")

    async def order(self, shop: Shop, order_id: str) -> tuple[Order, RawDocument] | None:
        """The order with its parcels, and the answer; None when there is no such order.

        Raises TokenRefused, Unreachable and Unreadable.
        """
        path = f"orders/{order_id}?aggregates=fulfillment_orders"
        if (response := await self._ask(shop, path)) is None:
            return None
        raw = RawDocument(source=f"api orders/{order_id}", body=response.text)
        return order_in(response.content), raw

    async def transactions(
        self, shop: Shop, order_id: str
    ) -> tuple[tuple[Transaction, ...], RawDocument] | None:
        """The order's payments with what was given back, and the answer. Raises as `order`."""
        path = f"orders/{order_id}/transactions"
        if (response := await self._ask(shop, path)) is None:
            return None
        raw = RawDocument(source=f"api {path}", body=response.text)
        return transactions_in(response.content), raw

    async def orders(self, shop: Shop, period: Period, after: str) -> Page:
        """A page of the store's orders with their parcels. Raises as `order`."""
        return await self._listed(shop, order_list.parameters(period, after), after)

    async def numbered(self, shop: Shop, number: str) -> Page:
        """The orders in which this number stands. Raises as `order`."""
        return await self._listed(shop, order_list.numbered(number), "")

    async def _listed(self, shop: Shop, parameters: Mapping[str, str], after: str) -> Page:
        if (response := await self._ask(shop, f"orders?{urlencode(parameters)}")) is None:
            return Page(total=0)
        return order_list.page_in(response.content, response.headers, after)

    async def _ask(self, shop: Shop, path: str) -> Answered | None:
        """The answer; None for a 404."""
        if not _STORE.fullmatch(shop.domain):
            raise Unreachable("the store's address is no store number of nuvemshop")
        url = f"{self._url}/{VERSION}/{shop.domain}/{path}"
        try:
            async with asyncio.timeout(DEADLINE_S):
                response = await self._get(url, shop.token)
        except (httpx.HTTPError, TimeoutError) as error:
            raise Unreachable(f"nuvemshop: {type(error).__name__}") from error
        match response.status_code:
            case httpx.codes.OK:
                return response
            case httpx.codes.NOT_FOUND:
                return None
            case httpx.codes.TOO_MANY_REQUESTS:
                raise Throttled("nuvemshop: throttled", _wait_s(response))
            case httpx.codes.PAYMENT_REQUIRED:
                raise Unreachable("nuvemshop: the store is suspended", _SUSPENDED_FOR_S)
            case status:
                raise Unreachable(f"nuvemshop answered {status}")

    async def _get(self, url: str, token: str) -> Answered:
        """Ask under the present name of the token's header, then under the one before it.

        The platform renamed it on 29/05/2026; which version of the API takes which is not told.
        """
        for header in ({"Authorization": f"Bearer {token}"}, {"Authentication": f"bearer {token}"}):
            response = await self._http.request(
                "GET", url, headers=header | {"Accept": "application/json"}
            )
            if response.status_code not in _REFUSED:
                return response
        raise TokenRefused


def _wait_s(response: Answered) -> float:
    """How long until some calls fit into the bucket again: it tells how it empties as a whole."""
    try:
        limit = float(response.headers["x-rate-limit-limit"])
        empty_s = float(response.headers["x-rate-limit-reset"]) / 1000
    except (KeyError, ValueError):
        return _THROTTLED_FOR_S
    return min(empty_s, empty_s * _SLOTS / limit) if limit > 0 else _THROTTLED_FOR_S
