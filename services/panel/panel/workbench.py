"""What the pages about orders keep for people, beside the desk."""

from dataclasses import dataclass
from typing import Any

from chassis.store import Database, Documents, MongoDocuments
from panel import batch, claims, saved_views
from panel.batch import Batch
from panel.claims import Claim
from panel.fetch_book import FetchBook, MongoFetchBook
from panel.live import Live, MongoChanges
from panel.saved_views import SavedViews


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


def workbench(database: Database[dict[str, Any]]) -> Workbench:
    """The workbench in the panel's database."""
    return Workbench(
        views=MongoDocuments(database["views"], saved_views.encode, saved_views.decode),
        claims=MongoDocuments(database["claims"], claims.encode, claims.decode),
        batches=MongoDocuments(database["batches"], batch.encode, batch.decode),
        live=Live(MongoChanges(database)),
        fetches=MongoFetchBook(database),
    )
