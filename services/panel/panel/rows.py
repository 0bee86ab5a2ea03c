"""Rows in the database, the latest of them in memory too.

An order's events come within seconds of each other; remembering its row saves reading it again for
each of them. Versions keep this safe: a row that another process changed meanwhile fails to be
stored, is forgotten here, and is read anew.
"""

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Final

from chassis.store import Documents, Kept
from panel.row import Row

MOST: Final = 2_000
"""Rows kept in memory, without bodies: some 20 MB."""


class Rows:
    """`Documents` of rows that remembers what it stored last."""

    def __init__(self, stored: Documents[Row], most: int = MOST) -> None:
        self._stored = stored
        self._most = most
        self._recent: dict[str, Kept[Row]] = {}

    async def load(self, ids: Collection[str]) -> dict[str, Kept[Row]]:
        """See Documents."""
        known = {id_: self._recent[id_] for id_ in ids if id_ in self._recent}
        unknown = [id_ for id_ in ids if id_ not in known]
        return known | (await self._stored.load(unknown) if unknown else {})

    async def save(self, changes: Mapping[str, Kept[Row]]) -> bool:
        """See Documents."""
        for id_ in changes:
            self._recent.pop(id_, None)
        if not await self._stored.save(changes):
            return False
        for id_, kept in changes.items():
            self._recent[id_] = Kept(replace(kept.state, orders={}), kept.version + 1)
        for oldest in [*self._recent][: max(0, len(self._recent) - self._most)]:
            del self._recent[oldest]
        return True
