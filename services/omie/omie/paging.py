"""Lists, page by page, in either of the ERP's two dialects."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Protocol

from omie.faults import Fault, FaultKind

PAGE_SIZE: Final = 100
"""The most that `produtos/pedido` and `estoque/consulta` give, whatever is asked."""


@dataclass(frozen=True, slots=True)
class Dialect:
    """What a service calls the page, its size and the number of pages."""

    page: str
    size: str
    pages: str


SNAKE: Final = Dialect("pagina", "registros_por_pagina", "total_de_paginas")
HUNGARIAN: Final = Dialect("nPagina", "nRegPorPagina", "nTotPaginas")


class Calls(Protocol):
    """Whoever can ask the ERP: an `Omie`, or what stands before one."""

    async def call(self, service: str, call: str, param: Mapping[str, Any]) -> dict[str, Any]:
        """See Omie.call."""


async def pages(
    omie: Calls,
    service: str,
    call: str,
    rows: str,
    param: Mapping[str, Any] | None = None,
    *,
    dialect: Dialect = SNAKE,
    size: int = PAGE_SIZE,
) -> AsyncIterator[list[dict[str, Any]]]:
    """The rows under the key `rows`, a page at a time; no page where there is no row.

    The ERP recounts its pages when it gives fewer rows than asked, so the latest answer's count
    rules. Raises Fault, except the one that means an empty list.
    """
    page, last = 1, 1
    while page <= last:
        asked = {**(param or {}), dialect.page: page, dialect.size: size}
        try:
            answer = await omie.call(service, call, asked)
        except Fault as fault:
            if fault.kind is FaultKind.EMPTY:
                return
            raise
        last = int(answer.get(dialect.pages) or 1)
        # `etapafat` lists begin with an empty object.
        if found := [row for row in answer.get(rows) or () if row]:
            yield found
        page += 1
