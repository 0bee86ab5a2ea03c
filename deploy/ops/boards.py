"""The panel's rows while they are rebuilt: those that people see, and fresh ones beside them."""

import time
from collections.abc import AsyncIterator, Collection, Mapping
from dataclasses import replace
from typing import Any, Final, Protocol

from chassis.store import Database, Documents, Kept, MongoDocuments, translated
from panel import board, row
from panel.row import Row
from panel.rows import Rows

FRESH: Final = "orders_rebuilding"
_PAGE: Final = 200


class Boards(Protocol):
    """Both sets of rows. Every verb raises Unavailable."""

    async def prepare(self) -> None:
        """Make an empty set of fresh rows; what an interrupted rebuild left is dropped."""

    def fresh(self) -> Documents[Row]:
        """The fresh rows, for a flow."""

    def live(self) -> Documents[Row]:
        """The rows that people see, for a flow."""

    def stored(self) -> AsyncIterator[list[Row]]:
        """All rows that people see, whole, page by page."""

    async def stores(self) -> list[str]:
        """The stores that people see orders of."""

    async def told(self, ids: Collection[str]) -> dict[str, Kept[Row]]:
        """Fresh rows, whole."""

    async def save(self, changes: Mapping[str, Kept[Row]]) -> bool:
        """Store fresh rows; see Documents."""

    async def count(self) -> tuple[int, int]:
        """How many rows people see, and how many fresh ones there are."""

    async def switch(self) -> None:
        """Show the fresh rows from now on, in one step, and forget the others."""

    async def drop(self) -> None:
        """Forget the fresh rows."""


class MongoBoards:
    """Boards in the panel's database."""

    def __init__(self, database: Database[dict[str, Any]]) -> None:
        self._database = database
        self._live = database[board.ORDERS]
        self._fresh = database[FRESH]

    async def prepare(self) -> None:
        """See Boards."""
        await self.drop()
        await board.index(self._fresh)

    def fresh(self) -> Documents[Row]:
        """See Boards."""
        return Rows(self._documents(FRESH))

    def live(self) -> Documents[Row]:
        """See Boards."""
        return Rows(self._documents(board.ORDERS))

    async def stored(self) -> AsyncIterator[list[Row]]:
        """See Boards. Ordered by id, so that a row which is written meanwhile is met once."""
        last = ""
        while True:
            with translated():
                found = self._live.find({"_id": {"$gt": last}}).sort("_id").limit(_PAGE)
                page = await found.to_list(None)
            if not page:
                return
            yield [_whole(document) for document in page]
            last = page[-1]["_id"]

    async def stores(self) -> list[str]:
        """See Boards."""
        with translated():
            return sorted(await self._live.distinct("store_id"))

    async def told(self, ids: Collection[str]) -> dict[str, Kept[Row]]:
        """See Boards."""
        with translated():
            found = await self._fresh.find({"_id": {"$in": list(ids)}}).to_list(None)
        return {d["_id"]: Kept(_whole(d), d["version"]) for d in found}

    async def save(self, changes: Mapping[str, Kept[Row]]) -> bool:
        """See Boards."""
        return await self._documents(FRESH).save(changes)

    async def count(self) -> tuple[int, int]:
        """See Boards."""
        with translated():
            return (
                await self._live.count_documents({}),
                await self._fresh.count_documents({}),
            )

    async def switch(self) -> None:
        """See Boards.

        The panel remembers rows by version: the fresh ones get versions that no row ever had, so
        that whatever it remembers is found stale and read anew. Renaming is one step, takes the
        indexes along, and the views follow the name.
        """
        await board.index(self._fresh)
        with translated():
            await self._fresh.update_many({}, {"$inc": {"version": time.time_ns() // 1_000}})
            await self._fresh.rename(board.ORDERS, dropTarget=True)

    async def drop(self) -> None:
        """See Boards."""
        with translated():
            await self._fresh.drop()

    def _documents(self, collection: str) -> MongoDocuments[Row]:
        return MongoDocuments(self._database[collection], row.encode, row.decode, heavy="orders")


def _whole(document: dict[str, Any]) -> Row:
    return replace(row.decode(document), orders=document["orders"])
