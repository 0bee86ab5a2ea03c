"""Lists that somebody named, to come back to. Values and their documents."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

MOST: Final = 20
LONGEST: Final = 40


@dataclass(frozen=True, slots=True)
class SavedView:
    """A tab with filters, as an address says them."""

    name: str
    tab: str
    filters: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class SavedViews:
    """One user's views of one store."""

    views: tuple[SavedView, ...] = ()

    def with_one(self, view: SavedView) -> "SavedViews":
        """With this view, in the place of the one of its name; the oldest makes room."""
        others = tuple(v for v in self.views if v.name.casefold() != view.name.casefold())
        return replace(self, views=(*others, view)[-MOST:])

    def without(self, name: str) -> "SavedViews":
        """Without the view of this name."""
        return replace(self, views=tuple(v for v in self.views if v.name != name))


def key(user: str, store_id: str) -> str:
    """Where a user's views of a store are kept."""
    return f"{store_id}|{user}"


def encode(saved: SavedViews) -> dict[str, Any]:
    """Views as their document."""
    return {
        "views": [
            {"name": view.name, "tab": view.tab, "filters": dict(view.filters)}
            for view in saved.views
        ]
    }


def decode(document: dict[str, Any]) -> SavedViews:
    """Views from their document."""
    return SavedViews(tuple(SavedView(**view) for view in document["views"]))
