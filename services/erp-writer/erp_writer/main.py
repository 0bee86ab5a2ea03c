"""The ERP writer, put together."""

import asyncio
import hashlib
import time
from collections import Counter
from datetime import timedelta
from functools import partial

from chassis import kafka, table
from chassis.app import Clients, Parts, run
from chassis.clock import utc_now
from chassis.metrics import Metrics
from chassis.subscription import Subscription
from chassis.vault import Vault
from contracts.accounts import AccountCondition
from contracts.stores import StoreConfigured
from erp_writer.accounts import Accounts
from erp_writer.conditions import Conditions
from erp_writer.customers import Customers
from erp_writer.dispatcher import Dispatcher
from erp_writer.erp import Erp
from erp_writer.handlers import SERVICE, flow
from erp_writer.mongo import MongoCustomers, MongoLedger
from erp_writer.ownership import Ownership
from erp_writer.posting import Posting
from erp_writer.salespeople import Salespeople
from erp_writer.settings import Settings
from erp_writer.together import TogetherPublisher
from erp_writer.undo import Undoing
from erp_writer.worker import Worker
from omie import figures
from omie.client import Omie
from omie.envelope import Account
from omie.http import client
from omie.pacing import Pacing


def build(settings: Settings, clients: Clients) -> Parts:
    """The service's parts on the real clients."""
    key = settings.secret_key.get_secret_value()
    database = clients.mongo["esteira_erp_writer"]
    ledger = MongoLedger(database["entries"])
    secret = hashlib.sha256(f"customers|{key}".encode()).digest()
    customers = Customers(MongoCustomers(database["customers"]), secret)
    http = client(settings.erp_url)
    pacing = Pacing(
        per_method=settings.erp_calls_per_minute, per_ip=settings.erp_ip_calls_per_minute
    )
    told = table.Table(AccountCondition)
    _tell(clients.metrics, pacing, told)
    conditions = Conditions(told, clients.publisher, utc_now)

    def connect(account_id: str, account: Account) -> Erp:
        omie = Omie(http, account, pacing)
        turned = partial(conditions.turned, account_id)
        breaker = conditions.inherited(account_id, time.monotonic())
        return Erp(omie, time.monotonic, turned, breaker)

    def changed(account_id: str) -> None:
        conditions.doubt(account_id)
        woken.set()

    woken = asyncio.Event()
    ownership = Ownership(woken.set)
    stores = table.Table(StoreConfigured)
    accounts = Accounts(stores, Vault(key), connect, changed)
    settle = timedelta(seconds=settings.erp_settle_s)
    worker = Worker(
        ledger=ledger,
        accounts=accounts,
        conditions=conditions,
        posting=Posting(customers, Salespeople(), utc_now, settle),
        undoing=Undoing(utc_now, delete=settings.erp_delete_uncancellable, settle=settle),
        publisher=TogetherPublisher(clients.publisher),
        clock=utc_now,
        ownership=ownership,
    )
    dispatcher = Dispatcher(
        ledger, worker.drain, utc_now, ownership, woken, doubted=conditions.doubted
    )
    of_stores, of_conditions = (kafka.table_consumer(settings.kafka, SERVICE) for _ in range(2))
    intake = flow(ledger, clients.publisher, utc_now, dispatcher.begin)
    return Parts(
        subscriptions=[Subscription(intake, group=SERVICE, listener=ownership)],
        starts=[
            ledger.prepare,
            partial(table.load, told, of_conditions),
            partial(table.load, stores, of_stores),
        ],
        background=[
            partial(table.follow, told, of_conditions),
            partial(table.follow, stores, of_stores),
            conditions.run,
            dispatcher.run,
        ],
        stops=[of_conditions.stop, of_stores.stop, http.aclose],
    )


def _tell(metrics: Metrics, pacing: Pacing, told: table.Table[AccountCondition]) -> None:
    """What the writer tells at `/metrics`."""
    figures.tell(metrics, pacing)
    metrics.measured(
        "esteira_erp_accounts", "ERP accounts by how they are doing.", ("condition",),
        lambda: Counter((each.condition.value,) for each in told),
    )  # fmt: skip


def main() -> None:
    """Run until told to stop."""
    settings = Settings.from_environment()
    run(SERVICE, settings, settings.erp_writer_port, partial(build, settings))
