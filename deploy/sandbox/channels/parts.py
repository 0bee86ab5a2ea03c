"""The parts of sales that a channel's API knows by ids of their own, found by those ids."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from sandbox.channels.archive import Archive
from sandbox.channels.channel import Document
from sandbox.channels.orders import EVER

_MATCHING = """
parts.store_id = ? AND kind = ?
    AND parts.created_at BETWEEN ? AND ? AND closed_at BETWEEN ? AND ?
    AND parts.updated_at BETWEEN ? AND ?
    AND (? IS NULL OR status IN (SELECT value FROM json_each(?)))
    AND status NOT IN (SELECT value FROM json_each(?))
    AND NOT EXISTS (SELECT 1 FROM json_each(?) WHERE instr(tags, ' ' || value || ' ') = 0)
    AND NOT EXISTS (SELECT 1 FROM json_each(?) WHERE instr(tags, ' ' || value || ' ') > 0)
    AND instr(text, ?) > 0
"""
_COUNT = f"SELECT count(*) AS n FROM parts WHERE {_MATCHING}"  # noqa: S608 - only constants
_FIND = f"""
SELECT parts.id, record FROM parts
JOIN orders ON orders.store_id = parts.store_id AND orders.id = order_id
WHERE {_MATCHING}
ORDER BY ? * closed_at, ? * CAST(parts.id AS INTEGER) LIMIT ? OFFSET ?
"""  # noqa: S608 - only constants


@dataclass(frozen=True, slots=True)
class PartSearch:
    """What a hub looks for among parts of one kind; `statuses` None are all of them."""

    kind: str
    created: tuple[float, float] = EVER
    closed: tuple[float, float] = EVER
    updated: tuple[float, float] = EVER
    statuses: tuple[str, ...] | None = None
    hidden: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    other_tags: tuple[str, ...] = ()
    text: str = ""


class Parts:
    """The parts of all sales; they are written with the orders they belong to."""

    def __init__(self, archive: Archive) -> None:
        self._db = archive.db

    def sale_of(self, store_id: str, kinds: Sequence[str], part_id: str) -> Document | None:
        """The record of the sale that has such a part of this id."""
        row = self._db.execute(
            "SELECT record FROM parts "
            "JOIN orders ON orders.store_id = parts.store_id AND orders.id = order_id "
            "WHERE parts.store_id = ? AND parts.id = ? "
            "AND kind IN (SELECT value FROM json_each(?))",
            (store_id, part_id, _json(kinds)),
        ).fetchone()
        return orjson.loads(row["record"]) if row else None

    def owner(self, kind: str, part_id: str) -> str | None:
        """The id of the store that sold this part, whichever it is."""
        row = self._db.execute(
            "SELECT store_id FROM parts WHERE kind = ? AND id = ?", (kind, part_id)
        ).fetchone()
        return str(row["store_id"]) if row else None

    def find(
        self, store_id: str, search: PartSearch, limit: int, offset: int, *, newest_first: bool
    ) -> tuple[int, list[tuple[str, Document]]]:
        """How many match, and one page of them as (id, record of the sale), by `closed_at`."""
        bound = _bound(store_id, search)
        total = self._db.execute(_COUNT, bound).fetchone()["n"]
        sign = -1 if newest_first else 1
        rows = self._db.execute(_FIND, (*bound, sign, sign, limit, offset))
        return int(total), [(row["id"], orjson.loads(row["record"])) for row in rows]


def _bound(store_id: str, search: PartSearch) -> tuple[Any, ...]:
    """The values of `_MATCHING`, in its order."""
    statuses = None if search.statuses is None else _json(search.statuses)
    return (
        *(store_id, search.kind),
        *search.created,
        *search.closed,
        *search.updated,
        *(statuses, statuses, _json(search.hidden)),
        *(_json(search.tags), _json(search.other_tags)),
        search.text.lower(),
    )


def _json(values: Sequence[str]) -> str:
    return orjson.dumps(list(values)).decode()
