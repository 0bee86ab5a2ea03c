"""Where sales orders stand in the ERP now: its own Kanban, read from its log of stage changes."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, Final

import structlog

from chassis.clock import Clock
from contracts.stores import StoreConfigured
from omie.client import Omie
from omie.faults import Fault, FaultKind
from panel.erp.accounts import Accounts
from panel.erp.readings import Readings

PAGES: Final = 5
PAGE_SIZE: Final = 100
MOST: Final = 5_000
"""Orders of an account that are remembered, those that moved last."""
FRESH_FOR: Final = timedelta(seconds=61)
"""The ERP refuses the same read twice in a minute."""
PATIENCE_S: Final = 3.0

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Place:
    """Where one order stands: its stage's code, and what became of it.

    `number` is the order's in the ERP; `invoice` its NF-e's, digits without leading zeros.
    """

    stage: str
    invoice: str = ""
    cancelled: bool = False
    number: str = ""


Heard = Callable[[str, Mapping[int, Place]], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Stages:
    """Orders by the ERP's own id, as of a moment; those that changed long ago are left out."""

    places: Mapping[int, Place]
    read_at: datetime


@dataclass(slots=True)
class StageReader:
    """The latest changes of stage of every account, kept a minute in this process.

    `heard` is told, by account, what each reading showed.
    """

    accounts: Accounts
    clock: Clock
    patience_s: float = PATIENCE_S
    heard: Heard | None = None
    _known: dict[str, Stages] = field(default_factory=dict, init=False)
    _readings: Readings = field(init=False)

    def __post_init__(self) -> None:
        """Be ready to read."""
        self._readings = Readings(self.accounts, self._read, self.clock)

    async def stages(self, store: StoreConfigured) -> Stages | None:
        """What is known of the account's orders, read anew if old; None while nothing is."""
        known = self._known.get(store.account_id)
        if known is not None and self.clock() - known.read_at < FRESH_FOR:
            return known
        reading = self._readings.begin(store)
        if reading is not None:
            await asyncio.wait([reading], timeout=self.patience_s)
        return self._known.get(store.account_id)

    def keys_refused(self, store: StoreConfigured) -> bool:
        """Whether the ERP would not show them with the keys that the store has."""
        return self._readings.refused(store)

    async def stop(self) -> None:
        """Give up what is being read."""
        await self._readings.stop()

    async def _read(self, account_id: str, omie: Omie) -> None:
        now = self.clock()
        known = self._known.get(account_id)
        try:
            places = await _places(omie, known.places if known else {})
        except Fault as fault:
            self._readings.fault(account_id, omie, fault.kind)
            log.warning("erp_stages_not_read", account_id=account_id, why=str(fault))
            return
        self._readings.answered(account_id)
        self._known[account_id] = Stages(places, now)
        if self.heard is not None:
            await self.heard(account_id, places)


async def _places(omie: Omie, known: Mapping[int, Place]) -> dict[int, Place]:
    """The newest changes first, until a page tells nothing new, but few pages.

    The newest change of each order counts; the orders `known` before come after.
    """
    found: dict[int, Place] = {}
    page, last = 1, 1
    while page <= min(last, PAGES):
        asked = {
            "nPagina": page,
            "nRegPorPagina": PAGE_SIZE,
            "cOrdenarPor": "DATAHORA",
            "cOrdemDecrescente": "S",
        }
        try:
            answer = await omie.call("produtos/pedidoetapas", "ListarEtapasPedido", asked)
        except Fault as fault:
            if fault.kind is FaultKind.EMPTY:
                break
            raise
        before = len(found)
        for row in answer.get("etapasPedido") or ():
            if row:
                found.setdefault(int(row["nCodPed"]), _place(row))
        if all(known.get(id_) == found[id_] for id_ in islice(found, before, None)):
            break
        last = int(answer.get("nTotPaginas") or 1)
        page += 1
    older = {id_: place for id_, place in known.items() if id_ not in found}
    return dict(islice((found | older).items(), MOST))


def _place(row: Mapping[str, Any]) -> Place:
    """A row of the log (omie-api.md 8.2)."""
    billed = row.get("faturamento") or {}
    gone = row.get("cancelamento") or {}
    return Place(
        stage=str(row.get("cEtapa") or ""),
        invoice=_digits(billed.get("cNumNFE")) if billed.get("cFaturado") == "S" else "",
        cancelled=gone.get("cCancelado") == "S",
        number=str(row.get("cNumero") or ""),
    )


def _digits(number: Any) -> str:
    """The number of an NF-e, which Omie pads with zeros."""
    return str(number or "").strip().lstrip("0")
