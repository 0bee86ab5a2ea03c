"""Nuvemshop's webhooks, one registration per event and address.

Source: the platform's page on webhooks; `app/suspended` and `app/uninstalled` are compulsory.
Webhooks did stop silently there, so the list is read again and again.
"""

import asyncio
from collections.abc import Sequence
from typing import Final

import httpx
import orjson
from pydantic import TypeAdapter, ValidationError

from capture.channels.channel import Shop, Throttled, TokenRefused, Unreachable
from capture.channels.nuvemshop.client import DEADLINE_S, VERSION, Client
from capture.channels.part import Part, Text
from capture.channels.registrar import Registration
from chassis.http import Answered, Http

TOPICS: Final = (
    *(f"order/{what}" for what in ("paid", "updated", "edited", "cancelled", "voided")),
    *("product/created", "product/updated", "product/deleted"),
    *("app/uninstalled", "app/suspended", "app/resumed"),
)
_MOST_WORDS: Final = 300


class _Webhook(Part):
    id: Text = ""
    event: str
    url: str


_LIST: Final = TypeAdapter(tuple[_Webhook, ...])


class NuvemshopRegistrar(Client):
    """See Registrar. `url` is the API's root."""

    topics: Sequence[str] = TOPICS

    def __init__(self, http: Http, url: str) -> None:
        super().__init__(http, url)

    async def registered(self, shop: Shop) -> Sequence[Registration]:
        """See Registrar."""
        response = await self._ask(shop, "webhooks?per_page=200")
        if response is None:
            return ()
        try:
            listed = _LIST.validate_json(response.content)
        except ValidationError:
            raise Unreachable("nuvemshop: unreadable list of webhooks") from None
        return [Registration(one.event, one.url, one.id) for one in listed]

    async def register(self, shop: Shop, wanted: Registration) -> str:
        """See Registrar."""
        sent = {"event": wanted.topic, "url": wanted.url}
        response = await self._change(shop, "POST", "webhooks", sent)
        if httpx.codes.is_success(response.status_code):
            return ""
        if response.status_code == httpx.codes.UNPROCESSABLE_ENTITY:
            return response.text[:_MOST_WORDS]
        raise Unreachable(f"nuvemshop answered {response.status_code}")

    async def remove(self, shop: Shop, known: Registration) -> None:
        """See Registrar."""
        if not known.id.isdecimal():
            raise Unreachable("nuvemshop: a webhook without a number")
        response = await self._change(shop, "DELETE", f"webhooks/{known.id}")
        if not (
            httpx.codes.is_success(response.status_code)
            or response.status_code == httpx.codes.NOT_FOUND
        ):
            raise Unreachable(f"nuvemshop answered {response.status_code}")

    async def _change(
        self, shop: Shop, method: str, path: str, sent: dict[str, str] | None = None
    ) -> Answered:
        url = f"{self._url}/{VERSION}/{shop.domain}/{path}"
        try:
            async with asyncio.timeout(DEADLINE_S):
                response = await self._sent(method, url, shop.token, sent)
        except (httpx.HTTPError, TimeoutError) as error:
            raise Unreachable(f"nuvemshop: {type(error).__name__}") from error
        if response.status_code == httpx.codes.TOO_MANY_REQUESTS:
            raise Throttled("nuvemshop: throttled", 1.0)
        return response

    async def _sent(
        self, method: str, url: str, token: str, sent: dict[str, str] | None
    ) -> Answered:
        """Under both names of the token's header, as every question here."""
        content = None if sent is None else orjson.dumps(sent)
        kind = {"Content-Type": "application/json"} if content else {}
        for header in ({"Authorization": f"Bearer {token}"}, {"Authentication": f"bearer {token}"}):
            response = await self._http.request(method, url, content=content, headers=header | kind)
            if response.status_code not in {httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN}:
                return response
        raise TokenRefused
