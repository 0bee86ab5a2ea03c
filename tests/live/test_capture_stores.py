"""One set of promises, held against capture's stores in memory and the ones in MongoDB."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import uuid4

import httpx
import pytest

from capture import fetch, sweep
from capture.channels.channel import Application, PrivacyKind, PrivacyRequest, Shop
from capture.channels.mercadolivre import renewal
from capture.cut_off import MongoPublications
from capture.deferrals import Deferrals, Deferred, MongoDeferrals
from capture.fetch import Fetch
from capture.fetcher import MongoWaiting
from capture.grants import MongoGrants
from capture.oauth import TokenEndpoints
from capture.orders import MongoSightings
from capture.privacy import MongoPrivacyBook
from capture.sighting import Ignored, Sighting
from capture.sweep import Sweep
from capture.tokens import Tokens
from chassis import leases
from chassis.clock import utc_now
from chassis.leases import Lease
from chassis.store import Kept, MongoDocuments, connect
from contracts.fetches import FetchCounts, FetchState
from contracts.order import Gap, OrderStatus
from contracts.stores import StoreSettings
from contracts.topics import INBOX
from contracts.wire import Outgoing
from tests.support.belt import NOON
from tests.support.builders import ACCOUNT, PAID_AT
from tests.support.capture import VAULT, MemoryDeferrals, MemorySightings
from tests.support.mercadolivre import ACCESS, APP, APP_SECRET, REFRESH, SELLER, FakeMercadoLivre

BINARY = bytes(range(256))


@asynccontextmanager
async def fresh(mongodb_url: str) -> AsyncIterator[Any]:
    """A database of the test's own."""
    client = connect(mongodb_url)
    name = f"capture_{uuid4().hex}"
    try:
        yield client[name]
        await client.drop_database(name)
    finally:
        client.close()


@pytest.fixture(params=["memory", "mongodb"])
async def deferrals(request: pytest.FixtureRequest) -> AsyncIterator[Deferrals]:
    if request.param == "memory":
        yield MemoryDeferrals()
        return
    async with fresh(request.getfixturevalue("mongodb_url")) as database:
        kept = MongoDeferrals(database["deferrals"])
        await kept.index()
        yield kept


@pytest.fixture(params=["memory", "mongodb"])
async def sightings(request: pytest.FixtureRequest) -> AsyncIterator[Any]:
    if request.param == "memory":
        yield MemorySightings()
        return
    async with fresh(request.getfixturevalue("mongodb_url")) as database:
        kept = MongoSightings(database["sightings"])
        await kept.index()
        yield kept


def deferred(id_: str, minute: int, **changes: Any) -> Deferred:
    record = Outgoing(INBOX, b"key", BINARY, (("traceparent", b"00-1"), ("odd", BINARY)))
    due_at = NOON + timedelta(minutes=minute)
    return Deferred(**{"id": id_, "store_id": "s", "record": record, "due_at": due_at} | changes)


def a_sighting(order_id: str, **changes: Any) -> Sighting:
    store_id = order_id.partition(":")[0]
    return Sighting(order_id=order_id, store_id=store_id, account_id=ACCOUNT, **changes)


async def test_a_deferred_record_comes_back_as_it_was(deferrals: Deferrals):
    kept = deferred("a", 0)
    await deferrals.put(kept)

    assert await deferrals.due(NOON, 10) == [kept]


async def test_only_what_is_due_comes_back_the_oldest_first(deferrals: Deferrals):
    for id_, minute in (("late", 9), ("b", 2), ("a", 1), ("c", 3)):
        await deferrals.put(deferred(id_, minute))

    due = await deferrals.due(NOON + timedelta(minutes=5), 2)

    assert [d.id for d in due] == ["a", "b"]


async def test_the_same_id_is_kept_once(deferrals: Deferrals):
    await deferrals.put(deferred("a", 1))
    await deferrals.put(deferred("a", 2))

    assert [d.due_at for d in await deferrals.due(NOON + timedelta(days=1), 10)] == [
        NOON + timedelta(minutes=2)
    ]


async def test_what_was_dropped_is_gone(deferrals: Deferrals):
    await deferrals.put(deferred("a", 0))
    await deferrals.put(deferred("b", 0))

    await deferrals.drop(["a", "never there"])

    assert [d.id for d in await deferrals.due(NOON, 10)] == ["b"]


async def test_a_store_s_new_token_releases_what_waits_for_it_alone(deferrals: Deferrals):
    await deferrals.put(deferred("token", 60, for_token=True))
    await deferrals.put(deferred("outage", 60))
    await deferrals.put(deferred("other", 60, for_token=True, store_id="o"))

    await deferrals.release("s", NOON)

    assert [d.id for d in await deferrals.due(NOON, 10)] == ["token"]


async def test_a_release_delays_nothing(deferrals: Deferrals):
    await deferrals.put(deferred("a", 0, for_token=True))

    await deferrals.release("s", NOON + timedelta(hours=1))

    assert len(await deferrals.due(NOON, 10)) == 1


async def test_a_sighting_is_loaded_as_it_was_saved(sightings: Any):
    bare = a_sighting("s:1")
    full = a_sighting(
        "s:2",
        revision=3,
        content="abc",
        status=OrderStatus.CANCELLED,
        gaps=(Gap.CHANNEL_TOKEN_REFUSED,),
        copy_id="inbox.v1:0:1",
        dated=PAID_AT,
        updated_at=NOON,
        ignored=Ignored.OLDER_COPY,
        deleted=True,
        erased_at=NOON,
    )

    assert await sightings.save({"s:1": Kept(bare), "s:2": Kept(full)})

    assert await sightings.load({"s:1", "s:2"}) == {"s:1": Kept(bare, 1), "s:2": Kept(full, 1)}


