"""The panel service, put together."""

import secrets
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import uuid4

from starlette.applications import Starlette
from starlette.middleware.gzip import GZipMiddleware
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

from chassis import kafka, leases, table
from chassis.app import Clients, Parts, Task, run
from chassis.clock import utc_now
from chassis.flow import Flow
from chassis.leases import Leases
from chassis.lookup import Lookup
from chassis.progress import Progress
from chassis.store import Database, MongoDocuments
from chassis.subscription import Subscription
from chassis.table import Table
from chassis.vault import Vault
from contracts.accounts import AccountCondition
from contracts.stores import StoreConfigured
from contracts.topics import PARTITIONS
from panel import (
    board,
    connection,
    disconnection,
    fetch_book,
    handlers,
    lateness,
    row,
    workbench,
)
from panel.access import Role
from panel.api import app as api
from panel.board import MongoBoard
from panel.connecting import pending
from panel.connecting.connector import Connector
from panel.connecting.consent import Application
from panel.connecting.exchange import TokenDesk
from panel.connecting.mercadolivre import MercadoLivre
from panel.connecting.nuvemshop import Nuvemshop
from panel.connecting.shopify import Shopify
from panel.desk import Desk
from panel.door import STATIC_AT, Door
from panel.erp import invoices
from panel.erp import window as windows
from panel.erp.invoices import Invoices
from panel.erp.window import Window
from panel.fetch_book import MongoFetchBook
from panel.figures import Ledger, MongoLedger
from panel.listings.offers import Offers
from panel.listings.parts import listing_parts
from panel.pages import app as pages
from panel.pages.view import STATIC
from panel.passwords import hashed
from panel.people import Grant, User
from panel.row import Row
from panel.rows import Rows
from panel.settings import Settings
from panel.staff import Staff, prepare, staff
from panel.stores import Stores
from panel.telling import SERVICE
from panel.workbench import Workbench


def build(settings: Settings, clients: Clients) -> Parts:
    """The service's parts on the real clients."""
    database = clients.mongo["esteira_panel"]
    stores = Table(StoreConfigured)
    conditions = Table(AccountCondition)
    of_stores, of_conditions, of_records = (
        kafka.table_consumer(settings.kafka, SERVICE) for _ in range(3)
    )
    records = Lookup(of_records)
    vault = Vault(settings.secret_key.get_secret_value())
    progress = _progress(settings)
    configured = Stores(stores, clients.publisher, vault, utc_now)
    desk = _desk(configured, conditions, records, database, clients)
    people = staff(
        database, vault, built_in(settings), timedelta(minutes=settings.panel_idle_minutes)
    )
    rows = _rows(database, clients)
    billed = Invoices(desk.board, stores, rows.inject, utc_now)
    window = windows.opened(settings, vault, database, clients.metrics, billed.hear)
    listings = listing_parts(settings, clients, database, window.accounts)
    return Parts(
        subscriptions=[
            *_subscriptions(rows, desk, database, clients),
            *listings.parts.subscriptions,
        ],
        starts=[
            *_indexes(database),
            partial(prepare, database),
            partial(table.load, stores, of_stores),
            partial(table.load, conditions, of_conditions),
            *listings.parts.starts,
        ],
        background=[
            partial(table.follow, stores, of_stores),
            partial(table.follow, conditions, of_conditions),
            partial(lateness.watch, desk.lateness, progress),
            _watch(window, desk, database, settings.instance),
            *listings.parts.background,
        ],
        stops=[
            of_stores.stop,
            of_conditions.stop,
            records.stop,
            progress.stop,
            *listings.parts.stops,
            window.stop,
        ],
        http=web(
            desk,
            people,
            window,
            MongoLedger(database[board.ORDERS]),
            workbench.workbench(database),
            connector=connector(settings, desk.stores, window, database),
            offers=listings.offers,
            settings=settings,
            ready=partial(getattr, clients.health, "ready"),
        ),
    )


def _desk(
    stores: Stores,
    conditions: Table[AccountCondition],
    records: Lookup,
    database: Database[dict[str, Any]],
    clients: Clients,
) -> Desk:
    return Desk(
        board=MongoBoard(database),
        stores=stores,
        disconnections=MongoDocuments(
            database["disconnections"], disconnection.encode, disconnection.decode
        ),
        connections=MongoDocuments(database["connections"], connection.encode, connection.decode),
        publisher=clients.publisher,
        clock=utc_now,
        new_id=lambda: str(uuid4()),
        records=records,
        conditions=conditions,
    )


