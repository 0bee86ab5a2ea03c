"""Validation beside a bare loop that reads, stores and tells the same, and decides nothing.

Both read captured orders, keep one case document per order, and tell `OrderValidated`.
"""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from aiokafka import ConsumerRecord
from pymongo import InsertOne, ReplaceOne

from benchmarks import events, stream
from benchmarks.benchmark import Figure, Outcome, Plan, at_least
from benchmarks.contender import Tell
from benchmarks.market import BANK_ACCOUNT, FIRST_PRODUCT, SALESPERSON, STOCK_LOCATION
from benchmarks.pair import Contest, Pair, servers
from benchmarks.stream import Bare, Task, Work
from chassis import app
from chassis.app import Clients
from chassis.clock import utc_now
from chassis.flow import Flow
from chassis.store import MongoDocuments
from contracts.events import ErpTerms, ItemTerms, OrderCaptured, OrderValidated
from contracts.wire import encode
from validation import case_document, handlers
from validation.case import Case
from validation.revisits import MongoOpenCases

NAME: Final = "validation"
FIGURE: Final = "validation_vs_bare_aiokafka"
DATABASE: Final = "esteira_validation"
CASES: Final = "cases"

Document = dict[str, Any]


def measure(plan: Plan) -> Outcome:
    """Ours as a share of the bare loop's rate."""
    pair = Pair(
        service=handlers.SERVICE,
        ours=ours,
        bare=bare,
        database=DATABASE,
        collection=CASES,
        done={"verdict": "validated"},
        tells=OrderValidated.topic,
    )
    with servers(plan, NAME) as stack:
        contest = Contest(plan, stack, pair, warm_up=1_000, records=plan.scaled(10_000, 3_000))
        comparison = contest.run(events.captured(contest.backlog))
    figure = Figure(FIGURE, comparison.ratio.median, at_least(0.90), str(comparison))
    return Outcome((figure,), {NAME: comparison.conditions()}, comparison.remarks(NAME))


def ours(task: Task, tell: Tell) -> None:
    """The service's flow with every fact in memory."""

    def build(clients: Clients) -> tuple[Flow[Case], app.Task]:
        cases = clients.mongo[DATABASE][CASES]
        flow = handlers.flow(
            events.knowledge().facts_of,
            lambda _, __: None,
            MongoDocuments(cases, case_document.encode, case_document.decode),
            clients.publisher,
            utc_now,
        )
        return flow, MongoOpenCases(cases).prepare

    stream.run_service(handlers.SERVICE, task, tell, build)


def bare(task: Task, tell: Tell) -> None:
    """The loop anybody would write."""
    stream.run_bare([OrderCaptured.topic], task, tell, _work)


async def _work(clients: Bare) -> Work:
    """Parse, look for what is known, store, tell."""
    cases = clients.mongo[DATABASE][CASES]
    await MongoOpenCases(cases).prepare()

    async def work(records: Sequence[ConsumerRecord]) -> None:
        orders = [OrderCaptured.model_validate_json(record.value) for record in records]
        ids = [event.order_id for event in orders]
        known = {d["_id"]: d async for d in cases.find({"_id": {"$in": ids}})}
        at = utc_now()
        told = [_validated(event, at) for event in orders]
        writes = [_write(known.get(event.order_id), event) for event in told]
        await cases.bulk_write(writes, ordered=False)
        sent = []
        for event in told:
            out = encode(event, NAME)
            sent.append(
                await clients.producer.send(
                    out.topic, out.value, key=out.key, headers=list(out.headers)
                )
            )
        await asyncio.gather(*sent)

    return work


def _validated(event: OrderCaptured, at: datetime) -> OrderValidated:
    return OrderValidated(
        order_id=event.order_id,
        store_id=event.store_id,
        account_id=event.account_id,
        revision=event.revision,
        attempt=1,
        occurred_at=at,
        order=event.order,
        terms=_terms_of(event),
    )


def _terms_of(event: OrderCaptured) -> ErpTerms:
    """Terms of the usual size; which ones is what validation would decide."""
    return ErpTerms(
        stage_code="10",
        category_code="1.01.03",
        bank_account_code=BANK_ACCOUNT,
        salesperson_code=SALESPERSON,
        salesperson_name="Shopify",
        payment_method_code="17",
        items=tuple(
            ItemTerms(
                item_id=item.item_id,
                erp_product_id=FIRST_PRODUCT,
                stock_location_code=STOCK_LOCATION,
            )
            for item in event.order.items
        ),
    )


def _write(
    known: Document | None, event: OrderValidated
) -> InsertOne[Document] | ReplaceOne[Document]:
    """The document that the service keeps, put only where nobody else has written meanwhile."""
    version = known["version"] if known else 0
    document = {
        "_id": event.order_id,
        "version": version + 1,
        "account_id": event.account_id,
        "store_id": event.store_id,
        "revision": event.revision,
        "attempt": event.attempt,
        "order": event.order.model_dump_json(),
        "verdict": "validated",
        "at": event.occurred_at.isoformat(),
        "terms": event.terms.model_dump_json(),
    }
    if known is None:
        return InsertOne(document)
    return ReplaceOne({"_id": event.order_id, "version": version}, document)
