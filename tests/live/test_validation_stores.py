"""One set of promises, held against validation's stores in memory and the ones in MongoDB."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from chassis.store import Documents, Kept, MongoDocuments, connect
from tests.support.belt import NOON
from tests.support.builders import ACCOUNT, STORE, an_item, an_order, captured
from tests.support.catalogues import a_catalogue, facts, settings
from tests.support.memory import MemoryDocuments
from tests.support.validating import MemoryOpenCases, MemoryShelf
from validation import case_document
from validation.case import Case
from validation.catalogue import Product
from validation.revisits import MongoOpenCases, OpenCases
from validation.shelf import MongoShelf, Shelf
from validation.step import Validation

Cases = tuple[Documents[Case], OpenCases]
LATER = NOON + timedelta(minutes=5)


@asynccontextmanager
async def fresh(mongodb_url: str) -> AsyncIterator[Any]:
    """A database of the test's own."""
    client = connect(mongodb_url)
    name = f"promises_{uuid4().hex}"
    try:
        yield client[name]
        await client.drop_database(name)
    finally:
        client.close()


@pytest.fixture(params=["memory", "mongodb"])
async def shelf(request: pytest.FixtureRequest) -> AsyncIterator[Shelf]:
    if request.param == "memory":
        yield MemoryShelf()
        return
    async with fresh(request.getfixturevalue("mongodb_url")) as database:
        kept = MongoShelf(database, owner="me")
        await kept.prepare()
        yield kept


@pytest.fixture(params=["memory", "mongodb"])
async def cases(request: pytest.FixtureRequest) -> AsyncIterator[Cases]:
    if request.param == "memory":
        documents = MemoryDocuments[Case]()
        yield documents, MemoryOpenCases(documents)
        return
    async with fresh(request.getfixturevalue("mongodb_url")) as database:
        found = MongoOpenCases(database["cases"])
        await found.prepare()
        encoded = MongoDocuments(database["cases"], case_document.encode, case_document.decode)
        yield encoded, found


async def test_a_catalogue_comes_back_as_it_was_put(shelf: Shelf):
    catalogue = a_catalogue(tax_scenarios=None)

    await shelf.save(catalogue, changed=True)
    back = await shelf.load(ACCOUNT, None)

    assert back is not None
    assert back.same_as(catalogue)
    assert back.read_at == NOON
    assert back.registers.tax_scenarios is None


async def test_a_catalogue_that_is_not_newer_is_not_loaded(shelf: Shelf):
    await shelf.save(a_catalogue(), changed=True)

    assert await shelf.load(ACCOUNT, NOON) is None
    assert await shelf.load(ACCOUNT, NOON - timedelta(seconds=1)) is not None
    assert await shelf.load("somebody else", None) is None


async def test_a_new_version_takes_the_place_of_the_old_one(shelf: Shelf):
    await shelf.save(a_catalogue(), changed=True)
    newer = a_catalogue(Product(1, "SO-ESTE"), read_at=LATER)

    await shelf.save(newer, changed=True)
    back = await shelf.load(ACCOUNT, NOON)

    assert back is not None
    assert back.same_as(newer)


async def test_an_unchanged_catalogue_only_becomes_younger(shelf: Shelf):
    await shelf.save(a_catalogue(), changed=True)

    await shelf.save(a_catalogue(read_at=LATER), changed=False)
    back = await shelf.load(ACCOUNT, NOON)

    assert back is not None
    assert back.read_at == LATER
    assert back.same_as(a_catalogue())


async def test_a_large_catalogue_comes_back_whole(shelf: Shelf):
    catalogue = a_catalogue(*(Product(n, f"SKU-{n}") for n in range(4500)))

    await shelf.save(catalogue, changed=True)
    back = await shelf.load(ACCOUNT, None)

    assert back is not None
    assert back.same_as(catalogue)


async def test_an_account_is_read_by_one_process_at_a_time(mongodb_url: str):
    async with fresh(mongodb_url) as database:
        mine, theirs = MongoShelf(database, "me"), MongoShelf(database, "them")
        minute = timedelta(minutes=1)

        assert await mine.claim(ACCOUNT, NOON, minute)
        assert await mine.claim(ACCOUNT, NOON, minute)
        assert not await theirs.claim(ACCOUNT, NOON, minute)
        assert await theirs.claim(ACCOUNT, NOON + minute, minute)
        assert not await mine.claim(ACCOUNT, NOON + minute, minute)
        assert await mine.claim("another", NOON, minute)


async def test_only_cases_that_facts_can_change_are_found(cases: Cases):
    documents, found = cases
    known = {
        "validated": facts(),
        "waiting": None,
        "pending": facts(settings(erp_stage_code=None)),
    }
    for name, at_hand in known.items():
        order = an_order(1001, an_item()).model_copy(update={"order_id": f"{STORE}:{name}"})
        step = Validation(lambda _, at_hand=at_hand: at_hand, lambda _, __: None, lambda: NOON)
        case, _ = step.step(None, captured(order))
        assert case is not None
        await documents.save({order.order_id: Kept(case)})
        assert (await documents.load([order.order_id]))[order.order_id].state == case

    both = [f"{STORE}:pending", f"{STORE}:waiting"]
    assert await found.find(STORE, everything=True) == both
    assert await found.find(STORE, everything=False) == both[1:]
    assert await found.find("another", everything=True) == []
