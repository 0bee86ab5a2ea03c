"""What the pages about orders keep for people, beside the desk."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from chassis.store import Database, Documents, MongoDocuments, translated
from panel import batch, claims, saved_views
from panel.batch import Batch
from panel.claims import Claim
from panel.fetch_book import FetchBook, MongoFetchBook
from panel.live import Live, MongoChanges
from panel.saved_views import SavedViews

CLAIMS_KEPT: Final = timedelta(days=1)
BATCHES_KEPT: Final = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Workbench:
    """`views` by store and user, `claims` by order and version, `batches` by id.

    `live` tells what changes.
    """

    views: Documents[SavedViews]
    claims: Documents[Claim]
    batches: Documents[Batch]
    live: Live
    fetches: FetchBook


async def prepare(database: Database[dict[str, Any]]) -> None:
    """Let the database forget what nobody comes back to. Raises Unavailable."""
    with translated():
        for name, kept in (("claims", CLAIMS_KEPT), ("batches", BATCHES_KEPT)):
            await database[name].create_index(
                "at", expireAfterSeconds=int(kept.total_seconds()), name="expiry"
            )


def workbench(database: Database[dict[str, Any]]) -> Workbench:
    """The workbench in the panel's database."""
    return Workbench(
        views=MongoDocuments(database["views"], saved_views.encode, saved_views.decode),
        claims=MongoDocuments(database["claims"], claims.encode, claims.decode),
        batches=MongoDocuments(database["batches"], batch.encode, batch.decode),
        live=Live(MongoChanges(database)),
        fetches=MongoFetchBook(database),
    )
