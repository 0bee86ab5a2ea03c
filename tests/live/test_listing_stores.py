"""One set of promises, held against the listings' stores in memory and the ones in MongoDB."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from capture.cut_off import MongoPublications
from capture.listing_book import MongoListingBook, MongoRounds
from capture.listings import removed
from chassis.store import Kept, MongoDocuments, connect
from panel.erp import catalogue
from panel.erp.catalogue import Shelf
from panel.erp.products import ErpProduct
from panel.listings.seen import MongoListings
from tests.support.belt import NOON
from tests.support.builders import STORE
from tests.support.listings import PUBLISHED, MemoryListingBook, MemoryRounds, a_date, a_listing

KEY = f"{STORE}:9001"


@asynccontextmanager
async def fresh(mongodb_url: str) -> AsyncIterator[Any]:
    """A database of the test's own."""
    client = connect(mongodb_url)
    name = f"listings_{uuid4().hex}"
    try:
        yield client[name]
        await client.drop_database(name)
    finally:
        client.close()


@pytest.fixture
async def database(mongodb_url: str) -> AsyncIterator[Any]:
    async with fresh(mongodb_url) as found:
        yield found


@pytest.fixture(params=["memory", "mongodb"])
def book(request: pytest.FixtureRequest) -> Any:
    if request.param == "memory":
        return MemoryListingBook()
    return MongoListingBook(request.getfixturevalue("database"))


async def test_what_was_told_is_known_and_what_a_round_did_not_meet_is_missing(book: Any) -> None:
    first, second = a_listing("1"), a_listing("2")
    await book.keep([first, second], "one")
    await book.keep([first], "two")

    assert await book.known([first.key, "other:1"]) == {first.key: first}
    assert await book.missing(STORE, "two", 10) == [second]
    assert await book.missing("another", "two", 10) == []
    await book.keep([removed(second, NOON)], "two")
    assert await book.missing(STORE, "three", 10) == [first]


async def test_the_publication_that_counts_is_a_persons_else_the_channels(database: Any) -> None:
    book, publications = MongoListingBook(database), MongoPublications(database["listings"])
    await book.prepare()
    earlier, later = PUBLISHED - timedelta(days=60), PUBLISHED + timedelta(days=60)
    await book.date(a_date(earlier, version=2))
    await book.date(a_date(later, version=1))
    assert await book.known([KEY]) == {}
    await book.keep([a_listing()], "one")
    assert await publications.of([KEY]) == {KEY: earlier}

    await book.date(a_date(None, version=3))
    assert await publications.of([KEY]) == {KEY: PUBLISHED}
    await book.keep([a_listing(published_at=None)], "two")
    assert await publications.of([KEY]) == {}


@pytest.fixture(params=["memory", "mongodb"])
def processes(request: pytest.FixtureRequest) -> tuple[Any, Any]:
    """Two processes that share their rounds."""
    if request.param == "memory":
        mine = MemoryRounds("me")
        return mine, MemoryRounds("you", mine.kept)
    rounds = request.getfixturevalue("database")["listing_rounds"]
    return MongoRounds(rounds, "me"), MongoRounds(rounds, "you")


async def test_a_store_is_read_by_one_process_at_a_time_and_when_it_is_due(
    processes: tuple[Any, Any],
) -> None:
    mine, yours = processes
    lease, due = timedelta(minutes=2), NOON + timedelta(minutes=15)

    assert await mine.claim(STORE, "a", NOON, lease)
    assert not await yours.claim(STORE, "a", NOON + timedelta(minutes=1), lease)
    assert await mine.claim(STORE, "a", NOON + timedelta(minutes=1), lease)
    assert await yours.claim(STORE, "a", NOON + timedelta(minutes=3), lease)
    await mine.ended(STORE, "a", NOON)
    await yours.ended(STORE, "a", due)

    assert not await mine.claim(STORE, "a", due - timedelta(minutes=1), lease)
    assert await mine.claim(STORE, "another access", due - timedelta(minutes=1), lease)
    await mine.ended(STORE, "another access", due)
    assert await mine.claim(STORE, "another access", due, lease)
    await mine.ended(STORE, "another access", due + timedelta(hours=1))

    for _ in range(2):
        await yours.wanted(STORE, due)
    assert await yours.claim(STORE, "another access", due, lease)
    await yours.ended(STORE, "another access", due + timedelta(hours=1))
    await mine.wanted(STORE, due)
    assert not await mine.claim(STORE, "another access", due, lease)


async def test_a_store_that_is_held_is_nobody_elses_and_is_due_when_it_was(
    processes: tuple[Any, Any],
) -> None:
    mine, yours = processes
    lease, due = timedelta(minutes=2), NOON + timedelta(minutes=15)
    assert await mine.hold(STORE, NOON, lease), "although nobody ever read it"
    assert not await yours.hold(STORE, NOON, lease)
    assert not await yours.claim(STORE, "a", NOON, lease)
    await yours.let_go(STORE)
    assert not await yours.hold(STORE, NOON, lease), "who holds it not cannot let it go"
    await mine.let_go(STORE)

    assert await yours.claim(STORE, "a", NOON, lease)
    await yours.ended(STORE, "a", due)
    assert await mine.hold(STORE, NOON, lease)
    await mine.let_go(STORE)
    assert not await yours.claim(STORE, "a", NOON, lease)
    assert await yours.claim(STORE, "a", due, lease)


async def test_the_panel_keeps_listings_and_products_as_they_were(database: Any) -> None:
    listings = MongoListings(database["listings"])
    await listings.prepare()
    await listings.save({KEY: Kept(a_listing(), 0)})
    kept = MongoDocuments(database["erp_products"], catalogue.encode, catalogue.decode)
    products = [ErpProduct(7_711_002_233, "CAN-350-AZ", "Caneca “azul”", "789", active=False)]
    await kept.save({"omie-1": Kept(Shelf.of("omie-1", products, NOON), 0)})

    assert await listings.of_store(STORE) == [a_listing()]
    assert await listings.one(STORE, "9001") == a_listing()
    newer = a_listing(revision=2, title="Caneca nova")
    await listings.save({KEY: Kept(newer, 1), f"{STORE}:9": Kept(a_listing("9"), 0)})
    assert sorted(await listings.of_store(STORE), key=lambda one: one.key) == [
        a_listing("9"),
        newer,
    ]
    assert await listings.one(STORE, "404") is None
    [found] = (await kept.load(["omie-1"])).values()
    assert found.state.products().product(7_711_002_233) == products[0]
    assert found.state.read_at == NOON
