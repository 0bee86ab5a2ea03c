"""The panel service, put together."""

from functools import partial
from uuid import uuid4

from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.types import ASGIApp

from chassis import kafka, table
from chassis.app import Clients, Parts, run
from chassis.clock import utc_now
from chassis.store import MongoDocuments
from chassis.subscription import Subscription
from chassis.table import Table
from chassis.vault import Vault
from contracts.stores import StoreConfigured
from panel import board, disconnection, handlers, row
from panel.api import app as api
from panel.board import MongoBoard
from panel.desk import Desk
from panel.door import Door
from panel.rows import Rows
from panel.settings import Settings
from panel.stores import Stores
from panel.telling import SERVICE


def build(settings: Settings, clients: Clients) -> Parts:
    """The service's parts on the real clients."""
    database = clients.mongo["esteira_panel"]
    stores = Table(StoreConfigured)
    following = kafka.table_consumer(settings.kafka, SERVICE)
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
    )
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
            partial(table.load, stores, following),
        ],
        background=[partial(table.follow, stores, following)],
        stops=[following.stop],
        http=web(desk, settings, clients),
    )


def web(desk: Desk, settings: Settings, clients: Clients) -> ASGIApp:
    """The API beside the pages."""
    ready = partial(getattr, clients.health, "ready")
    return Door(Starlette(routes=[Mount("/api/v1", api.app(desk, settings.panel_token, ready))]))


def main() -> None:
    """Run until told to stop."""
    settings = Settings()
    run(SERVICE, settings, settings.panel_port, partial(build, settings))
