"""Webhooks on their way, written down before the first attempt: none is lost with the process."""

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

import orjson

from sandbox.channels.archive import Archive


@dataclass(frozen=True, slots=True)
class Delivery:
    """One webhook to one address, as it was when it fired."""

    id: int
    store_id: str
    channel: str
    topic: str
    url: str
    headers: Mapping[str, str]
    body: bytes
    created_at: float
    failures: int


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try: the HTTP status, or the error where no answer came; `ms` is how long it took."""

    at: float
    status: int | None
    error: str | None
    ms: float
    succeeded: bool


class Outbox:
    """The deliveries and what became of them."""

    def __init__(self, archive: Archive) -> None:
        self._db = archive.db

    def put(
        self,
        *,
        store_id: str,
        channel: str,
        topic: str,
        url: str,
        headers: Mapping[str, str],
        body: bytes,
        at: float,
    ) -> int:
        """Write down a webhook that is due at once; its delivery's id."""
        row = self._db.execute(
            "INSERT INTO deliveries "
            "(store_id, channel, topic, url, headers, body, created_at, due_at) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?) RETURNING id",
            (store_id, channel, topic, url, orjson.dumps(dict(headers)).decode(), body, at, at),
        ).fetchone()
        return int(row["id"])

    def get(self, delivery_id: int) -> Delivery:
        """One delivery, whole."""
        row = self._db.execute("SELECT * FROM deliveries WHERE id = ?", (delivery_id,)).fetchone()
        return _delivery(row)

    def pending(self) -> list[tuple[float, int]]:
        """(due moment, id) of every delivery that is still to be made, the earliest first."""
        rows = self._db.execute(
            "SELECT due_at, id FROM deliveries WHERE state = 'pending' ORDER BY due_at, id"
        )
        return [(row["due_at"], row["id"]) for row in rows]

    def record(self, delivery_id: int, attempt: Attempt, next_due: float | None) -> None:
        """Write down an attempt; `next_due` is when to retry, None when there is no retry.

        The body of a delivery that arrived is let go: it is the bulk of what is kept.
        """
        self._db.execute(
            "INSERT INTO attempts VALUES (?, ?, ?, ?, ?)",
            (delivery_id, attempt.at, attempt.status, attempt.error, attempt.ms),
        )
        if next_due is not None:
            self._db.execute(
                "UPDATE deliveries SET failures = failures + 1, due_at = ? WHERE id = ?",
                (next_due, delivery_id),
            )
            return
        self._db.execute(
            "UPDATE deliveries SET state = 'delivered', body = '' WHERE id = ?"
            if attempt.succeeded
            else "UPDATE deliveries SET state = 'lost', failures = failures + 1 WHERE id = ?",
            (delivery_id,),
        )

    def hurry(self, at: float) -> None:
        """Make every waiting retry due now."""
        self._db.execute(
            "UPDATE deliveries SET due_at = min(due_at, ?) WHERE state = 'pending'", (at,)
        )

    def lost(
        self, store_ids: Sequence[str], since: float, topic: str | None
    ) -> list[tuple[Delivery, Attempt]]:
        """What was lost since then, with the last attempt, the newest first."""
        rows = self._db.execute(
            "SELECT * FROM deliveries WHERE state = 'lost' AND created_at >= ? "
            "AND store_id IN (SELECT value FROM json_each(?)) AND (? IS NULL OR topic = ?) "
            "ORDER BY id DESC",
            (since, orjson.dumps(list(store_ids)).decode(), topic, topic),
        ).fetchall()
        return [(_delivery(row), self._last_attempt(row["id"])) for row in rows]

    def counts(self, store_id: str | None) -> dict[str, int]:
        """How many deliveries are pending, delivered and lost."""
        rows = self._db.execute(
            "SELECT state, count(*) AS n FROM deliveries WHERE ? IS NULL OR store_id = ? "
            "GROUP BY state",
            (store_id, store_id),
        )
        return {"pending": 0, "delivered": 0, "lost": 0} | {r["state"]: r["n"] for r in rows}

    def shown(self, store_id: str | None, limit: int) -> list[dict[str, Any]]:
        """The latest deliveries with their attempts, the newest first."""
        rows = self._db.execute(
            "SELECT id, store_id, topic, url, state, failures, created_at, due_at "
            "FROM deliveries WHERE ? IS NULL OR store_id = ? ORDER BY id DESC LIMIT ?",
            (store_id, store_id, limit),
        ).fetchall()
        return [{**dict(row), "attempts": self.attempts(row["id"])} for row in rows]

    def attempts(self, delivery_id: int) -> list[dict[str, Any]]:
        """What was tried for one delivery, the first try first."""
        rows = self._db.execute(
            "SELECT at, status, error, ms FROM attempts WHERE delivery_id = ? ORDER BY rowid",
            (delivery_id,),
        )
        return [dict(row) for row in rows]

    def _last_attempt(self, delivery_id: int) -> Attempt:
        row = self._db.execute(
            "SELECT at, status, error, ms FROM attempts WHERE delivery_id = ? "
            "ORDER BY rowid DESC LIMIT 1",
            (delivery_id,),
        ).fetchone()
        return Attempt(**dict(row), succeeded=False)


def _delivery(row: sqlite3.Row) -> Delivery:
    told = {field.name: row[field.name] for field in fields(Delivery)}
    return Delivery(**{**told, "headers": orjson.loads(row["headers"])})
