"""The `esteira` command on a running belt: replays and a rebuild while orders come in."""

import asyncio
import json
import os
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from typing import Any

from aiokafka.admin import AIOKafkaAdminClient
from pymongo import MongoClient

from contracts.topics import SERVICES, replay
from embedded.belt import Belt
from tests.support.merchant import Merchant, eventually


def esteira(belt: Belt, *words: str, code: int = 0) -> list[dict[str, Any]]:
    """What the command prints, as a script reads it."""
    own = {name: text for name, text in os.environ.items() if not name.startswith("ESTEIRA_")}
    done = subprocess.run(  # noqa: S603 - our own command
        [sys.executable, "-m", "ops", *words, "--json"],
        env=own | belt.site.environment("ops"),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == code, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def replay_all(belt: Belt, service: str) -> dict[str, Any]:
    words = ("--service", service, "--from", "beginning", "--confirm", "all", "--rate", "500")
    [ended] = esteira(belt, "replay", *words)
    return ended


def all_taken(belt: Belt, service: str, records: int) -> bool:
    """Whether a service has committed so many records of its replay topic."""

    async def committed() -> int:
        admin = AIOKafkaAdminClient(bootstrap_servers=belt.site.kafka)
        await admin.start()
        try:
            offsets = await admin.list_consumer_group_offsets(service)
        finally:
            await admin.close()
        return sum(o.offset for place, o in offsets.items() if place.topic == replay(service))

    return asyncio.run(committed()) >= records


@contextmanager
def selling(merchant: Merchant) -> Iterator[list[str]]:
    """Somebody buys, one order after the other, until the end."""
    sold: list[str] = []
    stop = threading.Event()

    def sell() -> None:
        while not stop.is_set():
            sold.append(f"demo-shopify:{merchant.sells()['id']}")
            stop.wait(0.5)

    seller = threading.Thread(target=sell)
    seller.start()
    try:
        yield sold
    finally:
        stop.set()
        seller.join()


def posted_once(merchant: Merchant) -> Counter[str]:
    return Counter(order["codigo_pedido_integracao"] for order in merchant.erp_orders())


def shown(merchant: Merchant, order_ids: list[str]) -> dict[str, Any]:
    return {order_id: merchant.order(order_id) for order_id in order_ids}


def three_orders(merchant: Merchant) -> list[str]:
    """One in each tab, settled."""
    kept, waiting, dropped = merchant.sells(), merchant.sells(fault="unknown_sku"), merchant.sells()
    ids = [f"demo-shopify:{sold['id']}" for sold in (kept, waiting, dropped)]
    merchant.order_in("processed", ids[0], "integrado")
    merchant.order_in("pending", ids[1])
    merchant.order_in("processed", ids[2], "integrado")
    merchant.cancels(str(dropped["id"]))
    merchant.order_in("cancelled", ids[2], "cancelado_no_erp")
    return ids


def test_replaying_everything_and_rebuilding_the_rows_changes_nothing_while_orders_come_in(
    belt: Belt, merchant: Merchant
):
    settled = three_orders(merchant)
    before, in_the_erp = shown(merchant, settled), posted_once(merchant)

    with selling(merchant) as sold:
        with ThreadPoolExecutor() as at_once:
            replayed = list(at_once.map(partial(replay_all, belt), SERVICES))
        for each in replayed:
            eventually(lambda e=each: all_taken(belt, e["service"], e["records"]))
        [rebuilt] = esteira(belt, "projections", "rebuild")

    assert [each["state"] for each in replayed] == ["done"] * len(SERVICES)
    assert rebuilt["switched"]
    for order_id in sold:
        merchant.order_in("processed", order_id, "integrado")
    after = posted_once(merchant)
    assert after.total() == len(after), "every order is in the ERP once"
    assert in_the_erp.keys() <= after.keys()
    assert shown(merchant, settled) == before

    everything = shown(merchant, settled + sold)
    [again] = esteira(belt, "projections", "rebuild")
    assert (again["moved"], again["carried"], again["completed"]) == (0, 0, 0)
    assert shown(merchant, settled + sold) == everything
    with MongoClient[dict[str, Any]](belt.site.mongodb) as mongo:
        panel = mongo["esteira_panel"]
        assert panel["processed_orders"].find_one({"_id": settled[0]}), "the views follow"
        assert "lists_by_change" in panel["orders"].index_information()
        noted = list(mongo["esteira_ops"]["operations"].find({"verb": "replay"}))
    assert {each["asked"]["service"] for each in noted} == set(SERVICES)
    assert all(each["by"] and each["done"] == each["expected"] for each in noted)


def test_the_doctor_finds_a_running_belt_well(own_belt: Belt):
    checks = esteira(own_belt, "doctor")

    assert all(check["ok"] for check in checks)
    assert {"kafka answers", "topics are as declared", "channel of demo-shopify"} <= {
        check["check"] for check in checks
    }
