"""Which webhooks go where: what a store's app has asked its channel to be told of."""

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass, fields

from sandbox.channels.archive import Archive
from sandbox.channels.channel import Store


@dataclass(frozen=True, slots=True)
class Subscription:
    """One topic and the address it goes to; an empty `url` stands for the store's own."""

    id: int
    store_id: str
    topic: str
    url: str
    created_at: float
    updated_at: float


class Subscriptions:
    """Those of all stores."""

    def __init__(self, archive: Archive) -> None:
        self._db = archive.db

    def ensure(self, store: Store, topics: Iterable[str], at: float) -> None:
        """Create the subscriptions to the store's own address that are not there."""
        for topic in topics:
            self.add(store.id, topic, "", at)

    def add(self, store_id: str, topic: str, url: str, at: float) -> Subscription:
        """Create one; the one that is there where it is there."""
        self._db.execute(
            "INSERT OR IGNORE INTO hooks (store_id, topic, url, created_at, updated_at) "
            "VALUES (?, ?, ?, ?, ?)",
            (store_id, topic, url, at, at),
        )
        row = self._db.execute(
            "SELECT * FROM hooks WHERE store_id = ? AND topic = ? AND url = ?",
            (store_id, topic, url),
        ).fetchone()
        return _subscription(row)

    def change(self, known: Subscription, topic: str, url: str, at: float) -> Subscription:
        """Give it another topic or address."""
        self._db.execute(
            "UPDATE OR REPLACE hooks SET topic = ?, url = ?, updated_at = ? WHERE id = ?",
            (topic, url, at, known.id),
        )
        return Subscription(known.id, known.store_id, topic, url, known.created_at, at)

    def remove(self, subscription_id: int) -> None:
        """End it."""
        self._db.execute("DELETE FROM hooks WHERE id = ?", (subscription_id,))

    def of(self, store_id: str) -> list[Subscription]:
        """All of a store, the oldest first."""
        rows = self._db.execute("SELECT * FROM hooks WHERE store_id = ? ORDER BY id", (store_id,))
        return [_subscription(row) for row in rows]

    def topics(self, store_id: str) -> list[str]:
        """The topics the store's hub still gets."""
        return sorted({one.topic for one in self.of(store_id)})

    def addresses(self, store: Store, topic: str) -> list[str]:
        """Where webhooks of this topic go, each address once."""
        rows = self._db.execute(
            "SELECT url FROM hooks WHERE store_id = ? AND topic = ? ORDER BY id", (store.id, topic)
        )
        given = dict.fromkeys(row["url"] or store.webhook_url for row in rows)
        return [url for url in given if url]

    def answered(self, store_id: str, topic: str, at: float) -> None:
        """Remember that the topic's address took a delivery."""
        self._db.execute(
            "UPDATE hooks SET answered_at = ?, lost = 0 WHERE store_id = ? AND topic = ?",
            (at, store_id, topic),
        )

    def lost(self, store_id: str, topic: str, fired_at: float, tolerated: int | None) -> None:
        """A delivery is lost that fired then: end the subscription after one too many in a row.

        It does not count where the address took something since.
        """
        self._db.execute(
            "UPDATE hooks SET lost = lost + 1 WHERE store_id = ? AND topic = ? AND answered_at < ?",
            (store_id, topic, fired_at),
        )
        self._db.execute(
            "DELETE FROM hooks WHERE store_id = ? AND topic = ? AND lost > ?",
            (store_id, topic, 2**31 if tolerated is None else tolerated),
        )


def _subscription(row: sqlite3.Row) -> Subscription:
    return Subscription(**{field.name: row[field.name] for field in fields(Subscription)})
