"""What the channels remember, in one SQLite file that survives `kill -9`.

Write-ahead logging: what a finished transaction wrote is there after the process dies.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import orjson

from sandbox.channels.channel import Store

_SCHEMA = """
CREATE TABLE IF NOT EXISTS notes (key TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS stores (id TEXT PRIMARY KEY, document TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS counters (name TEXT PRIMARY KEY, value INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS documents (
    store_id TEXT NOT NULL, path TEXT NOT NULL, body TEXT NOT NULL,
    PRIMARY KEY (store_id, path)
);
DROP TABLE IF EXISTS subscriptions;
CREATE TABLE IF NOT EXISTS hooks (
    id INTEGER PRIMARY KEY AUTOINCREMENT, store_id TEXT NOT NULL, topic TEXT NOT NULL,
    url TEXT NOT NULL, created_at REAL NOT NULL, updated_at REAL NOT NULL,
    answered_at REAL NOT NULL DEFAULT 0, lost INTEGER NOT NULL DEFAULT 0,
    UNIQUE (store_id, topic, url)
);
CREATE TABLE IF NOT EXISTS grants (
    token TEXT NOT NULL, store_id TEXT NOT NULL, kind TEXT NOT NULL, expires_at REAL NOT NULL,
    alive INTEGER NOT NULL DEFAULT 1,
    PRIMARY KEY (token, store_id)
);
CREATE INDEX IF NOT EXISTS grants_of_store ON grants (store_id, kind);
CREATE TABLE IF NOT EXISTS orders (
    store_id TEXT NOT NULL, id INTEGER NOT NULL, name TEXT NOT NULL, total TEXT NOT NULL,
    currency TEXT NOT NULL, financial_status TEXT NOT NULL, cancelled_at TEXT,
    state TEXT NOT NULL, created_at REAL NOT NULL, updated_at REAL NOT NULL, fault TEXT,
    record TEXT NOT NULL,
    PRIMARY KEY (store_id, id)
);
CREATE TABLE IF NOT EXISTS parts (
    store_id TEXT NOT NULL, kind TEXT NOT NULL, id TEXT NOT NULL, order_id INTEGER NOT NULL,
    status TEXT NOT NULL, created_at REAL NOT NULL, closed_at REAL NOT NULL,
    updated_at REAL NOT NULL, tags TEXT NOT NULL, text TEXT NOT NULL,
    PRIMARY KEY (store_id, kind, id)
);
CREATE TABLE IF NOT EXISTS deliveries (
    id INTEGER PRIMARY KEY AUTOINCREMENT, store_id TEXT NOT NULL, channel TEXT NOT NULL,
    topic TEXT NOT NULL, url TEXT NOT NULL, headers TEXT NOT NULL, body BLOB NOT NULL,
    created_at REAL NOT NULL, due_at REAL NOT NULL, failures INTEGER NOT NULL DEFAULT 0,
    state TEXT NOT NULL DEFAULT 'pending'
);
CREATE INDEX IF NOT EXISTS deliveries_pending ON deliveries (due_at) WHERE state = 'pending';
CREATE INDEX IF NOT EXISTS deliveries_of_store ON deliveries (store_id, id);
CREATE INDEX IF NOT EXISTS deliveries_lost ON deliveries (store_id, created_at)
    WHERE state = 'lost';
CREATE TABLE IF NOT EXISTS attempts (
    delivery_id INTEGER NOT NULL, at REAL NOT NULL, status INTEGER, error TEXT, ms REAL NOT NULL
);
CREATE INDEX IF NOT EXISTS attempts_of_delivery ON attempts (delivery_id);
"""
_FIRST_ID = 6_201_000_000_000  # ids in the range where Shopify's are today
_IDS_PER_BLOCK = 64


class Archive:
    """The file itself: stores, planted documents, counters and notes."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.db = sqlite3.connect(folder / "channels.sqlite3", isolation_level=None)
        self.db.row_factory = sqlite3.Row
        self.db.execute("PRAGMA journal_mode=WAL")
        self.db.execute("PRAGMA synchronous=NORMAL")
        self.db.executescript(_SCHEMA)
        self._stores = self._read_stores()

    def close(self) -> None:
        """Let the file go."""
        self.db.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All that is written inside is written together, or not at all; may be nested."""
        if self.db.in_transaction:
            yield
            return
        self.db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self.db.execute("ROLLBACK")
            raise
        self.db.execute("COMMIT")

    def register(self, store: Store) -> Store:
        """Add a store, or change what is said of it; the store as it is now."""
        if known := self.store(store.id):
            store = known.model_copy(update=store.model_dump(exclude_unset=True))
        self.db.execute(
            "INSERT INTO stores VALUES (?, ?) "
            "ON CONFLICT (id) DO UPDATE SET document = excluded.document",
            (store.id, store.model_dump_json()),
        )
        self._stores = self._read_stores()
        return store

    def stores(self) -> Sequence[Store]:
        """Every store, in the order in which they came."""
        return self._stores

    def store(self, store_id: str) -> Store | None:
        """The store of this id."""
        return next((store for store in self._stores if store.id == store_id), None)

    def _read_stores(self) -> Sequence[Store]:
        rows = self.db.execute("SELECT document FROM stores ORDER BY rowid")
        return tuple(Store.model_validate_json(row["document"]) for row in rows)

    def plant(self, store_id: str, path: str, body: str) -> None:
        """From now on the channel answers this JSON text at this path."""
        self.db.execute(
            "INSERT INTO documents VALUES (?, ?, ?) "
            "ON CONFLICT (store_id, path) DO UPDATE SET body = excluded.body",
            (store_id, path, body),
        )

    def planted(self, store_id: str, paths: Iterable[str]) -> str | None:
        """The JSON text planted at the first of these paths that has one."""
        for path in paths:
            row = self.db.execute(
                "SELECT body FROM documents WHERE store_id = ? AND path = ?", (store_id, path)
            ).fetchone()
            if row:
                return str(row["body"])
        return None

    def uproot(self, store_id: str, path: str) -> bool:
        """Take a planted document away; False if there was none."""
        deleted = self.db.execute(
            "DELETE FROM documents WHERE store_id = ? AND path = ?", (store_id, path)
        )
        return deleted.rowcount > 0

    def counted(self, name: str) -> int:
        """The next number of this counter, from 1."""
        row = self.db.execute(
            "INSERT INTO counters VALUES (?, 1) "
            "ON CONFLICT (name) DO UPDATE SET value = value + 1 RETURNING value",
            (name,),
        ).fetchone()
        return int(row["value"])

    def fresh_ids(self) -> Iterator[int]:
        """Ids nothing else has: enough for one order, or for one act on it."""
        first = _FIRST_ID + self.counted("id blocks") * _IDS_PER_BLOCK
        return count(first)

    def note(self, key: str) -> Any:
        """A remembered value, None if there is none."""
        row = self.db.execute("SELECT value FROM notes WHERE key = ?", (key,)).fetchone()
        return orjson.loads(row["value"]) if row else None

    def write_note(self, key: str, value: Any) -> None:
        """Remember a JSON value under this key."""
        self.db.execute(
            "INSERT INTO notes VALUES (?, ?) "
            "ON CONFLICT (key) DO UPDATE SET value = excluded.value",
            (key, orjson.dumps(value).decode()),
        )
