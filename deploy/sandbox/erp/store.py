"""The books on disk: one SQLite file, one table per kind of record, one JSON body per record.

Columns are derived from the body, so a table whose declaration changed is simply filled again.
The log is written ahead (WAL): what was committed survives the death of this process.
"""

import json
import sqlite3
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import orjson

Doc = dict[str, Any]
Value = str | int | None
Where = Sequence[tuple[str, Value]]
"""Conditions on columns, all of which must hold: `("stage = ?", "20")`."""
PRAGMAS = (
    "locking_mode = EXCLUSIVE",
    "journal_mode = WAL",
    "synchronous = NORMAL",
    "cache_size = -65536",
    "wal_autocheckpoint = 8000",
)
"""Written ahead; up to 64 MB of pages in memory, and some 32 MB of log before it is folded in."""


def _plain(number: Any) -> int | float:
    """A Decimal as the JSON number Omie would write."""
    if not isinstance(number, Decimal):
        raise TypeError(f"{type(number).__name__} does not go into a record")
    return int(number) if number == number.to_integral_value() else float(number)


_ENCODER = json.JSONEncoder(default=_plain, separators=(",", ":"))
_DECODER = json.JSONDecoder(parse_float=Decimal)


def _encoded(record: Any) -> bytes:
    try:
        return orjson.dumps(record, default=_plain)
    except orjson.JSONEncodeError:  # a number beyond 64 bits, which an order's total can be
        return _ENCODER.encode(record).encode()


def dumps(record: Any) -> bytes:
    """JSON with accents as escapes, as the ERP sends them, and exact amounts as plain numbers."""
    text = _encoded(record)
    return text if text.isascii() else _ENCODER.encode(record).encode()


def loads(text: str | bytes) -> Any:
    """JSON whose fractional numbers are exact; ValueError for what is none."""
    return _DECODER.decode(text if isinstance(text, str) else text.decode())


@dataclass(frozen=True, eq=False)
class Table:
    """One kind of record: its key and the columns to search it by, all read out of the body."""

    name: str
    key: Callable[[Doc], Value]
    columns: Mapping[str, Callable[[Doc], Value]] = field(default_factory=dict)
    indexed: tuple[str, ...] = ()

    def row(self, app_key: str, record: Doc) -> tuple[Value, ...]:
        """The record as a row of its table."""
        found = (column(record) for column in self.columns.values())
        return (app_key, self.key(record), *found, _encoded(record).decode())

    @property
    def layout(self) -> list[str]:
        """The names of the columns, in order."""
        return ["app_key", "key", *self.columns, "body"]


class Store:
    """Reads and writes records of every company; writes belong inside a `transaction`."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        for setting in PRAGMAS:
            self._db.execute(f"PRAGMA {setting}")
        self._kept: defaultdict[Table, dict[object, Doc]] = defaultdict(dict)

    def close(self) -> None:
        """Leave the file whole and closed."""
        self._db.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All that is written inside, or nothing of it."""
        self._db.execute("BEGIN")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK")
            self._kept.clear()
            raise
        self._db.execute("COMMIT")

    def prepare(self, *tables: Table) -> None:
        """Make sure that the tables exist as they are declared."""
        with self.transaction():
            for table in tables:
                self._create(table)

    def put(self, app_key: str, table: Table, record: Doc) -> None:
        """Write the record over any with the same key."""
        self._db.execute(_insertion(table), table.row(app_key, record))
        self._kept.pop(table, None)

    def remove(self, app_key: str, table: Table, key: Value) -> None:
        """Forget a record."""
        self._run("DELETE FROM", table.name, "WHERE app_key = ? AND key = ?", with_=(app_key, key))
        self._kept.pop(table, None)

    def look(self, app_key: str, table: Table, column: str, value: Value) -> Doc | None:
        """A record by one of its columns, kept in memory until its table is written to.

        For tables that are read much more than written. What is returned must not be changed.
        """
        kept, asked = self._kept[table], (app_key, column, value)
        if asked not in kept:
            found = self.select(app_key, table, ((f"{column} = ?", value),), "key", "LIMIT 1")
            if not found:
                return None
            kept[asked] = found[0]
        return kept[asked]

    def select(
        self, app_key: str, table: Table, where: Where = (), order: str = "key", span: str = ""
    ) -> list[Doc]:
        """The records that fit, in order; `span` is an SQL limit."""
        bodies = self.bodies(app_key, table, where, order, span)
        return [loads(body) for body in bodies]

    def bodies(
        self, app_key: str, table: Table, where: Where = (), order: str = "key", span: str = ""
    ) -> list[str]:
        """The records that fit, as the JSON they are kept in."""
        conditions = ["app_key = ?", *(condition for condition, _ in where)]
        rows = self._run(
            "SELECT body FROM", table.name, "WHERE", " AND ".join(conditions),
            "ORDER BY", order, span,
            with_=(app_key, *(value for _, value in where)),
        )  # fmt: skip
        return [body for (body,) in rows]

    def values(self, app_key: str, table: Table, column: str) -> list[Value]:
        """One column of every record, in the order of their keys."""
        rows = self._run(
            "SELECT", column, "FROM", table.name, "WHERE app_key = ? ORDER BY key", with_=(app_key,)
        )
        return [value for (value,) in rows]

    def everyones(self, table: Table) -> list[tuple[str, Doc]]:
        """The records of all companies, each with its company's key, as they were first written."""
        rows = self._run("SELECT app_key, body FROM", table.name, "ORDER BY rowid")
        return [(app_key, loads(body)) for app_key, body in rows]

    def count(self, app_key: str, table: Table, where: Where = ()) -> int:
        """How many records fit."""
        conditions = ["app_key = ?", *(condition for condition, _ in where)]
        rows = self._run(
            "SELECT COUNT(*) FROM", table.name, "WHERE", " AND ".join(conditions),
            with_=(app_key, *(value for _, value in where)),
        )  # fmt: skip
        return int(rows.fetchone()[0])

    def _run(self, *words: str, with_: Sequence[Value] = ()) -> sqlite3.Cursor:
        return self._db.execute(" ".join(words), with_)

    def _create(self, table: Table) -> None:
        described = self._run("PRAGMA table_info(", table.name, ")")
        present = [row[1] for row in described]
        if present == table.layout:
            return
        kept: list[tuple[str, str]] = []
        if present:
            kept = self._run("SELECT app_key, body FROM", table.name).fetchall()
            self._run("DROP TABLE", table.name)
        columns = ", ".join(table.layout)
        self._run("CREATE TABLE", table.name, "(", columns, ", PRIMARY KEY (app_key, key))")
        for column in table.indexed:
            index = f"{table.name}_{column}"  # the key last: found in order, with no walk
            self._run("CREATE INDEX", index, "ON", table.name, "(app_key,", column, ", key)")
        for app_key, body in kept:
            self.put(app_key, table, loads(body))


@cache
def _insertion(table: Table) -> str:
    places = ["?" for _ in table.layout]
    changes = (f"{column} = excluded.{column}" for column in table.layout[2:])
    words = [
        "INSERT INTO", table.name, "VALUES", f"({', '.join(places)})",
        "ON CONFLICT (app_key, key) DO UPDATE SET", ", ".join(changes),
    ]  # fmt: skip
    return " ".join(words)
