"""Mercado Livre's notifications are chosen with the application, in the developer panel.

No API registers them, and no event tells that a seller took the grant back: so the token is tried.
Source: developers.mercadolivre.com.br, "Receba notificações" and "Autenticação e autorização".
"""

from collections.abc import Sequence

import httpx

from capture.channels.channel import Shop, TokenRefused, Unreachable
from capture.channels.mercadolivre.client import Client
from capture.channels.registrar import Registration


class MercadoLivreRegistrar(Client):
    """See Registrar. `url` is the API's root."""

    topics: Sequence[str] = ()

    async def registered(self, shop: Shop) -> Sequence[Registration]:
        """See Registrar: nothing of a seller's own; whether the token opens anything."""
        response = await self._ask(shop, "/users/me", {})
        if response.status_code in {httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN}:
            raise TokenRefused
        if response.status_code != httpx.codes.OK:
            raise Unreachable(f"mercadolivre answered {response.status_code}")
        return ()

    async def register(self, shop: Shop, wanted: Registration) -> str:
        """See Registrar: there is nothing to register."""
        raise NotImplementedError

    async def remove(self, shop: Shop, known: Registration) -> None:
        """See Registrar: there is nothing to remove."""
        raise NotImplementedError
