"""The panel's rows beside a bare loop that writes rows of the same size, and folds nothing.

Both read captured, validated and posted orders of a backlog: three events a row, in whatever
order the broker hands the topics out.
"""

from collections.abc import Iterator, Sequence
from functools import partial
from itertools import chain
from typing import Final

from aiokafka import ConsumerRecord

from benchmarks import bare_row, events, stream
from benchmarks.benchmark import Figure, Outcome, Plan, at_least
from benchmarks.contender import Tell
from benchmarks.pair import Contest, Pair, servers
from benchmarks.stream import Bare, Task, Work
from chassis import app
from chassis.app import Clients
from chassis.clock import utc_now
from chassis.flow import Flow
from chassis.store import MongoDocuments
from contracts.envelope import Event
from contracts.events import OrderCaptured, OrderPosted, OrderValidated
from panel import board, handlers, row
from panel.row import Row
from panel.rows import Rows
from panel.telling import SERVICE

NAME: Final = "projection"
FIGURE: Final = "projection_vs_bare_bulk_write"
DATABASE: Final = "esteira_panel"
KINDS: Final = {each.topic: each for each in (OrderCaptured, OrderValidated, OrderPosted)}


def measure(plan: Plan) -> Outcome:
    """Ours as a share of the bare loop's rate."""
    pair = Pair(
        service=SERVICE,
        ours=ours,
        bare=bare,
        database=DATABASE,
        collection=board.ORDERS,
        done={"tab": "processed"},
        whole={"situation": "integrado"},
        records_each=len(KINDS),
    )
    with servers(plan, NAME) as stack:
        contest = Contest(plan, stack, pair, warm_up=600, records=plan.scaled(14_400, 4_200))
        comparison = contest.run(backlog(contest.backlog))
    figure = Figure(FIGURE, comparison.ratio.median, at_least(0.80), str(comparison))
    return Outcome((figure,), {NAME: comparison.conditions()}, comparison.remarks(NAME))


def backlog(count: int) -> Iterator[Event]:
    """At least so many events, three of each order."""
    captured = list(events.captured(-(-count // len(KINDS))))
    validated = list(events.validated(iter(captured)))
    posted = (events.posted(event, number) for number, event in enumerate(validated, 1))
    return chain.from_iterable(zip(captured, validated, posted, strict=True))


def ours(task: Task, tell: Tell) -> None:
    """The service's flow of orders."""

    def build(clients: Clients) -> tuple[Flow[Row], app.Task]:
        database = clients.mongo[DATABASE]
        stored = MongoDocuments(database[board.ORDERS], row.encode, row.decode, heavy="orders")
        flow = handlers.orders(Rows(stored), clients.publisher, utc_now)
        return flow, partial(board.prepare, database)

    stream.run_service(SERVICE, task, tell, build)


def bare(task: Task, tell: Tell) -> None:
    """The loop anybody would write."""
    stream.run_bare(list(KINDS), task, tell, _work)


async def _work(clients: Bare) -> Work:
    """Parse, look for what is known, write the rows."""
    await board.prepare(clients.mongo[DATABASE])
    rows = clients.mongo[DATABASE][board.ORDERS]

    async def work(records: Sequence[ConsumerRecord]) -> None:
        told = [KINDS[record.topic].model_validate_json(record.value) for record in records]
        ids = {event.order_id for event in told}
        found = rows.find({"_id": {"$in": list(ids)}}, {"orders": 0})
        known = {document["_id"]: document async for document in found}
        for event in told:
            if event.order_id not in known:
                known[event.order_id] = bare_row.new(event)
            bare_row.put(known[event.order_id], event)
        await rows.bulk_write([bare_row.write(row) for row in known.values()], ordered=False)

    return work
