"""The validation service, put together."""

from functools import partial
from uuid import uuid4

from chassis import table
from chassis.app import Clients, Parts, run
from chassis.clock import utc_now
from chassis.kafka import table_consumer
from chassis.store import MongoDocuments
from chassis.subscription import Subscription
from chassis.table import Table
from chassis.vault import Vault
from contracts.listings import ListingLinked
from contracts.stores import StoreConfigured
from omie import figures
from omie.client import Omie
from omie.http import client
from omie.pacing import Pacing
from validation import case_document
from validation.connections import Connections
from validation.handlers import SERVICE, flow
from validation.keeper import Keeper
from validation.knowledge import Knowledge
from validation.refresh import Refresh
from validation.revisits import MongoOpenCases, Revisits
from validation.settings import Settings
from validation.shelf import MongoShelf


def build(settings: Settings, clients: Clients) -> Parts:
    """The service's parts on the real clients."""
    database = clients.mongo["esteira_validation"]
    stores = Table(StoreConfigured)
    links = Table(ListingLinked)
    knowledge = Knowledge(stores, settings.catalogue_max_age, links.get)
    http = client(settings.erp_url)
    pacing = Pacing(
        per_method=settings.erp_calls_per_minute, per_ip=settings.erp_ip_calls_per_minute
    )
    figures.tell(clients.metrics, pacing)
    vault = Vault(settings.secret_key.get_secret_value())
    connections = Connections(stores, vault, lambda account: Omie(http, account, pacing))
    shelf = MongoShelf(database, settings.instance)
    refresh = Refresh(
        lambda account_id: Keeper(
            account_id,
            knowledge,
            shelf,
            connections.of,
            clock=utc_now,
            every_s=settings.catalogue_every_s,
        )
    )
    documents = MongoDocuments(database["cases"], case_document.encode, case_document.decode)
    orders = flow(knowledge.facts_of, refresh.ask, documents, clients.publisher, utc_now)
    cases = MongoOpenCases(database["cases"])
    revisits = Revisits(orders, cases, utc_now, lambda: uuid4().hex)
    stores.watch(refresh.configured)
    stores.watch(revisits.configured)
    links.watch(revisits.linked)
    knowledge.watch(revisits.want)
    following, of_links = (table_consumer(settings.kafka, SERVICE) for _ in range(2))
    return Parts(
        subscriptions=[Subscription(orders, group=SERVICE)],
        starts=[
            cases.prepare,
            shelf.prepare,
            partial(table.load, links, of_links),
            partial(table.load, stores, following),
        ],
        background=[
            partial(table.follow, links, of_links),
            partial(table.follow, stores, following),
            refresh.run,
            revisits.run,
        ],
        stops=[following.stop, of_links.stop, http.aclose],
    )


def main() -> None:
    """Run until told to stop."""
    settings = Settings.from_environment()
    run(SERVICE, settings, settings.validation_port, partial(build, settings))
