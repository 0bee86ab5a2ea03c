"""The channels' listings, in one place: a channel that has a shelf has a line here."""

from collections.abc import Callable, Mapping
from typing import Final

from capture.channels.mercadolivre.shelf import MercadoLivreShelf
from capture.channels.nuvemshop.shelf import NuvemshopShelf
from capture.channels.shelf import Shelf
from capture.channels.shopify.shelf import ShopifyShelf
from chassis.http import Http

SHELVES: Final[Mapping[str, Callable[[Http, str], Shelf]]] = {
    "shopify": ShopifyShelf,
    "nuvemshop": NuvemshopShelf,
    "mercadolivre": MercadoLivreShelf,
}
"""By the channel's name; each is built on the HTTP client and its API's address."""
