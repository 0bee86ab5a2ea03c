"""What each shop sells now: the common catalogue, with what its merchant has changed since."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Generic, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from sandbox.channels.archive import Archive
from sandbox.channels.generator import Product

T = TypeVar("T")


class NotOnSaleError(LookupError):
    """The shop does not sell this SKU."""


class Change(BaseModel):
    """What a merchant does to a product: another price, or no longer on sale; and back again."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    price: Decimal | None = Field(default=None, gt=0, decimal_places=2)
    removed: bool = False


class Assortment:
    """The shops' products. What is changed is remembered."""

    def __init__(self, archive: Archive, catalogue: Sequence[Product]) -> None:
        self._archive = archive
        self._catalogue = tuple(catalogue)
        self._now: dict[str, tuple[Product, ...]] = {}

    def of(self, store_id: str) -> tuple[Product, ...]:
        """What this shop sells: the very same object until something is changed."""
        if store_id not in self._now:
            self._now[store_id] = self._changed(store_id)
        return self._now[store_id]

    def change(self, store_id: str, sku: str, change: Change) -> Product:
        """Change a product, also one that is off the shelf; how it was in the catalogue."""
        found = next((one for one in self._catalogue if one.sku == sku), None)
        if found is None:
            raise NotOnSaleError(f"{store_id} does not sell {sku}")
        changes = self._archive.note(_key(store_id)) or {}
        self._archive.write_note(_key(store_id), {**changes, sku: change.model_dump(mode="json")})
        self._now.pop(store_id, None)
        return found

    def _changed(self, store_id: str) -> tuple[Product, ...]:
        changes = self._archive.note(_key(store_id))
        if not changes:
            return self._catalogue
        known = {sku: Change.model_validate(told) for sku, told in changes.items()}
        return tuple(
            replace(one, unit_price=known[one.sku].price or one.unit_price)
            if one.sku in known
            else one
            for one in self._catalogue
            if not (one.sku in known and known[one.sku].removed)
        )


class Shelves(Generic[T]):
    """What an API makes of each shop's products, made anew only when they change."""

    def __init__(self, assortment: Assortment, make: Callable[[Sequence[Product]], T]) -> None:
        self._assortment = assortment
        self._make = make
        self._made: dict[str, tuple[Sequence[Product], T]] = {}

    def of(self, store_id: str) -> T:
        """The shop's products as the API has them."""
        sold = self._assortment.of(store_id)
        made = self._made.get(store_id)
        if made is None or made[0] is not sold:
            made = self._made[store_id] = sold, self._make(sold)
        return made[1]


def _key(store_id: str) -> str:
    return f"products of {store_id}"
