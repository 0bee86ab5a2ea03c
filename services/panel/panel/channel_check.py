"""Whether a store's access to its channel works, in plain words.

Capture owns everything that touches a channel; this one read exists so that an operator gets the
answer in the moment of asking (docs/decisions/0014). A token that capture has renewed is not here:
then what capture found last is the answer.
"""

import asyncio
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import httpx

from chassis.vault import Sealed, Vault
from contracts.connections import ChannelAccess
from contracts.stores import StoreConfigured
from panel.connecting.shopify import SCOPES
from panel.connection import Connection
from panel.erp.check import Finding
from panel.pages.formats import when

_DEADLINE_S: Final = 8.0
_DOMAIN: Final = re.compile(r"[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?")
_SHOPIFY_PATH: Final = "/admin/api/2026-10/graphql.json"
_SHOPIFY_ASKS: Final = """{
  shop { name myshopifyDomain }
  currentAppInstallation { accessScopes { handle } }
}"""
_NUVEMSHOP_VERSION: Final = "2025-03"
_NUVEMSHOP_HEADERS: Final = ("Authorization", "Authentication")
"""Nuvemshop moved from the second to the first; whether every version takes both is unconfirmed."""
_SHUT: Final = frozenset({httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN})
_NO_TOKEN: Final = Finding(False, "Esta loja ainda não tem a chave de acesso do canal.")
_REFUSED: Final = Finding(
    False, "O canal não aceita a chave de acesso. Reconecte a loja, ou gere outra chave e salve-a."
)
_AWAY: Final = Finding(False, "O canal não respondeu. Tente de novo em instantes.")
_SUSPENDED: Final = Finding(
    False, "O canal suspendeu a loja ou o aplicativo. Confira a assinatura no administrador dela."
)
_UNKNOWN: Final = Finding(False, "O canal não conhece este endereço de loja. Confira-o.")
_FOREIGN: Final = Finding(
    False, "O canal respondeu por outra loja. Confira o endereço e a chave de acesso."
)
_NOT_YET: Final = Finding(
    False, "A chave desta loja é renovada pela captura, que ainda não a conferiu. Volte em 1 min."
)


@dataclass(frozen=True, slots=True)
class ChannelCheck:
    """Asks channels who we are there. `shopify_url` holds `{shop}`, which becomes the domain."""

    http: httpx.AsyncClient
    vault: Vault
    shopify_url: str
    nuvemshop_url: str = "https://api.nuvemshop.com.br"
    mercadolivre_url: str = "https://api.mercadolibre.com"

    def can(self, channel: str) -> bool:
        """Whether stores of this channel can be tested."""
        return channel in {"shopify", "nuvemshop", "mercadolivre"}

    async def check(
        self, store: StoreConfigured, found: Connection | None, now: datetime
    ) -> Finding:
        """What the channel says to the store's token; `found` is what it said to capture last."""
        token = self._token(store)
        if not token or not _DOMAIN.fullmatch(store.domain):
            return _NO_TOKEN
        ends_at, renewed = store.channel_token_expires_at, bool(store.channel_refresh_token)
        if renewed and ends_at is not None and ends_at <= now:
            return _as_capture_found(found)
        finding = await self._ask(store.channel, store.domain, token)
        return _as_capture_found(found) if renewed and finding is _REFUSED else finding

    async def try_token(self, domain: str, token: str) -> Finding:
        """What Shopify says to this token of the shop at `domain`."""
        if not token or not _DOMAIN.fullmatch(domain):
            return _NO_TOKEN
        return await self._ask("shopify", domain, token)

    async def _ask(self, channel: str, domain: str, token: str) -> Finding:
        asks = {"nuvemshop": self._nuvemshop, "mercadolivre": self._mercadolivre}
        try:
            async with asyncio.timeout(_DEADLINE_S):
                return await asks.get(channel, self._shopify)(domain, token)
        except (httpx.HTTPError, TimeoutError):
            return _AWAY

    async def _shopify(self, domain: str, token: str) -> Finding:
        answer = await self.http.post(
            self.shopify_url.format(shop=domain) + _SHOPIFY_PATH,
            json={"query": _SHOPIFY_ASKS},
            headers={"X-Shopify-Access-Token": token},
        )
        if refusal := _refusal(answer):
            return refusal
        shop = _within(answer, "data", "shop")
        if shop is None:
            return _REFUSED
        if shop.get("myshopifyDomain") not in {None, domain}:
            return _FOREIGN
        if lacking := _lacking(_within(answer, "data", "currentAppInstallation") or {}):
            return _without(lacking)
        return _granted(shop.get("name") or domain)

    async def _nuvemshop(self, domain: str, token: str) -> Finding:
        """The list of our webhooks: the store's number is in the address, so it is this store."""
        url = f"{self.nuvemshop_url.rstrip('/')}/{_NUVEMSHOP_VERSION}/{domain}/webhooks?per_page=1"
        refusal: Finding | None = None
        for header in _NUVEMSHOP_HEADERS:
            sent = {header: f"Bearer {token}", "User-Agent": "esteira"}
            refusal = _refusal(await self.http.get(url, headers=sent))
            if refusal is not _REFUSED:
                break
        return refusal or _granted(domain)

    async def _mercadolivre(self, domain: str, token: str) -> Finding:
        answer = await self.http.get(
            f"{self.mercadolivre_url.rstrip('/')}/users/me",
            headers={"Authorization": f"Bearer {token}"},
        )
        if refusal := _refusal(answer):
            return refusal
        seller = _within(answer) or {}
        if str(seller.get("id", domain)) != domain:
            return _FOREIGN
        return _granted(seller.get("nickname") or domain)

    def _token(self, store: StoreConfigured) -> str:
        if not store.channel_token:
            return ""
        try:
            return self.vault.open(store.channel_token, f"{store.store_id}:channel_token")
        except Sealed:
            return ""


