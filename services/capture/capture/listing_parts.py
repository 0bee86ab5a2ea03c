"""The part of the service that keeps listings, put together."""

import asyncio
from collections.abc import Mapping
from datetime import timedelta
from functools import partial
from uuid import uuid4

from capture.channels.shelf import Shelf
from capture.handlers import SERVICE
from capture.listing_book import MongoListingBook, MongoRounds
from capture.listing_choices import Following
from capture.listing_hints import ListingHints
from capture.listing_rounds import ListingRounds
from capture.listing_teller import ListingTeller
from capture.settings import Settings
from capture.shelf_reader import ShelfReader
from capture.shops import Shops
from capture.tally import Tally
from capture.tokens import Tokens
from chassis import kafka, table
from chassis.app import Clients, Parts
from chassis.clock import utc_now
from chassis.table import Table
from contracts.listings import ListingsWanted, PublicationDateSet


def listing_parts(
    settings: Settings,
    clients: Clients,
    shops: Shops,
    tokens: Tokens,
    shelves: Mapping[str, Shelf],
    *,
    tally: Tally,
    hints: ListingHints,
) -> Parts:
    """What starts, runs and stops for the sake of listings."""
    database = clients.mongo["esteira_capture"]
    book = MongoListingBook(database)
    dates, wishes = Table(PublicationDateSet), Table(ListingsWanted)
    of_dates, of_wishes = (kafka.table_consumer(settings.kafka, SERVICE) for _ in range(2))
    rounds = ListingRounds(
        shops=shops,
        shelves=shelves,
        reader=ShelfReader(shops, tokens, tally, asyncio.sleep),
        teller=ListingTeller(book, clients.publisher, utc_now, SERVICE),
        rounds=MongoRounds(database["listing_rounds"], settings.instance),
        hints=hints,
        clock=utc_now,
        every=timedelta(seconds=settings.listings_every_s),
        new_round=lambda: uuid4().hex,
    )
    dating, wishing = Following(dates, book.date), Following(wishes, rounds.want)
    return Parts(
        starts=[
            book.prepare,
            partial(table.load, dates, of_dates),
            partial(table.load, wishes, of_wishes),
        ],
        background=[
            partial(table.follow, dates, of_dates),
            partial(table.follow, wishes, of_wishes),
            dating.run,
            wishing.run,
            rounds.run,
        ],
        stops=[of_dates.stop, of_wishes.stop],
    )
