"""Lists as GraphQL pages them: connections with cursors, and plain lists cut at `first`."""

from collections.abc import Callable, Sequence
from typing import Any

from sandbox.channels.channel import Document


def connection(nodes: Sequence[Document]) -> Callable[..., Document]:
    """The nodes as a connection inside an order; a cursor is a position."""

    def page(_: Any, *, reverse: bool = False, **window: Any) -> Document:
        ordered = list(reversed(nodes)) if reverse else list(nodes)
        first, last = window.get("first"), window.get("last")
        begin = int(window["after"]) + 1 if window.get("after") else 0
        end = int(window["before"]) if window.get("before") else len(ordered)
        if first is not None:
            end = min(end, begin + first)
        elif last is not None:
            begin = max(begin, end - last)
        chosen = [(str(position), node) for position, node in enumerate(ordered)][begin:end]
        return page_of(chosen, more=end < len(ordered), fewer=begin > 0)

    return page


def page_of(nodes: Sequence[tuple[str, Document]], *, more: bool, fewer: bool) -> Document:
    """(cursor, node) pairs as one page of a connection."""
    return {
        "nodes": [node for _, node in nodes],
        "edges": [{"cursor": cursor, "node": node} for cursor, node in nodes],
        "pageInfo": {
            "hasNextPage": more,
            "hasPreviousPage": fewer,
            "startCursor": nodes[0][0] if nodes else None,
            "endCursor": nodes[-1][0] if nodes else None,
        },
    }


def first_of(items: Sequence[Document]) -> Callable[..., Sequence[Document]]:
    """A plain list that takes `first`; other arguments filter nothing here."""

    def page(_: Any, *, first: int | None = None, **_filters: Any) -> Sequence[Document]:
        return items if first is None else items[: max(0, first)]

    return page
