"""What the pages about orders keep for people, beside the desk."""

from dataclasses import dataclass
from typing import Any

from chassis.store import Database, Documents, MongoDocuments
from panel import saved_views
from panel.saved_views import SavedViews


@dataclass(frozen=True, slots=True)
class Workbench:
    """`views` by store and user."""

    views: Documents[SavedViews]


def workbench(database: Database[dict[str, Any]]) -> Workbench:
    """The workbench in the panel's database."""
    return Workbench(
        views=MongoDocuments(database["views"], saved_views.encode, saved_views.decode)
    )
