"""One set of promises, held against the documents in memory and the ones in MongoDB."""

import asyncio
import random
from collections.abc import AsyncIterator
from uuid import uuid4

import pytest

from chassis.store import Documents, Kept, MongoDocuments, connect
from tests.support import tally
from tests.support.builders import an_order, captured
from tests.support.memory import MemoryDocuments, MemoryLog

Revisions = tally.Revisions


@pytest.fixture(params=["memory", "mongodb"])
async def documents(request: pytest.FixtureRequest) -> AsyncIterator[Documents[Revisions]]:
    if request.param == "memory":
        yield MemoryDocuments()
        return
    client = connect(request.getfixturevalue("mongodb_url"))
    collection = client["promises"][uuid4().hex]
    yield MongoDocuments(collection, tally.encode, tally.decode)
    await collection.drop()
    client.close()


async def test_what_was_never_stored_is_not_there(documents: Documents[Revisions]):
    assert await documents.load({"a", "b"}) == {}


async def test_a_stored_state_is_loaded_at_its_version(documents: Documents[Revisions]):
    assert await documents.save({"a": Kept((1,)), "b": Kept(())})
    assert await documents.save({"a": Kept((1, 2), version=1)})

    assert await documents.load({"a", "b", "c"}) == {"a": Kept((1, 2), 2), "b": Kept((), 1)}


async def test_only_what_is_asked_for_is_loaded(documents: Documents[Revisions]):
    await documents.save({"a": Kept((1,)), "b": Kept((2,))})

    assert await documents.load({"b"}) == {"b": Kept((2,), 1)}


async def test_nothing_to_store_is_stored(documents: Documents[Revisions]):
    assert await documents.save({})


async def test_a_state_changed_meanwhile_is_not_written_over(documents: Documents[Revisions]):
    await documents.save({"a": Kept((1,))})
    assert await documents.save({"a": Kept((1, 2), version=1)})

    assert not await documents.save({"a": Kept((9,), version=1)})
    assert await documents.load({"a"}) == {"a": Kept((1, 2), 2)}


async def test_a_state_stored_meanwhile_for_the_first_time_is_not_written_over(
    documents: Documents[Revisions],
):
    assert await documents.save({"a": Kept((1,))})

    assert not await documents.save({"a": Kept((9,))})
    assert await documents.load({"a"}) == {"a": Kept((1,), 1)}


async def test_a_state_that_was_never_stored_has_no_later_version(documents: Documents[Revisions]):
    assert not await documents.save({"a": Kept((9,), version=3)})

    assert await documents.load({"a"}) == {}


async def test_one_conflict_does_not_keep_the_others_from_being_stored(
    documents: Documents[Revisions],
):
    await documents.save({"old": Kept((1,)), "stale": Kept((1,))})
    await documents.save({"stale": Kept((2,), version=1)})

    clean = await documents.save(
        {"stale": Kept((9,), version=1), "old": Kept((3,), version=1), "new": Kept((4,))}
    )

    assert not clean
    assert await documents.load({"old", "stale", "new"}) == {
        "old": Kept((3,), 2),
        "stale": Kept((2,), 2),
        "new": Kept((4,), 1),
    }


async def test_of_two_at_once_one_wins_and_the_other_hears_of_it(documents: Documents[Revisions]):
    answers = await asyncio.gather(*(documents.save({"a": Kept((n,))}) for n in range(5)))

    assert sorted(answers) == [False] * 4 + [True]


async def test_flows_that_race_for_an_order_lose_nothing(documents: Documents[Revisions]):
    flows = [tally.flow(documents, MemoryLog()) for _ in range(4)]
    messages = [captured(an_order(1), revision) for revision in range(1, 21)]

    await asyncio.gather(*(flows[i % 4].inject([m]) for i, m in enumerate(messages)))

    kept = (await documents.load({messages[0].subject}))[messages[0].subject]
    assert set(kept.state) == set(range(1, 21))


async def test_any_run_of_stores_comes_to_what_it_comes_to_in_memory(
    documents: Documents[Revisions],
):
    rng, memory = random.Random(7), MemoryDocuments[Revisions]()  # noqa: S311 - no secret

    for turn in range(60):
        ids = rng.sample("abcd", k=rng.randint(1, 4))
        changes = {id_: Kept((turn,), rng.randint(0, 4)) for id_ in ids}
        assert await documents.save(changes) == await memory.save(changes)

    assert await documents.load(set("abcd")) == memory.kept
