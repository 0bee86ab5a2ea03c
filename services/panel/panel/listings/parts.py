"""The part of the panel that is about listings, put together."""

from dataclasses import dataclass
from functools import partial
from typing import Any

from chassis import kafka, table
from chassis.app import Clients, Parts
from chassis.clock import utc_now
from chassis.store import Database, MongoDocuments
from chassis.subscription import Subscription
from chassis.table import Table
from contracts.listings import ListingLinked, PublicationDateSet
from panel import handlers
from panel.erp import catalogue
from panel.erp.accounts import Accounts
from panel.erp.catalogue import CatalogueReader
from panel.listings.choices import Choices
from panel.listings.offers import Offers
from panel.listings.seen import MongoListings
from panel.settings import Settings
from panel.telling import SERVICE


@dataclass(frozen=True, slots=True)
class ListingParts:
    """What the pages need, and what reads, starts, runs and stops for it."""

    offers: Offers
    parts: Parts


def listing_parts(
    settings: Settings, clients: Clients, database: Database[dict[str, Any]], accounts: Accounts
) -> ListingParts:
    """On the real clients."""
    listings = MongoListings(database["listings"])
    links, dates = Table(ListingLinked), Table(PublicationDateSet)
    of_links, of_dates = (kafka.table_consumer(settings.kafka, SERVICE) for _ in range(2))
    kept = MongoDocuments(database["erp_products"], catalogue.encode, catalogue.decode)
    reader = CatalogueReader(accounts, kept, utc_now)
    flow = handlers.listings(listings, clients.publisher, utc_now)
    return ListingParts(
        Offers(listings, Choices(links, dates, clients.publisher, utc_now), reader),
        Parts(
            subscriptions=[Subscription(flow, group=f"{SERVICE}-listings")],
            starts=[
                listings.prepare,
                partial(table.load, links, of_links),
                partial(table.load, dates, of_dates),
            ],
            background=[
                partial(table.follow, links, of_links),
                partial(table.follow, dates, of_dates),
            ],
            stops=[of_links.stop, of_dates.stop, reader.stop],
        ),
    )
