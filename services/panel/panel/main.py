"""The panel service, put together."""

from collections.abc import Callable
from functools import partial
from uuid import uuid4

from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

from chassis import kafka, table
from chassis.app import Clients, Parts, run
from chassis.clock import utc_now
from chassis.store import MongoDocuments
from chassis.subscription import Subscription
from chassis.table import Table
from chassis.vault import Vault
from contracts.accounts import AccountCondition
from contracts.stores import StoreConfigured
from panel import board, disconnection, handlers, row
from panel.api import app as api
from panel.board import MongoBoard
from panel.desk import Desk
from panel.door import STATIC_AT, Door
from panel.login import Login, Throttle, hashed, verify
from panel.pages import app as pages
from panel.pages.view import STATIC
from panel.rows import Rows
from panel.sessions import MongoSessions, Sessions, SessionStore
from panel.settings import Settings
from panel.stores import Stores
from panel.telling import SERVICE


def build(settings: Settings, clients: Clients) -> Parts:
    """The service's parts on the real clients."""
    database = clients.mongo["esteira_panel"]
    stores = Table(StoreConfigured)
    conditions = Table(AccountCondition)
    of_stores, of_conditions = (kafka.table_consumer(settings.kafka, SERVICE) for _ in range(2))
    vault = Vault(settings.secret_key.get_secret_value())
    disconnections = MongoDocuments(
        database["disconnections"], disconnection.encode, disconnection.decode
    )
    desk = Desk(
        board=MongoBoard(database),
        stores=Stores(stores, clients.publisher, vault, utc_now),
        disconnections=disconnections,
        publisher=clients.publisher,
        clock=utc_now,
        new_id=lambda: str(uuid4()),
        conditions=conditions,
    )
    sessions = MongoSessions(database)
    rows = Rows(MongoDocuments(database[board.ORDERS], row.encode, row.decode, heavy="orders"))
    return Parts(
        subscriptions=[
            Subscription(handlers.orders(rows, clients.publisher, utc_now), group=SERVICE),
            Subscription(
                handlers.disconnections(stores, disconnections, clients.publisher, utc_now),
                group=f"{SERVICE}-stores",
            ),
        ],
        starts=[
            partial(board.prepare, database),
            sessions.prepare,
            partial(table.load, stores, of_stores),
            partial(table.load, conditions, of_conditions),
        ],
        background=[
            partial(table.follow, stores, of_stores),
            partial(table.follow, conditions, of_conditions),
        ],
        stops=[of_stores.stop, of_conditions.stop],
        http=web(desk, sessions, settings, partial(getattr, clients.health, "ready")),
    )


def web(desk: Desk, kept: SessionStore, settings: Settings, ready: Callable[[], bool]) -> ASGIApp:
    """The API beside the pages."""
    login = Login(
        user=settings.panel_user,
        password_hash=hashed(settings.panel_password.get_secret_value()),
        throttle=Throttle(utc_now),
        verify=verify,
    )
    routes = [
        Mount("/api/v1", api.app(desk, settings.panel_token, ready)),
        Mount(STATIC_AT, StaticFiles(directory=STATIC)),
        Mount("/", pages.app(desk, login, Sessions(kept, utc_now))),
    ]
    return Door(Starlette(routes=routes))


def main() -> None:
    """Run until told to stop."""
    settings = Settings()
    run(SERVICE, settings, settings.panel_port, partial(build, settings))
