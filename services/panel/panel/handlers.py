"""Which messages come in, and the functions that decide about them."""

from typing import Final

from chassis.clock import Clock
from chassis.flow import Flow, Publishes
from chassis.store import Documents
from chassis.table import Table
from contracts.cancellations import OrderCancelled, OrderRefunded
from contracts.commands import ReprocessOrder
from contracts.connections import StoreChecked
from contracts.events import (
    OrderCaptured,
    OrderErased,
    OrderPending,
    OrderPosted,
    OrderValidated,
    StoreDisconnected,
)
from contracts.fetches import FetchProgress
from contracts.listings import ListingSeen
from contracts.stores import StoreConfigured
from panel import connection, disconnection, heard, row
from panel import fetches as fetch_fold
from panel.connection import Connection
from panel.disconnection import Disconnection
from panel.fetches import Told
from panel.listings import seen
from panel.row import Row
from panel.telling import SERVICE

ORDERS: Final = tuple(
    told.topic
    for told in (
        OrderCaptured,
        OrderValidated,
        OrderPending,
        OrderPosted,
        OrderCancelled,
        OrderRefunded,
        OrderErased,
        ReprocessOrder,
    )
)
"""The topics that rows come from."""


def orders(documents: Documents[Row], publisher: Publishes, clock: Clock) -> Flow[Row]:
    """Everything told of an order becomes its row."""
    return Flow(
        service=SERVICE,
        topics=ORDERS,
        step=row.step,
        documents=documents,
        publisher=publisher,
        clock=clock,
        read=heard.read,
    )


def disconnections(
    stores: Table[StoreConfigured],
    documents: Documents[Disconnection],
    publisher: Publishes,
    clock: Clock,
) -> Flow[Disconnection]:
    """A store that its channel cut off becomes inactive."""
    return Flow(
        service=SERVICE,
        topics=(StoreDisconnected.topic,),
        step=disconnection.step_on(stores),
        documents=documents,
        publisher=publisher,
        clock=clock,
    )


def fetches(documents: Documents[Told], publisher: Publishes, clock: Clock) -> Flow[Told]:
    """How fetches of orders are going, and what became of each order."""
    return Flow(
        service=SERVICE,
        topics=(FetchProgress.topic,),
        step=fetch_fold.step,
        documents=documents,
        publisher=publisher,
        clock=clock,
    )


def connections(
    documents: Documents[Connection], publisher: Publishes, clock: Clock
) -> Flow[Connection]:
    """What capture finds when it looks at a store's connection."""
    return Flow(
        service=SERVICE,
        topics=(StoreChecked.topic,),
        step=connection.step,
        documents=documents,
        publisher=publisher,
        clock=clock,
    )


def listings(
    documents: Documents[ListingSeen], publisher: Publishes, clock: Clock
) -> Flow[ListingSeen]:
    """What stores offer at their channels, the newest version of each."""
    return Flow(
        service=SERVICE,
        topics=(ListingSeen.topic,),
        step=seen.step,
        documents=documents,
        publisher=publisher,
        clock=clock,
    )
