"""Who registers webhooks, in one place: a channel that a store can be connected to has a line."""

from collections.abc import Callable, Mapping
from typing import Final

from capture.channels.mercadolivre.registrar import MercadoLivreRegistrar
from capture.channels.nuvemshop.registrar import NuvemshopRegistrar
from capture.channels.registrar import Registrar
from capture.channels.shopify.registrar import ShopifyRegistrar
from chassis.http import Http

REGISTRARS: Final[Mapping[str, Callable[[Http, str], Registrar]]] = {
    "shopify": ShopifyRegistrar,
    "nuvemshop": NuvemshopRegistrar,
    "mercadolivre": MercadoLivreRegistrar,
}
"""By the channel's name; each is built on the HTTP client and its API's address."""
