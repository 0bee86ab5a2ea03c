"""An ERP account's products as a whole: found by SKU as validation finds them, and by people. Pure.

Validation matches by SKU alone. EAN and name only suggest, to a person.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import cached_property
from typing import Final

from panel.erp.products import ErpProduct
from panel.search import folded

_SUGGESTED: Final = 4
_LIKENESS: Final = 0.5
_SHORTEST_WORD: Final = 3


class Products:
    """The account's products as they were at `read_at`."""

    def __init__(self, products: Iterable[ErpProduct], read_at: datetime) -> None:
        self.read_at = read_at
        self._by_id = {product.product_id: product for product in products}
        self._by_code: dict[str, list[ErpProduct]] = {}
        for product in self._by_id.values():
            self._by_code.setdefault(_code(product.code), []).append(product)

    def __len__(self) -> int:
        return len(self._by_id)

    def product(self, product_id: int) -> ErpProduct | None:
        """The product of this id."""
        return self._by_id.get(product_id)

    def find(self, sku: str) -> Sequence[ErpProduct]:
        """The products that this SKU may mean, as validation decides it.

        To the letter before but for case and blanks; active before inactive. Several are for a
        person to choose from.
        """
        similar = self._by_code.get(_code(sku), ())
        exact = [p for p in similar if p.code.strip() == sku.strip()] or similar
        return [p for p in exact if p.active] or exact

    def search(self, text: str, most: int) -> list[ErpProduct]:
        """By code or its beginning, by EAN, or by all words of the name; the closest first."""
        code, ean, words = _code(text), "".join(text.split()), folded(text).split()
        if not words:
            return []
        ranks: list[tuple[int, bool, str, ErpProduct]] = []
        for product, name in self._named:
            own = _code(product.code)
            rank = (
                0 if own == code
                else 1 if product.ean and product.ean == ean
                else 2 if own.startswith(code)
                else 3 if all(word in name for word in words)
                else None
            )  # fmt: skip
            if rank is not None:
                ranks.append((rank, not product.active, product.name, product))
        ranks.sort(key=lambda each: each[:3])
        return [product for *_, product in ranks[:most]]

    def suggested(self, ean: str | None, title: str) -> list[ErpProduct]:
        """Active products with this EAN, then those whose names are most like this title."""
        same = [p for p in self._by_id.values() if ean and p.ean == ean and p.active]
        wanted = _words(folded(title))
        alike = [
            (len(wanted & has) / len(wanted | has), product)
            for product, has in self._worded
            if product.active and wanted & has
        ]
        alike.sort(key=lambda each: (-each[0], each[1].name))
        close = [product for likeness, product in alike if likeness >= _LIKENESS]
        return list(dict.fromkeys([*same, *close]))[:_SUGGESTED]

    @cached_property
    def _named(self) -> list[tuple[ErpProduct, str]]:
        return [(product, folded(product.name)) for product in self._by_id.values()]

    @cached_property
    def _worded(self) -> list[tuple[ErpProduct, frozenset[str]]]:
        return [(product, _words(name)) for product, name in self._named]


def _code(text: str) -> str:
    """A code without case and blanks."""
    return "".join(text.split()).casefold()


def _words(name: str) -> frozenset[str]:
    return frozenset(word for word in name.split() if len(word) >= _SHORTEST_WORD)