def _watch(window: Window, desk: Desk, database: Database[dict[str, Any]], instance: str) -> Task:
    """The rounds through the ERP's log of stages, made by one panel of all."""
    held = MongoDocuments(database["leases"], leases.encode, leases.decode)
    ours = Leases(held, utc_now, instance or str(uuid4()))
    return partial(invoices.watch, window.stages, desk.stores.table, desk.erp_trouble, ours)


def _progress(settings: Settings) -> Progress:
    consumer = kafka.table_consumer(settings.kafka, SERVICE)
    return Progress(settings.kafka, consumer, SERVICE, handlers.ORDERS, PARTITIONS)


def _indexes(database: Database[dict[str, Any]]) -> list[Task]:
    return [
        partial(board.prepare, database),
        partial(workbench.prepare, database),
        partial(pending.prepare, database),
        MongoFetchBook(database).prepare,
    ]


def _rows(database: Database[dict[str, Any]], clients: Clients) -> Flow[Row]:
    kept = Rows(MongoDocuments(database[board.ORDERS], row.encode, row.decode, heavy="orders"))
    return handlers.orders(kept, clients.publisher, utc_now)


def _subscriptions(
    rows: Flow[Row], desk: Desk, database: Database[dict[str, Any]], clients: Clients
) -> list[Subscription]:
    publisher = clients.publisher
    cut_off = handlers.disconnections(desk.stores.table, desk.disconnections, publisher, utc_now)
    fetched = handlers.fetches(fetch_book.documents(database), publisher, utc_now)
    looked_at = handlers.connections(desk.connections, publisher, utc_now)
    return [
        Subscription(rows, group=SERVICE),
        Subscription(cut_off, group=f"{SERVICE}-stores"),
        Subscription(looked_at, group=f"{SERVICE}-connections"),
        Subscription(fetched, group=f"{SERVICE}-fetches"),
    ]


def built_in(settings: Settings) -> User | None:
    """The administrator that the environment names, if any."""
    password_hash = hashed(settings.panel_password.get_secret_value())
    if not (settings.panel_user and password_hash):
        return None
    grant = Grant(admin=True, everywhere=Role.MANAGER)
    return User(settings.panel_user.strip().casefold(), grant, password_hash)


def connector(
    settings: Settings, stores: Stores, window: Window, database: Database[dict[str, Any]]
) -> Connector:
    """Who connects stores, with our applications as far as the environment names them."""
    apps = {
        "shopify": (settings.shopify_client_id, settings.shopify_client_secret),
        "nuvemshop": (settings.nuvemshop_client_id, settings.nuvemshop_client_secret),
        "mercadolivre": (settings.mercadolivre_client_id, settings.mercadolivre_client_secret),
    }
    return Connector(
        apps={
            channel: Application(client_id, secret.get_secret_value())
            for channel, (client_id, secret) in apps.items()
            if client_id and secret.get_secret_value()
        },
        consents={
            "shopify": Shopify(settings.shopify_url),
            "nuvemshop": Nuvemshop(settings.nuvemshop_auth_url),
            "mercadolivre": MercadoLivre(settings.mercadolivre_auth_url, settings.mercadolivre_url),
        },
        pending=pending.documents(database, stores.vault),
        ask=TokenDesk(window.channels.http).ask,
        stores=stores,
        clock=utc_now,
        random=partial(secrets.token_urlsafe, 48),
        redirects=settings.panel_url,
    )


def web(
    desk: Desk,
    staff: Staff,
    window: Window,
    ledger: Ledger,
    bench: Workbench,
    *,
    connector: Connector,
    offers: Offers,
    settings: Settings,
    ready: Callable[[], bool],
) -> ASGIApp:
    """The API beside the pages."""
    routes = [
        *api.mounted(
            api.app(desk, settings.panel_token, ready, tokens=staff.tokens, offers=offers)
        ),
        Mount(STATIC_AT, StaticFiles(directory=STATIC)),
        Mount(
            "/",
            pages.app(
                desk,
                staff,
                window,
                ledger,
                bench=bench,
                connector=connector,
                offers=offers,
            ),
        ),
    ]
    return Door(GZipMiddleware(Starlette(routes=routes)))


def main() -> None:
    """Run until told to stop."""
    settings = Settings.from_environment()
    run(SERVICE, settings, settings.panel_port, partial(build, settings))
