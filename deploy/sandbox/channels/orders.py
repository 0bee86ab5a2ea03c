"""The orders a channel sold: kept whole, found by the terms a hub searches with."""

from collections.abc import Sequence
from dataclasses import astuple, dataclass
from typing import Any

import orjson

from sandbox.channels.archive import Archive
from sandbox.channels.channel import Document, Summary

EVER = (0.0, float(2**40))  # from the epoch until far in the future, in seconds

# `key` and `sign` turn four sort orders into one: ascending in `position`, then in the id.
_FIND = """
SELECT record, position, id FROM (
    SELECT *, ? * CASE ? WHEN 'id' THEN id WHEN 'updated_at' THEN updated_at ELSE created_at END
        AS position, ? * id AS tie
    FROM orders
    WHERE store_id = ?
        AND created_at BETWEEN ? AND ? AND updated_at BETWEEN ? AND ?
        AND (? = 'any' OR state = ?)
        AND (? IS NULL OR financial_status = ?)
        AND (? IS NULL OR name = ?)
        AND (? IS NULL OR id IN (SELECT value FROM json_each(?)))
        AND id > ?
)
WHERE (position, tie) > (?, ?) ORDER BY position, tie LIMIT ?
"""
_COUNT = "SELECT count(*) AS n FROM orders WHERE store_id = ? AND (? = 'any' OR state = ?)"


@dataclass(frozen=True, slots=True)
class Search:
    """What a hub looks for; ranges are seconds since the epoch, both ends included."""

    created: tuple[float, float] = EVER
    updated: tuple[float, float] = EVER
    state: str = "any"
    financial_status: str | None = None
    name: str | None = None
    ids: tuple[int, ...] | None = None
    since_id: int = 0


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
            (store_id, *astuple(summary), fault, orjson.dumps(record).decode()),
        )

    def get(self, store_id: str, order_id: int) -> Document | None:
        """The whole record of one order."""
        row = self._db.execute(
            "SELECT record FROM orders WHERE store_id = ? AND id = ?", (store_id, order_id)
        ).fetchone()
        return _record(row["record"]) if row else None

    def find(
        self, store_id: str, search: Search, sorting: Sorting, after: Cursor | None, limit: int
    ) -> list[Found]:
        """One page of orders, at most `limit`."""
        sign = -1 if sorting.descending else 1
        start = after or Cursor(float("-inf"), -(2**62))
        rows = self._db.execute(
            _FIND,
            (
                *(sign, sorting.key, sign, store_id),
                *search.created,
                *search.updated,
                *(search.state, search.state),
                *(search.financial_status, search.financial_status),
                *(search.name, search.name),
                *_json_list(search.ids),
                *(search.since_id, start.position, start.tie, limit),
            ),
        )
        return [
            Found(_record(row["record"]), Cursor(row["position"], sign * row["id"])) for row in rows
        ]

    def count(self, store_id: str, state: str = "any") -> int:
        """How many orders the store has in this state."""
        row = self._db.execute(_COUNT, (store_id, state, state)).fetchone()
        return int(row["n"])

    def sold(self, store_id: str) -> list[dict[str, Any]]:
        """Every order of the store in one line each, in the order they were placed."""
        rows = self._db.execute(
            "SELECT id, name, total, currency, financial_status, cancelled_at, state, created_at, "
            "updated_at, fault FROM orders WHERE store_id = ? ORDER BY id",
            (store_id,),
        )
        return [dict(row) for row in rows]


def _record(text: str) -> Document:
    record: Document = orjson.loads(text)
    return record


def _json_list(ids: Sequence[int] | None) -> tuple[str | None, str | None]:
    listed = None if ids is None else orjson.dumps(list(ids)).decode()
    return listed, listed
