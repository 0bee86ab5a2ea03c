"""Pages of records, in the two dialects the services speak."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sandbox.erp import faults
from sandbox.erp.companies import Company
from sandbox.erp.store import Doc, Table, Where

DEFAULT_SIZE = 50
LARGEST = 500
LAST_PAGE = 10**9


@dataclass(frozen=True)
class Dialect:
    """The names of a service's paging tags."""

    page: str
    size: str
    pages: str
    rows: str
    total: str


SNAKE = Dialect(
    "pagina", "registros_por_pagina", "total_de_paginas", "registros", "total_de_registros"
)
HUNGARIAN = Dialect("nPagina", "nRegPorPagina", "nTotPaginas", "nRegistros", "nTotRegistros")


@dataclass(frozen=True)
class Window:
    """Which page was asked for: its number from 1, and its size under the service's cap."""

    number: int
    size: int
    dialect: Dialect

    @property
    def span(self) -> str:
        """The page as an SQL limit."""
        return f"LIMIT {self.size} OFFSET {(self.number - 1) * self.size}"

    def sheet(self, key: str, rows: Sequence[Doc], total: int) -> Doc:
        """The answer; a page without rows is fault 5113."""
        if not rows:
            raise faults.no_records(self.number)
        named = self.dialect
        return {
            named.page: self.number,
            named.pages: -(-total // self.size),
            named.rows: len(rows),
            named.total: total,
            key: rows,
        }

    def cut(self, key: str, rows: Sequence[Doc]) -> Doc:
        """The answer out of all the rows there are."""
        start = (self.number - 1) * self.size
        return self.sheet(key, rows[start : start + self.size], len(rows))


def window(param: Doc, dialect: Dialect = SNAKE, largest: int = LARGEST) -> Window:
    """The page asked for; page 0 is page 1, and too large a size is cut silently.

    Size 0 is the default size, as if nothing was said: assumed.
    """
    number = min(LAST_PAGE, max(1, param.get(dialect.page, 1)))
    size = min(largest, max(1, param.get(dialect.size) or DEFAULT_SIZE))
    return Window(number, size, dialect)


def table_page(
    company: Company,
    table: Table,
    key: str,
    asked: Window,
    where: Where = (),
    *,
    order: str = "key",
    shown: Callable[[Doc], Doc] = dict,
) -> Doc:
    """A page of a table's records that fit, each as `shown` shows it."""
    rows = company.select(table, where, order, asked.span)
    return asked.sheet(key, [shown(row) for row in rows], company.count(table, where))
