"""Whether a store's access to its channel works, in plain words.

Capture owns everything that touches a channel; this one read exists so that an operator gets the
answer in the moment of asking (docs/decisions). A channel without a check here is not tested.
"""

import asyncio
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import httpx

from chassis.vault import Sealed, Vault
from contracts.stores import StoreConfigured
from panel.erp.check import Finding

_DEADLINE_S: Final = 8.0
_DOMAIN: Final = re.compile(r"[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?")
_SHOPIFY_PATH: Final = "/admin/api/2026-10/graphql.json"
_NO_TOKEN: Final = Finding(False, "Esta loja ainda não tem a chave de acesso do canal.")
_REFUSED: Final = Finding(
    False, "O canal não aceita a chave de acesso. Gere outra no canal e salve-a aqui."
)
_AWAY: Final = Finding(False, "O canal não respondeu. Tente de novo em instantes.")
_FOREIGN: Final = Finding(
    False, "O canal respondeu por outra loja. Confira o endereço e a chave de acesso."
)


@dataclass(frozen=True, slots=True)
class ChannelCheck:
    """Asks channels who we are there. `shopify_url` holds `{shop}`, which becomes the domain."""

    http: httpx.AsyncClient
    vault: Vault
    shopify_url: str

    def can(self, channel: str) -> bool:
        """Whether stores of this channel can be tested."""
        return channel == "shopify"

    async def check(self, store: StoreConfigured) -> Finding:
        """What the channel says to the store's token."""
        return await self.try_token(store.domain, self._token(store))

    async def try_token(self, domain: str, token: str) -> Finding:
        """What the channel says to this token of the shop at `domain`."""
        if not token or not _DOMAIN.fullmatch(domain):
            return _NO_TOKEN
        try:
            async with asyncio.timeout(_DEADLINE_S):
                answer = await self.http.post(
                    self.shopify_url.format(shop=domain) + _SHOPIFY_PATH,
                    json={"query": "{ shop { name myshopifyDomain } }"},
                    headers={"X-Shopify-Access-Token": token},
                )
        except (httpx.HTTPError, TimeoutError):
            return _AWAY
        return _read(answer, domain)

    def _token(self, store: StoreConfigured) -> str:
        if not store.channel_token:
            return ""
        try:
            return self.vault.open(store.channel_token, f"{store.store_id}:channel_token")
        except Sealed:
            return ""


def _read(answer: httpx.Response, domain: str) -> Finding:
    if answer.status_code in {httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN}:
        return _REFUSED
    if answer.status_code == httpx.codes.NOT_FOUND:
        return Finding(False, "O canal não conhece este endereço de loja. Confira-o.")
    if answer.status_code != httpx.codes.OK:
        return _AWAY
    shop = _shop(answer)
    if shop is None:
        return _REFUSED
    if shop.get("myshopifyDomain") not in {None, domain}:
        return _FOREIGN
    return Finding(True, f"O canal aceita a chave de acesso: loja {shop.get('name') or domain}.")


def _shop(answer: httpx.Response) -> Mapping[str, Any] | None:
    try:
        shop = answer.json()["data"]["shop"]
    except (ValueError, KeyError, TypeError):
        return None
    return shop if isinstance(shop, dict) else None