async def test_a_store_s_orders_are_listed_page_by_page(sightings: Any):
    ids = ["s:1", "s:2", "s:3", "other:1"]
    assert await sightings.save({id_: Kept(a_sighting(id_)) for id_ in ids})

    assert await sightings.after("s", "", 2) == ["s:1", "s:2"]
    assert await sightings.after("s", "s:2", 2) == ["s:3"]
    assert await sightings.after("nobody", "", 2) == []


async def test_the_orders_that_stand_are_found_by_when_they_were_placed(sightings: Any):
    paid, gone = OrderStatus.PAID, OrderStatus.CANCELLED
    known = [
        a_sighting("s:old", status=paid, placed_at=NOON - timedelta(days=2)),
        a_sighting("s:first", status=paid, placed_at=NOON),
        a_sighting("s:last", status=paid, placed_at=NOON + timedelta(hours=3)),
        a_sighting("s:cancelled", status=gone, placed_at=NOON + timedelta(hours=1)),
        a_sighting("s:never captured", placed_at=NOON + timedelta(hours=1)),
        a_sighting("s:of a time before dates were kept", status=paid),
        a_sighting("other:1", status=paid, placed_at=NOON),
    ]
    assert await sightings.save({sighting.order_id: Kept(sighting) for sighting in known})

    found = await sightings.standing("s", NOON, NOON + timedelta(hours=3))

    assert sorted(found) == ["s:first", "s:last"]
    assert await sightings.load({"s:first"}) == {"s:first": Kept(known[1], 1)}


async def test_publication_dates_are_those_of_the_collection_of_listings(mongodb_url: str):
    async with fresh(mongodb_url) as database:
        await database["listings"].insert_many(
            [{"_id": "s:1", "published_at": NOON}, {"_id": "s:2", "published_at": None}]
        )
        publications = MongoPublications(database["listings"])

        assert await publications.of(["s:1", "s:2", "s:3"]) == {"s:1": NOON}
        assert await publications.of([]) == {}


async def test_sweeps_leases_and_fetches_are_loaded_as_they_were_saved(mongodb_url: str):
    swept = Sweep(store_id="s", began=NOON, swept_until=NOON, counted_at=NOON, heard=("a", "b"))
    lease = Lease(holder="me", until=NOON)
    looking = Fetch(
        fetch_id="f", store_id="s", account_id=ACCOUNT, requested_by="maria", asked_at=NOON,
        number="#1", expected=FetchCounts(new=1, ignored={"not_paid": 2}),
    )  # fmt: skip
    later = looking.model_copy(update={"fetch_id": "g", "asked_at": NOON + timedelta(seconds=1)})
    done = later.model_copy(update={"fetch_id": "h", "state": FetchState.DONE})
    async with fresh(mongodb_url) as database:
        for name, module, state in (("sweeps", sweep, swept), ("leases", leases, lease)):
            documents: Any = MongoDocuments(database[name], module.encode, module.decode)
            assert await documents.save({"it": Kept(state)})
            assert await documents.load(["it"]) == {"it": Kept(state, 1)}
        fetches = MongoDocuments(database["fetches"], fetch.encode, fetch.decode)
        waiting = MongoWaiting(database["fetches"])
        await waiting.index()
        assert await fetches.save({each.fetch_id: Kept(each) for each in (later, looking, done)})

        assert await fetches.load(["f"]) == {"f": Kept(looking, 1)}
        assert await waiting.under_way() == ["f", "g"]


async def test_a_privacy_request_is_written_down_once(mongodb_url: str):
    asked = PrivacyRequest(PrivacyKind.ERASE_BUYER, "9", "77", ("1", "2"))
    async with fresh(mongodb_url) as database:
        book = MongoPrivacyBook(database["requests"])
        await book.record("s", asked, NOON)
        await book.record("s", asked, NOON + timedelta(days=1))

        assert await database["requests"].find().to_list(None) == [
            {
                "_id": "s:erase_buyer:9",
                "store_id": "s",
                "kind": "erase_buyer",
                "request_id": "9",
                "customer_id": "77",
                "order_ids": ["1", "2"],
                "received_at": NOON,
            }
        ]


async def test_processes_that_renew_at_once_spend_one_refresh_token(mongodb_url: str):
    """Each has a connection of its own; the claim in the document decides."""
    platform = FakeMercadoLivre()
    platform.access.clear()
    async with fresh(mongodb_url) as database:
        http = httpx.AsyncClient(transport=httpx.MockTransport(platform.answer))
        processes = [
            Tokens(
                grants=MongoGrants(database["grants"], VAULT),
                exchange=TokenEndpoints(http).renew,
                renewals={"mercadolivre": partial(renewal, "https://api.test")},
                clock=utc_now,
                sleep=asyncio.sleep,
            )
            for _ in range(4)
        ]
        shop = Shop(
            store_id="loja",
            account_id=ACCOUNT,
            domain=SELLER,
            token=ACCESS,
            settings=StoreSettings(),
            app=Application(APP, APP_SECRET),
            refresh_token=REFRESH,
            version=1,
        )

        got = await asyncio.gather(*(p.instead("mercadolivre", shop, ACCESS) for p in processes))
        kept = await MongoGrants(database["grants"], VAULT).load(["loja"])
        stored = await database["grants"].find_one()

    assert set(got) == {"APP_USR-1"}
    assert (platform.renewals, platform.alive) == (1, True)
    assert (kept["loja"].state.access, kept["loja"].state.refresh) == ("APP_USR-1", "TG-1")
    assert "TG-1" not in str(stored), "sealed at rest"
