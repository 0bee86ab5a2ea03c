"""How long the panel's lists take with a million orders: every tab, filter and search there is.

The pages themselves, guard, database and gzip included, asked one after another in this process;
only sessions and users are in memory. What is measured ends with the last byte of the page.
"""

import asyncio
import time
from collections.abc import Mapping
from typing import Any, Final

import httpx
from pymongo import MongoClient, WriteConcern

from benchmarks import rows
from benchmarks.benchmark import DidNotRun, Figure, Outcome, Plan, at_most
from benchmarks.cores import pin
from chassis import logs
from chassis.store import connect
from embedded import member
from embedded.mongo import Mongo
from embedded.ports import free_ports
from panel import board
from panel.board import ORDERS, MongoBoard
from tests.support.belt import FakeClock
from tests.support.builders import a_store
from tests.support.panel import MANAGER, Office
from tests.support.panel_site import pages_of, site_of

NAME: Final = "panel"
FIGURE: Final = "panel_list_ms_p95"
DATABASE: Final = "esteira_panel"
_BATCH: Final = 2_000
_LIST: Final = f"/lojas/{rows.STORE}/pedidos"
QUESTIONS: Final[Mapping[str, str]] = {
    "processed": f"{_LIST}/processados",
    "pending": f"{_LIST}/pendentes",
    "cancelled": f"{_LIST}/cancelados",
    "a frequent reason": f"{_LIST}/pendentes?motivo=PRODUCT_SKU_NOT_FOUND",
    "a rare reason": f"{_LIST}/pendentes?motivo=PAYMENT_UNMAPPED",
    "a reason nothing has": f"{_LIST}/pendentes?motivo=KIT_UNRESOLVED",
    "a situation": f"{_LIST}/processados?situacao=integrado",
    "a situation nothing has": f"{_LIST}/processados?situacao=aguardando_erp",
    "a rare situation": f"{_LIST}/processados?situacao=cancelado_no_erp",
    "today": f"{_LIST}/processados?periodo=hoje",
    "30 days": f"{_LIST}/processados?periodo=30",
    "a week in spring": f"{_LIST}/processados?periodo=intervalo&de=2026-04-01&ate=2026-04-07",
    "a value": f"{_LIST}/processados?valor_de=50,00&valor_ate=200,00",
    "a value of pending orders": f"{_LIST}/pendentes?valor_de=100,00",
    "a value nothing has": f"{_LIST}/processados?valor_de=900.000,00",
    "a value of a week": (
        f"{_LIST}/processados?valor_ate=100,00&periodo=intervalo&de=2026-04-01&ate=2026-04-07"
    ),
    "a reason of a week": (
        f"{_LIST}/pendentes?motivo=CUSTOMER_DOC_MISSING&periodo=intervalo"
        "&de=2026-04-01&ate=2026-04-07"
    ),
}
SEARCHES: Final[Mapping[str, str]] = {
    "a number": "#777001",
    "the beginning of numbers": "77",
    "a frequent name": "maria",
    "a whole name": "maria da silva souza",
    "a name nobody has": "zulmira",
    "a CPF": "000.007.770-01",
    "an e-mail": "buyer777001@example.test",
    "an ERP number": "900777001",
    "a SKU": "CAN-350-AZ",
}
"""What is typed in the box, over the processed orders."""


def measure(plan: Plan) -> Outcome:
    """The slow end of all questions together."""
    logs.set_up("benchmarks", "CRITICAL")
    count = plan.scaled(1_000_000, 100_000)
    mongo = Mongo(plan.folder / "mongo", free_ports(1)[0], plan.folder / "mongodb.log")
    member.start((mongo,))
    try:
        pin(mongo.child.pid or 0, plan.cores.rest)
        plan.say(f"{NAME}: writing {count:,} rows")
        _load(mongo.url, count)
        plan.say(f"{NAME}: making the indexes")
        return asyncio.run(_measured(plan, mongo.url, count))
    finally:
        member.stop([mongo])


def _load(url: str, count: int) -> None:
    with MongoClient[dict[str, Any]](url) as client:
        quick = client[DATABASE].get_collection(ORDERS, write_concern=WriteConcern(w=1, j=False))
        batch: list[dict[str, Any]] = []
        for document in rows.documents(count):
            batch.append(document)
            if len(batch) == _BATCH:
                quick.insert_many(batch, ordered=False)
                batch = []
        if batch:
            quick.insert_many(batch, ordered=False)


async def _measured(plan: Plan, url: str, count: int) -> Outcome:
    client = connect(url)
    database = client[DATABASE]
    await board.prepare(database)
    took = await _ask(plan, MongoBoard(database))
    client.close()
    every = sorted(ms for each in took.values() for ms in each)
    slowest = max(took, key=lambda name: _at(took[name], 0.95))
    detail = (
        f"{count:,} rows, {len(took)} questions; half within {_at(every, 0.5):.0f} ms; "
        f"slowest: {slowest}, {_at(took[slowest], 0.95):.0f} ms"
    )
    conditions = {
        "rows": count,
        "p95_ms_by_question": {name: round(_at(each, 0.95), 1) for name, each in took.items()},
    }
    return Outcome((Figure(FIGURE, _at(every, 0.95), at_most(100), detail),), {NAME: conditions})


async def _ask(plan: Plan, real: MongoBoard) -> dict[str, list[float]]:
    """Milliseconds by question, in rounds; the first round warms up and does not count."""
    office = Office(clock=FakeClock(rows.NOW))
    object.__setattr__(office.desk, "board", real)
    office.topics.table.put(a_store(store_id=rows.STORE))
    office.hire("ana", MANAGER)
    transport = httpx.ASGITransport(site_of(pages_of(office)))
    took: dict[str, list[float]] = {}
    async with httpx.AsyncClient(transport=transport, base_url="http://panel.test") as http:
        await http.post("/entrar", data={"usuario": "ana", "senha": "certa"})
        asked = {**QUESTIONS, **await _searches(http), "a page further on": await _deep(http)}
        plan.say(f"{NAME}: asking {len(asked)} questions")
        for number in range(plan.scaled(31, 11)):
            for name, address in asked.items():
                began = time.perf_counter()
                answer = await http.get(address)
                if answer.status_code != httpx.codes.OK:
                    raise DidNotRun(f"{name}: the panel answered {answer.status_code}")
                if number:
                    ms = (time.perf_counter() - began) * 1e3
                    took.setdefault(name, []).append(ms)
    return {name: sorted(each) for name, each in took.items()}


async def _searches(http: httpx.AsyncClient) -> dict[str, str]:
    """The addresses that the search box leads to."""
    token = (await http.get(_LIST + "/pendentes")).text.split('name="_token" value="')[1]
    form = {"_token": token.partition('"')[0]}
    found = {}
    for name, text in SEARCHES.items():
        answer = await http.post(f"{_LIST}/processados/busca", data=form | {"texto": text})
        found[name] = answer.headers["location"]
    return found


async def _deep(http: httpx.AsyncClient) -> str:
    """The page after twenty."""
    address = f"{_LIST}/processados"
    for _ in range(20):
        text = (await http.get(address)).text
        address = text.split('rel="next" href="')[1].partition('"')[0].replace("&amp;", "&")
    return address


def _at(values: list[float], share: float) -> float:
    """The value that this share of the sorted values does not exceed."""
    return sorted(values)[min(int(len(values) * share), len(values) - 1)]
