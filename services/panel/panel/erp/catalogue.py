"""Every product of an ERP account, read page by page beside the pages and kept for all processes.

Unlike a search, it can say which SKUs lead nowhere. It is shown as old as it is, with its time.
"""

import asyncio
import zlib
from dataclasses import astuple, dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

import orjson
import structlog

from chassis.clock import Clock
from chassis.patience import Unavailable
from chassis.store import Documents, Kept
from contracts.stores import StoreConfigured
from omie.client import Omie
from omie.faults import Fault
from omie.paging import pages
from panel.erp.accounts import Accounts
from panel.erp.products import ErpProduct, product_of
from panel.erp.readings import Readings
from panel.listings.products import Products

FRESH_FOR: Final = timedelta(minutes=10)
AGAIN_AFTER: Final = timedelta(seconds=61)
"""The ERP refuses the same read twice in a minute."""
PATIENCE_S: Final = 4.0
PAGE_SIZE: Final = 98
"""Not the size that others ask for, or the ERP would take it for their read again."""
_WHOLE: Final = {"filtrar_apenas_omiepdv": "N", "exibir_kit": "S"}

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Shelf:
    """An account's products, packed."""

    account_id: str
    rows: bytes = field(repr=False)
    read_at: datetime

    @classmethod
    def of(cls, account_id: str, products: list[ErpProduct], read_at: datetime) -> "Shelf":
        """These products, packed."""
        packed = zlib.compress(orjson.dumps([astuple(product) for product in products]))
        return cls(account_id, packed, read_at)

    def products(self) -> Products:
        """The products again."""
        rows = orjson.loads(zlib.decompress(self.rows))
        return Products((ErpProduct(*row) for row in rows), self.read_at)


def encode(shelf: Shelf) -> dict[str, Any]:
    """A shelf as its document."""
    return {"account_id": shelf.account_id, "rows": shelf.rows, "read_at": shelf.read_at}


def decode(document: dict[str, Any]) -> Shelf:
    """A shelf from its document."""
    return Shelf(document["account_id"], bytes(document["rows"]), document["read_at"])


@dataclass(slots=True)
class CatalogueReader:
    """The products of every account, in `kept` by account."""

    accounts: Accounts
    kept: Documents[Shelf]
    clock: Clock
    patience_s: float = PATIENCE_S
    _readings: Readings = field(init=False)
    _open: dict[str, tuple[int, Products]] = field(default_factory=dict, init=False)

    def __post_init__(self) -> None:
        """Be ready to read."""
        self._readings = Readings(self.accounts, self._read, self.clock)

    async def products(self, store: StoreConfigured) -> Products | None:
        """What is known of the account's products, read anew beside if old; None if never read.

        Raises Unavailable.
        """
        known = await self._known(store.account_id)
        if known is None or self.clock() - known.read_at >= FRESH_FOR:
            reading = self._readings.begin(store)
            if known is None and reading is not None:
                await asyncio.wait([reading], timeout=self.patience_s)
                known = await self._known(store.account_id)
        return known

    async def read_again(self, store: StoreConfigured) -> None:
        """Read them now, as far as the ERP answers in a moment; not twice in a minute."""
        known = await self._known(store.account_id)
        if known is not None and self.clock() - known.read_at < AGAIN_AFTER:
            return
        reading = self._readings.begin(store)
        if reading is not None:
            await asyncio.wait([reading], timeout=self.patience_s)

    async def stop(self) -> None:
        """Give up what is being read."""
        await self._readings.stop()

    async def _read(self, account_id: str, omie: Omie) -> None:
        now = self.clock()
        try:
            products = [
                product_of(row)
                async for page in pages(
                    omie, "geral/produtos", "ListarProdutos", "produto_servico_cadastro",
                    _WHOLE, size=PAGE_SIZE,
                )
                for row in page
            ]  # fmt: skip
            kept = (await self.kept.load([account_id])).get(account_id)
            shelf = Shelf.of(account_id, products, now)
            await self.kept.save({account_id: Kept(shelf, kept.version if kept else 0)})
        except (Fault, Unavailable) as error:
            if isinstance(error, Fault):
                self._readings.fault(account_id, omie)
            log.warning("erp_catalogue_not_read", account_id=account_id, why=str(error))

    async def _known(self, account_id: str) -> Products | None:
        """The products as they are kept, opened once per version."""
        kept = (await self.kept.load([account_id])).get(account_id)
        if kept is None:
            return None
        opened = self._open.get(account_id)
        if opened is None or opened[0] != kept.version:
            opened = self._open[account_id] = (kept.version, kept.state.products())
        return opened[1]
