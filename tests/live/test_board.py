"""The board on the real MongoDB answers as the one in memory does."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest

from chassis.clock import utc_now
from chassis.flow import Flow
from chassis.store import Client, MongoDocuments, connect
from contracts.cancellations import Undoing
from contracts.envelope import Message
from contracts.events import OrderErased
from contracts.reasons import ReasonCode
from panel.board import ORDERS, Board, MongoBoard, Query, prepare
from panel.live import MongoChanges
from panel.paging import Cursor, cursor
from panel.row import Row, decode, encode, step
from panel.rows import Rows
from panel.search import understood
from panel.tab import Tab
from tests.support.belt import Belt
from tests.support.builders import (
    ACCOUNT,
    PAID_AT,
    STORE,
    a_buyer,
    an_item,
    an_order,
    cancellation_of,
    captured,
    pending,
    posted,
    validated,
)
from tests.support.memory_board import MemoryBoard

OTHER = "other-store"
TOPICS = (
    "orders.captured.v1",
    "orders.validated.v1",
    "orders.pending.v1",
    "orders.posted.v1",
    "orders.cancelled.v1",
    "orders.erased.v1",
)


@dataclass
class Boards:
    """The same messages told to both."""

    real: MongoBoard
    memory: MemoryBoard
    belt: Belt
    database: Any

    async def tell(self, *messages: Message) -> None:
        self.memory.tell(*messages)
        await self.belt.put(*messages)
        await self.belt.settle()


@pytest.fixture
async def boards(mongodb_url: str) -> AsyncIterator[Boards]:
    client: Client = connect(mongodb_url)
    name = f"test_panel_{uuid.uuid4().hex[:12]}"
    database = client[name]
    await prepare(database)
    await prepare(database)
    stored = MongoDocuments(database[ORDERS], encode, decode, heavy="orders")
    belt = Belt()
    flow: Flow[Row] = Flow("panel", TOPICS, step, Rows(stored), belt.log, utc_now)
    belt.add(flow)
    yield Boards(MongoBoard(database), MemoryBoard(), belt, database)
    await client.drop_database(name)
    client.close()


def sold(number: int, store: str = STORE, sku: str = "CAN-350-AZ") -> Any:
    when = PAID_AT + timedelta(seconds=number // 3)
    return an_order(
        number,
        an_item(sku, quantity=1 + number % 3),
        order_id=f"{store}:{number}",
        store_id=store,
        updated_at=when,
        placed_at=when,
    )


async def told(boards: Boards) -> None:
    """Twenty orders in two stores, some of them of the same moment."""
    for number in range(1001, 1021):
        order = sold(number, OTHER if number % 5 == 0 else STORE, sku=f"CAN-{number % 4}")
        await boards.tell(captured(order))
        match number % 4:
            case 0:
                await boards.tell(validated(order), posted(order, erp_order_number=str(number)))
            case 1:
                await boards.tell(pending(order, ReasonCode.CUSTOMER_DOC_MISSING))
            case 2:
                why, attempt = ReasonCode.PRODUCT_SKU_NOT_FOUND, 1 + number // 2 % 3
                await boards.tell(pending(order, why, attempt=attempt))
            case _:
                await boards.tell(cancellation_of(order, Undoing.NOT_NEEDED))


async def walk(board: Board, query: Query) -> list[list[str]]:
    """The ids of every page, to the end."""
    pages = []
    while True:
        page = await board.page(query)
        pages.append([row["_id"] for row in page.rows])
        if page.next is None:
            return pages
        query = replace(query, after=cursor(str(page.next)))


QUERIES: Sequence[Query] = [
    Query(stores=[STORE]),
    Query(stores=[STORE], tab=Tab.PENDING, limit=3),
    Query(stores=[STORE, OTHER], tab=Tab.PROCESSED, limit=2),
    Query(stores=[STORE, OTHER], limit=7),
    Query(stores=[OTHER], tab=Tab.CANCELLED),
    Query(stores=[]),
    Query(stores=[STORE], tab=Tab.PENDING, reason="PRODUCT_SKU_NOT_FOUND", limit=1),
    Query(stores=[STORE], tab=Tab.PROCESSED, situation="integrado", limit=1),
    Query(stores=[STORE, OTHER], since=PAID_AT + timedelta(seconds=336), limit=3),
    Query(stores=[STORE], tab=Tab.PENDING, until=PAID_AT + timedelta(seconds=338), limit=1),
    *(
        Query(stores=[STORE, OTHER], search=understood(typed), limit=4)
        for typed in (
            "#1001",
            "100",
            "can-1",
            "$where",
            "irene",
            "IRÊNE  leal",
            "leal",
            "lea",
            "529.982.247-25",
            "irene.leal@exemplo.test",
            "1001, #1006,1002",
            "982",
        )
    ),
    Query(stores=[STORE], reason="\x00"),
    Query(stores=[STORE], tab=Tab.PENDING, attempts=2, limit=1),
    Query(stores=[STORE, OTHER], least=100_00, limit=3),
    Query(stores=[STORE], tab=Tab.PENDING, least=0, most=150_00, limit=1),
    Query(stores=[STORE], tab=Tab.PROCESSED, most=1),
    Query(stores=[STORE], reason="PRODUCT_SKU_NOT_FOUND", tab=Tab.PENDING, least=1, limit=1),
]


async def test_every_question_has_the_same_answer_as_in_memory(boards: Boards) -> None:
    await told(boards)

    for query in QUERIES:
        assert await walk(boards.real, query) == await walk(boards.memory, query), query
        assert await boards.real.count(query, 6) == await boards.memory.count(query, 6), query
    for most in (None, 2):
        assert await boards.real.counts([STORE], most) == await boards.memory.counts([STORE], most)


async def test_every_page_leads_back_to_the_one_before(boards: Boards) -> None:
    await told(boards)

    for query in QUERIES:
        there = await walk(boards.real, query)
        for board in (boards.real, boards.memory):
            back, before = [there[-1]], await board.page(query)
            while len(back) < len(there):
                last = back[-1][0]
                row = (await board.some([last], [STORE, OTHER]))[0]
                before = await board.page(replace(query, before=Cursor(row[query.by], last)))
                back.append([r["_id"] for r in before.rows])
            assert back[::-1] == there, query
            assert before.previous is None, query


async def test_an_order_is_found_whole_and_only_within_the_given_stores(boards: Boards) -> None:
    order = sold(1001)
    await boards.tell(captured(order))
    await boards.tell(validated(order))
    await boards.tell(posted(order))

    found = await boards.real.find(order.order_id, [STORE])
    expected = await boards.memory.find(order.order_id, [STORE])

    assert found is not None
    assert expected is not None
    assert {k: v for k, v in found.items() if k != "version"} == expected
    assert await boards.real.find(order.order_id, [OTHER]) is None
    assert await boards.real.find("no\x00where", [STORE]) is None


async def test_lists_leave_the_heavy_parts_out_unless_asked(boards: Boards) -> None:
    await boards.tell(captured(sold(1001)))

    [light] = (await boards.real.page(Query(stores=[STORE]))).rows
    [full] = (await boards.real.page(Query(stores=[STORE], full=True))).rows

    assert not {"orders", "timeline"} & light.keys()
    assert {"orders", "timeline"} <= full.keys()


async def test_the_three_views_hold_each_order_once(boards: Boards) -> None:
    await told(boards)

    views = {tab: await boards.database[f"{tab}_orders"].find().to_list(None) for tab in Tab}

    assert {tab: len(rows) for tab, rows in views.items()} == await boards.real.counts(
        [STORE, OTHER]
    )
    row = views[Tab.PROCESSED][0]
    assert row["order"]["order_id"] == row["_id"]
    assert row["erp"]["order_id"] == 880011


async def test_an_erased_order_holds_no_buyer_in_the_database(boards: Boards) -> None:
    order = sold(1001).model_copy(update={"buyer": a_buyer(name="Aurora Inesquecível")})
    await boards.tell(captured(order))
    await boards.tell(validated(order))
    await boards.tell(
        OrderErased(
            order_id=order.order_id,
            store_id=STORE,
            account_id=ACCOUNT,
            revision=1,
            occurred_at=PAID_AT + timedelta(days=2),
        )
    )

    stored = str(await boards.database[ORDERS].find_one({"_id": order.order_id}))

    assert "Aurora" not in stored
    assert "52998224725" not in stored
    assert "Rua dos Ipês" not in stored
    assert "CAN-350-AZ" in stored


async def test_a_tab_is_read_from_its_index(boards: Boards) -> None:
    await told(boards)
    wanted = {"store_id": {"$in": [OTHER, STORE]}, "tab": "pending"}

    found = boards.database[ORDERS].find(wanted).sort([("updated_at", -1), ("_id", -1)]).limit(3)
    plan = str((await found.explain())["queryPlanner"]["winningPlan"])

    assert "'indexName': 'lists_by_change'" in plan
    assert "'stage': 'SORT'" not in plan


async def test_a_list_with_a_reason_or_a_period_is_read_from_an_index(boards: Boards) -> None:
    await told(boards)
    stores = {"store_id": {"$in": [STORE]}}
    orders = boards.database[ORDERS]

    for more, by in (
        ({"tab": "pending", "reasons.code": "CUSTOMER_DOC_MISSING"}, "updated_at"),
        ({"tab": "processed", "situation": "cancelado_no_erp"}, "updated_at"),
        (
            {"tab": "pending", "placed_at": {"$gte": PAID_AT, "$lt": PAID_AT + timedelta(days=1)}},
            "placed_at",
        ),
    ):
        found = orders.find(stores | more).sort([(by, -1), ("_id", -1)]).limit(3)
        plan = str((await found.explain())["queryPlanner"]["winningPlan"])
        assert "IXSCAN" in plan
        assert "'stage': 'SORT'" not in plan


async def test_some_rows_are_found_at_once_within_the_given_stores(boards: Boards) -> None:
    await told(boards)
    ids = [f"{STORE}:1001", f"{OTHER}:1005", f"{STORE}:404"]

    found = await boards.real.some(ids, [STORE])

    assert [row["_id"] for row in found] == [f"{STORE}:1001"]
    assert "orders" not in found[0]


async def test_a_changed_row_is_heard_of(boards: Boards) -> None:
    changes = MongoChanges(boards.database).follow()
    heard = asyncio.ensure_future(anext(changes))
    number = 1001
    async with asyncio.timeout(20):
        while not heard.done():  # the stream opens meanwhile
            await boards.tell(captured(sold(number)))
            number += 1

    assert heard.result().startswith(f"{STORE}:")
    await changes.aclose()


async def test_what_is_found_is_sorted_before_any_row_is_looked_at(boards: Boards) -> None:
    await told(boards)
    wanted = {"store_id": {"$in": [STORE]}, "tab": "pending", "search": {"$regex": "^irene"}}

    found = boards.database[ORDERS].find(wanted).sort([("placed_at", -1), ("_id", -1)])
    plan = (await found.limit(3).hint("searched").explain())["queryPlanner"]["winningPlan"]

    assert (plan["stage"], plan["inputStage"]["stage"]) == ("FETCH", "SORT")
