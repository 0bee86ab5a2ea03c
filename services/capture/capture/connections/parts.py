"""The part of the service that looks after connections, put together."""

from uuid import uuid4

from capture.connections import looked
from capture.connections.checker import Checker
from capture.connections.keeper import Keeper, Release
from capture.handlers import SERVICE
from chassis import leases
from chassis.app import Clients
from chassis.clock import utc_now
from chassis.leases import Leases
from chassis.store import MongoDocuments


def keeper(clients: Clients, checker: Checker, release: Release) -> Keeper:
    """Who looks after the stores' connections, and lets go on what waits for them."""
    database = clients.mongo["esteira_capture"]
    held = MongoDocuments(database["leases"], leases.encode, leases.decode)
    return Keeper(
        checker=checker,
        documents=MongoDocuments(database["connections"], looked.encode, looked.decode),
        leases=Leases(held, utc_now, str(uuid4())),
        publisher=clients.publisher,
        release=release,
        clock=utc_now,
        service=SERVICE,
    )
