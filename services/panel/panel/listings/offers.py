"""What the panel knows of listings, and of the products that they may be."""

from dataclasses import dataclass

from contracts.listings import ListingSeen
from contracts.stores import StoreConfigured
from panel.erp.catalogue import CatalogueReader
from panel.listings.choices import Choices
from panel.listings.matching import Line, lines
from panel.listings.products import Products
from panel.listings.seen import Listings


@dataclass(frozen=True, slots=True)
class Offers:
    """Listings as channels have them, what people decided, what the ERP sells."""

    listings: Listings
    choices: Choices
    catalogue: CatalogueReader

    async def lines(self, store: StoreConfigured, products: Products | None) -> list[Line]:
        """Every variation of the store with what it matches. Raises Unavailable."""
        listings = await self.listings.of_store(store.store_id)
        return lines(listings, products, self.choices.links.get)

    async def one(self, store: StoreConfigured, listing_id: str) -> ListingSeen | None:
        """One listing. Raises Unavailable."""
        return await self.listings.one(store.store_id, listing_id)
