"""Shopify's Admin API, as far as capture asks it: two GraphQL queries and two REST reads.

Source: shopify.dev, "API rate limits" and "API versioning".
"""

import asyncio
import re
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlencode

import httpx
import orjson

from capture.channels.channel import Shop, Throttled, TokenRefused, Unclear, Unreachable
from capture.channels.listed import Page, Period
from capture.channels.shopify import order_list
from capture.channels.shopify.details import (
    ACCESS_DENIED,
    QUERY,
    THROTTLED,
    Answer,
    Details,
    answer_in,
)
from capture.channels.shopify.payload import Order, order_in
from chassis.http import Answered, Http
from contracts.events import RawDocument

API: Final = "/admin/api/2026-10"
GRAPHQL: Final = "graphql OrderDetails"
DEADLINE_S: Final = 10.0
"""For a whole answer; the client's own timeouts only bound its silences."""
_THROTTLED_FOR_S: Final = 1.0
DOMAIN: Final = re.compile(r"[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?", re.IGNORECASE)


class Client:
    """Asks Shopify about orders. `url` holds `{shop}`, which becomes the shop's domain."""

    def __init__(self, http: Http, url: str) -> None:
        self._http = http
        self._url = url

    async def details(self, shop: Shop, order_gid: str) -> tuple[Details | None, bool, RawDocument]:
        """What GraphQL says of the order, whether it hides the buyer, and its answer.

        None when Shopify knows no such order. Raises TokenRefused, Unreachable and Unclear.
        """
        response = await self._graphql(shop, "OrderDetails", QUERY, {"id": order_gid})
        answer = answer_in(response.content)
        order = answer.data.order if answer.data else None
        if order is None and answer.errors:
            _refused(answer)
        raw = RawDocument(source=GRAPHQL, body=response.text)
        hidden = ACCESS_DENIED in answer.codes and not (order and order.localized)
        return order, hidden, raw

    async def order(self, shop: Shop, order_id: str) -> tuple[Order, RawDocument] | None:
        """The order as REST tells it, and the answer; None when Shopify has no such order.

        Raises TokenRefused, Unreachable and Unreadable.
        """
        path = f"/orders/{order_id}.json"
        response = await self._ask(shop, "GET", path)
        if response.status_code == httpx.codes.NOT_FOUND:
            return None
        if response.status_code != httpx.codes.OK:
            raise Unreachable(f"rest answered {response.status_code}")
        raw = RawDocument(source=f"rest{path}", body=response.text)
        return order_in(response.content), raw

    async def orders(self, shop: Shop, period: Period, after: str) -> Page:
        """A page of the shop's orders. Raises TokenRefused, Unreachable and Unreadable."""
        asked = urlencode(order_list.parameters(period, after))
        response = await self._ask(shop, "GET", f"/orders.json?{asked}")
        if response.status_code != httpx.codes.OK:
            raise Unreachable(f"rest answered {response.status_code}")
        return order_list.page_in(response.content, response.headers.get("link", ""))

    async def named(self, shop: Shop, number: str) -> tuple[str, ...]:
        """The ids of the orders of this name. Raises TokenRefused and Unreachable."""
        variables = order_list.question(number)
        response = await self._graphql(shop, "OrdersNamed", order_list.NAMED, variables)
        answer = answer_in(response.content)
        if answer.errors:
            _refused(answer)
        return order_list.ids_in(response.content)

    async def _graphql(
        self, shop: Shop, name: str, query: str, variables: Mapping[str, Any]
    ) -> Answered:
        body = {"query": query, "operationName": name, "variables": variables}
        response = await self._ask(shop, "POST", "/graphql.json", orjson.dumps(body))
        if response.status_code != httpx.codes.OK:
            raise Unreachable(f"graphql answered {response.status_code}")
        return response

    async def _ask(
        self, shop: Shop, method: str, path: str, content: bytes | None = None
    ) -> Answered:
        if not DOMAIN.fullmatch(shop.domain):
            raise Unreachable("the store's domain is no host name")
        url = self._url.replace("{shop}", shop.domain) + API + path
        headers = {"X-Shopify-Access-Token": shop.token, "Accept": "application/json"}
        if content is not None:
            headers["Content-Type"] = "application/json"
        try:
            async with asyncio.timeout(DEADLINE_S):
                response = await self._http.request(method, url, content=content, headers=headers)
        except (httpx.HTTPError, TimeoutError) as error:
            raise Unreachable(f"shopify: {type(error).__name__}") from error
        if response.status_code in {httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN}:
            raise TokenRefused
        if response.status_code == httpx.codes.TOO_MANY_REQUESTS:
            raise Throttled("shopify: throttled", _wait_s(response))
        return response


def _refused(answer: Answer) -> None:
    """Say why there is no data. Without access to an order there is nothing to wait for."""
    if ACCESS_DENIED in answer.codes:
        return
    if THROTTLED in answer.codes:
        raise Throttled("shopify: throttled", answer.throttled_for_s)
    raise Unclear(f"graphql refused the query: {', '.join(sorted(answer.codes)) or 'no code'}")


def _wait_s(response: Answered) -> float:
    """The pause a 429 asks for: in its header, or in GraphQL's throttle status."""
    try:
        return float(response.headers["Retry-After"])
    except (KeyError, ValueError):
        pass
    try:
        return max(_THROTTLED_FOR_S, answer_in(response.content).throttled_for_s)
    except Unreachable:
        return _THROTTLED_FOR_S
