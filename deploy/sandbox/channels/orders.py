"""The orders a channel sold: kept whole, found by the terms a hub searches with."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from sandbox.channels.archive import Archive
from sandbox.channels.channel import Document, Part, Summary

EVER = (0.0, float(2**40))  # from the epoch until far in the future, in seconds

# A facet names a place in the record by its JSON path; absent is the empty text.
_MATCHING = """
store_id = ?
    AND created_at BETWEEN ? AND ? AND updated_at BETWEEN ? AND ?
    AND (? = 'any' OR state = ?)
    AND (? IS NULL OR financial_status = ?)
    AND (? IS NULL OR name = ?)
    AND (? IS NULL OR id IN (SELECT value FROM json_each(?)))
    AND id > ?
    AND CAST(total AS REAL) BETWEEN ? AND ?
    AND NOT EXISTS (
        SELECT 1 FROM json_each(?) AS facet
        WHERE coalesce(CAST(json_extract(record, json_extract(facet.value, '$[0]')) AS TEXT), '')
            NOT IN (SELECT value FROM json_each(facet.value, '$[1]'))
    )
    AND (? = '' OR EXISTS (
        SELECT 1 FROM json_each(?) AS place
        WHERE instr(lower(json_extract(record, place.value)), lower(?)) > 0
    ))
"""
# `key` and `sign` turn four sort orders into one: ascending in `position`, then in the id.
_FIND = f"""
SELECT record, position, id FROM (
    SELECT *, ? * CASE ? WHEN 'id' THEN id WHEN 'updated_at' THEN updated_at ELSE created_at END
        AS position, ? * id AS tie
    FROM orders WHERE {_MATCHING}
)
WHERE (position, tie) > (?, ?) ORDER BY position, tie LIMIT ? OFFSET ?
"""  # noqa: S608 - joined from constants, values are bound
_COUNT = f"SELECT count(*) AS n FROM orders WHERE {_MATCHING}"  # noqa: S608 - as above
_INDEX = (
    "INSERT INTO parts VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) "
    "ON CONFLICT (store_id, kind, id) DO UPDATE SET order_id = excluded.order_id, "
    "status = excluded.status, created_at = excluded.created_at, closed_at = excluded.closed_at, "
    "updated_at = excluded.updated_at, tags = excluded.tags, text = excluded.text"
)


@dataclass(frozen=True, slots=True)
class Search:
    """What a hub looks for; ranges are seconds since the epoch, both ends included.

    `facets` are (JSON path in the record, values it may have); `words` is (text, the JSON paths of
    which one must contain it).
    """

    created: tuple[float, float] = EVER
    updated: tuple[float, float] = EVER
    state: str = "any"
    financial_status: str | None = None
    name: str | None = None
    ids: tuple[int, ...] | None = None
    since_id: int = 0
    total: tuple[float, float] = (-1e12, 1e12)
    facets: tuple[tuple[str, tuple[str, ...]], ...] = ()
    words: tuple[str, tuple[str, ...]] = ("", ())


@dataclass(frozen=True, slots=True)
class Sorting:
    """`key` is id, created_at or updated_at."""

    key: str = "id"
    descending: bool = False


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where a page ended; the next one starts after it."""

    position: float
    tie: int


@dataclass(frozen=True, slots=True)
class Found:
    """One order of a page, and the cursor behind it."""

    record: Document
    cursor: Cursor


class OrderBook:
    """The orders of all stores."""

    def __init__(self, archive: Archive) -> None:
        self._db = archive.db

    def put(self, store_id: str, summary: Summary, record: Document, fault: str | None) -> None:
        """Keep an order, or what became of it; `fault` None keeps the one it was sold with."""
        self._db.execute(
            "INSERT INTO orders VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) "
            "ON CONFLICT (store_id, id) DO UPDATE SET name = excluded.name, "
            "total = excluded.total, currency = excluded.currency, "
            "financial_status = excluded.financial_status, cancelled_at = excluded.cancelled_at, "
            "state = excluded.state, created_at = excluded.created_at, "
            "updated_at = excluded.updated_at, record = excluded.record",
            (
                *(store_id, summary.id, summary.name, summary.total, summary.currency),
                *(summary.financial_status, summary.cancelled_at, summary.state),
                *(summary.created_at, summary.updated_at, fault, orjson.dumps(record).decode()),
            ),
        )
        self._db.executemany(
            _INDEX, [_indexed(store_id, summary.id, part) for part in summary.parts]
        )

    def get(self, store_id: str, order_id: int) -> Document | None:
        """The whole record of one order."""
        row = self._db.execute(
            "SELECT record FROM orders WHERE store_id = ? AND id = ?", (store_id, order_id)
        ).fetchone()
        return _record(row["record"]) if row else None

    def find(
        self,
        store_id: str,
        search: Search,
        sorting: Sorting,
        after: Cursor | None,
        limit: int,
        *,
        offset: int = 0,
    ) -> list[Found]:
        """One page of orders, at most `limit`."""
        sign = -1 if sorting.descending else 1
        start = after or Cursor(float("-inf"), -(2**62))
        rows = self._db.execute(
            _FIND,
            (
                *(sign, sorting.key, sign),
                *_bound(store_id, search),
                *(start.position, start.tie, limit, offset),
            ),
        )
        return [
            Found(_record(row["record"]), Cursor(row["position"], sign * row["id"])) for row in rows
        ]

    def matching(self, store_id: str, search: Search) -> int:
        """How many orders a search finds on all its pages."""
        return int(self._db.execute(_COUNT, _bound(store_id, search)).fetchone()["n"])

    def count(self, store_id: str, state: str = "any") -> int:
        """How many orders the store has in this state."""
        return self.matching(store_id, Search(state=state))

    def sold(self, store_id: str) -> list[dict[str, Any]]:
        """Every order of the store in one line each, in the order they were placed."""
        rows = self._db.execute(
            "SELECT id, name, total, currency, financial_status, cancelled_at, state, created_at, "
            "updated_at, fault FROM orders WHERE store_id = ? ORDER BY id",
            (store_id,),
        )
        return [dict(row) for row in rows]


def _bound(store_id: str, search: Search) -> tuple[Any, ...]:
    """The values of `_MATCHING`, in its order."""
    text, places = search.words
    return (
        store_id,
        *search.created,
        *search.updated,
        *(search.state, search.state),
        *(search.financial_status, search.financial_status),
        *(search.name, search.name),
        *_json_list(search.ids),
        search.since_id,
        *search.total,
        orjson.dumps(search.facets).decode(),
        *(text, orjson.dumps(places).decode(), text),
    )


def _indexed(store_id: str, order_id: int, part: Part) -> tuple[Any, ...]:
    return (
        *(store_id, part.kind, part.id, order_id, part.status),
        *(part.created_at, part.closed_at, part.updated_at),
        *(f" {' '.join(part.tags)} ", part.text.lower()),
    )


def _record(text: str) -> Document:
    record: Document = orjson.loads(text)
    return record


def _json_list(ids: Sequence[int] | None) -> tuple[str | None, str | None]:
    listed = None if ids is None else orjson.dumps(list(ids)).decode()
    return listed, listed
