"""The companies the sandbox keeps books for: one key pair, one set of books each.

`Company` is what a call works on: it finds and writes records of its own books only.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from sandbox.erp import faults
from sandbox.erp.clock import SandboxClock, date_text, time_text
from sandbox.erp.store import Doc, Store, Table, Value, Where

Outcome = Literal["authorise", "reject", "hold"]
WEBSERVICE = "WEBSERVICE"
"""The user Omie writes on records made through the API."""
LISTENERS = "webhooks"
"""The company's own count of its webhooks: one with none is told nothing, and pays nothing."""
FIRST_ID = 7_700_000_000
IDS_EACH = 10_000_000
"""Room for ids per company, so that no two companies share one and the order of calls decides."""

COMPANIES = Table("companies", key=lambda company: company["app_key"])


@dataclass
class Invoicing:
    """What SEFAZ makes of a request for an NF-e, and after how many seconds."""

    outcome: Outcome = "authorise"
    delay_s: float = 5


@dataclass
class Habits:
    """How every account works: what SEFAZ answers, whether kits become lines of components.

    `documents` is the address under which the papers of NF-e are served.
    """

    invoicing: Invoicing = field(default_factory=Invoicing)
    explode_kits: bool = False
    documents: str = "http://127.0.0.1:8411/documents"


class Company:
    """One company's books."""

    def __init__(
        self,
        record: Doc,
        store: Store,
        clock: SandboxClock,
        habits: Habits,
        written: Callable[[], None],
    ) -> None:
        self.app_key: str = record["app_key"]
        self.record = record
        self.habits = habits
        self._store = store
        self._clock = clock
        self._written = written

    @property
    def invoicing(self) -> Invoicing:
        """What SEFAZ makes of requests at present."""
        return self.habits.invoicing

    @property
    def documents(self) -> str:
        """The address of this company's papers."""
        return f"{self.habits.documents}/{self.app_key}"

    def now(self) -> datetime:
        """The moment of the call, in UTC."""
        return self._clock()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All writes inside or none; ids given out inside are taken back with them."""
        before = dict(self.record)
        try:
            with self._store.transaction():
                yield
                if self.record != before:
                    self._store.put(self.app_key, COMPANIES, self.record)
        except BaseException:
            self.record = before
            raise
        if self.record.get(LISTENERS):
            self._written()

    def next_id(self) -> int:
        """A new id, 10 digits, in sequence."""
        return self._next("last_id")

    def next_number(self, sequence: str) -> int:
        """The next number of a sequence of this company, from 1: orders, invoices, ..."""
        return self._next(sequence)

    def _next(self, counter: str) -> int:
        value: int = self.record.get(counter, 0) + 1
        self.record[counter] = value
        return value

    def get(self, table: Table, key: Value) -> Doc | None:
        """The record with this key."""
        return self.find(table, "key", key)

    def find(self, table: Table, column: str, value: Value) -> Doc | None:
        """A record by one of its columns."""
        found = self._store.select(
            self.app_key, table, ((f"{column} = ?", value),), "key", "LIMIT 1"
        )
        return found[0] if found else None

    def look(self, table: Table, column: str, value: Value) -> Doc | None:
        """The same of a table that is seldom written to; what is returned must not be changed."""
        return self._store.look(self.app_key, table, column, value)

    def has(self, table: Table, column: str, value: Value) -> bool:
        """Whether any record has this value."""
        return self._store.count(self.app_key, table, ((f"{column} = ?", value),)) > 0

    def select(
        self, table: Table, where: Where = (), order: str = "key", span: str = ""
    ) -> list[Doc]:
        """The records that fit."""
        return self._store.select(self.app_key, table, where, order, span)

    def bodies(self, table: Table) -> list[str]:
        """Every record of a table, as JSON."""
        return self._store.bodies(self.app_key, table)

    def values(self, table: Table, column: str) -> list[Value]:
        """One column of every record of a table, in the order of `bodies`."""
        return self._store.values(self.app_key, table, column)

    def count(self, table: Table, where: Where = ()) -> int:
        """How many records fit."""
        return self._store.count(self.app_key, table, where)

    def put(self, table: Table, record: Doc) -> None:
        """Write a record over any with the same key."""
        self._store.put(self.app_key, table, record)

    def remove(self, table: Table, key: Value) -> None:
        """Forget a record."""
        self._store.remove(self.app_key, table, key)

    def included(self, user: str = WEBSERVICE) -> Doc:
        """The audit fields of a record made now."""
        now = self.now()
        day, hour = date_text(now), time_text(now)
        by_api = "S" if user == WEBSERVICE else "N"
        return {
            "dInc": day, "hInc": hour, "uInc": user,
            "dAlt": day, "hAlt": hour, "uAlt": user, "cImpAPI": by_api,
        }  # fmt: skip

    def altered(self, user: str = WEBSERVICE) -> Doc:
        """The audit fields that an alteration now changes."""
        now = self.now()
        return {"dAlt": date_text(now), "hAlt": time_text(now), "uAlt": user}


class Companies:
    """Every company, found by its key pair; `listener` hears of writes of those with webhooks."""

    def __init__(self, store: Store, clock: SandboxClock) -> None:
        self.habits = Habits()
        self.listener: Callable[[], None] | None = None
        self._store = store
        self._clock = clock
        self._by_key = {key: self._opened(record) for key, record in store.everyones(COMPANIES)}

    def _opened(self, record: Doc) -> Company:
        return Company(record, self._store, self._clock, self.habits, self.written)

    def written(self) -> None:
        """Something was written, or time has jumped: whoever listens should look."""
        if self.listener is not None:
            self.listener()

    def __iter__(self) -> Iterator[Company]:
        return iter(self._by_key.values())

    def get(self, app_key: str) -> Company | None:
        """The company with this key, whatever its secret."""
        return self._by_key.get(app_key)

    def add(self, app_key: str, app_secret: str) -> Company:
        """Open the books of a new company; they are on disk after its first transaction."""
        company = self._opened(
            {
                "app_key": app_key,
                "app_secret": app_secret,
                "last_id": FIRST_ID + IDS_EACH * len(self._by_key),
            }
        )
        self._by_key[app_key] = company
        return company

    def admit(self, app_key: str, app_secret: str) -> Company:
        """The company of a key pair; a fault where the pair is wrong or suspended."""
        company = self._by_key.get(app_key)
        if company is None or company.record["app_secret"] != app_secret:
            raise faults.key_refused()
        if company.record.get("suspended"):
            raise faults.key_suspended()
        return company

    def suspend(self, app_key: str, *, suspended: bool) -> None:
        """Suspend a company's key, or take it up again."""
        company = self._by_key[app_key]
        with company.transaction():
            company.record["suspended"] = suspended
