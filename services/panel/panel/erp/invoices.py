"""The numbers of NF-es that the ERP's log of stages shows are kept in the rows of their orders.

So an order is found by the nota fiscal that somebody holds, long after the log has moved on.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import structlog

from chassis.clock import Clock
from chassis.leases import Leases
from chassis.patience import Unavailable
from chassis.table import Table
from contracts.envelope import Message
from contracts.stores import StoreConfigured
from panel.board import Board, Query
from panel.erp.stages import Place, StageReader
from panel.invoiced import Invoiced
from panel.search import Search, folded

ROUND_S: Final = 300.0
ROUNDS: Final = "stages"
"""The lease of whoever makes them."""
SPACING_S: Final = 5.0
"""Between two accounts: the panel has 60 calls a minute, and people's pages come first."""
_AT_ONCE: Final = 50
_MOST_FOUND: Final = 500

log = structlog.get_logger()


@dataclass(slots=True)
class Invoices:
    """Hears what the log of stages shows. `tell` takes messages to their rows."""

    board: Board
    stores: Table[StoreConfigured]
    tell: Callable[[Sequence[Message]], Awaitable[None]]
    clock: Clock
    _kept: dict[str, frozenset[tuple[int, str]]] = field(default_factory=dict, init=False)

    async def hear(self, account_id: str, places: Mapping[int, Place]) -> None:
        """Keep the numbers that are new; what the database cannot take now is heard again."""
        billed = {id_: place for id_, place in places.items() if place.invoice and place.number}
        shown = frozenset((id_, place.invoice) for id_, place in billed.items())
        new = shown - self._kept.get(account_id, frozenset())
        try:
            ids = sorted(id_ for id_, _ in new)
            for at in range(0, len(ids), _AT_ONCE):
                some = {id_: billed[id_] for id_ in ids[at : at + _AT_ONCE]}
                await self._keep(account_id, some)
        except Unavailable as error:
            log.warning("invoices_not_kept", account_id=account_id, why=str(error))
        else:
            self._kept[account_id] = shown

    async def _keep(self, account_id: str, billed: Mapping[int, Place]) -> None:
        stores = [store.store_id for store in self.stores if store.account_id == account_id]
        numbers = tuple(folded(place.number) for place in billed.values())
        wanted = Query(stores, search=Search("", whole=numbers), limit=_MOST_FOUND)
        found = await self.board.page(wanted)
        news = [*self._news(account_id, found.rows, billed)]
        if news:
            await self.tell(news)

    def _news(
        self, account_id: str, rows: Sequence[Mapping[str, Any]], billed: Mapping[int, Place]
    ) -> Iterator[Invoiced]:
        for row in rows:
            erp = row["erp"] or {}
            place = billed.get(erp.get("order_id", 0))
            if place is not None and erp.get("nfe_number") != place.invoice:
                yield Invoiced(
                    occurred_at=self.clock(),
                    order_id=row["_id"],
                    store_id=row["store_id"],
                    account_id=account_id,
                    revision=row["revision"],
                    nfe_number=place.invoice,
                )


async def watch(
    stages: StageReader,
    stores: Table[StoreConfigured],
    held: Callable[[StoreConfigured], object],
    leases: Leases,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> None:
    """Read the stages of every account again and again, whether or not somebody looks.

    Of several panels one does, and holds the lease from round to round. An account that is `held`
    is left alone: the ERP blocks keys that cause many faults.
    """
    while True:
        try:
            async with leases.held(ROUNDS) as ours:
                await sleep(ROUND_S)
                if ours:
                    await _round(stages, stores, held, sleep)
        except Unavailable as error:
            log.warning("rounds_not_held", why=str(error))
            await sleep(ROUND_S)


async def _round(
    stages: StageReader,
    stores: Table[StoreConfigured],
    held: Callable[[StoreConfigured], object],
    sleep: Callable[[float], Awaitable[None]],
) -> None:
    for store in {store.account_id: store for store in stores if store.active}.values():
        if not held(store):
            await stages.stages(store)
            await sleep(SPACING_S)
