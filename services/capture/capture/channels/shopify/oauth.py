"""How Shopify renews expiring offline tokens: an access token lives an hour, both are replaced.

Source: shopify.dev, "Use expiring offline access tokens", and the changelog of 28/08/2026: the
refresh token just used stays good until its successor is used, so a lost answer can be asked again.
"""

from capture.channels.channel import Shop, TokenRequest, Unreachable
from capture.channels.shopify.client import DOMAIN


def renewal(url: str, shop: Shop, refresh_token: str) -> TokenRequest:
    """The question for a new pair; `url` holds `{shop}`. Raises Unreachable for no domain."""
    if not DOMAIN.fullmatch(shop.domain):
        raise Unreachable("the store's domain is no host name")
    return TokenRequest(
        url=f"{url.replace('{shop}', shop.domain)}/admin/oauth/access_token",
        form={
            "grant_type": "refresh_token",
            "client_id": shop.app.client_id,
            "client_secret": shop.app.client_secret,
            "refresh_token": refresh_token,
        },
    )
