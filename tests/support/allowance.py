"""How much of the ERP's allowance the writer uses under a backlog, as the sandbox ERP counts it."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from contracts.events import OrderPosted, OrderValidated
from sandbox.erp.companies import Company
from sandbox.erp.seed import seed_company
from tests.support.builders import a_buyer, an_order
from tests.support.erp_bench import SECRET, ErpBench, a_bench, a_keyed_store, at_work
from tests.support.virtual_time import run

MINUTE_S = 60.0
PER_METHOD = 240
PER_IP = 960
POST = "IncluirPedido"
OK, THROTTLED = 200, 429


@dataclass(frozen=True)
class Allowance:
    """What a backlog of `accounts` made of `minutes` of the ERP's allowance.

    `used` is the part of the limit that binds, over the whole minutes: 240 orders a minute and
    account, or this process's part of the 960 calls of the address. `exceeded` counts the calls
    that came when the ERP's minute was full, as it said itself or as its own log shows. `least` and
    `most` are the orders posted for the account with the fewest and with the most.
    """

    accounts: int
    minutes: float
    orders: int
    used: float
    exceeded: int
    least: int
    most: int


def measure(
    accounts: int = 1, minutes: float = 3, latency_ms: int = 150, per_ip: int = PER_IP
) -> Allowance:
    """Let the writer work at a backlog for at least a minute of virtual time."""
    return run(_measured(accounts, minutes, latency_ms, per_ip))


async def _measured(accounts: int, minutes: float, latency_ms: int, per_ip: int) -> Allowance:
    async with a_bench() as bench:
        bench.start(per_ip=per_ip)
        await bench.control("POST", "latency", {"ms": latency_ms})
        most = round(min(PER_METHOD, PER_METHOD / 4 + per_ip / 2 / accounts) * (minutes + 1))
        await bench.put(*(order for n in range(accounts) for order in backlog(bench, n, most)))
        began = bench.clock()
        async with at_work(bench):
            await asyncio.sleep(minutes * MINUTE_S)
            orders = Counter(fact.account_id for fact in bench.seen(OrderPosted))
            requests = (await bench.control("GET", "requests"))["requests"]
    had = [orders[account_of(n)] for n in range(accounts)]
    return Allowance(
        accounts=accounts,
        minutes=minutes,
        orders=orders.total(),
        used=_used(requests, began, accounts, int(minutes), per_ip),
        exceeded=_exceeded(requests, per_ip),
        least=min(had),
        most=max(had),
    )


Requests = Sequence[Mapping[str, Any]]


def _used(requests: Requests, began: datetime, accounts: int, minutes: int, per_ip: int) -> float:
    until = began + timedelta(minutes=minutes)
    counted = [r for r in requests if datetime.fromisoformat(r["time"]) < until]
    orders = len([r for r in counted if (r["call"], r["status"]) == (POST, OK)])
    return max(
        orders / (PER_METHOD * accounts * minutes),
        len(counted) / (per_ip * minutes),
    )


def _exceeded(requests: Requests, per_ip: int) -> int:
    times: dict[tuple[str, str], list[float]] = defaultdict(list)
    for request in requests:
        at = datetime.fromisoformat(request["time"]).timestamp()
        times[request["app_key"], request["call"]].append(at)
    full = sum(_too_many(lane, PER_METHOD) for lane in times.values())
    address = _too_many([at for lane in times.values() for at in lane], per_ip)
    return full + address + len([r for r in requests if r["status"] == THROTTLED])


def _too_many(times: Iterable[float], limit: int) -> int:
    """How many of these calls came when the last minute held as many as the limit."""
    found, ordered = 0, sorted(times)
    for place, at in enumerate(ordered):
        before = place - limit
        found += before >= 0 and ordered[before] > at - MINUTE_S
    return found


def backlog(bench: ErpBench, account: int, many: int) -> list[OrderValidated]:
    """Orders of one account, each of a buyer of its own; its store has keys."""
    company = company_of(bench, account)
    return [an_order_of(bench, company, account, number) for number in range(many)]


def company_of(bench: ErpBench, account: int) -> Company:
    """The account's books, and a store with its keys."""
    key = key_of(account)
    company = seed_company(bench.app.state.companies, key, SECRET)
    bench.stores.put(
        a_keyed_store(store_id=f"loja-{account}", account_id=account_of(account), erp_app_key=key)
    )
    return company


def an_order_of(bench: ErpBench, company: Company, account: int, number: int) -> OrderValidated:
    """An order of this account's store."""
    store = f"loja-{account}"
    order = an_order(
        number,
        order_id=f"{store}:{number}",
        store_id=store,
        buyer=a_buyer(document=f"{account:03}{number:08}"),
    )
    told = bench.validated(order, company=company)
    return told.model_copy(update={"account_id": account_of(account)})


def key_of(account: int) -> str:
    """The account's App Key."""
    return f"{5550001000000 + account}"


def account_of(account: int) -> str:
    """The account's id."""
    return f"omie-{key_of(account)}"
