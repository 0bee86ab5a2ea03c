"""The figures on the real MongoDB are those counted by hand in memory, and come from indexes."""

import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from chassis.store import Client, connect
from contracts.cancellations import Undoing
from contracts.reasons import ReasonCode
from panel import board, row
from panel.figures import MongoLedger
from tests.support.builders import (
    PAID_AT,
    STORE,
    an_order,
    cancellation_of,
    captured,
    pending,
    posted,
    validated,
)
from tests.support.memory_board import MemoryBoard, MemoryLedger

SINCE = PAID_AT - timedelta(days=7)
DAYS = [SINCE.date() + timedelta(days=n) for n in range(7)]
STAGES = {"COLLSCAN", "SORT"}


@dataclass
class Ledgers:
    """The same rows in both."""

    real: MongoLedger
    memory: MemoryLedger
    orders: Any


@pytest.fixture
async def ledgers(mongodb_url: str) -> AsyncIterator[Ledgers]:
    client: Client = connect(mongodb_url)
    database = client[f"test_panel_{uuid.uuid4().hex[:12]}"]
    await board.prepare(database)
    memory = MemoryBoard()
    for number in range(1, 41):
        told(memory, number)
    orders = database[board.ORDERS]
    await orders.insert_many([row.encode(r) | {"_id": id_} for id_, r in memory.rows.items()])
    yield Ledgers(MongoLedger(orders), MemoryLedger(memory), orders)
    await client.drop_database(database.name)
    client.close()


def told(memory: MemoryBoard, number: int) -> None:
    """Forty orders of ten days, in every situation."""
    at = PAID_AT - timedelta(days=number % 10, minutes=number)
    order = an_order(number, placed_at=at, paid_at=at, updated_at=at)
    memory.tell(captured(order))
    match number % 5:
        case 0:
            later = at + timedelta(seconds=number)
            memory.tell(validated(order), posted(order, posted_at=later, occurred_at=later))
        case 1:
            codes = (ReasonCode.CUSTOMER_DOC_MISSING, ReasonCode.PRODUCT_SKU_NOT_FOUND)
            memory.tell(pending(order, *codes[: 1 + number % 2]))
        case 2:
            memory.tell(cancellation_of(order, Undoing.NEEDS_ACTION))
        case 3:
            memory.tell(validated(order))
        case 4 if number % 2:
            code = ReasonCode.ERP_CREDENTIALS_INVALID
            memory.tell(pending(order, code, ReasonCode.STORE_CONFIG_INCOMPLETE))
        case 4:
            memory.tell(pending(order, ReasonCode.CHANNEL_TOKEN_EXPIRED))


async def test_every_figure_is_the_one_counted_in_memory(ledgers: Ledgers) -> None:
    for most in (3, 1_000):
        stores = [STORE, "a-store-without-orders"]
        assert await ledgers.real.pulses(stores, most) == await ledgers.memory.pulses(stores, most)
    assert await ledgers.real.figures(STORE, DAYS) == await ledgers.memory.figures(STORE, DAYS)
    shown = [r["_id"] for r in await ledgers.real.posted(STORE)]
    assert shown == [r["_id"] for r in await ledgers.memory.posted(STORE)]


@pytest.mark.parametrize(
    ("wanted", "index"),
    [
        ({"placed_at": {"$gte": SINCE}}, "days"),
        ({"posted_at": {"$gte": SINCE}}, "posted"),
        ({"situation": "aguardando_erp"}, "watched"),
        ({"situation": "exige_acao"}, "watched"),
    ],
)
async def test_figures_are_read_from_an_index(
    ledgers: Ledgers, wanted: dict[str, Any], index: str
) -> None:
    # So few rows are found by any index; what counts is that this one could serve millions.
    found = ledgers.orders.find({"store_id": STORE} | wanted).hint(index)
    if index != "watched":
        found = found.sort([(next(iter(wanted)), -1)])
    plan = str((await found.explain())["queryPlanner"]["winningPlan"])

    assert f"'indexName': '{index}'" in plan
    assert not any(f"'stage': '{stage}'" in plan for stage in STAGES)
