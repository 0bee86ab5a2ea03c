"""How Mercado Livre renews tokens: an access token lives 6 hours, a refresh token works once.

Source: developers.mercadolivre.com.br, "Autenticação e autorização", 2025-12.
"""

from capture.channels.channel import Shop, TokenRequest


def renewal(url: str, shop: Shop, refresh_token: str) -> TokenRequest:
    """The question for a new pair; `url` is the API's root."""
    return TokenRequest(
        url=f"{url.rstrip('/')}/oauth/token",
        form={
            "grant_type": "refresh_token",
            "client_id": shop.app.client_id,
            "client_secret": shop.app.client_secret,
            "refresh_token": refresh_token,
        },
    )
