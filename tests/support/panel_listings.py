"""The panel's listings in memory, and the ERP's products beside them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from chassis.store import Kept
from contracts.listings import ListingSeen
from tests.support.memory import MemoryDocuments


@dataclass
class MemoryListings(MemoryDocuments[ListingSeen]):
    """Listings in a dict."""

    def put(self, *listings: ListingSeen) -> None:
        for listing in listings:
            self.kept[listing.key] = Kept(listing, 1)

    async def of_store(self, store_id: str) -> Sequence[ListingSeen]:
        return [kept.state for kept in self.kept.values() if kept.state.store_id == store_id]

    async def one(self, store_id: str, listing_id: str) -> ListingSeen | None:
        return self.state(f"{store_id}:{listing_id}")


def a_row(product_id: int, code: str, name: str = "", **changes: Any) -> dict[str, Any]:
    """A product as the ERP lists it."""
    row = {"codigo_produto": product_id, "codigo": code, "descricao": name or code}
    return row | {"ean": "", "inativo": "N"} | changes
