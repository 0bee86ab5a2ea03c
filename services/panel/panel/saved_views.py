"""Lists that somebody named, to come back to: one's own, and those of the whole store. Values.

Each person may also say which list "Pedidos" opens for them in a store.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Final

MOST: Final = 20
LONGEST: Final = 40


class Whose(StrEnum):
    """Who has a view."""

    EVERYBODY = "todos"
    STORE = "loja"
    OWN = "sua"


@dataclass(frozen=True, slots=True)
class SavedView:
    """A tab with filters, as an address says them. `by` is who shared it with the store."""

    name: str
    tab: str
    filters: Mapping[str, str]
    by: str = ""


@dataclass(frozen=True, slots=True)
class SavedViews:
    """One user's views of one store, or the store's own. `first` is which one "Pedidos" opens."""

    views: tuple[SavedView, ...] = ()
    first: str = ""

    def with_one(self, view: SavedView) -> "SavedViews":
        """With this view, in the place of the one of its name; the oldest makes room."""
        others = tuple(v for v in self.views if v.name.casefold() != view.name.casefold())
        return replace(self, views=(*others, view)[-MOST:])

    def without(self, name: str) -> "SavedViews":
        """Without the view of this name."""
        return replace(self, views=tuple(v for v in self.views if v.name != name))

    def opening(self, first: str) -> "SavedViews":
        """With another list for "Pedidos" to open; empty for the one that everybody begins with."""
        return replace(self, first=first)

    def named(self, name: str) -> SavedView | None:
        """The view of this name."""
        return next((v for v in self.views if v.name.casefold() == name.casefold()), None)


def key(user: str, store_id: str) -> str:
    """Where a user's views of a store are kept."""
    return f"{store_id}|{user}"


def shared_key(store_id: str) -> str:
    """Where the store's own views are kept: nobody has an empty name."""
    return key("", store_id)


def mark(whose: Whose, name: str) -> str:
    """A view as `first` names it."""
    return f"{whose}:{name}"


def encode(saved: SavedViews) -> dict[str, Any]:
    """Views as their document."""
    return {
        "views": [
            {"name": view.name, "tab": view.tab, "filters": dict(view.filters), "by": view.by}
            for view in saved.views
        ],
        "first": saved.first,
    }


def decode(document: dict[str, Any]) -> SavedViews:
    """Views from their document."""
    views = tuple(SavedView(**view) for view in document["views"])
    return SavedViews(views, document.get("first", ""))