def _granted(name: str) -> Finding:
    return Finding(True, f"O canal aceita a chave de acesso: loja {name}.")


def _lacking(installation: Mapping[str, Any]) -> list[str]:
    """What capture asks for and the app may not read; none where Shopify does not say.

    Source: shopify.dev, `AppInstallation.accessScopes`; to write something includes to read it.
    """
    scopes = installation.get("accessScopes")
    if not isinstance(scopes, list):
        return []
    granted = {scope.get("handle") for scope in scopes if isinstance(scope, dict)}
    return [
        wanted
        for wanted in SCOPES.split(",")
        if granted.isdisjoint({wanted, wanted.replace("read_", "write_")})
    ]


def _without(scopes: Sequence[str]) -> Finding:
    return Finding(
        False,
        f"Falta ao aplicativo a permissão de {' e '.join(scopes)}: sem isso os pedidos não chegam."
        " Dê a permissão no admin da Shopify, e cole a chave que ele mostrar depois.",
    )


def _refusal(answer: httpx.Response) -> Finding | None:
    """What speaks against the token, from the answer's status."""
    if answer.status_code == httpx.codes.OK:
        return None
    if answer.status_code in _SHUT:
        return _REFUSED
    known = {httpx.codes.NOT_FOUND: _UNKNOWN, httpx.codes.PAYMENT_REQUIRED: _SUSPENDED}
    return known.get(httpx.codes(answer.status_code), _AWAY)


def _as_capture_found(found: Connection | None) -> Finding:
    """The answer to a token that capture has renewed, and only capture has."""
    match found.access if found else None:
        case ChannelAccess.GRANTED if found:
            said = f"A captura renovou a chave e a conferiu em {when(found.at)}: o canal aceita."
            return Finding(True, said)
        case ChannelAccess.REFUSED:
            return _REFUSED
        case _:
            return _NOT_YET


def _within(answer: httpx.Response, *path: str) -> Mapping[str, Any] | None:
    """The object at this path of the answer; None where there is none."""
    try:
        found = answer.json()
        for part in path:
            found = found[part]
    except (ValueError, KeyError, TypeError):
        return None
    return found if isinstance(found, dict) else None
