"""The cancellation service, put together."""

from cancellation.handlers import SERVICE, decode, encode, flow
from cancellation.settings import Settings
from chassis.app import Clients, Parts, run
from chassis.clock import utc_now
from chassis.store import MongoDocuments
from chassis.subscription import Subscription


def build(clients: Clients) -> Parts:
    """The service's parts on the real clients."""
    standings = clients.mongo["esteira_cancellation"]["standings"]
    documents = MongoDocuments(standings, encode, decode)
    return Parts(
        subscriptions=[Subscription(flow(documents, clients.publisher, utc_now), group=SERVICE)]
    )


def main() -> None:
    """Run until told to stop."""
    settings = Settings.from_environment()
    run(SERVICE, settings, settings.cancellation_port, build)
