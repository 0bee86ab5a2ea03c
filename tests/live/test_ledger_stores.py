"""One set of promises, held against the writer's stores in memory and the ones in MongoDB."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from chassis.store import Kept, connect
from contracts.events import TextChange
from erp_writer import ledger
from erp_writer.customers import CustomerBook, Known
from erp_writer.entry import AT_ONCE, Entry, Sent, State, Undo, Work
from erp_writer.mongo import Ledger, MongoCustomers, MongoLedger
from tests.support.belt import NOON
from tests.support.builders import ACCOUNT, an_order, validated
from tests.support.erp_bench import MemoryCustomers, MemoryLedger

SOON = NOON + timedelta(minutes=1)
MOST = 10


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
async def entries(request: pytest.FixtureRequest) -> AsyncIterator[Ledger]:
    if request.param == "memory":
        yield MemoryLedger()
        return
    async with fresh(request.getfixturevalue("mongodb_url")) as database:
        kept = MongoLedger(database["entries"])
        await kept.prepare()
        yield kept


@pytest.fixture(params=["memory", "mongodb"])
async def customers(request: pytest.FixtureRequest) -> AsyncIterator[CustomerBook]:
    if request.param == "memory":
        yield MemoryCustomers()
        return
    async with fresh(request.getfixturevalue("mongodb_url")) as database:
        yield MongoCustomers(database["customers"])


def an_entry(number: int = 1001, **changes: Any) -> Entry:
    order = an_order(number)
    message = validated(order).model_copy(update={"occurred_at": NOON + timedelta(seconds=number)})
    entry, _ = ledger.step(None, message)
    assert entry is not None
    return entry.model_copy(update=changes)


CLEANED = TextChange(field="razao_social", replaced=True, cut_at=60)


def posted(number: int = 1001) -> Entry:
    entry = an_entry(number)
    assert entry.validated is not None
    sent = Sent(
        revision=1, attempt=1, material="m", customer_id=7, stage_code="20",
        total=entry.validated.order.totals.total, at=NOON,
    )  # fmt: skip
    found = ledger.Found(erp_order_id=99, number="1", customer_id=7, total=sent.total)
    return ledger.confirmed(ledger.claimed(entry, sent, (CLEANED,)), found)


async def keep(entries: Ledger, *given: Entry) -> None:
    assert await entries.save({entry.order_id: Kept(entry) for entry in given})


async def due(entries: Ledger, **options: Any) -> list[str]:
    asked: dict[str, Any] = {"account_id": ACCOUNT, "now": SOON, "most": MOST} | options
    return [kept.state.order_id for kept in await entries.due(**asked)]


async def test_an_entry_comes_back_as_it_was(entries: Ledger) -> None:
    for entry in (an_entry(1001), posted(1002)):
        await keep(entries, entry)
        assert (await entries.load([entry.order_id]))[entry.order_id] == Kept(entry, 1)


async def test_what_is_due_comes_by_urgency_and_then_by_age(entries: Ledger) -> None:
    undo = posted(1009).model_copy(update={"undo": Undo.DUE, "cancelled": True})
    looked_up = an_entry(1005, state=State.UNKNOWN)
    await keep(entries, an_entry(1003), an_entry(1001), posted(1004), looked_up, undo)

    found = await entries.due(ACCOUNT, SOON, MOST)
    assert [(k.state.order_id[-4:], k.state.work, k.version) for k in found] == [
        ("1009", Work.UNDO, 1),
        ("1004", Work.TELL, 1),
        ("1005", Work.LOOK_UP, 1),
        ("1001", Work.POST, 1),
        ("1003", Work.POST, 1),
    ]
    assert await due(entries, most=2) == [k.state.order_id for k in found[:2]]


async def test_what_is_done_or_not_yet_due_does_not_come(entries: Ledger) -> None:
    await keep(
        entries,
        an_entry(1001, state=State.STOPPED, validated=None),
        an_entry(1002, state=State.REFUSED),
        ledger.told(posted(1003), ()).model_copy(update={"untold": False}),
        an_entry(1004, due_at=SOON + timedelta(seconds=1)),
        an_entry(1005, due_at=SOON),
        an_entry(1006, due_at=AT_ONCE),
    )

    assert await due(entries) == ["demo-shopify:1005", "demo-shopify:1006"]
    assert await due(entries, now=SOON + timedelta(seconds=1)) == [
        "demo-shopify:1004", "demo-shopify:1005", "demo-shopify:1006",
    ]  # fmt: skip


async def test_an_entry_that_is_done_leaves_the_queue(entries: Ledger) -> None:
    await keep(entries, an_entry())
    assert await due(entries) == ["demo-shopify:1001"]

    stopped = an_entry(state=State.STOPPED, validated=None)
    assert await entries.save({stopped.order_id: Kept(stopped, 1)})
    assert await due(entries) == []
    assert await entries.accounts_due(range(12), SOON) == []


async def test_accounts_with_something_due_are_found_by_partition(entries: Ledger) -> None:
    other = {"account_id": "omie-5", "partition": 5}
    await keep(
        entries,
        an_entry(1001),
        an_entry(1002),
        an_entry(1003, **other),
        an_entry(1004, account_id="omie-6", partition=6, state=State.REFUSED),
    )
    mine = an_entry().partition

    assert sorted(await entries.accounts_due(range(12), SOON)) == [ACCOUNT, "omie-5"]
    assert await entries.accounts_due([mine], SOON) == [ACCOUNT]
    assert await entries.accounts_due([6, 7], SOON) == []
    assert await entries.accounts_due([], SOON) == []


async def test_two_processes_cannot_claim_the_same_entry(entries: Ledger) -> None:
    await keep(entries, an_entry())
    claimed = an_entry(state=State.SENDING)

    assert await entries.save({claimed.order_id: Kept(claimed, 1)})
    assert not await entries.save({claimed.order_id: Kept(claimed, 1)})


async def test_of_entries_saved_at_the_same_time_only_the_one_that_changed_is_refused(
    entries: Ledger,
) -> None:
    await keep(entries, an_entry(1001), an_entry(1002), an_entry(1003))
    changed = an_entry(1002, state=State.STOPPED, validated=None)
    assert await entries.save({changed.order_id: Kept(changed, 1)})

    sending = [an_entry(number, state=State.SENDING) for number in (1001, 1002, 1003)]
    saved = await asyncio.gather(*(entries.save({e.order_id: Kept(e, 1)}) for e in sending))

    assert saved == [True, False, True]
    stored = await entries.load([e.order_id for e in sending])
    assert [stored[e.order_id].version for e in sending] == [2, 2, 2]
    assert stored[changed.order_id].state == changed


async def test_a_customer_is_remembered_until_forgotten(customers: CustomerBook) -> None:
    assert await customers.find("k") is None

    await customers.learn("k", Known(7, "a"))
    await customers.learn("k", Known(8, "b"))
    assert await customers.find("k") == Known(8, "b")

    await customers.forget("k")
    await customers.forget("k")
    assert await customers.find("k") is None


async def test_an_integration_code_belongs_to_one_order_of_its_account(mongodb_url: str) -> None:
    async with fresh(mongodb_url) as database:
        entries = MongoLedger(database["entries"])
        await entries.prepare()
        await entries.prepare()
        one = an_entry(1001)
        await keep(entries, one)

        same = an_entry(1002, integration_code=one.integration_code)
        assert not await entries.save({same.order_id: Kept(same)})
        await keep(entries, same.model_copy(update={"account_id": "omie-5"}))


async def test_nobody_scans_the_ledger_for_work(mongodb_url: str) -> None:
    async with fresh(mongodb_url) as database:
        entries = MongoLedger(database["entries"])
        await entries.prepare()
        await keep(entries, an_entry(1001), *(posted(n).model_copy(update={"untold": False})
                                              for n in range(1002, 1050)))  # fmt: skip

        plan = await database.command(
            "explain",
            {
                "find": "entries",
                "filter": {
                    "account_id": ACCOUNT,
                    "due_at": {"$lte": SOON},
                    "urgency": {"$exists": True},
                },
                "sort": {"urgency": 1, "since": 1},
            },
            verbosity="executionStats",
        )
        assert plan["executionStats"]["totalDocsExamined"] == 1
