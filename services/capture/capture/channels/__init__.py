"""The channels, in one place: adding one is a module here and a line below."""

from collections.abc import Callable, Mapping
from typing import Final

import httpx

from capture.channels.channel import Channel
from capture.channels.nuvemshop import Nuvemshop
from capture.channels.shopify import Shopify

CHANNELS: Final[Mapping[str, Callable[[httpx.AsyncClient, str], Channel]]] = {
    "shopify": Shopify,
    "nuvemshop": Nuvemshop,
}
"""By the name in the webhook's URL; each is built on the HTTP client and its API's address."""
