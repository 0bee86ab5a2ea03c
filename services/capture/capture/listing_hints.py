"""Which listings their channels said something of: each is worth a look before the next round.

Kept in memory alone: what a process forgets here, the next round finds.
"""

import asyncio
from collections import defaultdict
from typing import Final

MOST: Final = 60
"""Of one store at a time; with more the whole shelf is read at once, which is quicker."""


class ListingHints:
    """The hints of all stores. `news` is set while there are some."""

    def __init__(self) -> None:
        self._of: defaultdict[str, set[str]] = defaultdict(set)
        self.news = asyncio.Event()

    def add(self, store_id: str, listing_id: str) -> None:
        """The channel told something of this listing."""
        if len(self._of[store_id]) <= MOST:
            self._of[store_id].add(listing_id)
        self.news.set()

    def stores(self) -> list[str]:
        """Those of which something was told."""
        return list(self._of)

    def take(self, store_id: str) -> set[str]:
        """The store's listings, which are forgotten here; more than `MOST` stand for all."""
        found = self._of.pop(store_id, set())
        if not self._of:
            self.news.clear()
        return found
