"""The channels, in one place: adding one is a module here and a line below."""

from collections.abc import Callable, Mapping
from typing import Final

from capture.channels import mercadolivre
from capture.channels.channel import Channel, Shop, TokenRequest
from capture.channels.mercadolivre import MercadoLivre
from capture.channels.nuvemshop import Nuvemshop
from capture.channels.shopify import Shopify
from capture.channels.shopify import oauth as shopify
from chassis.http import Http

CHANNELS: Final[Mapping[str, Callable[[Http, str], Channel]]] = {
    "shopify": Shopify,
    "nuvemshop": Nuvemshop,
    "mercadolivre": MercadoLivre,
}
"""By the name in the webhook's URL; each is built on the HTTP client and its API's address."""

RENEWALS: Final[Mapping[str, Callable[[str, Shop, str], TokenRequest]]] = {
    "shopify": shopify.renewal,
    "mercadolivre": mercadolivre.renewal,
}
"""How the channels whose tokens end are asked for new ones: by address, shop and refresh token."""
