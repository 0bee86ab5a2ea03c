"""Webhooks on their way, written down before the first attempt: none is lost with the process."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from sandbox.channels.archive import Archive


@dataclass(frozen=True, slots=True)
class Delivery:
    """One webhook to one address, as it was when it fired; a retry repeats body and headers."""

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

    @property
    def succeeded(self) -> bool:
        """Only 2xx counts; a redirection is a failure."""
        return self.status in range(200, 300)


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
        row = self._db.execute(
            "SELECT id, store_id, channel, topic, url, headers, body, created_at, failures "
            "FROM deliveries WHERE id = ?",
            (delivery_id,),
        ).fetchone()
        return Delivery(**{**dict(row), "headers": orjson.loads(row["headers"])})

    def pending(self) -> list[tuple[float, int]]:
        """(due moment, id) of every delivery that is still to be made, the earliest first."""
        rows = self._db.execute(
            "SELECT due_at, id FROM deliveries WHERE state = 'pending' ORDER BY due_at, id"
        )
        return [(row["due_at"], row["id"]) for row in rows]

    def record(self, delivery_id: int, attempt: Attempt, next_due: float | None) -> None:
        """Write down an attempt; `next_due` is when to retry, None when there is no retry.

        The body of a delivery that is settled is let go: it is the bulk of what is kept.
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
            "UPDATE deliveries SET state = ?, failures = failures + ?, body = '' WHERE id = ?",
            ("delivered", 0, delivery_id) if attempt.succeeded else ("lost", 1, delivery_id),
        )

    def hurry(self, at: float) -> None:
        """Make every waiting retry due now."""
        self._db.execute(
            "UPDATE deliveries SET due_at = min(due_at, ?) WHERE state = 'pending'", (at,)
        )

    def answered(self, store_id: str, topic: str, at: float) -> None:
        """Remember that the subscription's address took a delivery."""
        self._db.execute(
            "UPDATE subscriptions SET answered_at = ? WHERE store_id = ? AND topic = ?",
            (at, store_id, topic),
        )

    def unsubscribe_silent(self, store_id: str, topic: str, since: float) -> bool:
        """Drop the subscription unless its address took something since; True if dropped."""
        dropped = self._db.execute(
            "DELETE FROM subscriptions WHERE store_id = ? AND topic = ? AND answered_at < ?",
            (store_id, topic, since),
        )
        return dropped.rowcount > 0

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
